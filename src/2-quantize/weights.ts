/** Weights to the nearest codes, symmetric and with a scale for each output. */
import type { QuantizedWeights } from '../1-import/types.js';
import { largestCode } from './calibrate/ranges.js';
import type { WeightSolution } from './types.js';

/** Scales tried, as parts of the one that the largest weight asks for. */
const CANDIDATES = 60;
const LEAST_PART = 0.4;

/**
 * Scales of the rows of a layer: the largest weight becomes the largest code, or a smaller scale, which clips, where that
 * has less squared error. Rows of zeros have scale 1.
 *
 * @param values [outputs][inputs]
 */
export function weightScales(values: Float32Array, outputs: number, bits: number): Float32Array {
  const inputs = values.length / outputs;
  const largest = largestCode(bits, true);
  return Float32Array.from({ length: outputs }, (_, o) => {
    const row = values.subarray(o * inputs, (o + 1) * inputs);
    const top = row.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    if (top === 0) return 1;
    let best = { scale: Math.fround(top / largest), error: Infinity };
    for (let k = 0; k <= CANDIDATES; k++) {
      const part = 1 - (k * (1 - LEAST_PART)) / CANDIDATES;
      const scale = Math.fround((top * part) / largest);
      if (!(scale > 0)) break;
      const error = squaredError(row, scale, largest);
      if (error < best.error) best = { scale, error };
    }
    return best.scale > 0 ? best.scale : 1; // weights too small for float32
  });
}

function squaredError(row: Float32Array, scale: number, largest: number): number {
  let error = 0;
  for (const weight of row) error += (weight - nearestCode(weight, scale, largest) * scale) ** 2;
  return error;
}

function nearestCode(weight: number, scale: number, largest: number): number {
  return Math.max(-largest, Math.min(largest, Math.round(weight / scale))) + 0; // no negative zero
}

/** Each weight's nearest code. */
export function roundWeights(values: Float32Array, scale: Float32Array, bits: number): WeightSolution {
  const inputs = values.length / scale.length;
  const largest = largestCode(bits, true);
  const codes = Int32Array.from(values, (weight, k) =>
    nearestCode(weight, scale[Math.floor(k / inputs)], largest),
  );
  return { codes, scale };
}

/** Codes and scales as weights of a node: signed, without the smallest code. */
export function asWeights({ codes, scale }: WeightSolution, bits: number): QuantizedWeights {
  return { codes, encoding: 'integer', bits, signed: true, narrow: true, scale };
}
