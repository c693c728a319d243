import { describe, expect, test } from 'vitest';
import { classify, inputCodes, outputReals, topOne } from '../../src/3-integer/host.js';
import type { IntegerNetwork } from '../../src/3-integer/types.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { Integers64, type NpyArray } from '../../src/shared/npy.js';
import { bipolar, chain, dense, signed, unsigned } from '../support/integer-layers.js';

const source = { file: '', path: '' };
const network = chain(unsigned(4), 2, [dense([[1, 1]], signed(2))]);
const port: IntegerNetwork['hostInput'] = {
  nodes: [],
  port: { bits: 4, signed: false, scale: { numerator: 1, denominator: 15 } },
};

function refusal(given: IntegerNetwork, array: NpyArray): string[] {
  try {
    inputCodes(given, array, 'x.npy');
  } catch (error) {
    if (error instanceof NarrowgateError) return error.diagnostics.map(({ code }) => code);
    throw error;
  }
  return [];
}

describe('input codes', () => {
  test.each([Uint8Array, Int8Array, Int32Array, Integers64])('%o holds codes', (type) => {
    const data = type.from([0, 15, 3, 4]);
    const { codes, count } = inputCodes({ ...network, hostInput: port }, { shape: [2, 2], data }, 'x.npy');
    expect(count).toBe(2);
    expect(Array.from(codes)).toEqual([0, 15, 3, 4]);
  });

  test('the zero point of a declared port is added after rounding', () => {
    const hostInput = {
      nodes: [],
      port: { bits: 4, signed: false, scale: { numerator: 1, denominator: 2 }, zeroPoint: 3 },
    };
    const data = Float32Array.of(0, 0.25, 0.75, -9, 9, 1);
    const { codes } = inputCodes({ ...network, hostInput }, { shape: [3, 2], data }, 'x.npy');
    expect(Array.from(codes)).toEqual([3, 3, 5, 0, 15, 5]);
  });

  test('real values go through the declared port: rounded half to even, saturated', () => {
    const data = Float64Array.from([0, 1, 0.5, 2.5 / 15, -3, 9]);
    const { codes } = inputCodes({ ...network, hostInput: port }, { shape: [3, 2], data }, 'x.npy');
    expect(Array.from(codes)).toEqual([0, 15, 8, 3, 0, 15]); // 0.5 is 7.5 codes; float32 2.5/15 is above the tie
  });

  test('real values go through the operations before the first quantizer, in float32', () => {
    const quantizer = {
      encoding: 'integer',
      bits: 4,
      signed: false,
      narrow: false,
      scale: Float32Array.of(0.5),
      zeroPoint: 0,
      rounding: 'half-even',
    } as const;
    const hostInput: IntegerNetwork['hostInput'] = {
      nodes: [
        {
          op: 'elementwise',
          name: 'a',
          source,
          input: 'x',
          output: 'y',
          kind: 'add',
          operand: Float32Array.of(1, 2),
        },
        { op: 'quantize', name: 'q', source, input: 'y', output: 'z', quantizer },
      ],
    };
    const { codes } = inputCodes(
      { ...network, hostInput },
      { shape: [2, 2], data: Float32Array.of(0, 0, 0.25, 100) },
      'x.npy',
    );
    expect(Array.from(codes)).toEqual([2, 4, 2, 15]);
  });

  test('a limit takes the first samples; axes of length one do not matter', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const { codes, count } = inputCodes(network, { shape: [3, 1, 2, 1], data }, 'x.npy', 2);
    expect([count, Array.from(codes)]).toEqual([2, [1, 2, 3, 4]]);
  });

  test.each<[string, NpyArray]>([
    ['input_shape', { shape: [2, 3], data: new Uint8Array(6) }],
    ['input_shape', { shape: [], data: new Uint8Array(1) }],
    ['input_code_out_of_range', { shape: [1, 2], data: Uint8Array.of(3, 16) }],
    ['input_code_out_of_range', { shape: [1, 2], data: Int8Array.of(-1, 0) }],
    ['input_code_out_of_range', { shape: [1, 2], data: Integers64.from([0, 2 ** 40]) }],
    ['input_not_finite', { shape: [1, 2], data: Float32Array.of(0, Number.NaN) }],
    ['input_not_finite', { shape: [1, 2], data: Float32Array.of(Number.POSITIVE_INFINITY, 0) }],
  ])('%s', (code, array) => {
    expect(refusal({ ...network, hostInput: port }, array)).toEqual([code]);
  });

  test('0 is no bipolar code', () => {
    const given = chain(bipolar, 2, [dense([[1, 1]], bipolar)]);
    expect(refusal(given, { shape: [1, 2], data: Int8Array.of(1, 0) })).toEqual(['input_code_out_of_range']);
    expect(refusal(given, { shape: [1, 2], data: Int8Array.of(1, -1) })).toEqual([]);
  });
});

describe('outputs', () => {
  const hostOutput: IntegerNetwork['hostOutput'] = {
    scale: Float32Array.of(0.5, 2),
    offset: Float64Array.of(1, -3),
    nodes: [
      {
        op: 'elementwise',
        name: 'b',
        source,
        input: 's',
        output: 'y',
        kind: 'add',
        operand: Float32Array.of(10, 20),
      },
    ],
    ordered: false,
  };

  test('real values: offset, scale and operations of the channel', () => {
    const reals = outputReals(hostOutput, Int32Array.of(5, 5, -1, 0), 2);
    expect(Array.from(reals)).toEqual([12, 36, 9, 26]);
  });

  test('top one is the first maximum', () => {
    expect(Array.from(topOne([1, 3, 3, -5, -9, -5, 0, 0, 0], 3))).toEqual([1, 0, 0]);
  });

  test('classes come from the codes only where they sort as the real values do', () => {
    const codes = Int32Array.of(9, 5);
    const given = { ...network, hostOutput };
    expect(Array.from(classify(given, codes, 2))).toEqual([1]); // 14 against 36
    expect(
      Array.from(classify({ ...given, hostOutput: { ...hostOutput, ordered: true } }, codes, 2)),
    ).toEqual([0]);
  });
});
