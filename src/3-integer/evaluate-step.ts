/** Step functions in the golden model. */
import type { Codes } from './evaluate.js';
import { levelOf } from './thresholds.js';
import type { IntegerStep } from './types.js';

/** code = base + stride * (number of thresholds reached). */
export function evaluateStep(step: IntegerStep, x: Codes): Int32Array {
  if (x instanceof Int32Array && x.length >= step.rows * BUCKETS * 2) return evaluateByBuckets(step, x);
  const { channels, rows, levels, thresholds, base, stride, reversed } = step;
  const y = new Int32Array(x.length);
  const width = levels - 1;
  for (let k = 0; k < x.length; k++) {
    const at = rows === 1 ? 0 : (k % channels) * width;
    y[k] = base + stride * levelOf(thresholds, at, width, reversed ? -x[k] : x[k]);
  }
  return y;
}

/** Equal parts of the range of a row's thresholds. */
const BUCKETS = 512;

/** Most values are one or two comparisons away from the level at the beginning of their part of the range. */
function evaluateByBuckets(step: IntegerStep, x: Int32Array): Int32Array {
  const { channels, rows, levels, base, stride, reversed } = step;
  const { first, shift, starts, thresholds } = makeBuckets(step);
  const y = new Int32Array(x.length);
  const width = levels; // one sentinel more than thresholds
  const shared = rows === 1;
  for (let k = 0, channel = 0; k < x.length; k++) {
    const row = shared ? 0 : channel;
    const value = reversed ? -x[k] : x[k];
    let bucket = Math.floor((value - first[row]) / shift[row]);
    if (bucket < 0) bucket = 0;
    else if (bucket >= BUCKETS) bucket = BUCKETS - 1;
    const at = row * width;
    let level = value < first[row] ? 0 : starts[row * BUCKETS + bucket];
    while (value >= thresholds[at + level]) level++;
    y[k] = base + stride * level;
    if (++channel === channels) channel = 0;
  }
  return y;
}

/** For each row where its thresholds begin, how wide a part is, and the level at the beginning of each part. */
function makeBuckets({ rows, levels, thresholds }: IntegerStep) {
  const count = levels - 1;
  const first = new Float64Array(rows);
  const shift = new Float64Array(rows);
  const starts = new Int32Array(rows * BUCKETS);
  const guarded = new Float64Array(rows * levels).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    const own = thresholds.subarray(row * count, (row + 1) * count);
    guarded.set(own, row * levels);
    const finite = own.filter(Number.isFinite);
    if (finite.length > 0) {
      first[row] = finite[0];
      shift[row] = Math.max(1, Math.ceil((finite[finite.length - 1] - finite[0] + 1) / BUCKETS));
    } else shift[row] = 1;
    for (let b = 0; b < BUCKETS; b++)
      starts[row * BUCKETS + b] = levelOf(own, 0, count, first[row] + b * shift[row]);
  }
  return { first, shift, starts, thresholds: guarded };
}
