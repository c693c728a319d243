/** A2Q+ after training: zero-centred rows have nearly twice A2Q's budget, and the closest row within it is taken. */
import type { InputRange } from '../types.js';
import { centredL1Budget } from './budget.js';
import { centre, projectOntoHalves, scaleToBudget } from './projection.js';
import { roomWithinHalves, towardsZero, towardsZeroSpent } from './rounding.js';

/**
 * Codes of one row as A2Q+'s quantizer makes them in training: centred, scaled to T+, rounded towards zero.
 *
 * @param values [inputs], weights in units of their scale
 * @param largest magnitude of a code
 * @param accumulator P, two's-complement bits
 * Source: A2Q+, equations 12 to 15; Brevitas, core/scaling/pre_scaling.py.
 */
export function a2qPlusQuantizer(
  values: Float64Array,
  largest: number,
  input: InputRange,
  accumulator: number,
): Int32Array {
  return towardsZero(scaleToBudget(centre(values), centredL1Budget(accumulator, input)), largest);
}

/** Codes of one row after training: centred, the closest centred row within T+, rounded towards zero. */
export function a2qPlusCodes(
  values: Float64Array,
  largest: number,
  input: InputRange,
  accumulator: number,
): Int32Array {
  return towardsZero(projectOntoHalves(centre(values), centredL1Budget(accumulator, input)), largest);
}

/**
 * Codes that keep A2Q+'s guarantee with the least loss: half of T+ for the positive weights and half for the negative,
 * whether they sum to zero or not, and what rounding left is spent.
 */
export function a2qPlusSpentCodes(
  values: Float64Array,
  largest: number,
  input: InputRange,
  accumulator: number,
): Int32Array {
  const budget = centredL1Budget(accumulator, input);
  const roomOf = (codes: Int32Array) => roomWithinHalves(codes, budget);
  return towardsZeroSpent(projectOntoHalves(values, budget), largest, roomOf);
}
