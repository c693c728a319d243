/** Operators that move elements, alone and as exporters leave them around layers. */
import { describe, expect, test } from 'vitest';
import type { Network } from '../../../src/1-import/types.js';
import { channelsFirst, channelsLast, interpret } from '../../support/float-interpreter.js';
import {
  type Attribute,
  floats,
  graphOf,
  importSpec,
  integers,
  type NodeSpec,
  node,
  type RawTensor,
} from '../../support/onnx-builder.js';

const SHAPE = [4, 2, 3]; // channels, height, width
const X = Array.from({ length: 24 }, (_, k) => k + 1);
const at = (c: number, h: number, w: number) => X[(c * 2 + h) * 3 + w];

function read(nodes: NodeSpec[], initializers: RawTensor[] = [], shape = SHAPE, opset = 17): Network {
  return importSpec({ ...graphOf([1, ...shape], { nodes, initializers }), opset });
}

/** The result [C][H][W] for the image X. */
function run(network: Network): number[] {
  const output = interpret(network, channelsLast(X, 4, 6)).get(network.output);
  if (!output) throw new Error('no output');
  const [height, width, channels] = output.shape;
  return Array.from(channelsFirst(output.data, channels, height * width));
}

function image(
  channels: number,
  height: number,
  width: number,
  value: (c: number, h: number, w: number) => number,
) {
  const result: number[] = [];
  for (let c = 0; c < channels; c++)
    for (let h = 0; h < height; h++) for (let w = 0; w < width; w++) result.push(value(c, h, w));
  return result;
}

const kinds = (network: Network) => network.nodes.map(({ op }) => op);

describe('Pad', () => {
  const padded = image(4, 4, 5, (c, h, w) => (h >= 1 && h < 3 && w >= 2 ? at(c, h - 1, w - 2) : 0));
  const pads = [0, 0, 1, 2, 0, 0, 1, 0];

  test.each<[string, NodeSpec, number]>([
    ['an input', node('Pad', ['x', 'pads'], ['y']), 17],
    ['an attribute', node('Pad', ['x'], ['y'], { pads: { ints: pads }, mode: 'constant' }), 9],
    ['some axes', node('Pad', ['x', 'some', '', 'axes'], ['y']), 18],
  ])('with pads as %s', (_, each, opset) => {
    const initializers = [
      integers('pads', [8], pads),
      integers('some', [4], [1, 2, 1, 0]),
      integers('axes', [2], [2, -1]),
    ];
    const network = read([each], initializers, SHAPE, opset);
    expect(network.nodes).toMatchObject([{ op: 'pad', padding: { top: 1, left: 2, bottom: 1, right: 0 } }]);
    expect(run(network)).toEqual(padded);
  });

  test('of nothing is left out', () => {
    expect(
      kinds(
        read(
          [node('Pad', ['x', 'p'], ['a']), node('Relu', ['a'], ['y'])],
          [integers('p', [8], [0, 0, 0, 0, 0, 0, 0, 0])],
        ),
      ),
    ).toEqual(['elementwise']);
  });
});

describe('Resize and Upsample', () => {
  const enlarged = image(4, 4, 9, (c, h, w) => at(c, h >> 1, Math.floor(w / 3)));
  const scales = floats('scales', [4], [1, 1, 2, 3]);
  const sizes = integers('sizes', [4], [1, 4, 4, 9]);
  const nearest = (transformation: string, rounding: string): Record<string, Attribute> => ({
    mode: 'nearest',
    coordinate_transformation_mode: transformation,
    nearest_mode: rounding,
  });

  test.each<[string, NodeSpec, number]>([
    ['scales', node('Resize', ['x', '', 'scales'], ['y'], nearest('asymmetric', 'floor')), 17],
    ['an empty roi', node('Resize', ['x', 'roi', 'scales'], ['y'], nearest('asymmetric', 'floor')), 11],
    ['sizes', node('Resize', ['x', '', '', 'sizes'], ['y'], nearest('asymmetric', 'floor')), 13],
    [
      'half pixels',
      node('Resize', ['x', '', 'scales'], ['y'], nearest('half_pixel', 'round_prefer_ceil')),
      13,
    ],
    ['the defaults', node('Resize', ['x', '', 'scales'], ['y']), 19],
    ['version 10', node('Resize', ['x', 'scales'], ['y']), 10],
    ['Upsample 9', node('Upsample', ['x', 'scales'], ['y']), 9],
    ['Upsample 7', node('Upsample', ['x'], ['y'], { scales: { floats: [1, 1, 2, 3] } }), 7],
  ])('by whole factors, with %s', (_, each, opset) => {
    const network = read([each], [scales, sizes, floats('roi', [0], [])], SHAPE, opset);
    expect(network.nodes).toMatchObject([{ op: 'upsample', factor: { height: 2, width: 3 } }]);
    expect(run(network)).toEqual(enlarged);
  });
});

describe('DepthToSpace', () => {
  test.each(['DCR', 'CRD'] as const)('%s', (mode) => {
    const shape = [8, 1, 3];
    const x = Array.from({ length: 24 }, (_, k) => k);
    const network = read([node('DepthToSpace', ['x'], ['y'], { blocksize: 2, mode })], [], shape);
    const expected = image(2, 2, 6, (c, h, w) => {
      const [by, bx] = [h % 2, w % 2];
      const channel = mode === 'DCR' ? (by * 2 + bx) * 2 + c : c * 4 + by * 2 + bx;
      return x[channel * 3 + (w >> 1)];
    });
    const output = interpret(network, channelsLast(x, 8, 3)).get('y');
    expect(Array.from(channelsFirst(output?.data ?? [], 2, 12))).toEqual(expected);
  });

  test.each([
    ['CRD', [1, 2, 2, 2, 1, 3], [0, 1, 4, 2, 5, 3]],
    ['DCR', [1, 2, 2, 2, 1, 3], [0, 3, 4, 1, 5, 2]],
  ])('%s written as reshapes and a transposition is recognised', (order, split, perm) => {
    const network = read(
      [
        node('Reshape', ['x', 'split'], ['a']),
        node('Transpose', ['a'], ['b'], { perm: { ints: perm } }),
        node('Reshape', ['b', 'join'], ['c']),
        node('MaxPool', ['c'], ['y'], { kernel_shape: { ints: [1, 1] } }),
      ],
      [integers('split', [6], split), integers('join', [4], [1, 2, 2, 6])],
      [8, 1, 3],
    );
    expect(network.nodes).toMatchObject([{ op: 'depth-to-space', block: 2, order }, { op: 'pool' }]);
  });
});

describe('Transpose', () => {
  const nhwc = node('Transpose', ['x'], ['t'], { perm: { ints: [0, 2, 3, 1] } });
  const nchw = (from: string, to: string) =>
    node('Transpose', [from], [to], { perm: { ints: [0, 3, 1, 2] } });

  test('pairs around an operator leave no node', () => {
    const network = read([nhwc, node('Relu', ['t'], ['r']), nchw('r', 'y')]);
    expect(kinds(network)).toEqual(['elementwise']);
    expect(network.outputLayout).toBe('NCHW');
    expect(run(network)).toEqual(X);
  });

  test('an input that is channels last in the file is so in the network', () => {
    const spec = graphOf([1, 5, 6, 3], {
      nodes: [
        nchw('x', 't'),
        node('Conv', ['t', 'w'], ['c']),
        node('Transpose', ['c'], ['y'], { perm: { ints: [0, 2, 3, 1] } }),
      ],
      initializers: [floats('w', [2, 3, 1, 1], [1, 2, 3, 4, 5, 6])],
    });
    const network = importSpec(spec);
    expect(network.layout).toBe('NHWC');
    expect(network.outputLayout).toBe('NHWC');
    expect(network.input.shape).toEqual([5, 6, 3]);
    expect(kinds(network)).toEqual(['conv']);
  });

  test('constants after it follow the axes', () => {
    const network = read(
      [nhwc, node('Mul', ['t', 'c'], ['m']), nchw('m', 'y')],
      [floats('c', [4], [1, 2, 3, 4])],
    );
    expect(run(network)).toEqual(X.map((value, k) => value * (1 + Math.floor(k / 6))));
  });

  test('a flattened image that was transposed to channels last needs no other weights', () => {
    const w = Array.from({ length: 24 }, (_, k) => k);
    const network = read(
      [nhwc, node('Flatten', ['t'], ['f']), node('MatMul', ['f', 'w'], ['y'])],
      [floats('w', [24, 1], w)],
    );
    const [dense] = network.nodes.filter((each) => each.op === 'dense');
    expect(
      dense?.op === 'dense' && dense.weights.encoding !== 'real' && Array.from(dense.weights.codes),
    ).toEqual(w);
  });

  test('the batch that a model was exported for is one sample', () => {
    const flattened = (target: number[]) =>
      importSpec(
        graphOf(
          [16, 2, 2, 2],
          {
            nodes: [
              node('MaxPool', ['x'], ['p'], { kernel_shape: { ints: [2, 1] } }),
              node('Reshape', ['p', 's'], ['f']),
            ],
            initializers: [integers('s', [2], target), floats('w', [4, 1], [1, 2, 3, 4])],
          },
          { nodes: [node('MatMul', ['f', 'w'], ['y'])] },
        ),
      ).tensors.get('f')?.shape;
    for (const target of [
      [16, -1],
      [16, 4],
      [-1, 4],
      [0, -1],
    ])
      expect(flattened(target)).toEqual([4]);
    expect(() => flattened([4, -1])).toThrow(/moves the batch axis/);
  });

  test('a vector becomes an image and a vector again', () => {
    const network = read(
      [
        node('Reshape', ['x', 'image'], ['a']),
        node('MaxPool', ['a'], ['b'], { kernel_shape: { ints: [2, 2] } }),
        node('Squeeze', ['b', 'one'], ['c']),
        node('Unsqueeze', ['c', 'one'], ['d']),
        node('Flatten', ['d'], ['y']),
      ],
      [integers('image', [4], [-1, 1, 4, 6]), integers('one', [1], [1])],
      [24],
    );
    expect(network.nodes.map(({ op, output }) => [op, network.tensors.get(output)?.shape])).toEqual([
      ['reshape', [4, 6, 1]],
      ['pool', [3, 5, 1]],
      ['reshape', [3, 5]],
      ['reshape', [3, 5, 1]],
      ['reshape', [15]],
    ]);
  });
});

describe('two tensors', () => {
  test('Add keeps both operands', () => {
    const network = read([node('Relu', ['x'], ['r']), node('Add', ['r', 'x'], ['y'])]);
    expect(network.nodes[1]).toMatchObject({ op: 'add', input: 'r', other: 'x' });
    expect(run(network)).toEqual(X.map((value) => 2 * value));
  });

  test('Add of a tensor in two shapes reshapes the second', () => {
    const network = read([
      node('GlobalAveragePool', ['x'], ['p']),
      node('Flatten', ['p'], ['a']),
      node('Squeeze', ['p'], ['b']),
      node('Add', ['a', 'b'], ['y']),
    ]);
    expect(network.nodes[network.nodes.length - 1]).toMatchObject({ op: 'add' });
    expect(network.tensors.get('y')?.shape).toEqual([4]);
  });

  test('Concat joins channels', () => {
    const network = read([
      node('Neg', ['x'], ['n']),
      node('Relu', ['x'], ['r']),
      node('Concat', ['r', 'x', 'r'], ['y'], { axis: 1 }),
    ]);
    expect(network.nodes[1]).toMatchObject({ op: 'concat', input: 'r', others: ['x', 'r'] });
    expect(network.tensors.get('y')?.shape).toEqual([2, 3, 12]);
    expect(run(network)).toEqual([...X, ...X, ...X]);
  });

  test('Concat of vectors, and along the last axis of channels last', () => {
    const vectors = read(
      [node('Relu', ['x'], ['r']), node('Concat', ['x', 'r'], ['y'], { axis: -1 })],
      [],
      [5],
    );
    expect(vectors.tensors.get('y')?.shape).toEqual([10]);
    const last = read([
      node('Transpose', ['x'], ['t'], { perm: { ints: [0, 2, 3, 1] } }),
      node('Concat', ['t', 't'], ['c'], { axis: 3 }),
      node('Transpose', ['c'], ['y'], { perm: { ints: [0, 3, 1, 2] } }),
    ]);
    expect(run(last)).toEqual([...X, ...X]);
  });

  test('nodes and tensors that one node of the file needs have names of their own', () => {
    const network = read(
      [
        node('GlobalAveragePool', ['x'], ['p']),
        node('GlobalMaxPool', ['x'], ['m']),
        node('Squeeze', ['p', 'last'], ['a']),
        node('Squeeze', ['m', 'last'], ['b']),
        node('Concat', ['a', 'b'], ['c'], { axis: 2 }),
        node('ReduceMean', ['x'], ['r'], { axes: { ints: [2, 3] }, keepdims: 0 }),
        node('ReduceMax', ['x'], ['s'], { axes: { ints: [2, 3] }, keepdims: 0 }),
        node('Add', ['r', 's'], ['t']),
        node('Unsqueeze', ['t', 'last'], ['u']),
        node('Concat', ['c', 'u'], ['y'], { axis: 2 }),
      ],
      [integers('last', [1], [-1])],
    );
    const unique = (values: string[]) => expect(new Set(values).size).toBe(values.length);
    unique(network.nodes.map(({ name }) => name));
    unique(network.nodes.map(({ output }) => output));
    const mean = [0, 1, 2, 3].map((c) => X.slice(c * 6, c * 6 + 6).reduce((a, b) => a + b, 0) / 6);
    const output = interpret(network, channelsLast(X, 4, 6)).get('y');
    const expected = mean.map((value, c) => [value, X[c * 6 + 5], value + X[c * 6 + 5]]);
    expect(Array.from(output?.data ?? [])).toEqual(expected.flat());
  });

  test('a branch into a softmax is refused', () => {
    expect(() => read([node('Softmax', ['x'], ['s'], { axis: 1 }), node('Add', ['x', 's'], ['y'])])).toThrow(
      /takes the result of a softmax/,
    );
  });
});
