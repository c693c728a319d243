/** All integers from min to max, both included. */
export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** Bits of the smallest unsigned type that holds 0 .. max. */
export function unsignedBits(max: number): number {
  let bits = 1;
  for (let size = 2; size - 1 < max; size *= 2) bits++;
  return bits;
}

/** Bits of the smallest two's-complement type that holds the interval: -2^(P-1) <= min, max <= 2^(P-1)-1. */
export function signedBits({ min, max }: Interval): number {
  let bits = 1;
  for (let half = 1; -half > min || half - 1 < max; half *= 2) bits++;
  return bits;
}

/** Bits that tell `count` values apart: ceil(log2(count)), at least 1. */
export function countBits(count: number): number {
  return unsignedBits(count - 1);
}

/** Smallest interval that holds all the given ones; at least one is needed. */
export function hull(intervals: readonly Interval[]): Interval {
  let { min, max } = intervals[0];
  for (const each of intervals) {
    if (each.min < min) min = each.min;
    if (each.max > max) max = each.max;
  }
  return { min, max };
}

/** Range of a signed or unsigned integer type. */
export function typeInterval(bits: number, signed: boolean, narrow = false): Interval {
  if (signed) return { min: -(2 ** (bits - 1)) + (narrow ? 1 : 0), max: 2 ** (bits - 1) - 1 };
  return { min: 0, max: 2 ** bits - 1 - (narrow ? 1 : 0) };
}
