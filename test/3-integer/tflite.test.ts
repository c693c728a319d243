/** Integer networks of TFLite models against the plain interpreter of the integer kernels. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FixedPointRounding } from '../../src/1-import/types.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate } from '../../src/3-integer/evaluate.js';
import {
  biases,
  codes,
  type GraphSpec,
  importGraph,
  numbers,
  type OperatorSpec,
  smallNetwork,
  type TensorSpec,
  weights,
} from '../support/tflite-builder.js';
import { interpretTflite } from '../support/tflite-interpreter.js';

const ROUNDINGS: readonly FixedPointRounding[] = ['double', 'single', 'float'];
const SAME = { padding: 0, strideWidth: 1, strideHeight: 1 };
const VALID = { ...SAME, padding: 1 };

function operator(
  op: string,
  inputs: string[],
  output: string,
  options: OperatorSpec['options'] = {},
): OperatorSpec {
  return { op, inputs, outputs: [output], options };
}

/** A layer in front, so that there is an accumulator, and what is tested behind it. */
function behindLayer(tensors: GraphSpec['tensors'], ...operators: OperatorSpec[]): GraphSpec {
  return {
    tensors: {
      x: codes([1, 5, 4, 3], 0.5, 3),
      w: weights([4, 2, 2, 3]),
      b: biases(4),
      c: codes([1, 5, 4, 4], 17, -11),
      ...tensors,
    },
    operators: [operator('CONV_2D', ['x', 'w', 'b'], 'c', { conv: SAME }), ...operators],
  };
}

const amounts: TensorSpec = { shape: [4, 2], type: 'INT32', data: [0, 0, 1, 0, 0, 2, 0, 0] };
const like = (shape: number[], scale = 17, zeroPoint = -11) => codes(shape, scale, zeroPoint);

const NETWORKS: Readonly<Record<string, GraphSpec>> = {
  'a small network': smallNetwork(),
  'strides and dilations': behindLayer(
    { v: weights([2, 2, 3, 4]), y: codes([1, 2, 4, 2], 300, 5) },
    operator('CONV_2D', ['c', 'v'], 'y', {
      conv: { padding: 0, strideWidth: 1, strideHeight: 3, dilationWidth: 2, activation: 1 },
    }),
  ),
  'depthwise, two outputs to a channel': behindLayer(
    { v: weights([1, 3, 3, 8], 3), e: biases(8), y: codes([1, 3, 2, 8], 200, -128) },
    operator('DEPTHWISE_CONV_2D', ['c', 'v', 'e'], 'y', { depthwise: { ...VALID, activation: 3 } }),
  ),
  'groups of two': behindLayer(
    { v: weights([6, 1, 1, 2]), y: codes([1, 5, 4, 6], 100, 9) },
    operator('CONV_2D', ['c', 'v'], 'y', { conv: VALID }),
  ),
  'dead channels': behindLayer(
    {
      v: weights([4, 1, 1, 4], 0, (k) => [1e-11, 0.02, 2e-9, 0][k]),
      e: { shape: [4], type: 'INT32', data: [2 ** 30, 7, -(2 ** 30) - 5, 2 ** 31 - 1] },
      y: codes([1, 5, 4, 4], 100, 9),
    },
    operator('CONV_2D', ['c', 'v', 'e'], 'y', { conv: VALID }),
  ),
  'average pool': behindLayer(
    { y: like([1, 3, 3, 4]) },
    operator('AVERAGE_POOL_2D', ['c'], 'y', {
      pool: { ...VALID, kernelWidth: 2, kernelHeight: 3, activation: 1 },
    }),
  ),
  'maximum pool at the borders, clamped': behindLayer(
    { y: like([1, 3, 2, 4]) },
    operator('MAX_POOL_2D', ['c'], 'y', {
      pool: {
        padding: 0,
        strideWidth: 2,
        strideHeight: 2,
        kernelWidth: 3,
        kernelHeight: 3,
        activation: 1,
      },
    }),
  ),
  mean: behindLayer(
    { axes: { shape: [2], type: 'INT32', data: [1, 2] }, y: codes([1, 4], 9, -30) },
    operator('MEAN', ['c', 'axes'], 'y'),
  ),
  'padding in front of a layer': behindLayer(
    {
      amounts,
      p: like([1, 6, 6, 4]),
      v: weights([3, 3, 3, 4]),
      y: codes([1, 4, 4, 3], 300, 5),
    },
    operator('PAD', ['c', 'amounts'], 'p'),
    operator('CONV_2D', ['p', 'v'], 'y', { conv: VALID }),
  ),
  'a leaky ReLU': behindLayer(
    { y: codes([1, 5, 4, 4], 12, 5) },
    operator('LEAKY_RELU', ['c'], 'y', { leakyRelu: { alpha: 0.3 } }),
  ),
  'enlarging, by repetition and by blocks': behindLayer(
    { size: { shape: [2], type: 'INT32', data: [10, 12] }, u: like([1, 10, 12, 4]), y: like([1, 20, 24, 1]) },
    operator('RESIZE_NEAREST_NEIGHBOR', ['c', 'size'], 'u', { resizeNearest: { halfPixelCenters: 1 } }),
    operator('DEPTH_TO_SPACE', ['u'], 'y', { depthToSpace: { blockSize: 2 } }),
  ),
  concatenation: behindLayer(
    { r: like([1, 5, 4, 4]), y: like([1, 5, 4, 8]) },
    operator('RELU6', ['c'], 'r'),
    operator('CONCATENATION', ['r', 'c'], 'y', { concatenation: { axis: 3 } }),
  ),
  'rescaled codes': behindLayer(
    { q: codes([1, 5, 4, 4], 40, 20), y: codes([1, 5, 4, 4], 33, 0) },
    operator('QUANTIZE', ['c'], 'q'),
    operator('ADD', ['c', 'q'], 'y', { add: { activation: 0 } }),
  ),
  'a sum with an activation': behindLayer(
    { v: weights([4, 1, 1, 4]), d: codes([1, 5, 4, 4], 77, 50), y: codes([1, 5, 4, 4], 60, -100) },
    operator('CONV_2D', ['c', 'v'], 'd', { conv: VALID }),
    operator('ADD', ['d', 'c'], 'y', { add: { activation: 1 } }),
  ),
  'int4 weights, dense': behindLayer(
    {
      v: { ...weights([5, 80]), type: 'INT4', data: numbers(400, 7, 3) },
      e: biases(5),
      y: codes([1, 5], 60, 5),
    },
    operator('FULLY_CONNECTED', ['c', 'v', 'e'], 'y', { fullyConnected: { activation: 1 } }),
  ),
};

describe.each(Object.entries(NETWORKS))('%s', (_, spec) => {
  test.each(ROUNDINGS)('%s', (rounding) => {
    const network = importGraph(spec, rounding);
    const integers = toInteger(network);
    expect(integers.tfliteRounding).toBe(rounding);
    const elements = network.input.shape.reduce((a, b) => a * b, 1);
    const last = network.nodes.filter(({ op }) => op !== 'softmax').at(-1)?.output ?? '';
    const code = fc.oneof(fc.integer({ min: -128, max: 127 }), fc.constantFrom(-128, 3, 127));
    fc.assert(
      fc.property(fc.array(code, { minLength: elements, maxLength: elements }), (input) => {
        const { output } = evaluate(integers, Int32Array.from(input), 1);
        expect(Array.from(output)).toEqual(Array.from(interpretTflite(network, input).get(last) ?? []));
      }),
      { numRuns: 40 },
    );
  });
});
