import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addCodes,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
} from '../../src/1-import/fixed-point.js';
import type { FixedPointMultiplier, FixedPointRounding, Quantizer } from '../../src/1-import/types.js';
import { referenceMultiply } from '../support/tflite-interpreter.js';

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const anyValue = fc.oneof(fc.integer(INT32), fc.constantFrom(INT32.min, INT32.max, -1, 0, 1));
const anyMultiplier = fc.oneof(
  fc.integer({ min: 0, max: INT32.max }),
  fc.constantFrom(0, 1, 2 ** 30, INT32.max),
);

function one(multiplier: number, shift: number, rounding: FixedPointRounding): FixedPointMultiplier {
  return {
    multiplier: Int32Array.of(multiplier),
    shift: Int32Array.of(shift),
    scale: Float64Array.of(multiplier * 2 ** (shift - 31)),
    rounding,
  };
}

describe.each(['double', 'single'] as const)('%s rounding', (rounding) => {
  const anyShift = fc.integer({ min: -31, max: 30 });

  test('equals the C code in BigInt for every int32', () => {
    fc.assert(
      fc.property(anyValue, anyMultiplier, anyShift, (value, multiplier, shift) => {
        const found = multiplyByQuantizedMultiplier(value, one(multiplier, shift, rounding), 0);
        const expected = referenceMultiply(BigInt(value), BigInt(multiplier), BigInt(shift), rounding);
        expect(BigInt(found)).toBe(expected);
      }),
      { numRuns: 20_000 },
    );
  });

  test('equals it near ties, where the two flavours differ', () => {
    for (let shift = -31; shift <= 2; shift++)
      for (const multiplier of [2 ** 30, 3 * 2 ** 29, 2 ** 30 + 1, INT32.max])
        for (let k = -40; k <= 40; k++)
          for (const scale of [1, 2 ** 15, 2 ** Math.min(24, -shift)]) {
            const value = k * Math.max(1, scale) + (k % 3) - 1;
            const found = multiplyByQuantizedMultiplier(value, one(multiplier, shift, rounding), 0);
            expect(BigInt(found)).toBe(
              referenceMultiply(BigInt(value), BigInt(multiplier), BigInt(shift), rounding),
            );
          }
  });

  test('does not fall when the value rises', () => {
    fc.assert(
      fc.property(
        anyValue,
        fc.integer({ min: 0, max: 1000 }),
        anyMultiplier,
        anyShift,
        (value, more, m, s) => {
          const at = (x: number) => multiplyByQuantizedMultiplier(x, one(m, s, rounding), 0);
          expect(at(Math.min(value + more, INT32.max))).toBeGreaterThanOrEqual(at(value));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe('known values', () => {
  const half = (rounding: FixedPointRounding) => one(2 ** 30, 0, rounding);
  const eighth = (rounding: FixedPointRounding) => one(2 ** 30, -2, rounding);

  test('double: the high multiply rounds ties up, the division away from zero', () => {
    const by = (value: number) => multiplyByQuantizedMultiplier(value, half('double'), 0);
    expect([-3, -1, 1, 3].map(by)).toEqual([-1, 0, 1, 2]);
    const eighths = [-12, -4, 4, 12].map((x) => multiplyByQuantizedMultiplier(x, eighth('double'), 0));
    expect(eighths).toEqual([-2, -1, 1, 2]);
  });

  test('single: ties up', () => {
    const eighths = [-12, -4, 4, 12].map((x) => multiplyByQuantizedMultiplier(x, eighth('single'), 0));
    expect(eighths).toEqual([-1, 0, 1, 2]);
  });

  test('double rounds twice: 11 / 8 is 1.375, and 6 / 4 after the first step', () => {
    expect(multiplyByQuantizedMultiplier(11, eighth('double'), 0)).toBe(2);
    expect(multiplyByQuantizedMultiplier(11, eighth('single'), 0)).toBe(1);
  });

  test('float: ties to even, in float32', () => {
    const eighths = [-12, -4, 4, 12].map((x) => multiplyByQuantizedMultiplier(x, eighth('float'), 0));
    expect(eighths).toEqual([-2, 0, 0, 2]);
    // 2^24 + 1 is no float32
    expect(multiplyByQuantizedMultiplier(2 ** 24 + 1, one(2 ** 30, 1, 'float'), 0)).toBe(2 ** 24);
  });

  test('a shift to the left that leaves int32 saturates', () => {
    expect(multiplyByQuantizedMultiplier(2 ** 30, one(2 ** 30, 4, 'double'), 0)).toBe(2 ** 30);
    expect(multiplyByQuantizedMultiplier(-(2 ** 30), one(2 ** 30, 4, 'single'), 0)).toBe(INT32.min);
  });

  test('takes the channel’s multiplier', () => {
    const two = {
      ...one(0, 0, 'double'),
      multiplier: Int32Array.of(2 ** 30, 2 ** 30),
      shift: Int32Array.of(0, 1),
    };
    expect([0, 1].map((channel) => multiplyByQuantizedMultiplier(10, two, channel))).toEqual([5, 10]);
  });
});

test('float: equals the magic bias of XNNPACK', () => {
  const float = new Float32Array(1);
  const bits = new Int32Array(float.buffer);
  fc.assert(
    fc.property(
      fc.integer({ min: -(2 ** 24), max: 2 ** 24 }),
      fc.float({ min: Math.fround(2 ** -20), max: Math.fround(2 ** -3), noNaN: true }),
      (value, scale) => {
        float[0] = value;
        float[0] *= scale;
        float[0] += 12582912;
        const fixed = { ...one(0, 0, 'float'), scale: Float64Array.of(scale) };
        expect(multiplyByQuantizedMultiplier(value, fixed, 0)).toBe(bits[0] - 0x4b400000);
      },
    ),
    { numRuns: 20_000 },
  );
});

describe('quantizeMultiplier', () => {
  /** Rounded half away from zero, from the bits of the double. */
  function reference(real: number): { multiplier: bigint; shift: number } {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, real);
    const raw = view.getBigUint64(0);
    const significand = (raw & 0xfffffffffffffn) | 0x10000000000000n; // 53 bits
    const exponent = Number((raw >> 52n) & 0x7ffn) - 1022;
    const rounded = ((significand >> 21n) + 1n) >> 1n; // to 31 bits
    return rounded === 1n << 31n
      ? { multiplier: 1n << 30n, shift: exponent + 1 }
      : { multiplier: rounded, shift: exponent };
  }

  test('equals frexp and rounding on the bits of the double', () => {
    const real = fc.double({ min: 2 ** -31, max: 2 ** 29, noNaN: true });
    fc.assert(
      fc.property(real, (each) => {
        const { multiplier, shift } = quantizeMultiplier(each, 'double');
        expect({ multiplier: BigInt(multiplier), shift }).toEqual(reference(each));
      }),
      { numRuns: 5_000 },
    );
  });

  test('known values and ends', () => {
    expect(quantizeMultiplier(0, 'double')).toEqual({ multiplier: 0, shift: 0 });
    expect(quantizeMultiplier(1, 'double')).toEqual({ multiplier: 2 ** 30, shift: 1 });
    expect(quantizeMultiplier(1 - 2 ** -40, 'double')).toEqual({ multiplier: 2 ** 30, shift: 1 });
    expect(quantizeMultiplier(2 ** -32, 'double')).toEqual({ multiplier: 2 ** 30, shift: -31 });
    expect(quantizeMultiplier(2 ** -32 * 0.999, 'double')).toEqual({ multiplier: 0, shift: 0 });
    expect(quantizeMultiplier(2 ** 31, 'single')).toEqual({ multiplier: INT32.max, shift: 30 });
  });
});

describe('addCodes', () => {
  const quantizer: Quantizer = {
    encoding: 'integer',
    bits: 8,
    signed: true,
    narrow: false,
    scale: Float32Array.of(0.7),
    zeroPoint: 5,
    rounding: 'half-up',
  };
  const clamp = { quantizer, minimum: -100, maximum: 90 };

  test('shift: one rounding of the exact sum, ties up, then the clamp', () => {
    const arithmetic = { kind: 'shift', multipliers: [3, 5], shift: 2, ...clamp } as const;
    expect(addCodes(arithmetic, 1, 1)).toBe(7); // 8 / 4
    expect(addCodes(arithmetic, 0, 2)).toBe(8); // 2.5
    expect(addCodes(arithmetic, 0, -2)).toBe(3); // -2.5
    expect(addCodes(arithmetic, 255, 255)).toBe(90);
  });

  test.each(['double', 'single'] as const)('multiply, %s: equals the kernel in BigInt', (rounding) => {
    const parts = [0.31, 0.5, 0.9 / 2 ** 20].map((real) => quantizeMultiplier(real, rounding));
    const [first, second, result] = parts.map(({ multiplier, shift }) => one(multiplier, shift, rounding));
    const arithmetic = { kind: 'multiply', leftShift: 20, first, second, result, ...clamp } as const;
    const scaled = (value: bigint, k: number) =>
      referenceMultiply(value, BigInt(parts[k].multiplier), BigInt(parts[k].shift), rounding);
    for (let a = -255; a <= 255; a += 5)
      for (let b = -255; b <= 255; b += 3) {
        const sum = scaled(BigInt(a) << 20n, 0) + scaled(BigInt(b) << 20n, 1);
        const expected = Math.max(-100, Math.min(90, Number(scaled(sum, 2)) + 5));
        expect(addCodes(arithmetic, a, b)).toBe(expected);
      }
  });
});
