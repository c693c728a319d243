import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeRange, quantizeValue, ROUNDERS, roundHalfEven } from '../../src/1-import/quantize-value.js';
import type { Quantizer, RoundingMode } from '../../src/1-import/types.js';

const { fround } = Math;

function quantizer(rest: Partial<Quantizer> = {}): Quantizer {
  return {
    encoding: 'integer',
    bits: 4,
    signed: true,
    narrow: false,
    scale: Float32Array.of(1),
    zeroPoint: 0,
    rounding: 'half-even',
    ...rest,
  };
}

const VALUES = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.3, -0.3, 0.7, -0.7, 2, -2];
const ROUNDED: [RoundingMode, number[]][] = [
  ['half-even', [-2, -2, 0, 0, 2, 2, 0, 0, 1, -1, 2, -2]],
  ['ceil', [-2, -1, 0, 1, 2, 3, 1, 0, 1, 0, 2, -2]],
  ['floor', [-3, -2, -1, 0, 1, 2, 0, -1, 0, -1, 2, -2]],
  ['up', [-3, -2, -1, 1, 2, 3, 1, -1, 1, -1, 2, -2]],
  ['down', [-2, -1, 0, 0, 1, 2, 0, 0, 0, 0, 2, -2]],
  ['half-up', [-3, -2, -1, 1, 2, 3, 0, 0, 1, -1, 2, -2]],
  ['half-down', [-2, -1, 0, 0, 1, 2, 0, 0, 1, -1, 2, -2]],
];

describe('rounding', () => {
  test.each(ROUNDED)('%s, ties included', (mode, expected) => {
    expect(Array.from(Int32Array.from(VALUES, ROUNDERS[mode]))).toEqual(expected);
  });

  test('half to even of any double is the nearest integer, and the even one of two', () => {
    fc.assert(
      fc.property(fc.double({ min: -(2 ** 51), max: 2 ** 51, noNaN: true }), (x) => {
        const y = roundHalfEven(x);
        expect(Number.isInteger(y)).toBe(true);
        const [here, below, above] = [y, y - 1, y + 1].map((n) => Math.abs(x - n));
        expect(here).toBeLessThanOrEqual(Math.min(below, above));
        if (here === below || here === above) expect(y % 2 === 0 || here === 0).toBe(true);
      }),
    );
  });

  test('half to even of exact halves and their neighbours', () => {
    for (let n = -1000; n <= 1000; n++) {
      expect(roundHalfEven(n + 0.5) % 2).toBeCloseTo(0, 20);
      expect(roundHalfEven(n) + 0).toBe(n);
    }
    expect(roundHalfEven(0.49999999999999994)).toBe(0);
    expect(roundHalfEven(-0.49999999999999994) + 0).toBe(0);
    expect(roundHalfEven(2 ** 53 - 1)).toBe(2 ** 53 - 1);
  });
});

describe('code ranges', () => {
  test.each([
    [{ bits: 4, signed: true, narrow: false }, -8, 7],
    [{ bits: 4, signed: true, narrow: true }, -7, 7],
    [{ bits: 4, signed: false, narrow: false }, 0, 15],
    [{ bits: 4, signed: false, narrow: true }, 0, 14],
    [{ bits: 2, signed: true, narrow: true }, -1, 1],
    [{ bits: 1, signed: false, narrow: false }, 0, 1],
  ])('%j', (type, min, max) => {
    expect(codeRange({ encoding: 'integer', ...type })).toEqual({ min, max });
  });
});

describe('quantizeValue', () => {
  test('saturates at both ends, for every rounding mode', () => {
    for (const [rounding] of ROUNDED) {
      const q = quantizer({ rounding });
      for (const [x, code] of [
        [7.4, 7],
        [7.5, 7],
        [1e30, 7],
        [-8.4, -8],
        [-8.5, -8],
        [-1e30, -8],
      ])
        expect(quantizeValue(q, fround(x), 0), `${rounding} ${x}`).toBe(code);
    }
  });

  test('divides in float32: 0.35 / 0.1 becomes a tie there, and not in doubles', () => {
    const q = quantizer({ scale: Float32Array.of(0.1) });
    expect(fround(0.35) / fround(0.1)).toBeLessThan(3.5);
    expect(quantizeValue(q, fround(0.35), 0)).toBe(4);
  });

  test('adds the zero point before the clamp', () => {
    const q = quantizer({ signed: false, bits: 8, zeroPoint: 3, scale: Float32Array.of(0.5) });
    expect([-2, -1.5, 0, 1, 126, 127].map((x) => quantizeValue(q, x, 0))).toEqual([0, 0, 3, 5, 255, 255]);
  });

  test('bipolar: zero of either sign is +1', () => {
    const q = quantizer({ encoding: 'bipolar', bits: 1 });
    expect([0, -0, 1e-30, -1e-30, 5, -5].map((x) => quantizeValue(q, x, 0))).toEqual([1, 1, 1, -1, 1, -1]);
  });

  test('takes the scale of the channel', () => {
    const q = quantizer({ scale: Float32Array.of(1, 0.5, 2) });
    expect([0, 1, 2].map((channel) => quantizeValue(q, 3, channel))).toEqual([3, 6, 2]);
  });

  test('never falls, stays in range, and keeps what it made', () => {
    const scale = fc.float({ min: fround(1e-3), max: 100, noNaN: true });
    const value = fc.float({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(
        scale,
        value,
        value,
        fc.constantFrom(...ROUNDED.map(([mode]) => mode)),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        fc.integer({ min: -3, max: 3 }),
        (step, a, b, rounding, bits, signed, zeroPoint) => {
          const q = quantizer({ scale: Float32Array.of(step), rounding, bits, signed, zeroPoint });
          const [low, high] = [Math.min(a, b), Math.max(a, b)].map((x) => quantizeValue(q, x, 0));
          const { min, max } = codeRange(q);
          expect(low).toBeLessThanOrEqual(high);
          expect(low >= min && high <= max && Number.isInteger(low) && Number.isInteger(high)).toBe(true);
        },
      ),
    );
  });

  test('a code is a fixed point when the scale is a power of two', () => {
    for (const [rounding] of ROUNDED)
      for (let code = -8; code <= 7; code++)
        for (const [scale, zeroPoint] of [
          [0.25, 0],
          [2, 3],
        ]) {
          const q = quantizer({ rounding, zeroPoint, scale: Float32Array.of(scale) });
          expect(quantizeValue(q, (code - zeroPoint) * scale, 0) + 0).toBe(code);
        }
  });
});

test('the zero point may be added after the rounding, as QuantizeLinear and QUANTIZE do', () => {
  const q = quantizer({ bits: 8, zeroPoint: 3, rounding: 'half-up', zeroPointAdded: 'after-rounding' });
  expect([-0.5, 0.5, -1.5, 2.49, 500, -500].map((x) => quantizeValue(q, x, 0))).toEqual([
    2, 4, 1, 5, 127, -128,
  ]);
  const before = quantizer({ bits: 8, zeroPoint: 3, rounding: 'half-up' });
  expect(quantizeValue(before, -0.5, 0)).toBe(3);
});
