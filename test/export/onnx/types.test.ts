/** Quantizers of every width, sign and form, in files that onnxruntime runs and that this program reads back. */
import { describe, expect, test } from 'vitest';
import { compareCodes } from '../../../scripts/export-codes.mjs';
import { decodeOnnx } from '../../../src/1-import/onnx/decode.js';
import { importOnnxGraph } from '../../../src/1-import/onnx/index.js';
import { onnxSchema } from '../../../src/1-import/onnx/schema.js';
import type { Network, Quantizer } from '../../../src/1-import/types.js';
import { toInteger } from '../../../src/3-integer/convert.js';
import { evaluate } from '../../../src/3-integer/evaluate.js';
import { inputCodes } from '../../../src/3-integer/host.js';
import { type OnnxFormat, writeOnnx } from '../../../src/export/onnx/index.js';
import { conv, imageNetwork, type Link, quantize, quantizer, window } from '../../support/image-network.js';
import { throughFolder, throughText } from '../../support/model-folder.js';
import { floats, graphOf, importSpec, node, quant, scalar } from '../../support/onnx-builder.js';
import { expectSameFunction } from '../../support/same-function.js';

const decode = (network: Network, format: OnnxFormat) => decodeOnnx(writeOnnx(network, format), 'model.onnx');
const through = (network: Network, format: OnnxFormat) => importOnnxGraph(decode(network, format));
const operators = (network: Network, format: OnnxFormat) => decode(network, format).nodes.map(({ op }) => op);

const DIMS = [2, 3, 2];
const FIRST = quantize(8, DIMS, { scale: Float32Array.of(0.5), zeroPointAdded: 'after-rounding' });

/** x -> int8 -> conv 1 x 1 -> the quantizer of the test. */
function network(last: Partial<Quantizer> & { bits: number }): Network {
  return imageNetwork(DIMS, [
    FIRST,
    conv([3, -2, 1, 5], 2, window(1), DIMS),
    quantize(last.bits, DIMS, last),
  ]);
}

const AFTER = { zeroPointAdded: 'after-rounding' } as const;
const CASES: readonly [about: string, type: Partial<Quantizer> & { bits: number }][] = [
  ['int8', { bits: 8, scale: Float32Array.of(2) }],
  [
    'uint8 with a zero point',
    { bits: 8, signed: false, zeroPoint: 101, ...AFTER, scale: Float32Array.of(3) },
  ],
  ['narrow int8', { bits: 8, narrow: true }],
  ['narrow uint8', { bits: 8, signed: false, narrow: true }],
  ['int4 with an odd zero point', { bits: 4, zeroPoint: -3, ...AFTER, scale: Float32Array.of(8) }],
  ['narrow int4', { bits: 4, narrow: true, scale: Float32Array.of(16) }],
  ['uint1', { bits: 1, signed: false, scale: Float32Array.of(16) }],
  ['narrow uint3', { bits: 3, signed: false, narrow: true, scale: Float32Array.of(4) }],
  ['int4 with a scale per channel', { bits: 4, scale: Float32Array.of(8, 0.3) }],
  ['int16', { bits: 16, scale: Float32Array.of(0.01) }],
  [
    'uint16 with a zero point',
    { bits: 16, signed: false, zeroPoint: 30001, ...AFTER, scale: Float32Array.of(0.01) },
  ],
  ['int12', { bits: 12, zeroPoint: 7, ...AFTER, scale: Float32Array.of(0.3) }],
  ['narrow uint9', { bits: 9, signed: false, narrow: true, scale: Float32Array.of(0.7) }],
];

describe.each(CASES)('%s', (_, type) => {
  const given = network(type);

  test('reads back as the same function', () => {
    expectSameFunction(given, through(given, 'qdq'));
    expectSameFunction(given, through(given, 'qonnx'));
    expectSameFunction(given, throughText(given));
  });

  test('gives the codes of the integer model in onnxruntime', async () => {
    const count = 300;
    const reals = Float32Array.from({ length: count * 12 }, (_, k) => ((k * 7919) % 1201) / 8 - 75);
    const integer = toInteger(given);
    const { codes } = inputCodes(integer, { shape: [count, ...DIMS], data: reals }, 'x.npy');
    const { tensors } = evaluate(integer, codes, count);
    const { rows } = await compareCodes(writeOnnx(given, 'qdq'), onnxSchema, reals, DIMS, tensors);
    expect(rows.map(({ tensor, codes, differing }) => [tensor, codes, differing])).toEqual([
      ['t0', count * 12, 0],
      ['t2', count * 12, 0],
    ]);
  });
});

describe('what QDQ cannot say is refused with the node', () => {
  test.each([
    [{ bits: 4, zeroPoint: 3 }, 'a zero point that is added before rounding'],
    [{ bits: 4, rounding: 'floor' }, "the rounding mode 'floor'"],
    [{ bits: 1, encoding: 'bipolar' }, 'bipolar codes'],
    [{ bits: 20 }, 'codes of 20 bits'],
    [{ bits: 10, scale: Float32Array.of(1, 2) }, 'codes of 10 bits with a scale per channel'],
  ] as const)('%o', (type, what) => {
    const given = network({ ...type });
    expect(() => writeOnnx(given, 'qdq')).toThrow(`'n2': ONNX with QuantizeLinear cannot express ${what}`);
    expectSameFunction(given, through(given, 'qonnx'));
  });
});

describe('layers', () => {
  const dense = (inputs: number, outputs: number, scale: number[]): Link => [
    {
      op: 'dense',
      inputs,
      outputs,
      weights: {
        codes: Int32Array.from({ length: inputs * outputs }, (_, k) => ((k * 5) % 7) - 3),
        encoding: 'integer',
        bits: 3,
        signed: true,
        narrow: true,
        scale: Float32Array.from(scale),
      },
    },
    [outputs],
  ];
  const bias = (...values: number[]): Link => [
    { op: 'elementwise', kind: 'add', operand: Float32Array.from(values) },
    [values.length],
  ];

  test('a flattened image stays channels first, and the weights follow', () => {
    const given = imageNetwork(DIMS, [FIRST, [{ op: 'reshape' }, [12]], dense(12, 2, [0.5])]);
    for (const format of ['qonnx', 'qdq'] as const) {
      expect(operators(given, format)).not.toContain('Reshape');
      expectSameFunction(given, through(given, format));
    }
    const first = { ...given, layout: 'NCHW' } as const;
    expect(operators(first, 'qdq')).not.toContain('Transpose');
    expectSameFunction(first, through(first, 'qdq'));
  });

  test('operations per channel on a flattened image get its elements in order', () => {
    const ramp = Float32Array.from({ length: 12 }, (_, k) => k / 4);
    const after = quantize(4, [12], { signed: false, scale: Float32Array.of(2) });
    const given = imageNetwork(DIMS, [
      FIRST,
      conv([3, -2, 1, 5], 2, window(1), DIMS),
      quantize(6, DIMS),
      [{ op: 'reshape' }, [12]],
      [{ op: 'elementwise', kind: 'add', operand: ramp }, [12]],
      after,
      dense(12, 2, [0.25, 0.5]),
    ]);
    for (const format of ['qonnx', 'qdq'] as const) expectSameFunction(given, through(given, format));
  });

  test('a bias in steps of the sums is int32 in a Gemm, any other is added', () => {
    const layers = (...values: number[]) =>
      imageNetwork(
        [12],
        [quantize(8, [12], { scale: Float32Array.of(0.3) }), dense(12, 2, [0.7, 0.9]), bias(...values)],
      );
    const steps = [0.7, 0.9].map((scale) => Math.fround(Math.fround(scale) * Math.fround(0.3)));
    const whole = layers(Math.fround(1234 * steps[0]), Math.fround(-77 * steps[1]));
    expect(operators(whole, 'qdq')).toContain('Gemm');
    expect(operators(layers(0.123, -4.5), 'qdq').slice(-2)).toEqual(['MatMul', 'Add']);
    const image = imageNetwork(DIMS, [
      FIRST,
      conv([3, -2, 1, 5], 2, window(1), DIMS),
      [{ op: 'elementwise', kind: 'add', operand: Float32Array.of(0.1, -2.3) }, DIMS],
    ]);
    expect(operators(image, 'qdq')).toContain('Add'); // onnxruntime would round a float bias of Conv
    for (const given of [whole, layers(0.123, -4.5), image])
      for (const format of ['qonnx', 'qdq'] as const) expectSameFunction(given, through(given, format));
  });

  test('thresholds on sums, one row or one per output', () => {
    const thresholds = (rows: number, values: number[]): Link => [
      {
        op: 'multi-threshold',
        domain: 'accumulator',
        thresholds: Float64Array.from(values),
        rows,
        quantizer: quantizer(2, { signed: false }),
      },
      [2],
    ];
    for (const given of [
      imageNetwork(
        [12],
        [
          quantize(4, [12], { scale: Float32Array.of(0.3) }),
          dense(12, 2, [0.7, 0.9]),
          thresholds(1, [-10, 0, 11]),
        ],
      ),
      imageNetwork(
        [12],
        [
          quantize(4, [12], { scale: Float32Array.of(0.3) }),
          dense(12, 2, [0.7]),
          thresholds(2, [-10, 0, 11, 5, 5, 6]),
        ],
      ),
    ]) {
      expectSameFunction(given, through(given, 'qonnx'));
      expectSameFunction(given, throughFolder(given));
      expect(() => writeOnnx(given, 'qdq')).toThrow(
        /'n2': ONNX with QuantizeLinear cannot express thresholds/,
      );
    }
  });

  test('a port whose codes layers take is a quantizer at the input, and the file says all', () => {
    const inputPort = { signed: false, bits: 8, scale: { numerator: 1, denominator: 255 }, zeroPoint: 7 };
    const given = {
      ...imageNetwork(DIMS, [conv([3, -2, 1, 5], 2, window(1), DIMS), quantize(4, DIMS)]),
      inputPort,
    };
    for (const format of ['qonnx', 'qdq'] as const) {
      const again = through(given, format);
      expect(again.inputPort).toBeUndefined();
      expectSameFunction({ ...given, inputPort }, again);
    }
    const behind = { ...imageNetwork(DIMS, [FIRST, conv([3, -2, 1, 5], 2, window(1), DIMS)]), inputPort };
    expect(operators(behind, 'qdq').filter((op) => op === 'QuantizeLinear')).toHaveLength(1);
    expectSameFunction(behind, { ...through(behind, 'qdq'), inputPort });
  });

  test('nodes that the output does not need are left out', () => {
    const links = [
      FIRST,
      conv([3, -2, 1, 5], 2, window(1), DIMS),
      quantize(4, DIMS),
      quantize(2, DIMS),
    ] as const;
    const given = { ...imageNetwork(DIMS, links), output: 't2' };
    expect(decode(given, 'qonnx').nodes.map(({ name }) => name)).not.toContain('n3');
    expectSameFunction(given, through(given, 'qonnx'));
    expectSameFunction(given, throughFolder(given));
  });
});

test.each([{}, { logarithm: true } as const])('a softmax at the end stays what it was (%j)', (form) => {
  const given = imageNetwork(DIMS, [
    FIRST,
    conv([3, -2, 1, 5], 2, window(1), DIMS),
    [{ op: 'softmax', ...form }, DIMS],
  ]);
  for (const again of [through(given, 'qonnx'), through(given, 'qdq'), throughFolder(given)]) {
    const last = again.nodes.at(-1);
    expect(last?.op === 'softmax' && (last.logarithm ?? false)).toBe('logarithm' in form);
  }
});

describe('QONNX operators that were read are written again', () => {
  const weights = { initializers: [floats('w', [3, 2], [1, -2, 3, -1, 0, 2])] };
  const product = { nodes: [node('MatMul', ['xq', 'wq'], ['p'])] };
  const head = [quant('x', 'xq', { scale: 0.25 }), weights, quant('w', 'wq', { bits: 3 }), product];

  test.each([
    [
      'version 1',
      [scalar('ts', 0.25), scalar('tz', 0), scalar('ti', 10), scalar('to', 4)],
      ['ts', 'tz', 'ti', 'to'],
    ],
    [
      'version 2',
      [scalar('ts', 0.25), scalar('tz', 8), scalar('ti', 10), scalar('tn', 1), scalar('to', 4)],
      ['ts', 'tz', 'ti', 'tn', 'to'],
    ],
  ] as const)('Trunc of %s', (version, initializers, names) => {
    const trunc = node(
      'Trunc',
      ['p', ...names],
      ['y'],
      { rounding_mode: 'FLOOR' },
      'qonnx.custom_op.general',
    );
    const given = importSpec(graphOf([1, 3], ...head, { nodes: [trunc], initializers: [...initializers] }));
    expectSameFunction(given, throughText(given));
    // version 1 keeps its scale, from which version 2 would derive no shift
    if (version === 'version 1') expect(() => writeOnnx(given, 'qonnx')).toThrow(/dropped bits/);
    else expectSameFunction(given, through(given, 'qonnx'));
  });

  test.each([
    ['shared', [1, 3], [-1, 0.1, 0.30000001192092896], 0.5, -1],
    ['per channel', [2, 3], [-1, 0, 1, 0.25, 0.25, 7], 0.1, -0.2],
    ['bipolar', [1, 1], [0.75], 2, -1],
  ] as const)('MultiThreshold, %s', (_, dims, values, scale, offset) => {
    const attributes = { out_dtype: 'INT4', out_scale: { f: scale }, out_bias: { f: offset } };
    const step = node('MultiThreshold', ['p', 't'], ['y'], attributes, 'qonnx.custom_op.general');
    const spec = graphOf([1, 3], ...head, {
      nodes: [step],
      initializers: [floats('t', [...dims], [...values])],
    });
    const given = importSpec(spec);
    expectSameFunction(given, through(given, 'qonnx'));
    expectSameFunction(given, throughFolder(given));
  });
});
