/** The fixed-point arithmetic of TFLite's integer kernels, exact in doubles. */
import { roundHalfEven } from './quantize-value.js';
import type { AddArithmetic, FixedPointMultiplier, FixedPointRounding } from './types.js';

const { fround } = Math;
const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/**
 * A real multiplier as integer and power of two: real = multiplier * 2^(shift - 31), the multiplier 2^30 or more.
 * Below 2^-32 it flushes to zero; single rounding takes no shift above 30 and saturates.
 *
 * @param real zero or positive
 * Source: TFLite kernels/internal/quantization_util.cc, QuantizeMultiplier.
 */
export function quantizeMultiplier(
  real: number,
  rounding: FixedPointRounding,
): { multiplier: number; shift: number } {
  if (real === 0) return { multiplier: 0, shift: 0 };
  let { fraction, exponent: shift } = splitExponent(real);
  let multiplier = Math.round(fraction * 2 ** 31);
  if (multiplier === 2 ** 31) {
    multiplier /= 2;
    shift++;
  }
  if (shift < -31) return { multiplier: 0, shift: 0 };
  if (rounding === 'single' && shift > 30) return { multiplier: INT32_MAX, shift: 30 };
  return { multiplier, shift };
}

/** real = fraction * 2^exponent with the fraction from 0.5 to below 1: C's frexp. */
function splitExponent(real: number): { fraction: number; exponent: number } {
  let fraction = real;
  let exponent = 0;
  while (fraction >= 1) {
    fraction /= 2;
    exponent++;
  }
  while (fraction < 0.5) {
    fraction *= 2;
    exponent--;
  }
  return { fraction, exponent };
}

/**
 * value * multiplier * 2^(shift - 31), rounded as the kernel does. Non-decreasing in the value. Where the C code would
 * leave int32, which is undefined there, the result saturates.
 *
 * @param value an int32
 * @param channel index into the multipliers
 * Source: TFLite kernels/internal/common.h, MultiplyByQuantizedMultiplier in its default build ('double') and with
 * TFLITE_SINGLE_ROUNDING ('single'); XNNPACK's fp32 requantisation ('float'), whose range the caller's clamp bounds.
 */
export function multiplyByQuantizedMultiplier(
  value: number,
  { multiplier, shift, scale, rounding }: FixedPointMultiplier,
  channel: number,
): number {
  const at = (constants: ArrayLike<number>) => constants[constants.length === 1 ? 0 : channel];
  switch (rounding) {
    case 'double':
      return roundTwice(value, at(multiplier), at(shift));
    case 'single':
      return roundOnce(value, at(multiplier), at(shift));
    case 'float':
      return saturate(roundHalfEven(fround(fround(value) * fround(at(scale)))));
  }
}

/** SaturatingRoundingDoublingHighMul, then RoundingDivideByPOT. */
function roundTwice(value: number, multiplier: number, shift: number): number {
  const shifted = shift > 0 ? saturate(value * 2 ** shift) : value;
  const { high, low } = product(shifted, multiplier);
  const doubled = low >= 2 ** 30 ? high + 1 : high; // ties towards +infinity
  if (shift >= 0) return doubled;
  const divided = Math.floor((Math.abs(doubled) + 2 ** (-shift - 1)) / 2 ** -shift); // ties away from zero
  return doubled < 0 ? 0 - divided : divided;
}

/** (value * multiplier + 2^(30 - shift)) >> (31 - shift). */
function roundOnce(value: number, multiplier: number, shift: number): number {
  const { high, low } = product(value, multiplier);
  if (shift >= 0)
    return saturate(high * 2 ** shift + Math.floor((low + 2 ** (30 - shift)) / 2 ** (31 - shift)));
  return Math.floor((high + 2 ** (-shift - 1)) / 2 ** -shift); // what `low` holds is below one unit of the half
}

/** a * b = high * 2^31 + low with low from 0 to 2^31 - 1, for an int32 a and a b from 0 to 2^31 - 1. */
function product(a: number, b: number): { high: number; low: number } {
  const upper = Math.floor(a / 2 ** 16);
  const lower = a - upper * 2 ** 16;
  const top = upper * b; // counts 2^16
  const high = Math.floor(top / 2 ** 15);
  const rest = (top - high * 2 ** 15) * 2 ** 16 + lower * b; // below 2^48
  const carry = Math.floor(rest / 2 ** 31);
  return { high: high + carry, low: rest - carry * 2 ** 31 };
}

function saturate(value: number): number {
  return Math.min(Math.max(value, INT32_MIN), INT32_MAX);
}

/**
 * The code of the sum of two codes in an integer kernel.
 *
 * @param a first code less its zero point
 * @param b second code less its zero point
 * Source: TFLite reference ADD; XNNPACK's qs8-vadd.
 */
export function addCodes(arithmetic: AddArithmetic, a: number, b: number): number {
  const { quantizer, minimum, maximum } = arithmetic;
  const sum =
    arithmetic.kind === 'shift'
      ? Math.floor(
          (a * arithmetic.multipliers[0] + b * arithmetic.multipliers[1] + 2 ** (arithmetic.shift - 1)) /
            2 ** arithmetic.shift,
        )
      : scaledSum(arithmetic, a, b);
  return Math.min(Math.max(sum + quantizer.zeroPoint, minimum), maximum);
}

function scaledSum(
  { leftShift, first, second, result }: Extract<AddArithmetic, { kind: 'multiply' }>,
  a: number,
  b: number,
): number {
  const scaled =
    multiplyByQuantizedMultiplier(a * 2 ** leftShift, first, 0) +
    multiplyByQuantizedMultiplier(b * 2 ** leftShift, second, 0);
  return multiplyByQuantizedMultiplier(scaled, result, 0);
}
