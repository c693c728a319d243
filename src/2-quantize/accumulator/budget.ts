/**
 * How large the weights of one accumulator may be, in codes. All numbers are exact in a double up to 53 bits.
 * Source: Colbert et al., A2Q (ICCV 2023), section 3, and A2Q+ (ICML 2024), section 3.
 */
import type { Interval } from '../../shared/interval.js';
import type { InputRange } from '../types.js';

/**
 * A2Q's budget of sum|q|: T = (2^(P-1) - 1) * 2^(signed - N), codes. It counts the largest unsigned input as 2^N, as the
 * paper does, and an input with a zero point by its largest magnitude where that is more.
 *
 * @param accumulator P, two's-complement bits
 * @returns Infinity when the input is always zero
 */
export function l1Budget(accumulator: number, input: InputRange): number {
  const { min, max } = reach(input);
  const magnitude = Math.max(-min, max);
  if (magnitude === 0) return Infinity;
  const published = 2 ** (input.bits - (input.signed ? 1 : 0));
  return (2 ** (accumulator - 1) - 1) / Math.max(magnitude, published);
}

/**
 * A2Q+'s budget of sum|q| for weights whose positive and negative parts each take at most half of it:
 * T+ = (2^P - 2) / (max - min), codes; the paper's (2^P - 2) / (2^N - 1) on the whole range of a type.
 *
 * Why it is safe: max * T+/2 + |min| * T+/2 = 2^(P-1) - 1 bounds every sum from above, and from below alike. Rows that are
 * not centred must be held to half of it on each side; the sum of both alone would be wrong for them.
 *
 * @param accumulator P, two's-complement bits
 * @returns Infinity when the input is always zero
 */
export function centredL1Budget(accumulator: number, input: InputRange): number {
  const { min, max } = reach(input);
  const published = 2 ** input.bits - 1;
  return max === min ? Infinity : (2 ** accumulator - 2) / Math.max(max - min, published);
}

/** What an accumulator of P bits holds. */
export function accumulatorRange(accumulator: number): Interval {
  return { min: -(2 ** (accumulator - 1)), max: 2 ** (accumulator - 1) - 1 };
}

/** Codes of an input, and zero: what a sum grows by at each step when some inputs are not there yet, or padding. */
export function reach({ min, max }: InputRange): Interval {
  return { min: Math.min(min, 0), max: Math.max(max, 0) };
}

/**
 * Whether an accumulator of P bits holds every sum of every row, whatever its codes are: then there is nothing to limit, and
 * weights are quantized as without an accumulator. The papers' quantizers round towards zero and centre rows even then,
 * which costs accuracy for nothing.
 *
 * @param inputs of a row
 * @param largest magnitude of a code
 */
export function holdsAnyRow(
  inputs: number,
  largest: number,
  input: InputRange,
  accumulator: number,
): boolean {
  const { min, max } = reach(input);
  return inputs * largest * Math.max(max, -min) <= accumulatorRange(accumulator).max;
}

/** Least and largest sum of a row over all inputs, partial sums in any order included. */
export function sumRange(codes: Int32Array, input: InputRange): Interval {
  const { min, max } = reach(input);
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] > 0) positive += codes[i];
    else negative += codes[i];
  }
  return { min: positive * min + negative * max, max: positive * max + negative * min };
}

/** Whether an accumulator of P bits holds all sums of a row, over all inputs and in any order. */
export function fits(codes: Int32Array, input: InputRange, accumulator: number): boolean {
  const sums = sumRange(codes, input);
  const limits = accumulatorRange(accumulator);
  return sums.min >= limits.min && sums.max <= limits.max;
}
