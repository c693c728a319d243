/** Clip of integer codes: types narrower than their storage, as Brevitas' QCDQ writes them. */
import { describe, expect, test } from 'vitest';
import {
  codes,
  graphOf,
  importSpec,
  type NodeSpec,
  node,
  type RawTensor,
  scalar,
} from '../../support/onnx-builder.js';
import { quantized } from '../../support/quantized.js';

type Part = { nodes: NodeSpec[]; initializers: RawTensor[] };

/** x -> QuantizeLinear -> xc -> Clip -> xn -> DequantizeLinear -> out. */
function narrow(min: number, max: number, type: 'int8' | 'uint8', out = 'y', zeroPoint = 0): Part {
  return {
    nodes: [
      node('QuantizeLinear', ['x', 's', 'z'], ['xc']),
      node('Clip', ['xc', 'min', 'max'], ['xn']),
      node('DequantizeLinear', ['xn', 's', 'z'], [out]),
    ],
    initializers: [
      scalar('s', 0.5),
      codes('z', type, [], [zeroPoint]),
      codes('min', type, [], [min]),
      codes('max', type, [], [max]),
    ],
  };
}

describe('of an activation', () => {
  test.each([
    [-8, 7, 'int8', 4, true, false],
    [-7, 7, 'int8', 4, true, true],
    [-127, 127, 'int8', 8, true, true],
    [0, 15, 'uint8', 4, false, false],
    [0, 14, 'uint8', 4, false, true],
    [0, 1, 'uint8', 1, false, false],
    [0, 15, 'int8', 4, false, false],
    [-1, 1, 'int8', 2, true, true],
    [-128, 127, 'int8', 8, true, false],
  ] as const)('to %i .. %i in %s is one quantizer of %i bits', (min, max, type, bits, signed, isNarrow) => {
    const network = importSpec(graphOf([1, 3], narrow(min, max, type)));
    expect(network.nodes).toMatchObject([
      {
        op: 'quantize',
        name: 'QuantizeLinear_xc',
        input: 'x',
        output: 'xn',
        quantizer: { bits, signed, narrow: isNarrow, zeroPointAdded: 'after-rounding' },
      },
    ]);
    expect([...network.tensors.keys()]).toEqual(['x', 'xn']);
  });

  test('that another node reads too is a quantizer beside the wide one', () => {
    const { nodes, initializers } = narrow(-8, 7, 'int8', 'a');
    const wide = node('DequantizeLinear', ['xc', 's', 'z'], ['b']);
    const network = importSpec(
      graphOf([1, 3], { nodes: [...nodes, wide, node('Add', ['a', 'b'], ['y'])], initializers }),
    );
    expect(network.nodes.map(({ op, input, output }) => [op, input, output])).toEqual([
      ['quantize', 'x', 'xc'],
      ['quantize', 'x', 'xn'],
      ['add', 'xn', 'y'],
    ]);
    expect(network.nodes).toMatchObject([{ quantizer: { bits: 8 } }, { quantizer: { bits: 4 } }, {}]);
  });

  test('to a range that no integer type has is refused, and so are codes from nowhere', () => {
    expect(() => importSpec(graphOf([1, 3], narrow(-8, 5, 'int8')))).toThrow(
      /codes from -8 to 5, which are no/,
    );
    expect(() => importSpec(graphOf([1, 3], narrow(9, 5, 'int8')))).toThrow(/expected min <= max/);
    const spec = graphOf([1, 3], narrow(0, 15, 'uint8'));
    const [, clip, dequantize] = spec.nodes;
    const direct = { ...spec, inputs: [{ name: 'xc', dims: [1, 3], type: 2 }], nodes: [clip, dequantize] };
    expect(() => importSpec(direct)).toThrow(/no QuantizeLinear makes/);
  });
});

test('of weights keeps their type, and their codes within it', () => {
  const weights: Part = {
    nodes: [
      node('Clip', ['w', 'wmin', 'wmax'], ['wn']),
      node('DequantizeLinear', ['wn', 'ws', 'wz'], ['wr']),
      node('MatMul', ['r', 'wr'], ['y']),
    ],
    initializers: [
      codes('w', 'int8', [3, 1], [-7, 3, 9]),
      scalar('ws', 0.25),
      codes('wz', 'int8', [], [0]),
      codes('wmin', 'int8', [], [-7]),
      codes('wmax', 'int8', [], [7]),
    ],
  };
  const network = importSpec(graphOf([1, 3], narrow(0, 15, 'uint8', 'r'), weights));
  const dense = network.nodes.find((each) => each.op === 'dense');
  if (dense?.op !== 'dense') throw new Error('no dense layer');
  expect(quantized(dense.weights)).toMatchObject({ bits: 4, signed: true, narrow: true });
  expect([...quantized(dense.weights).codes]).toEqual([-7, 3, 7]);
});
