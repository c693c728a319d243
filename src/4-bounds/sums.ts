/** Bounds of pools, additions, steps and moves. */

import { levelOf } from '../3-integer/thresholds.js';
import type { IntegerAdd, IntegerPool, IntegerStep, IntegerType } from '../3-integer/types.js';
import { outsidePatterns } from '../3-integer/window.js';
import { hull, type Interval, signedBits } from '../shared/interval.js';
import type { BoundedSums } from './types.js';
import { bitsForMagnitude, codeBound } from './widths.js';

/** Sums of a pool's windows, per channel. */
export function boundPoolSums(
  { window }: IntegerPool,
  channelRanges: readonly Interval[],
  type: IntegerType,
): BoundedSums {
  const taps = window.kernel.height * window.kernel.width;
  const counts = outsidePatterns(window).map((outside) => outside.reduce((sum, each) => sum + each, 0));
  const ranges = channelRanges.map(({ min, max }) =>
    hull(
      counts.map((outside) => ({
        min: (taps - outside) * min + outside * window.padCode,
        max: (taps - outside) * max + outside * window.padCode,
      })),
    ),
  );
  return bounded(ranges, BigInt(taps) * codeBound(type));
}

/** Largest codes of a pool's windows, per channel. */
export function maximumRanges({ window }: IntegerPool, channelRanges: readonly Interval[]): Interval[] {
  const { padCode } = window;
  const patterns = outsidePatterns(window);
  const pad = { min: padCode, max: padCode };
  return channelRanges.map((range) =>
    hull(
      patterns.map((outside) => {
        if (!outside.includes(1)) return range;
        if (!outside.includes(0)) return pad;
        return { min: Math.max(range.min, padCode), max: Math.max(range.max, padCode) };
      }),
    ),
  );
}

/** Sums of two tensors, per channel or element. */
export function boundAdd(
  { weights: [a, b] }: IntegerAdd,
  first: readonly Interval[],
  second: readonly Interval[],
  types: readonly [IntegerType, IntegerType],
): BoundedSums {
  const ranges = first.map((range, k) => {
    const [p, q] = [scaled(range, a), scaled(second[k], b)];
    return { min: p.min + q.min, max: p.max + q.max };
  });
  const magnitude = BigInt(Math.abs(a)) * codeBound(types[0]) + BigInt(Math.abs(b)) * codeBound(types[1]);
  return bounded(ranges, magnitude);
}

function scaled({ min, max }: Interval, weight: number): Interval {
  return { min: Math.min(weight * min, weight * max) + 0, max: Math.max(weight * min, weight * max) + 0 };
}

function bounded(ranges: readonly Interval[], magnitude: bigint): BoundedSums {
  return { ranges, exact: signedBits(hull(ranges)), datatype: bitsForMagnitude(magnitude) };
}

/** Codes a step can give for inputs in a range. */
export function stepRange(step: IntegerStep, range: Interval, element: number): Interval {
  const width = step.levels - 1;
  const at = step.rows === 1 ? 0 : (element % step.channels) * width;
  const code = (x: number) => step.base + step.stride * levelOf(step.thresholds, at, width, x);
  const [first, last] = step.reversed ? [-range.max, -range.min] : [range.min, range.max];
  return { min: code(first), max: code(last) };
}
