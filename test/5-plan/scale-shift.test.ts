import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findScaleShift, type LevelFunction, type ScaleShift } from '../../src/5-plan/scale-shift.js';

/** Level that the constants give, in integers without a limit. */
function scaledLevel(constants: ScaleShift, row: number, levels: number, u: number): number {
  const product = BigInt(u) * BigInt(constants.multipliers[row]) + BigInt(constants.biases[row]);
  const floor = product >> BigInt(constants.shift);
  const tie = constants.tiesEven && floor << BigInt(constants.shift) === product && floor % 2n !== 0n;
  const shifted = Number(tie ? floor - 1n : floor) - constants.first;
  return Math.min(Math.max(shifted, 0), levels - 1);
}

function trueLevel({ thresholds }: LevelFunction, u: number): number {
  return Array.from(thresholds).filter((t) => u >= t).length;
}

/** Constants fit their declared widths and give the right level around every threshold and at the ends. */
function check(rows: readonly LevelFunction[], constants: ScaleShift): void {
  rows.forEach((row, r) => {
    const levels = row.thresholds.length + 1;
    const near = Array.from(row.thresholds).flatMap((t) => [t - 1, t, t + 1]);
    const all =
      row.hi - row.lo < 600 ? Array.from({ length: row.hi - row.lo + 1 }, (_, k) => row.lo + k) : [];
    for (const u of [row.lo, row.hi, ...near, ...all])
      if (u >= row.lo && u <= row.hi)
        expect(scaledLevel(constants, r, levels, u), `row ${r}, u ${u}`).toBe(trueLevel(row, u));
    expect(constants.multipliers[r]).toBeGreaterThanOrEqual(0);
    expect(constants.multipliers[r]).toBeLessThan(2 ** constants.multiplierBits);
    expect(constants.biases[r]).toBeGreaterThanOrEqual(-(2 ** (constants.biasBits - 1)));
    expect(constants.biases[r]).toBeLessThan(2 ** (constants.biasBits - 1));
  });
}

/** Thresholds of floor((u * slope + start) / unit), within the range or at its ends. */
const linear = (width: number, bits: number) =>
  fc
    .tuple(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: -500, max: 500 }),
      fc.nat(2 ** bits - 1),
      fc.nat(2 ** bits - 1),
    )
    .map(([unit, slope, start, a, b]): LevelFunction => {
      const [lo, hi] = [Math.min(a, b), Math.max(a, b)];
      const thresholds = Array.from({ length: width }, (_, k) => {
        const t = lo + Math.ceil(((k + 1) * unit - start) / slope);
        return t <= lo ? 0 : Math.min(t, hi + 1);
      });
      return { thresholds, lo, hi };
    });

test('constants are found for linear functions, and reproduce them on the whole range', () => {
  const rows = fc
    .integer({ min: 1, max: 20 })
    .chain((width) => fc.array(linear(width, 9), { minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(rows, (functions) => {
      const constants = findScaleShift(functions, 24);
      expect(constants).toBeDefined();
      if (constants) check(functions, constants);
    }),
    { numRuns: 300 },
  );
});

test('for any thresholds: right constants or none, also near 2^32', () => {
  const any = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 2, max: 32 }))
    .chain(([width, bits]) =>
      fc.tuple(
        fc.array(fc.nat(2 ** bits - 1), { minLength: width, maxLength: width }),
        fc.nat(2 ** bits - 1),
        fc.nat(2 ** bits - 1),
      ),
    )
    .map(([values, a, b]): LevelFunction => {
      const [lo, hi] = [Math.min(a, b), Math.max(a, b)];
      const thresholds = values.sort((x, y) => x - y).map((t) => (t <= lo ? 0 : Math.min(t, hi + 1)));
      return { thresholds, lo, hi };
    });
  fc.assert(
    fc.property(any, (row) => {
      const constants = findScaleShift([row], 24);
      if (constants) check([row], constants);
    }),
    { numRuns: 1000 },
  );
});

test('thresholds that no line separates have no constants', () => {
  const crooked: LevelFunction = { thresholds: [10, 11, 12, 200, 201, 202], lo: 0, hi: 255 };
  expect(findScaleShift([crooked], 24)).toBeUndefined();
  const straight: LevelFunction = { thresholds: [10, 20, 30, 40, 50, 60], lo: 0, hi: 255 };
  expect(findScaleShift([straight, crooked], 24)).toBeUndefined();
  expect(findScaleShift([straight], 24)).toBeDefined();
});

test('functions that never or always give their ends', () => {
  for (const thresholds of [
    [256, 256, 256],
    [0, 0, 0],
    [0, 128, 256],
  ]) {
    const row = { thresholds, lo: 0, hi: 255 };
    const constants = findScaleShift([row], 24);
    expect(constants).toBeDefined();
    if (constants) check([row], constants);
  }
});

/** clip(round((u + bias) / 2^shift), ...) with ties to even, by its thresholds. */
const roundsToEven = fc
  .tuple(
    fc.integer({ min: 2, max: 6 }),
    fc.integer({ min: 2, max: 20 }),
    fc.integer({ min: -300, max: 300 }),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([shift, width, bias, from]): LevelFunction => {
    const unit = 2 ** shift;
    const half = unit / 2;
    const [lo, hi] = [0, 1023];
    const thresholds = Array.from({ length: width }, (_, k) => {
      const result = from + k + 1;
      const t = result * unit - half + (result % 2) - bias;
      return t <= lo ? 0 : Math.min(t, hi + 1);
    });
    return { thresholds, lo, hi };
  });

test('rounding to even by a power of two needs no multiplier', () => {
  fc.assert(
    fc.property(roundsToEven, (row) => {
      const constants = findScaleShift([row], 24);
      expect(constants).toBeDefined();
      if (!constants) return;
      expect(constants.multiplierBits).toBe(1);
      check([row], constants);
    }),
    { numRuns: 300 },
  );
});
