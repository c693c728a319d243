import { witness } from '../4-bounds/bounds.js';
import type { BoundedAccumulator } from '../4-bounds/types.js';

/**
 * Input vectors that drive accumulators to their ends: first the channels with the widest ends of the layer, then
 * the others in order, two vectors a channel.
 *
 * @param most number of vectors, 2 or more
 * @returns [vectors * inputs] codes
 */
export function chooseWitnesses(bounded: BoundedAccumulator, most: number): Int32Array {
  const { ranges, layer } = bounded;
  const lowest = ranges.reduce((best, range, c) => (range.min < ranges[best].min ? c : best), 0);
  const highest = ranges.reduce((best, range, c) => (range.max > ranges[best].max ? c : best), 0);
  const wanted: [number, 'min' | 'max'][] = [
    [lowest, 'min'],
    [highest, 'max'],
  ];
  for (let channel = 0; channel < ranges.length && wanted.length + 2 <= most; channel++)
    wanted.push([channel, 'min'], [channel, 'max']);
  const vectors = new Int32Array(wanted.length * layer.inputs);
  wanted.forEach(([channel, end], index) => {
    vectors.set(witness(bounded, channel, end), index * layer.inputs);
  });
  return vectors;
}
