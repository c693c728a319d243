import { describe, expect, test } from 'vitest';
import type { DenseNode, ElementwiseNode } from '../../src/1-import/types.js';
import { evaluateFloat } from '../../src/2-quantize/evaluate/evaluate.js';
import { foldFloat } from '../../src/2-quantize/fold.js';
import {
  elementwise,
  randomArray,
  realConv,
  realDense,
  residualNetwork,
  smallNetwork,
} from '../support/float-network.js';
import { imageNetwork, type Link } from '../support/image-network.js';

const dense = (values: readonly number[], outputs: number): Link => [
  {
    op: 'dense',
    inputs: values.length / outputs,
    outputs,
    weights: { encoding: 'real', values: Float32Array.from(values) },
  },
  [outputs],
];
const constant = (value: number) => ({ operand: Float32Array.of(value) });

function weightsOf(node: unknown): number[] {
  const { weights } = node as DenseNode;
  return weights.encoding === 'real' ? Array.from(weights.values) : [];
}

describe('foldFloat', () => {
  test('batch norm: w = 3, b = 1, gamma = 2, beta = 0.5, mean 1, variance 4 gives 3 and 0.5', () => {
    const network = imageNetwork(
      [1],
      [
        dense([3], 1),
        elementwise('add', [1], constant(1)),
        elementwise('normalize', [1], {
          multiplier: Float32Array.of(2 / Math.sqrt(4)),
          operand: Float32Array.of(0.5 - 1),
        }),
      ],
    );
    const { nodes } = foldFloat(network);
    expect(nodes.map((node) => node.op)).toEqual(['dense', 'elementwise']);
    expect(weightsOf(nodes[0])).toEqual([3]);
    expect(Array.from((nodes[1] as ElementwiseNode).operand ?? [])).toEqual([0.5]);
    expect(nodes[1].output).toBe(network.output);
  });

  test('all linear operations, per tensor and per channel, in their order', () => {
    const per = (a: number, b: number) => ({ operand: Float32Array.of(a, b) });
    const network = imageNetwork(
      [2],
      [
        dense([1, 2, 3, 4], 2),
        elementwise('subtract', [2], per(1, 2)),
        elementwise('multiply', [2], constant(4)),
        elementwise('reverse-subtract', [2], per(8, 16)),
        elementwise('divide', [2], per(2, 4)),
        elementwise('negate', [2]),
      ],
    );
    // -(8 - 4 (x - 1)) / 2 = 2 x - 6, and -(16 - 4 (x - 2)) / 4 = x - 6
    const { nodes } = foldFloat(network);
    expect(nodes).toHaveLength(2);
    expect(weightsOf(nodes[0])).toEqual([2, 4, 3, 4]);
    expect(Array.from((nodes[1] as ElementwiseNode).operand ?? [])).toEqual([-6, -6]);
  });

  test('one activation remains of several that clip', () => {
    const network = imageNetwork(
      [1],
      [
        dense([1], 1),
        elementwise('relu', [1]),
        elementwise('clip', [1], { minimum: -1, maximum: 6 }),
        elementwise('clip', [1], { minimum: 1, maximum: 9 }),
      ],
    );
    const { nodes } = foldFloat(network);
    expect(nodes).toHaveLength(2);
    expect(nodes[1]).toMatchObject({ kind: 'clip', minimum: 1, maximum: 6, output: network.output });
  });

  test('what something else reads is not folded', () => {
    const shape = [2, 2, 2];
    const network = imageNetwork(shape, [
      realConv(2, shape, 1, 1),
      elementwise('add', shape, constant(1)),
      [{ op: 'add', other: 't0' }, shape],
      realConv(2, shape, 1, 2),
    ]);
    expect(foldFloat(network).nodes).toEqual(network.nodes);
  });

  test.each([
    ['a chain', smallNetwork()],
    ['a residual network', residualNetwork()],
    [
      'a dense chain',
      imageNetwork(
        [7],
        [
          realDense(7, 4, 1),
          elementwise('multiply', [4], constant(3)),
          elementwise('tanh', [4]),
          realDense(4, 2, 2),
        ],
      ),
    ],
  ])('%s computes the same', (_, network) => {
    const folded = foldFloat(network);
    const width = network.input.shape.reduce((a, b) => a * b, 1);
    const samples = { values: randomArray(5 * width, 9), count: 5 };
    const [before, after] = [evaluateFloat(network, samples), evaluateFloat(folded, samples)];
    expect(after).toHaveLength(before.length);
    for (let k = 0; k < before.length; k++) expect(after[k]).toBeCloseTo(before[k], 5);
    expect(folded.nodes.some((node) => node.op === 'elementwise' && node.kind === 'normalize')).toBe(false);
  });
});
