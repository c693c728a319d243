import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accumulatorRange,
  centredL1Budget,
  fits,
  holdsAnyRow,
  l1Budget,
  sumRange,
} from '../../../src/2-quantize/accumulator/budget.js';
import type { InputRange } from '../../../src/2-quantize/types.js';
import { inputRanges, unsigned } from './problems.js';

const signed = (bits: number): InputRange => ({
  bits,
  signed: true,
  min: -(2 ** (bits - 1)),
  max: 2 ** (bits - 1) - 1,
});

describe('budgets of the L1 norm', () => {
  it('are those of the papers on whole types', () => {
    expect(l1Budget(16, unsigned(8))).toBeCloseTo(127.996, 3);
    expect(l1Budget(16, signed(8))).toBeCloseTo(255.992, 3);
    expect(centredL1Budget(16, unsigned(8))).toBeCloseTo(256.996, 3);
    expect(centredL1Budget(16, signed(8))).toBeCloseTo(256.996, 3);
    expect(l1Budget(12, unsigned(4))).toBeCloseTo(127.94, 2);
    expect(l1Budget(12, signed(4))).toBeCloseTo(255.88, 2);
    expect(centredL1Budget(12, unsigned(4))).toBeCloseTo(272.93, 2);
    expect(l1Budget(8, unsigned(4))).toBe(7.9375);
    expect(centredL1Budget(8, unsigned(4))).toBeCloseTo(16.9333, 4);
  });

  it('take the largest magnitude of codes that a zero point moves', () => {
    expect(l1Budget(16, { bits: 8, signed: false, min: -300, max: 10 })).toBeCloseTo(32767 / 300, 10);
    expect(centredL1Budget(16, { bits: 8, signed: false, min: -300, max: 10 })).toBeCloseTo(65534 / 310, 10);
  });

  it('are without limit where the input is always zero', () => {
    expect(l1Budget(4, { bits: 2, signed: false, min: 0, max: 0 })).toBe(Infinity);
    expect(centredL1Budget(4, { bits: 2, signed: false, min: 0, max: 0 })).toBe(Infinity);
  });

  it('hold every row of codes within the accumulator', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 1, maxLength: 20 }),
        inputRanges,
        fc.integer({ min: 2, max: 24 }),
        (row, input, accumulator) => {
          const codes = Int32Array.from(row);
          const positive = row.reduce((sum, code) => sum + Math.max(code, 0), 0);
          const negative = row.reduce((sum, code) => sum + Math.max(-code, 0), 0);
          const half = centredL1Budget(accumulator, input) / 2;
          if (positive + negative <= l1Budget(accumulator, input) || (positive <= half && negative <= half))
            expect(fits(codes, input, accumulator)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the range of sums', () => {
  it('is that of the worked rows', () => {
    expect(sumRange(Int32Array.of(3, -2, 0, 1), unsigned(8))).toEqual({ min: -510, max: 1020 });
    expect(fits(Int32Array.of(3, -2, 0, 1), unsigned(8), 11)).toBe(true);
    expect(fits(Int32Array.of(3, -2, 0, 1), unsigned(8), 10)).toBe(false);
    expect(fits(Int32Array.of(3, -3, 0, 0), unsigned(8), 11)).toBe(true);
    // Within A2Q+'s budget for 11 bits by its norm, but not centred.
    expect(centredL1Budget(11, unsigned(8))).toBeGreaterThan(6);
    expect(fits(Int32Array.of(6, 0, 0, 0), unsigned(8), 11)).toBe(false);
    expect(fits(Int32Array.of(6, 0, 0, 0), unsigned(8), 12)).toBe(true);
  });

  it('covers partial sums when no input can be zero', () => {
    const input = { bits: 4, signed: false, min: 5, max: 7 };
    expect(sumRange(Int32Array.of(2, -2), input)).toEqual({ min: -14, max: 14 });
  });

  it('goes to the ends of twos complement', () => {
    expect(accumulatorRange(8)).toEqual({ min: -128, max: 127 });
    const input = { bits: 8, signed: true, min: -128, max: 127 };
    expect(fits(Int32Array.of(1), input, 8)).toBe(true);
    expect(fits(Int32Array.of(-1), input, 8)).toBe(false);
  });
});

describe('an accumulator that holds any row', () => {
  it('is just wide enough for the largest codes, all of one sign', () => {
    expect(holdsAnyRow(784, 1, unsigned(2), 13)).toBe(true); // 2352 of 4095
    expect(holdsAnyRow(784, 1, unsigned(2), 12)).toBe(false);
    fc.assert(
      fc.property(
        inputRanges,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 127 }),
        fc.integer({ min: 2, max: 24 }),
        (input, inputs, largest, accumulator) => {
          const rows = [largest, -largest].map((code) => new Int32Array(inputs).fill(code));
          const held = rows.every((row) => fits(row, input, accumulator));
          if (holdsAnyRow(inputs, largest, input, accumulator)) expect(held).toBe(true);
          else if (held) expect(holdsAnyRow(inputs, largest, input, accumulator + 1)).toBe(true); // -2^(P-1) is the one more
        },
      ),
    );
  });
});
