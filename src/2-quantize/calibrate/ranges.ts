/** From what calibration saw of a tensor to the scale of its quantizer. */
import type { Quantizer } from '../../1-import/types.js';
import type { RangeMethod } from '../types.js';
import type { MagnitudeHistogram } from './histogram.js';

/** Ranges tried for the least squared error, as parts of the largest magnitude. */
const CANDIDATES = 200;

/** Largest code on the positive side, which the range's end becomes. */
export function largestCode(bits: number, signed: boolean): number {
  return 2 ** (signed ? bits - 1 : bits) - 1;
}

/**
 * Real value of one code.
 *
 * minimum-maximum: the largest magnitude becomes the largest code. percentile: that of magnitudes. mean-squared-error: of
 * 200 ranges up to the largest magnitude the one with the least squared error on the histogram.
 *
 * @param signed codes on both sides of zero, as many on each; else from zero on
 * @returns a positive float32 value; 1 for a tensor that is always zero
 */
export function scaleOf(
  seen: MagnitudeHistogram,
  bits: number,
  signed: boolean,
  method: RangeMethod,
): number {
  const steps = largestCode(bits, signed);
  const scale = Math.fround(rangeOf(seen, steps, method) / steps);
  return scale > 0 ? scale : 1;
}

function rangeOf(seen: MagnitudeHistogram, steps: number, method: RangeMethod): number {
  switch (method.kind) {
    case 'minimum-maximum':
      return seen.largest;
    case 'percentile':
      return seen.percentile(method.percent) || seen.largest;
    case 'mean-squared-error': {
      let best = { range: seen.largest, error: Infinity };
      for (let k = CANDIDATES; k > 0; k--) {
        const range = (seen.largest * k) / CANDIDATES;
        const error = seen.squaredError(range / steps, steps);
        if (error < best.error) best = { range, error };
      }
      return best.range;
    }
  }
}

/** Significant bits of scales that meet in additions: code * scale and the sum of two are then exact in float32. */
const MANTISSA_BITS = 8;
/** Bits of a code, of its scale and of the shift between two scales that leave a float32 sum exact: 24 less the carry. */
const EXACT_BITS = 23;

/**
 * Scales of tensors that meet in additions, made to differ by powers of two, with a short mantissa: then the sum of two
 * codes is exact with one shift, no rounding of float32 comes between, and the accumulator of the addition stays short.
 * Each scale is rounded up, by less than a factor of two where the scales do not lie very far apart; of the given scales
 * the one that rounds the others least is the base.
 *
 * @param bits of the codes
 * @param fixed scale that cannot be changed, of an input port
 */
export function alignScales(scales: readonly number[], bits: number, fixed?: number): number[] {
  const furthest = 2 ** -Math.max(0, EXACT_BITS - MANTISSA_BITS - bits);
  const aligned = (base: number) => {
    const powers = scales.map((scale) => base * 2 ** Math.ceil(Math.log2(scale / base) - 1e-6));
    const least = Math.max(...powers) * furthest;
    return powers.map((scale) => Math.max(scale, least));
  };
  const loss = (base: number) =>
    aligned(base).reduce((sum, scale, k) => sum + Math.log2(scale / scales[k]), 0);
  let best = fixed ?? shortMantissa(scales[0]);
  if (fixed === undefined)
    for (const scale of scales) {
      const base = shortMantissa(scale);
      if (loss(base) < loss(best) - 1e-9) best = base;
    }
  return aligned(best);
}

/** The next number from x on with few significant bits. */
function shortMantissa(x: number): number {
  const unit = 2 ** (Math.floor(Math.log2(x)) - MANTISSA_BITS + 1);
  return Math.ceil(x / unit) * unit;
}

/** Quantizer of an activation. */
export function activationQuantizer(bits: number, signed: boolean, scale: number): Quantizer {
  return {
    encoding: 'integer',
    bits,
    signed,
    narrow: false,
    scale: Float32Array.of(scale),
    zeroPoint: 0,
    rounding: 'half-even',
  };
}
