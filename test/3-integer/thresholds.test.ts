import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findThresholds } from '../../src/3-integer/thresholds.js';

/** Codes of a non-decreasing function, listed over a domain. */
interface Row {
  readonly min: number;
  readonly codes: readonly number[];
}

const row = (stride: number): fc.Arbitrary<Row> =>
  fc.record({
    min: fc.integer({ min: -60, max: 60 }),
    codes: fc
      .tuple(fc.integer({ min: -3, max: 3 }), fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }))
      .map(([first, rises]) => {
        const codes = [first * stride];
        for (const rise of rises) codes.push(codes[codes.length - 1] + Math.max(0, rise - 1) * stride);
        return codes;
      }),
  });

/** Level by level, the smallest x of the domain that reaches it; without it, never or always. */
function bruteForce({ min, codes }: Row, base: number, levels: number, stride: number): number[] {
  return Array.from({ length: levels - 1 }, (_, k) => {
    const code = base + (k + 1) * stride;
    const at = codes.findIndex((each) => each >= code);
    return at < 0 ? Number.POSITIVE_INFINITY : at === 0 ? Number.NEGATIVE_INFINITY : min + at;
  });
}

test.each([1, 2])('thresholds of random rows equal those found value by value, stride %i', (stride) => {
  fc.assert(
    fc.property(fc.array(row(stride), { minLength: 1, maxLength: 4 }), (rows) => {
      const domains = rows.map(({ min, codes }) => ({ min, max: min + codes.length - 1 }));
      const found = findThresholds((x, r) => rows[r].codes[x - rows[r].min], domains, stride);
      const base = Math.min(...rows.map(({ codes }) => codes[0]));
      const top = Math.max(...rows.map(({ codes }) => codes[codes.length - 1]));
      expect(found.base).toBe(base);
      expect(found.levels).toBe(Math.max(2, (top - base) / stride + 1));
      const expected = rows.map((each) => bruteForce(each, base, found.levels, stride));
      const width = found.levels - 1;
      const shown = rows.map((_, r) => {
        const at = found.rows === 1 ? 0 : r * width;
        return Array.from(found.thresholds.subarray(at, at + width));
      });
      expect(shown).toEqual(expected);
      const same = expected.every((each) => each.join() === expected[0].join());
      expect(found.rows).toBe(same ? 1 : rows.length);
    }),
  );
});

test('the function is evaluated a few times per threshold, not once per value', () => {
  let calls = 0;
  const { thresholds } = findThresholds(
    (x) => {
      calls++;
      return x < 123_456 ? 0 : x < 7_654_321 ? 1 : 2;
    },
    [{ min: -(2 ** 30), max: 2 ** 30 }],
    1,
  );
  expect(Array.from(thresholds)).toEqual([123_456, 7_654_321]);
  expect(calls).toBeLessThan(80);
});

test('thresholds of a line with rounding take three evaluations each', () => {
  let calls = 0;
  const line = (x: number) => Math.max(-128, Math.min(127, Math.floor(x * 0.000213 + 0.5)));
  const { thresholds } = findThresholds(
    (x) => {
      calls++;
      return line(x);
    },
    [{ min: -800_000, max: 900_000 }],
    1,
  );
  for (const [k, each] of thresholds.entries()) {
    expect(line(each)).toBe(k - 127);
    expect(line(each - 1)).toBe(k - 128);
  }
  expect(calls).toBeLessThan(3 * thresholds.length);
});
