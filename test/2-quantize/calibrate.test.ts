import { describe, expect, test } from 'vitest';
import { MagnitudeHistogram } from '../../src/2-quantize/calibrate/histogram.js';
import { MomentSums } from '../../src/2-quantize/calibrate/moments.js';
import { activationQuantizer, alignScales, scaleOf } from '../../src/2-quantize/calibrate/ranges.js';
import { applyQuantizer } from '../../src/2-quantize/evaluate/elementwise.js';
import type { RangeMethod } from '../../src/2-quantize/types.js';
import { roundWeights, weightScales } from '../../src/2-quantize/weights.js';
import { randomArray, randomNumbers } from '../support/float-network.js';

function seen(values: Float32Array, batches = 1): MagnitudeHistogram {
  const histogram = new MagnitudeHistogram();
  const size = Math.ceil(values.length / batches);
  for (let k = 0; k < values.length; k += size) histogram.add(values.subarray(k, k + size));
  return histogram;
}

/** Few large values among many small ones. */
function heavyTail(count: number, seed: number): Float32Array {
  const next = randomNumbers(seed);
  return Float32Array.from({ length: count }, () => next() ** 9 * 100);
}

describe('what is remembered of a tensor', () => {
  test('ends and total, whatever the batches; the width of bins grows with the values', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, k) => (k % 2 ? k : -k / 2));
    const whole = seen(values);
    const parts = seen(values, 37);
    for (const each of [whole, parts]) {
      expect([each.minimum, each.maximum, each.largest, each.total]).toEqual([-4999, 9999, 9999, 10_000]);
      expect(each.counts.reduce((a, b) => a + b)).toBe(10_000);
    }
    for (const percent of [50, 90, 99]) {
      const exact = Float64Array.from(values, Math.abs).sort()[percent * 100];
      expect(Math.abs(whole.percentile(percent) - exact)).toBeLessThanOrEqual(2 * whole.width);
      expect(Math.abs(parts.percentile(percent) - exact)).toBeLessThanOrEqual(2 * parts.width);
    }
    expect(whole.percentile(100)).toBe(9999);
  });

  test('the squared error is that of the quantizer, up to the width of a bin', () => {
    const values = heavyTail(20_000, 3);
    const histogram = seen(values, 5);
    for (const [bits, range] of [
      [2, 20],
      [4, 50],
      [4, 100],
      [8, 60],
    ] as const) {
      const steps = 2 ** (bits - 1) - 1;
      const coded = applyQuantizer(activationQuantizer(bits, true, range / steps), values, 1);
      const exact = coded.reduce((sum, value, k) => {
        const clipped = value === -(steps + 1) * (range / steps) ? -range : value; // signed types have one code more
        return sum + (clipped - values[k]) ** 2;
      }, 0);
      const ratio = histogram.squaredError(range / steps, steps) / exact;
      expect(ratio).toBeGreaterThan(0.75);
      expect(ratio).toBeLessThan(1.35);
    }
  });

  test('NaN and infinity are not lost', () => {
    expect(seen(Float32Array.of(1, Number.NaN, 2)).largest).toBeNaN();
    expect(seen(Float32Array.of(1, -Infinity)).largest).toBe(Infinity);
    expect(seen(new Float32Array(5)).largest).toBe(0);
  });
});

describe('ranges', () => {
  const minimumMaximum: RangeMethod = { kind: 'minimum-maximum' };

  test('the end of the range is the largest code', () => {
    expect(scaleOf(seen(Float32Array.of(0, 255)), 8, false, minimumMaximum)).toBe(1);
    expect(scaleOf(seen(Float32Array.of(-7, 3)), 4, true, minimumMaximum)).toBe(1);
    expect(scaleOf(seen(Float32Array.of(0, 6)), 4, false, minimumMaximum)).toBe(Math.fround(0.4));
  });

  test('a tensor of zeros has scale 1, and half of it zeros do not make a percentile of zero', () => {
    expect(scaleOf(seen(new Float32Array(3)), 4, false, minimumMaximum)).toBe(1);
    const mostlyZero = new Float32Array(1000).fill(3, 0, 10);
    expect(scaleOf(seen(mostlyZero), 2, false, { kind: 'percentile', percent: 50 })).toBeGreaterThan(0);
  });

  test.each([2, 3, 4, 8])('the least squared error at %i bits is not above that of other ranges', (bits) => {
    const values = heavyTail(5000, 9).map(Math.abs);
    const histogram = seen(values);
    const error = (scale: number) =>
      applyQuantizer(activationQuantizer(bits, false, scale), values, 1).reduce(
        (sum, value, k) => sum + (value - values[k]) ** 2,
        0,
      );
    const best = error(scaleOf(histogram, bits, false, { kind: 'mean-squared-error' }));
    for (const method of [minimumMaximum, { kind: 'percentile', percent: 99 }] as const)
      expect(best).toBeLessThanOrEqual(error(scaleOf(histogram, bits, false, method)) * 1.01);
    if (bits <= 4) expect(best).toBeLessThan(error(scaleOf(histogram, bits, false, minimumMaximum)));
  });

  test('scales that meet in additions differ by powers of two, never shrink and less than double', () => {
    const given = [0.7, 0.31, 5, 0.05];
    const aligned = alignScales(given, 8);
    for (const [k, scale] of aligned.entries()) {
      expect(scale).toBeGreaterThanOrEqual(given[k]);
      expect(scale).toBeLessThan(2.02 * given[k]);
      expect(Number.isInteger(Math.log2(scale / aligned[0]))).toBe(true);
      expect(Number.isInteger(scale * 2 ** (7 - Math.floor(Math.log2(scale))))).toBe(true); // 8 significant bits
    }
    expect(alignScales([3, 1.5], 8, 1)).toEqual([4, 2]);
    expect(alignScales([0.5, 0.25, 2], 8)).toEqual([0.5, 0.25, 2]);
  });

  test('scales so far apart that a float32 sum would round come closer', () => {
    expect(alignScales([1, 2 ** -12], 8)).toEqual([1, 2 ** -7]);
    expect(alignScales([1, 2 ** -12], 2)).toEqual([1, 2 ** -12]);
  });
});

describe('weights', () => {
  test('rows have scales of their own, the smallest code is left out, and zeros stay zeros', () => {
    const values = Float32Array.of(1, -1, 0.5, 0, 0, 0, 10, -70, 30);
    const scale = weightScales(values, 3, 4);
    const { codes } = roundWeights(values, scale, 4);
    expect(Array.from(codes.subarray(0, 3))).toEqual([7, -7, expect.any(Number)]);
    expect(Array.from(codes.subarray(3, 6))).toEqual([0, 0, 0]);
    expect(Array.from(codes.subarray(6))).toEqual([1, -7, 3]);
    expect(Array.from(scale)).toEqual([expect.closeTo(1 / 7, 1), 1, 10]);
  });

  test.each([2, 3, 4, 8])('at %i bits no scale from the largest weight has less squared error', (bits) => {
    const values = heavyTail(256, 4);
    const error = (scale: Float32Array) =>
      roundWeights(values, scale, bits).codes.reduce((sum, code, k) => {
        return sum + (code * scale[Math.floor(k / 64)] - values[k]) ** 2;
      }, 0);
    const top = Float32Array.from({ length: 4 }, (_, o) => {
      const row = values.subarray(64 * o, 64 * o + 64).map(Math.abs);
      return Math.max(...row) / (2 ** (bits - 1) - 1);
    });
    expect(error(weightScales(values, 4, bits))).toBeLessThanOrEqual(error(top));
  });
});

test('moments are sums of products, group by group, over rows that come in parts', () => {
  const rows = randomArray(2 * 10 * 3, 6); // [groups][rows][inputs]
  const sums = new MomentSums(2, 3, 10);
  for (const group of [0, 1])
    for (const [first, count] of [
      [0, 4],
      [4, 6],
    ]) {
      const at = (group * 10 + first) * 3;
      sums.observe(rows.subarray(at, at + count * 3), count, group);
    }
  const moments = sums.finish();
  for (const group of [0, 1])
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        let expected = 0;
        for (let r = 0; r < 10; r++)
          expected += rows[(group * 10 + r) * 3 + i] * rows[(group * 10 + r) * 3 + j];
        expect(moments[(group * 3 + i) * 3 + j]).toBeCloseTo(expected, 6);
      }
});

test('of very many rows evenly spaced ones are taken, not always the same column', () => {
  const [columns, count] = [32, 32 * 32 * 20];
  const sums = new MomentSums(1, columns, count);
  const seenColumns = new Float32Array(columns * columns);
  for (let c = 0; c < columns; c++) seenColumns[c * columns + c] = 1; // row r shows its column
  for (let k = 0; k < count; k += columns) sums.observe(seenColumns, columns, 0);
  const moments = sums.finish();
  const diagonal = Array.from({ length: columns }, (_, c) => moments[c * columns + c]);
  const total = diagonal.reduce((a, b) => a + b);
  expect(total).toBeGreaterThanOrEqual(2048);
  expect(total).toBeLessThan(count / 2);
  for (const each of diagonal) expect(each).toBeGreaterThan(total / columns / 2);
});
