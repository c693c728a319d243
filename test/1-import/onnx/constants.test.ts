import { describe, expect, test } from 'vitest';
import {
  broadcastDims,
  broadcastTo,
  FoldError,
  resolveReshape,
} from '../../../src/1-import/onnx/constants.js';
import type { DenseNode, ElementwiseNode } from '../../../src/1-import/types.js';
import {
  floats,
  type GraphSpec,
  graphOf,
  importSpec,
  integers,
  type NodeSpec,
  node,
  quant,
  type RawTensor,
  scalar,
} from '../../support/onnx-builder.js';
import { quantized } from '../../support/quantized.js';

const { fround } = Math;

/** Value of the constant 'c' that the nodes make, through an Add to x. */
function folded(nodes: NodeSpec[], initializers: RawTensor[], width: number): number[] {
  const spec = graphOf([1, width], { nodes, initializers }, { nodes: [node('Add', ['x', 'c'], ['y'])] });
  return Array.from((importSpec(spec).nodes[0] as ElementwiseNode).operand ?? []);
}

describe('chains of constants', () => {
  test('Shape, Gather, Unsqueeze, Concat and Reshape flatten an image', () => {
    const spec: GraphSpec = graphOf(['N', 2, 3], {
      nodes: [
        node('Shape', ['x'], ['shape']),
        node('Gather', ['shape', 'zero'], ['batch'], { axis: 0 }),
        node('Unsqueeze', ['batch'], ['batch1'], { axes: { ints: [0] } }),
        node('Concat', ['batch1', 'rest'], ['target'], { axis: 0 }),
        node('Reshape', ['x', 'target'], ['y']),
      ],
      initializers: [integers('zero', [], [0]), integers('rest', [1], [-1])],
    });
    const network = importSpec(spec);
    expect(network.nodes.map(({ op }) => op)).toEqual(['reshape']);
    expect(network.input.shape).toEqual([2, 3]);
    expect(network.tensors.get('y')?.shape).toEqual([6]);
  });

  test.each([
    ['Shape, Slice and Concat, as tf2onnx takes the batch', [0], [1], [0], ['part', 'rest'], [6]],
    ['Slice with an end beyond the axis and negative numbers', [-3], [9], [-1], ['part'], [2, 3]],
  ] as const)('%s', (_, starts, ends, axes, parts, shape) => {
    const spec: GraphSpec = graphOf(['N', 2, 3], {
      nodes: [
        node('Shape', ['x'], ['shape']),
        node('Slice', ['shape', 'starts', 'ends', 'axes'], ['part']),
        node('Concat', [...parts], ['target'], { axis: 0 }),
        node('Reshape', ['x', 'target'], ['y']),
      ],
      initializers: [
        integers('starts', [1], [...starts]),
        integers('ends', [1], [...ends]),
        integers('axes', [1], [...axes]),
        integers('rest', [1], [-1]),
      ],
    });
    const network = importSpec(spec);
    expect(network.tensors.get(network.output)?.shape).toEqual(shape);
  });

  test('Slice takes blocks of inner axes, from attributes before opset 10 too', () => {
    const numbers = { starts: { ints: [1] }, ends: { ints: [3] }, axes: { ints: [1] } };
    const matrix = [floats('m', [2, 4], [0, 1, 2, 3, 4, 5, 6, 7]), integers('shape', [2], [1, 4])];
    const cut = [node('Slice', ['m'], ['s'], numbers), node('Reshape', ['s', 'shape'], ['c'])];
    expect(folded(cut, matrix, 4)).toEqual([1, 2, 5, 6]);
  });

  test('a scalar batch norm of Pow, Add, Sqrt, Div rounds to float32 after each operation', () => {
    const [deviation, epsilon, gain] = [0.3, 1e-3, 0.7].map(fround);
    const nodes = [
      node('Pow', ['deviation', 'two'], ['variance']),
      node('Add', ['variance', 'epsilon'], ['safe']),
      node('Sqrt', ['safe'], ['root']),
      node('Div', ['gain', 'root'], ['c']),
    ];
    const tensors = [
      scalar('deviation', 0.3),
      scalar('two', 2),
      scalar('epsilon', 1e-3),
      scalar('gain', 0.7),
    ];
    const root = fround(Math.sqrt(fround(fround(deviation ** 2) + epsilon)));
    expect(folded(nodes, tensors, 2)).toEqual([fround(gain / root)]);
    expect(fround(gain / Math.sqrt(deviation ** 2 + epsilon))).not.toBe(fround(gain / root));
  });

  test('integer division truncates, float division does not', () => {
    const nodes = [node('Div', ['a', 'b'], ['c'])];
    expect(folded(nodes, [integers('a', [2], [7, -7]), integers('b', [], [2])], 2)).toEqual([3, -3]);
    expect(folded(nodes, [floats('a', [2], [7, -7]), scalar('b', 2)], 2)).toEqual([3.5, -3.5]);
  });

  test('a Constant node, Cast and Neg', () => {
    const nodes = [
      node('Constant', [], ['k'], { value: { t: integers('', [2], [3, -4]) } }),
      node('Cast', ['k'], ['f'], { to: 1 }),
      node('Neg', ['f'], ['c']),
    ];
    expect(folded(nodes, [], 2)).toEqual([-3, 4]);
  });

  test('Gather along an inner axis, with a negative index', () => {
    const table = floats('table', [2, 3], [1, 2, 3, 4, 5, 6]);
    const nodes = [
      node('Gather', ['table', 'at'], ['column'], { axis: 1 }),
      node('Squeeze', ['column'], ['c']),
    ];
    expect(folded(nodes, [table, integers('at', [1], [-1])], 2)).toEqual([3, 6]);
  });

  test('Concat along the inner axis interleaves rows', () => {
    const nodes = [
      node('Concat', ['a', 'b'], ['joined'], { axis: 1 }),
      node('Reshape', ['joined', 'flat'], ['c']),
    ];
    const tensors = [
      floats('a', [2, 1], [1, 2]),
      floats('b', [2, 2], [3, 4, 5, 6]),
      integers('flat', [1], [-1]),
    ];
    expect(folded(nodes, tensors, 6)).toEqual([1, 3, 4, 2, 5, 6]);
  });

  test('a tensor from raw data equals the same tensor from typed data', () => {
    const raw = new Uint8Array(Float32Array.of(1.5, -2).buffer);
    expect(folded([], [{ name: 'c', dims: [2], dataType: 1, rawData: raw }], 2)).toEqual([1.5, -2]);
    const bytes = { name: 'c', dims: [2], dataType: 3, rawData: Uint8Array.of(255, 127) };
    expect(folded([], [bytes], 2)).toEqual([-1, 127]);
  });

  test('an initializer that is also listed as an input is a constant', () => {
    const spec = graphOf([1, 2], {
      nodes: [node('Add', ['x', 'c'], ['y'])],
      initializers: [floats('c', [2], [1, 2])],
    });
    spec.inputs.push({ name: 'c', dims: [2] });
    expect(importSpec(spec).input.name).toBe('x');
  });

  test('Transpose of quantized weights moves codes and values alike', () => {
    const spec = graphOf(
      [1, 3],
      { initializers: [floats('w', [2, 3], [1, 2, 3, -1, -2, -3])] },
      quant('w', 'wq'),
      quant('x', 'xq'),
      { nodes: [node('Transpose', ['wq'], ['wt'], { perm: { ints: [1, 0] } })] },
      { nodes: [node('MatMul', ['xq', 'wt'], ['y'])] },
    );
    const dense = importSpec(spec).nodes[1] as DenseNode;
    expect(dense).toMatchObject({ inputs: 3, outputs: 2 });
    expect(Array.from(quantized(dense.weights).codes)).toEqual([1, 2, 3, -1, -2, -3]);
  });
});

describe('shapes', () => {
  test('broadcasting', () => {
    expect(broadcastDims([3, 1], [4])).toEqual([3, 4]);
    expect(broadcastDims([], [2, 2])).toEqual([2, 2]);
    expect(() => broadcastDims([3], [4])).toThrow(FoldError);
    const column = { dims: [2, 1], data: Float64Array.of(5, 7), isFloat: true };
    expect(Array.from(broadcastTo(column, [2, 3]))).toEqual([5, 5, 5, 7, 7, 7]);
    const row = { dims: [3], data: Float64Array.of(1, 2, 3), isFloat: true };
    expect(Array.from(broadcastTo(row, [2, 3]))).toEqual([1, 2, 3, 1, 2, 3]);
  });

  test('Reshape keeps axes at 0 and fills the one at -1', () => {
    expect(resolveReshape([2, 3, 4], [0, -1])).toEqual([2, 12]);
    expect(resolveReshape([2, 3, 4], [4, 6])).toEqual([4, 6]);
    for (const target of [
      [5, -1],
      [-1, -1],
      [2, 3],
      [-2, 12],
      [2, 3, 4, -3],
    ])
      expect(() => resolveReshape([2, 3, 4], target), String(target)).toThrow(FoldError);
  });
});
