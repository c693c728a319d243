/** A2Q after training: rows shrink to the L1 budget and are rounded towards zero. */
import type { InputRange } from '../types.js';
import { l1Budget } from './budget.js';
import { scaleToBudget } from './projection.js';
import { roomWithin, towardsZero, towardsZeroSpent } from './rounding.js';

/**
 * Codes of one row as A2Q's quantizer makes them: y * min(|y|_1, T) / |y|_1, rounded towards zero.
 *
 * @param values [inputs], weights in units of their scale
 * @param largest magnitude of a code
 * @param accumulator P, two's-complement bits
 * Source: A2Q, equations 17 to 20; Brevitas, core/scaling/pre_scaling.py.
 */
export function a2qCodes(
  values: Float64Array,
  largest: number,
  input: InputRange,
  accumulator: number,
): Int32Array {
  return towardsZero(scaleToBudget(values, l1Budget(accumulator, input)), largest);
}

/** The same, and what rounding left of the budget is spent on the weights that lost most. */
export function a2qSpentCodes(
  values: Float64Array,
  largest: number,
  input: InputRange,
  accumulator: number,
): Int32Array {
  const budget = l1Budget(accumulator, input);
  return towardsZeroSpent(scaleToBudget(values, budget), largest, (codes) => roomWithin(codes, budget));
}
