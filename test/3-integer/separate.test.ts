import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addCodes, quantizeMultiplier } from '../../src/1-import/fixed-point.js';
import type { FixedPointAdd, FixedPointMultiplier, Quantizer } from '../../src/1-import/types.js';
import { type Grid, type Separation, separate } from '../../src/3-integer/separate.js';

function codes(min: number, max: number): Int32Array {
  return Int32Array.from({ length: max - min + 1 }, (_, k) => min + k);
}

/** A grid of one function; its codes start at `base`. */
function gridOf(x: Int32Array, y: Int32Array, f: (a: number, b: number) => number): Grid & { base: number } {
  const values = Array.from(x, (a) => Array.from(y, (b) => f(a, b))).flat();
  const base = Math.min(...values);
  const levels = Int32Array.from(values, (code) => code - base);
  return { x, y, levels, rows: 1, count: Math.max(2, Math.max(...levels) + 1), base };
}

/** How far the thresholds on the weighted sum are off at each point. */
function deviations({ x, y, levels }: Grid, { weights: [a, b], thresholds }: Separation): number[] {
  expect(thresholds.every((each, k) => k === 0 || each >= thresholds[k - 1])).toBe(true);
  return Array.from(x, (p, i) =>
    Array.from(y, (q, j) => {
      const level = thresholds.filter((threshold) => a * p + b * q >= threshold).length;
      return level - levels[i * y.length + j];
    }),
  ).flat();
}

/** Whether they give the function at every point. */
function reproduces(grid: Grid, separation: Separation): boolean {
  return separation.deviating === 0 && deviations(grid, separation).every((each) => each === 0);
}

const bits = fc.integer({ min: 2, max: 5 });

test('rounded sums of any two scales are reproduced on all pairs, whatever direction they run in', () => {
  // multiples of a power of two, so that the sums are exact: what rounding adds at ties is no function of a sum
  const factor = fc.integer({ min: 205, max: 12_288 }).map((n) => n / 4096);
  const direction = fc.constantFrom(-1, 1);
  fc.assert(
    fc.property(
      fc.tuple(bits, bits, factor, factor, direction, direction, fc.integer({ min: -8, max: 8 })),
      ([n, m, p, q, up, across, zero]) => {
        const grid = gridOf(codes(-(2 ** (n - 1)), 2 ** (n - 1) - 1), codes(0, 2 ** m - 1), (a, b) =>
          Math.max(-6, Math.min(5, Math.round(up * p * (a - zero) + across * q * b))),
        );
        const found = separate(grid);
        expect(found && reproduces(grid, found)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

let separated = 0;

test('TFLite’s sum of int8 codes with random scales and zero points, on all pairs', () => {
  const rounding = 'double';
  const multiplier = (real: number): FixedPointMultiplier => {
    const { multiplier: m, shift } = quantizeMultiplier(real, rounding);
    return {
      multiplier: Int32Array.of(m),
      shift: Int32Array.of(shift),
      scale: Float64Array.of(real),
      rounding,
    };
  };
  const scale = fc.double({ min: 0.01, max: 0.2, noNaN: true });
  const zero = fc.integer({ min: -128, max: 127 });
  fc.assert(
    fc.property(fc.tuple(scale, scale, scale, zero, zero, zero), ([s, t, u, a0, b0, zeroPoint]) => {
      const most = 2 * Math.max(s, t);
      const quantizer: Quantizer = {
        encoding: 'integer',
        bits: 8,
        signed: true,
        narrow: false,
        scale: Float32Array.of(u),
        zeroPoint,
        rounding: 'half-even',
      };
      const arithmetic: FixedPointAdd = {
        kind: 'multiply',
        leftShift: 20,
        first: multiplier(s / most),
        second: multiplier(t / most),
        result: multiplier(most / (2 ** 20 * u)),
        quantizer,
        minimum: -128,
        maximum: 127,
      };
      const all = codes(-128, 127);
      const grid = gridOf(all, all, (a, b) => addCodes(arithmetic, a - a0, b - b0));
      const found = separate(grid);
      if (found?.deviating) return; // two roundings may disagree with every weighted sum; counted below
      expect(found && reproduces(grid, found)).toBe(true);
      expect(Math.max(...(found?.weights ?? []))).toBeLessThan(2 ** 12);
      separated++;
    }),
    { numRuns: 12 },
  );
  expect(separated).toBeGreaterThan(9);
});

test('float32 sums of scales with a common measure: all but some ties, and those by one', () => {
  const { fround } = Math;
  const tenths = fc.integer({ min: 1, max: 30 }).map((n) => fround(n / 100));
  let deviating = 0;
  fc.assert(
    fc.property(tenths, tenths, tenths, (s, t, u) => {
      const all = codes(0, 63);
      const grid = gridOf(all, all, (a, b) => {
        const real = fround(fround(a * s) + fround(b * t));
        return Math.min(63, halfEven(fround(real / u)));
      });
      const found = separate(grid);
      if (!found) throw new Error(`${s} ${t} ${u}`);
      const off = deviations(grid, found);
      expect(off.filter((each) => each !== 0)).toHaveLength(found.deviating);
      expect(Math.max(...off.map(Math.abs))).toBeLessThanOrEqual(1);
      if (found.deviating > 0) deviating++;
    }),
    { numRuns: 60 },
  );
  expect(deviating).toBeGreaterThan(5);
});

function halfEven(x: number): number {
  const floor = Math.floor(x);
  const above = x - floor;
  return above === 0.5 ? floor + (floor % 2) : Math.round(x);
}

describe('worked cases', () => {
  const four = codes(-4, 3);
  test('equal scales have the weights 1, 1', () => {
    const found = separate(gridOf(four, four, (a, b) => Math.floor((a + b) / 2)));
    expect(found?.weights).toEqual([1, 1]);
    expect(Array.from(found?.thresholds ?? [])).toEqual([-6, -4, -2, 0, 2, 4, 6]);
  });
  test('a scale of a half and a third', () => {
    expect(separate(gridOf(four, four, (a, b) => 3 * a + 2 * b))?.weights).toEqual([3, 2]);
  });
  test('a falling input has a negative weight', () => {
    expect(separate(gridOf(four, four, (a, b) => a - 2 * b))?.weights).toEqual([1, -2]);
  });
  test('a function of one input alone', () => {
    const grid = gridOf(four, codes(0, 1), (a) => a);
    const found = separate(grid);
    expect(found && reproduces(grid, found)).toBe(true);
  });
  test('a constant', () => {
    expect(separate(gridOf(four, four, () => 7))?.thresholds).toEqual(Float64Array.of(Infinity));
  });
  test('rows share the weights', () => {
    const one = gridOf(four, four, (a, b) => Math.floor((a + b) / 2));
    const other = gridOf(four, four, (a, b) => Math.floor((a + b + 1) / 2));
    const levels = Int32Array.from([...one.levels, ...other.levels]);
    const found = separate({ ...one, levels, rows: 2, count: 8 });
    expect(found?.weights).toEqual([1, 1]);
    expect(Array.from(found?.thresholds ?? []).slice(7)).toEqual([-7, -5, -3, -1, 1, 3, 5]);
  });
  test('where points of a sum differ, most of them decide', () => {
    // of the three points of sum 0 one is at level 1, of those of sum 1 all are
    const grid = gridOf(codes(-1, 1), codes(-1, 1), (a, b) => Number(a + b > 0 || (a === 1 && b === -1)));
    const found = separate(grid);
    expect(found).toEqual({ weights: [2, 1], thresholds: Float64Array.of(1), deviating: 0 });
    const both = gridOf(codes(-1, 1), codes(-1, 1), (a, b) => Number(a + b > 0 || a * b === -1));
    expect(separate(both)).toEqual({ weights: [1, 1], thresholds: Float64Array.of(0), deviating: 1 });
  });
  test('no weights: products, and two sums that contradict each other', () => {
    expect(separate(gridOf(four, four, (a, b) => a * b))).toBeUndefined();
    expect(separate(gridOf(codes(0, 1), codes(0, 1), (a, b) => Number(a === b)))).toBeUndefined();
  });
});
