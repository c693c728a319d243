import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IntegerType } from '../../src/3-integer/types.js';
import {
  boundDense,
  boundNetwork,
  datatypeBits,
  l1Bits,
  witness,
  zeroCentredBits,
} from '../../src/4-bounds/bounds.js';
import type { BoundedAccumulator } from '../../src/4-bounds/types.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import type { Interval } from '../../src/shared/interval.js';
import { bipolar, boundsOf, chain, dense, signed, step, unsigned } from '../support/integer-layers.js';

/** Bounds of one layer whose inputs take every code of their type. */
function bounded(rows: number[][], input: IntegerType, weights: IntegerType): BoundedAccumulator {
  const range = { min: input.min, max: input.max };
  return boundDense(dense(rows, weights), new Array<Interval>(rows[0].length).fill(range), input);
}

describe('worked numbers of docs: A2Q and A2Q+', () => {
  test.each([
    [128, unsigned(8), signed(8), 24],
    [128, signed(8), signed(8), 23],
    [576, unsigned(4), signed(4), 18],
    [4608, signed(8), signed(8), 28],
  ])('data-type bound of %i products', (inputs, input, weights, bits) => {
    expect(datatypeBits(inputs, input, weights)).toBe(bits);
  });

  test('the data-type bound holds where float32 is one bit short: 128 products of -128 and -128', () => {
    const { widths, ranges } = bounded([new Array<number>(128).fill(-128)], signed(8), signed(8));
    expect(ranges[0].max).toBe(2 ** 21);
    expect(widths).toMatchObject({ exact: 23, datatype: 23 });
    expect(bounded([new Array<number>(128).fill(-127)], signed(8, true), signed(8, true)).widths.exact).toBe(
      22,
    );
  });

  test('weight bound 12, exact range -510 .. 1020 in 11 bits', () => {
    const { ranges, widths } = bounded([[3, -2, 0, 1]], unsigned(8), signed(4));
    expect(ranges).toEqual([{ min: -510, max: 1020 }]);
    expect(widths).toMatchObject({ l1: 12, exact: 11 });
  });

  test('A2Q+ 11 for centred weights; refused for others, where it would be a bit short', () => {
    expect(bounded([[3, -3, 0, 0]], unsigned(8), signed(4)).widths).toMatchObject({
      zeroCentred: 11,
      exact: 11,
    });
    expect(zeroCentredBits(Int32Array.of(6, 0, 0, 0), unsigned(8))).toBeUndefined();
    expect(bounded([[6, 0, 0, 0]], unsigned(8), signed(4)).widths.exact).toBe(12);
    const mixed = bounded(
      [
        [3, -3],
        [3, -2],
      ],
      unsigned(8),
      signed(4),
    );
    expect(mixed.widths.zeroCentred).toBeUndefined();
    expect(mixed.channelWidths[0].zeroCentred).toBe(11);
  });

  test.each([
    [16, 8, unsigned(8), 127],
    [16, 8, signed(8), 255],
    [12, 4, unsigned(4), 127],
    [12, 4, signed(4), 255],
  ])('L1 budget of %i bits, %i-bit inputs', (bits, _, input, budget) => {
    expect(l1Bits(Int32Array.of(budget), input)).toBe(bits);
    expect(l1Bits(Int32Array.of(budget + 1), input)).toBe(bits + 1);
  });

  test.each([
    [16, unsigned(8), 256],
    [12, unsigned(4), 272],
  ])('A2Q+ budget of %i bits', (bits, input, budget) => {
    const half = budget / 2;
    expect(zeroCentredBits(Int32Array.of(half, -half), input)).toBe(bits);
    expect(zeroCentredBits(Int32Array.of(half + 1, -half - 1), input)).toBe(bits + 1);
  });

  test('bipolar products count with magnitude one', () => {
    const { widths, ranges } = bounded([[1, -1, 1, 1]], bipolar, bipolar);
    expect(ranges).toEqual([{ min: -4, max: 4 }]);
    expect(widths).toMatchObject({ datatype: 4, l1: 4, exact: 4, span: 4 });
  });
});

const type = fc.oneof(
  fc.constant(bipolar),
  fc.tuple(fc.integer({ min: 2, max: 8 }), fc.boolean()).map(([bits, narrow]) => signed(bits, narrow)),
  fc.integer({ min: 1, max: 8 }).map(unsigned),
);

/** A layer with the ranges of its inputs inside their type. */
const layer = (most: number) =>
  fc
    .tuple(type, type, fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: 4 }))
    .chain(([input, weights, inputs, outputs]) => {
      const code = ({ min, max, encoding }: IntegerType) =>
        encoding === 'bipolar' ? fc.constantFrom(-1, 1) : fc.integer({ min, max });
      const range = fc.tuple(code(input), code(input)).map(([a, b]) => ({
        min: Math.min(a, b),
        max: Math.max(a, b),
      }));
      return fc.record({
        input: fc.constant(input),
        weights: fc.constant(weights),
        rows: fc.array(fc.array(code(weights), { minLength: inputs, maxLength: inputs }), {
          minLength: outputs,
          maxLength: outputs,
        }),
        ranges: fc.array(range, { minLength: inputs, maxLength: inputs }),
      });
    });

test('span <= exact <= L1 <= data type, for every channel and the layer', () => {
  fc.assert(
    fc.property(layer(40), ({ input, weights, rows, ranges }) => {
      const { widths, channelWidths } = boundDense(dense(rows, weights), ranges, input);
      for (const each of [widths, ...channelWidths]) {
        expect(each.span).toBeLessThanOrEqual(each.exact);
        expect(each.exact).toBeLessThanOrEqual(each.l1);
        expect(each.l1).toBeLessThanOrEqual(each.datatype);
        if (each.zeroCentred !== undefined) {
          expect(each.exact).toBeLessThanOrEqual(each.zeroCentred);
          expect(each.zeroCentred).toBeLessThanOrEqual(each.datatype + 1);
        }
      }
    }),
    { numRuns: 500 },
  );
});

/** All sums of a row over all inputs, one code after the other. */
function bruteForce(row: number[], ranges: Interval[], stride: number): Interval {
  let sums = new Set([0]);
  row.forEach((w, i) => {
    const next = new Set<number>();
    for (const sum of sums)
      for (let code = ranges[i].min; code <= ranges[i].max; code += stride) next.add(sum + w * code);
    sums = next;
  });
  return { min: Math.min(...sums), max: Math.max(...sums) };
}

test('ranges equal brute force over all inputs, and the witnesses reach both ends', () => {
  fc.assert(
    fc.property(layer(4), ({ input, weights, rows, ranges }) => {
      const result = boundDense(dense(rows, weights), ranges, input);
      rows.forEach((row, channel) => {
        const expected = bruteForce(row, ranges, input.encoding === 'bipolar' ? 2 : 1);
        expect(result.ranges[channel]).toEqual({ min: expected.min + 0, max: expected.max + 0 });
        for (const end of ['min', 'max'] as const) {
          const codes = witness(result, channel, end);
          codes.forEach((code, i) => {
            expect(code >= ranges[i].min && code <= ranges[i].max).toBe(true);
          });
          expect(row.reduce((sum, w, i) => sum + w * codes[i], 0)).toBe(result.ranges[channel][end]);
        }
        const { min, max } = result.ranges[channel];
        const { exact, span } = result.channelWidths[channel];
        const holds = (bits: number) => min >= -(2 ** (bits - 1)) && max < 2 ** (bits - 1);
        expect(holds(exact)).toBe(true);
        if (exact > 1) expect(holds(exact - 1)).toBe(false);
        expect(2 ** span > max - min && (span === 1 || 2 ** (span - 1) <= max - min)).toBe(true);
      });
    }),
  );
});

describe('ranges after thresholds', () => {
  test('a producer that never reaches its type’s ends makes the next accumulator narrower', () => {
    const first = dense([[1, 1]], signed(2));
    const next = dense([[7], [-8]], signed(4), { name: 'fc2', input: 'codes', output: 'y' });
    const wide = chain(unsigned(4), 2, [first, step([[1, 2, 3]]), next], { codes: unsigned(2) });
    const tight = chain(unsigned(4), 2, [first, step([[-Infinity, 30, 31]]), next], { codes: unsigned(2) });
    expect(boundsOf(boundNetwork(wide), 'fc2').ranges).toEqual([
      { min: 0, max: 21 },
      { min: -24, max: 0 },
    ]);
    const { inputRanges, ranges, widths } = boundsOf(boundNetwork(tight), 'fc2');
    expect(inputRanges).toEqual([{ min: 1, max: 2 }]);
    expect(ranges).toEqual([
      { min: 7, max: 14 },
      { min: -16, max: -8 },
    ]);
    expect(widths).toMatchObject({ exact: 5, l1: 7, datatype: 7 });
  });

  test('of a reversed function of codes', () => {
    const falling = step([[-2, 3]], { input: 'x', reversed: true });
    const network = chain(unsigned(3), 1, [falling, dense([[1]], signed(2), { input: 'codes' })], {
      codes: unsigned(2),
    });
    expect(boundNetwork(network).codeRanges.get('codes')).toEqual([{ min: 0, max: 1 }]);
  });
});

test('an accumulator past 48 bits is refused, one of 48 is not', () => {
  const wide = (bits: number) =>
    bounded([[2 ** 23]], { ...unsigned(24), min: 0, max: 2 ** (bits - 24) }, signed(25));
  expect(wide(47).widths.exact).toBe(48);
  expect(() => wide(48)).toThrow(NarrowgateError);
  expect(() => wide(48)).toThrow(/fc1.*49-bit.*48/);
});
