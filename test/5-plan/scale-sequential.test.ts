import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  MOST_SHIFT,
  planSequential,
  type SequentialScale,
  sequentialImages,
} from '../../src/5-plan/scale-sequential.js';
import { findLines, type LevelFunction } from '../../src/5-plan/scale-shift.js';

function plan(functions: readonly LevelFunction[], inputBits: number, spacing: number) {
  const lines = findLines(functions, MOST_SHIFT);
  return lines && planSequential(lines, functions, inputBits, spacing);
}

/** Level as hw/scale_sequential.v computes it from a word {x, b, m}. */
function hardwareLevel(scale: SequentialScale, word: string, inputBits: number, levels: number, u: number) {
  const { constants, rows, steps, stages, zeros, sumBits, extraBits } = scale;
  const take = (at: number, bits: number) => BigInt.asUintN(bits, BigInt(`0x${word}`) >> BigInt(at));
  let sum = BigInt(u) * take(0, constants.multiplierBits);
  for (let digit = 0; digit < rows * steps * stages; digit++) sum += 2n ** BigInt(inputBits + 1 + 2 * digit);
  sum = BigInt.asIntN(sumBits, (sum >> BigInt(zeros)) + take(constants.multiplierBits, sumBits));
  const lost = BigInt(constants.shift - zeros);
  const result = sum >> lost;
  const carry = sum - (result << lost) + take(constants.multiplierBits + sumBits, extraBits) >= 1n << lost;
  const up = constants.pivot > 0 && result >= BigInt(constants.pivot) && carry ? 1 : 0;
  return Math.min(Math.max(Number(result) + up, 0), levels - 1);
}

function check(functions: readonly LevelFunction[], inputBits: number, scale: SequentialScale): void {
  const levels = functions[0].thresholds.length + 1;
  const folds = functions.length;
  const [{ words }] = sequentialImages(scale, { lanes: 1, folds, prefix: 'x' });
  functions.forEach(({ thresholds, lo, hi }, row) => {
    const near = Array.from(thresholds).flatMap((t) => [t - 1, t]);
    for (const u of [lo, hi, ...near])
      if (u >= lo && u <= hi)
        expect(hardwareLevel(scale, words[row], inputBits, levels, u), `row ${row}, u ${u}`).toBe(
          Array.from(thresholds).filter((t) => u >= t).length,
        );
  });
}

/** Thresholds of a step function that is known by its values. */
function thresholdsOf(levelAt: (u: number) => number, levels: number, lo: number, hi: number): number[] {
  return Array.from({ length: levels - 1 }, (_, index) => {
    let [from, to] = [lo, hi + 1];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if (levelAt(middle) > index) to = middle;
      else from = middle + 1;
    }
    return from <= lo ? 0 : from;
  });
}

/** TFLite's double rounding: a high multiply, then a division, both to the nearest and ties away from zero. */
function doubleRounding(sum: number, multiplier: number, exponent: number): number {
  const product = BigInt(sum) * BigInt(multiplier);
  const high = (product + (product >= 0n ? 2n ** 30n : 1n - 2n ** 30n)) / 2n ** 31n;
  const half = 1n << BigInt(exponent - 1);
  return Number(high >= 0n ? (high + half) >> BigInt(exponent) : -((-high + half) >> BigInt(exponent)));
}

const INPUT_BITS = 20;
const MIDDLE = 2 ** (INPUT_BITS - 1);

const channels = fc
  .record({
    exponent: fc.integer({ min: 4, max: 11 }),
    zeroPoint: fc.integer({ min: -128, max: 127 }),
    least: fc.constantFrom(-128, 'zero point' as const),
    scales: fc.array(
      fc.tuple(
        fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
        fc.integer({ min: -5000, max: 5000 }),
        fc.integer({ min: 1, max: MIDDLE - 1 }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ exponent, zeroPoint, least, scales }) => {
    const bottom = least === 'zero point' ? zeroPoint : least;
    const levels = 128 - Math.min(bottom, 120);
    return scales.map(([multiplier, bias, span]): LevelFunction => {
      const [lo, hi] = [MIDDLE - span, MIDDLE + span - 1];
      const levelAt = (u: number) => {
        const code = doubleRounding(u - MIDDLE + bias, multiplier, exponent) + zeroPoint;
        return Math.min(Math.max(code, bottom), 127) - Math.min(bottom, 120);
      };
      return { thresholds: thresholdsOf(levelAt, levels, lo, hi), lo, hi };
    });
  });

test('rounding twice, as TFLite does, is reproduced on the whole range, whatever the cycles', () => {
  let [found, pivots] = [0, 0];
  fc.assert(
    fc.property(channels, fc.integer({ min: 1, max: 40 }), (functions, spacing) => {
      const scale = plan(functions, INPUT_BITS, spacing);
      if (!scale) return;
      found++;
      if (scale.constants.pivot > 0) pivots++;
      expect(scale.steps).toBeLessThanOrEqual(spacing);
      expect(2 * scale.rows * scale.steps * scale.stages).toBeGreaterThan(scale.constants.multiplierBits);
      check(functions, INPUT_BITS, scale);
    }),
    { numRuns: 60 },
  );
  expect(found).toBeGreaterThan(50);
  expect(pivots).toBeGreaterThan(5);
});

test('any thresholds: right constants or none', () => {
  const any = fc
    .tuple(fc.integer({ min: 2, max: 24 }), fc.integer({ min: 3, max: 20 }))
    .chain(([bits, width]) =>
      fc.tuple(
        fc.constant(bits),
        fc.array(
          fc.tuple(
            fc.array(fc.nat(2 ** bits - 1), { minLength: width, maxLength: width }),
            fc.nat(2 ** bits - 1),
            fc.nat(2 ** bits - 1),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      ),
    );
  fc.assert(
    fc.property(any, ([bits, rows]) => {
      const functions = rows.map(([values, a, b]): LevelFunction => {
        const [lo, hi] = [Math.min(a, b), Math.max(a, b)];
        const thresholds = values.sort((x, y) => x - y).map((t) => (t <= lo ? 0 : Math.min(t, hi + 1)));
        return { thresholds, lo, hi };
      });
      const scale = plan(functions, bits, 40);
      if (scale) check(functions, bits, scale);
    }),
    { numRuns: 1000 },
  );
});

test('too few cycles for a wide multiplier make stages; thresholds that no two lines separate have no constants', () => {
  const linear: LevelFunction = {
    thresholds: Array.from({ length: 255 }, (_, k) => Math.ceil((k + 1) * 1234.567)),
    lo: 0,
    hi: 2 ** 20 - 1,
  };
  expect(plan([linear], 20, 13)?.stages).toBe(1);
  const fast = plan([linear], 20, 1);
  expect(fast?.steps).toBe(1);
  expect(fast?.stages).toBeGreaterThan(1);
  if (fast) check([linear], 20, fast);
  const crooked = Array.from({ length: 200 }, (_, k) => (k + 1) * 50 + 49 * (k % 3));
  expect(plan([{ thresholds: crooked, lo: 0, hi: 16383 }], 14, 40)).toBeUndefined();
});

test('channels that never leave a level cost no bits', () => {
  const dead: LevelFunction = { thresholds: new Array<number>(255).fill(0), lo: 0, hi: 1000 };
  const never: LevelFunction = { thresholds: new Array<number>(255).fill(1001), lo: 0, hi: 1000 };
  const scale = plan([dead, never], 10, 4);
  expect(scale?.constants.rows).toEqual([
    { shift: 0, multiplierBits: 1 },
    { shift: 0, multiplierBits: 1 },
  ]);
  if (scale) check([dead, never], 10, scale);
});
