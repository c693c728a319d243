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

/** Whether the thresholds on the weighted sum give the function at every point. */
function reproduces({ x, y, levels, count }: Grid, { weights: [a, b], thresholds }: Separation): boolean {
  const ascending = thresholds.every((each, k) => k === 0 || each >= thresholds[k - 1]);
  return (
    ascending &&
    x.every((p, i) =>
      y.every((q, j) => {
        const sum = a * p + b * q;
        const level = levels[i * y.length + j];
        const reached = level === 0 || sum >= thresholds[level - 1];
        return reached && (level === count - 1 || sum < thresholds[level]);
      }),
    )
  );
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
      if (!found) return; // two roundings may disagree with every weighted sum; counted below
      expect(reproduces(grid, found)).toBe(true);
      expect(Math.max(...found.weights)).toBeLessThan(2 ** 12);
      separated++;
    }),
    { numRuns: 12 },
  );
  expect(separated).toBeGreaterThan(9);
});

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
  test('no weights: products, and two sums that contradict each other', () => {
    expect(separate(gridOf(four, four, (a, b) => a * b))).toBeUndefined();
    expect(separate(gridOf(codes(0, 1), codes(0, 1), (a, b) => Number(a === b)))).toBeUndefined();
  });
});
