/** QuantizeLinear and DequantizeLinear around float operators. */
import { describe, expect, test } from 'vitest';
import { quantizeValue } from '../../../src/1-import/quantize-value.js';
import type { ConvNode, DenseNode, ElementwiseNode, QuantizeNode } from '../../../src/1-import/types.js';
import {
  codes,
  floats,
  graphOf,
  importSpec,
  node,
  quantizePair,
  scalar,
  smallConv,
  TYPES,
} from '../../support/onnx-builder.js';
import { quantized } from '../../support/quantized.js';

function quantizerOf(spec: Parameters<typeof importSpec>[0]): QuantizeNode['quantizer'] {
  const [found] = importSpec(spec).nodes.filter((each) => each.op === 'quantize');
  if (found?.op !== 'quantize') throw new Error('no quantizer');
  return found.quantizer;
}

describe('an activation', () => {
  test('gets one node for a pair, and its real values go on', () => {
    const spec = graphOf([1, 3], quantizePair('x', 'r', 0.5, -3), { nodes: [node('Relu', ['r'], ['y'])] });
    const network = importSpec(spec);
    expect(network.nodes).toMatchObject([
      { op: 'quantize', input: 'x', output: 'r_codes' },
      { op: 'elementwise', kind: 'relu', input: 'r_codes', output: 'y' },
    ]);
    expect(quantizerOf(spec)).toEqual({
      encoding: 'integer',
      bits: 8,
      signed: true,
      narrow: false,
      scale: Float32Array.of(0.5),
      zeroPoint: -3,
      rounding: 'half-even',
      zeroPointAdded: 'after-rounding',
    });
  });

  test.each([
    ['uint8', 8, false],
    ['int8', 8, true],
    ['uint16', 16, false],
    ['int16', 16, true],
    ['uint4', 4, false],
    ['int4', 4, true],
  ] as const)('of %s', (type, bits, signed) => {
    const zeroPoint = signed ? -5 : 5;
    const spec = graphOf([1, 3], quantizePair('x', 'y', 0.25, zeroPoint, type));
    expect(quantizerOf(spec)).toMatchObject({ bits, signed, zeroPoint });
  });

  test('is uint8 without a zero point, or what output_dtype says', () => {
    const spec = (attributes = {}) =>
      graphOf([1, 3], {
        nodes: [node('QuantizeLinear', ['x', 's'], ['y'], attributes)],
        initializers: [scalar('s', 2)],
      });
    expect(quantizerOf(spec())).toMatchObject({ bits: 8, signed: false, zeroPoint: 0 });
    expect(quantizerOf(spec({ output_dtype: TYPES.int4 }))).toMatchObject({ bits: 4, signed: true });
  });

  test('rounds ties to even before an odd zero point is added', () => {
    const quantizer = quantizerOf(graphOf([1, 3], quantizePair('x', 'y', 1, 3)));
    const found = [0.5, 1.5, 2.5, -0.5, -1.5].map((x) => quantizeValue(quantizer, x, 0));
    expect(found).toEqual([3, 5, 5, 3, 1]);
    const before = { ...quantizer, zeroPointAdded: undefined };
    expect([0.5, 1.5, 2.5, -0.5, -1.5].map((x) => quantizeValue(before, x, 0))).toEqual([4, 4, 6, 2, 2]);
    expect(quantizeValue(quantizer, 1e9, 0)).toBe(127);
    expect(quantizeValue(quantizer, -1e9, 0)).toBe(-128);
  });

  test('has a scale per channel of an image', () => {
    const spec = graphOf([1, 2, 3, 3], {
      nodes: [
        node('QuantizeLinear', ['x', 's', 'z'], ['q']),
        node('DequantizeLinear', ['q', 's', 'z'], ['y'], { axis: -3 }),
      ],
      initializers: [floats('s', [2], [0.5, 0.25]), codes('z', 'int8', [2], [4, 4])],
    });
    expect(quantizerOf(spec)).toMatchObject({ scale: Float32Array.of(0.5, 0.25), zeroPoint: 4 });
    expect(importSpec(spec).nodes).toHaveLength(1);
  });

  test('may be moved while it is codes', () => {
    const spec = graphOf([1, 2, 4, 4], {
      nodes: [
        node('QuantizeLinear', ['x', 's', 'z'], ['q']),
        node('MaxPool', ['q'], ['p'], { kernel_shape: { ints: [2, 2] } }),
        node('Concat', ['p', 'p'], ['c'], { axis: 1 }),
        node('Pad', ['c', 'pads', 'seven'], ['a']),
        node('Flatten', ['a'], ['f']),
        node('DequantizeLinear', ['f', 's', 'z'], ['r']),
        node('MatMul', ['r', 'w'], ['y']),
      ],
      initializers: [
        scalar('s', 0.5),
        codes('z', 'uint8', [], [7]),
        codes('seven', 'uint8', [], [7]),
        { name: 'pads', dims: [8], dataType: 7, int64Data: [0, 0, 1, 0, 0, 0, 0, 0] },
        floats('w', [48, 1], new Array<number>(48).fill(1)),
      ],
    });
    expect(importSpec(spec).nodes.map(({ op }) => op)).toEqual([
      'quantize',
      'pool',
      'concat',
      'pad',
      'reshape',
      'dense',
    ]);
  });

  test('that the model takes as codes is the quantizer of the DequantizeLinear', () => {
    const pair = quantizePair('unused', 'r', 0.5, -3);
    const spec = graphOf([1, 3], {
      nodes: [node('DequantizeLinear', ['x', 'r_scale', 'r_zero'], ['y'])],
      initializers: pair.initializers,
    });
    const network = importSpec({ ...spec, inputs: [{ name: 'x', dims: [1, 3], type: TYPES.int8 }] });
    expect(network.nodes).toMatchObject([
      { op: 'quantize', input: 'x', output: 'y', quantizer: { bits: 8, signed: true, zeroPoint: -3 } },
    ]);
    const cast = importSpec({
      ...graphOf([1, 3], { nodes: [node('Cast', ['x'], ['y'], { to: 1 })] }),
      inputs: [{ name: 'x', dims: [1, 3], type: TYPES.uint8 }],
    });
    expect(cast.nodes).toMatchObject([
      { op: 'quantize', quantizer: { bits: 8, signed: false, scale: Float32Array.of(1), zeroPoint: 0 } },
    ]);
  });
});

test.each([false, true])(
  'of probabilities is left to the host with the softmax (%s: as codes)',
  (asCodes) => {
    const { nodes, initializers } = quantizePair('s', 'y', 1 / 256, -128);
    const spec = graphOf(
      [1, 3],
      quantizePair('x', 'xq', 0.5, 0),
      { nodes: [node('Softmax', ['xq'], ['s'], { axis: 1 })] },
      { nodes: asCodes ? nodes.slice(0, 1) : nodes, initializers },
    );
    const network = importSpec(asCodes ? { ...spec, outputs: ['y_codes'] } : spec);
    expect(network.nodes.map(({ op }) => op)).toEqual(['quantize', 'softmax']);
    expect(network.output).toBe('s');
  },
);

describe('weights', () => {
  const dense = (...parts: Parameters<typeof graphOf>[1][]) => {
    const { nodes } = importSpec(graphOf([1, 2], ...parts, { nodes: [node('MatMul', ['x', 'wr'], ['y'])] }));
    return quantized((nodes[nodes.length - 1] as DenseNode).weights);
  };

  test('keep codes and scale, per tensor or per output', () => {
    const one = dense({
      nodes: [node('DequantizeLinear', ['w', 's', 'z'], ['wr'])],
      initializers: [
        codes('w', 'int8', [2, 3], [1, -2, 3, -4, 5, -128]),
        scalar('s', 0.5),
        codes('z', 'int8', [], [0]),
      ],
    });
    expect(one).toEqual({
      codes: Int32Array.of(1, -4, -2, 5, 3, -128),
      encoding: 'integer',
      bits: 8,
      signed: true,
      narrow: false,
      scale: Float32Array.of(0.5),
    });
    const each = dense({
      nodes: [node('DequantizeLinear', ['w', 's'], ['wr'], { axis: 1 })],
      initializers: [codes('w', 'int8', [2, 3], [1, 2, 3, 4, 5, 6]), floats('s', [3], [1, 2, 4])],
    });
    expect(each.scale).toEqual(Float32Array.of(1, 2, 4));
  });

  test('of int4 and uint4 are unpacked, the first in the low bits', () => {
    const signed = dense({
      nodes: [node('DequantizeLinear', ['w', 's'], ['wr'])],
      initializers: [codes('w', 'int4', [2, 3], [1, -2, 7, -8, 5, -1]), scalar('s', 1)],
    });
    expect(Array.from(signed.codes)).toEqual([1, -8, -2, 5, 7, -1]);
    expect(signed).toMatchObject({ bits: 4, signed: true });
    const unsigned = dense({
      nodes: [node('DequantizeLinear', ['w', 's'], ['wr'])],
      initializers: [codes('w', 'uint4', [2, 1], [15, 8]), scalar('s', 1)],
    });
    expect(unsigned).toMatchObject({ codes: Int32Array.of(15, 8), bits: 4, signed: false });
  });

  test('lose their zero points, and get the bits that this takes', () => {
    const shifted = dense({
      nodes: [node('DequantizeLinear', ['w', 's', 'z'], ['wr'])],
      initializers: [
        codes('w', 'uint8', [2, 2], [0, 100, 200, 255]),
        scalar('s', 0.5),
        codes('z', 'uint8', [], [128]),
      ],
    });
    expect(shifted).toMatchObject({ codes: Int32Array.of(-128, 72, -28, 127), bits: 8, signed: true });
    const each = dense({
      nodes: [node('DequantizeLinear', ['w', 's', 'z'], ['wr'], { axis: 1 })],
      initializers: [
        codes('w', 'int8', [2, 2], [-128, 0, 127, 10]),
        floats('s', [2], [0.5, 1]),
        codes('z', 'int8', [2], [1, -1]),
      ],
    });
    expect(each).toMatchObject({ codes: Int32Array.of(-129, 126, 1, 11), bits: 9, signed: true });
  });

  test('may be quantized by a QuantizeLinear of float values', () => {
    const found = dense({
      nodes: [
        node('QuantizeLinear', ['w', 's', 'z'], ['q']),
        node('DequantizeLinear', ['q', 's', 'z'], ['wr']),
      ],
      initializers: [
        floats('w', [2, 2], [0.25, 0.75, -1e9, 3]),
        scalar('s', 0.5),
        codes('z', 'int8', [], [0]),
      ],
    });
    expect(Array.from(found.codes)).toEqual([0, -128, 2, 6]);
  });

  test('survive transpositions and reshapes after the DequantizeLinear', () => {
    const found = dense({
      nodes: [
        node('DequantizeLinear', ['w', 's'], ['a'], { axis: 0 }),
        node('Reshape', ['a', 'shape'], ['b']),
        node('Transpose', ['b'], ['wr'], { perm: { ints: [1, 0] } }),
      ],
      initializers: [
        codes('w', 'int8', [3, 2, 1, 1], [1, 2, 3, 4, 5, 6]),
        floats('s', [3], [1, 2, 4]),
        { name: 'shape', dims: [2], dataType: 7, int64Data: [3, 2] },
      ],
    });
    expect(found).toMatchObject({ codes: Int32Array.of(1, 2, 3, 4, 5, 6), scale: Float32Array.of(1, 2, 4) });
  });
});

test('a bias of 32 bits is float32(code) * scale', () => {
  const large = 2 ** 24 + 1;
  const spec = graphOf([1, 1, 2, 2], {
    nodes: [node('DequantizeLinear', ['b', 's'], ['br'], { axis: 0 }), node('Conv', ['x', 'w', 'br'], ['y'])],
    initializers: [
      codes('b', 'int32', [2], [large, -7]),
      floats('s', [2], [Math.fround(0.1), 0.5]),
      floats('w', [2, 1, 1, 1], [1, 2]),
    ],
  });
  const [, add] = importSpec(spec).nodes as [ConvNode, ElementwiseNode];
  expect(add.kind).toBe('add');
  expect(Array.from(add.operand ?? [])).toEqual([Math.fround(Math.fround(large) * Math.fround(0.1)), -3.5]);
});

test('the small convolutional network has the nodes of its layers', () => {
  expect(importSpec(smallConv()).nodes.map(({ op }) => op)).toEqual([
    'quantize',
    'conv',
    'elementwise',
    'elementwise',
    'quantize',
    'pool',
    'reshape',
    'dense',
    'elementwise',
  ]);
});
