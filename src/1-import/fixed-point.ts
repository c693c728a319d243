/** The fixed-point multiplication of TFLite's integer kernels, exact in doubles. */
import { roundHalfEven } from './quantize-value.js';
import type { FixedPointMultiplier } from './types.js';

const { fround } = Math;
const INT32_MAX = 2 ** 31 - 1;

/**
 * value * multiplier * 2^(shift - 31), rounded as the kernel does.
 *
 * @param value an int32
 * @param channel index into the multipliers
 * Source: TFLite kernels/internal/common.h, MultiplyByQuantizedMultiplier with double and single rounding; XNNPACK qs8
 * requantization in float32 (ties to even).
 */
export function multiplyByQuantizedMultiplier(
  value: number,
  { multiplier, shift, scale, rounding }: FixedPointMultiplier,
  channel: number,
): number {
  const at = multiplier.length === 1 ? 0 : channel;
  if (rounding === 'float') return roundHalfEven(fround(fround(value) * fround(scale[at])));
  const m = multiplier[at];
  const s = shift[at];
  if (rounding === 'single') return floorOfProduct(value, m, 2 ** (30 - s), 31 - s) + 0;
  const shifted = s > 0 ? Math.max(-(2 ** 31), Math.min(INT32_MAX, value * 2 ** s)) : value;
  const high = doublingHighMultiply(shifted, m);
  return s < 0 ? divideByPowerOfTwo(high, -s) : high;
}

/** floor((value * multiplier + addend) / 2^shift), for products up to 2^62. */
function floorOfProduct(value: number, multiplier: number, addend: number, shift: number): number {
  if (shift < 16) return Math.floor((value * multiplier + addend) / 2 ** shift); // only small values shift left so far
  const high = Math.floor(value / 65536);
  const low = value - high * 65536;
  const upper = Math.floor(addend / 65536);
  const lower = addend - upper * 65536;
  return Math.floor(
    (high * multiplier + upper + Math.floor((low * multiplier + lower) / 65536)) / 2 ** (shift - 16),
  );
}

/** (a * b + (ab >= 0 ? 2^30 : 1 - 2^30)) / 2^31, truncated: SaturatingRoundingDoublingHighMul. */
function doublingHighMultiply(a: number, b: number): number {
  return a >= 0 ? floorOfProduct(a, b, 2 ** 30, 31) : -floorOfProduct(-a, b, 2 ** 30 - 1, 31) + 0;
}

/** x / 2^exponent, ties away from zero: RoundingDivideByPOT. */
function divideByPowerOfTwo(x: number, exponent: number): number {
  const quotient = Math.floor((Math.abs(x) + 2 ** (exponent - 1)) / 2 ** exponent);
  return x < 0 ? -quotient + 0 : quotient;
}
