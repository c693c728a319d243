/** What drives the array of a layer to the ends of its accumulators, and the sums that must come out. */

import type { Codes } from '../3-integer/evaluate.js';
import { evaluateDense } from '../3-integer/evaluate.js';
import { witness } from '../4-bounds/bounds.js';
import type { BoundedAccumulator } from '../4-bounds/types.js';
import type { BuildUnit } from '../6-emit/build-record.js';

export interface WitnessRun {
  readonly codes: Int32Array; // in the order of the array's lanes and beats
  readonly expected: Codes; // [vectors * outputs]
  readonly vectors: number;
}

/**
 * Input vectors that drive accumulators to their ends: first the channels with the widest ends of the layer, then
 * the others in order, two vectors a channel. Channels that see inputs of their own are driven all at once.
 *
 * @param most number of vectors, 2 or more
 */
export function chooseWitnesses(bounded: BoundedAccumulator, unit: BuildUnit, most: number): WitnessRun {
  const { layer } = bounded;
  if (layer.kind === 'conv' && layer.separate) return separateWitnesses(bounded, unit);
  const wanted = channelEnds(bounded, most);
  const vectors = new Int32Array(wanted.length * layer.inputs);
  wanted.forEach(([channel, end], index) => {
    vectors.set(witness(bounded, channel, end), index * layer.inputs);
  });
  const expected = evaluateDense(layer, vectors, wanted.length);
  return { codes: repeated(vectors, layer.inputs, repeatsOf(unit)), expected, vectors: wanted.length };
}

/** Times that the array takes a vector in a row: it has no buffer of its own where windows come repeated. */
function repeatsOf({ arrayInput, fold }: BuildUnit): number {
  if (!arrayInput || !fold) throw new Error('the unit has no array');
  return fold.windows ? fold.neuronFold : 1;
}

function repeated(vectors: Int32Array, length: number, times: number): Int32Array {
  if (times === 1) return vectors;
  const result = new Int32Array(vectors.length * times);
  for (let from = 0, to = 0; from < vectors.length; from += length)
    for (let k = 0; k < times; k++, to += length) result.set(vectors.subarray(from, from + length), to);
  return result;
}

function channelEnds({ ranges }: BoundedAccumulator, most: number): [number, 'min' | 'max'][] {
  const lowest = ranges.reduce((best, range, c) => (range.min < ranges[best].min ? c : best), 0);
  const highest = ranges.reduce((best, range, c) => (range.max > ranges[best].max ? c : best), 0);
  const wanted: [number, 'min' | 'max'][] = [
    [lowest, 'min'],
    [highest, 'max'],
  ];
  for (let channel = 0; channel < ranges.length && wanted.length + 2 <= most; channel++)
    wanted.push([channel, 'min'], [channel, 'max']);
  return wanted;
}

/** Two vectors: all channels at their least, and at their greatest. Beats go tap by tap for each group of PE channels. */
function separateWitnesses(bounded: BoundedAccumulator, { fold }: BuildUnit): WitnessRun {
  const { layer } = bounded;
  if (!fold) throw new Error('the unit has no folding');
  const { inputs: taps, outputs, weights } = layer;
  const ends = ['min', 'max'] as const;
  const codes = new Int32Array(ends.length * outputs * taps);
  const expected = new Int32Array(ends.length * outputs);
  let at = 0;
  ends.forEach((end, vector) => {
    for (let first = 0; first < outputs; first += fold.pe) {
      const lanes = Array.from({ length: fold.pe }, (_, p) => witness(bounded, first + p, end));
      for (let tap = 0; tap < taps; tap++) for (const lane of lanes) codes[at++] = lane[tap];
      lanes.forEach((lane, p) => {
        let sum = 0;
        for (let tap = 0; tap < taps; tap++) sum += weights[(first + p) * taps + tap] * lane[tap];
        expected[vector * outputs + first + p] = sum;
      });
    }
  });
  return { codes, expected, vectors: ends.length };
}
