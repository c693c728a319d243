import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Network, NetworkNode } from '../../src/1-import/types.js';
import { evaluateFloat, evaluateNode } from '../../src/2-quantize/evaluate/evaluate.js';
import { multiply } from '../../src/2-quantize/evaluate/matrix.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluateOutput } from '../../src/3-integer/evaluate.js';
import { outputReals } from '../../src/3-integer/host.js';
import type { IntegerNetwork } from '../../src/3-integer/types.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { interpret } from '../support/float-interpreter.js';
import {
  elementwise,
  randomArray,
  realConv,
  residualNetwork,
  smallNetwork,
} from '../support/float-network.js';
import { imageNetwork, window } from '../support/image-network.js';
import { drawImages } from '../support/random-images.js';

/** None for random networks that hardware cannot have: zeros around codes without a zero, averages over borders. */
function integerOf(network: Network): IntegerNetwork | undefined {
  try {
    return toInteger(network);
  } catch (error) {
    if (error instanceof NarrowgateError) return undefined;
    throw error;
  }
}

/** Codes have one zero. */
const positiveZero = (x: number) => x + 0;

const sizeOf = (network: Network) => network.input.shape.reduce((a, b) => a * b, 1);

describe('products', () => {
  test.each([
    [1, 1, 1],
    [4, 4, 7],
    [5, 6, 3],
    [9, 3, 16],
    [3, 9, 2],
    [8, 8, 1],
  ])('%i rows by %i outputs of %i inputs, whatever stands around them', (rows, outputs, inputs) => {
    const x = randomArray(rows * inputs, 1);
    const w = randomArray(3 + outputs * inputs, 2);
    const [at, stride] = [2, outputs + 3];
    const values = new Float32Array(at + rows * stride).fill(7);
    multiply(x, rows, w, 3, outputs, inputs, { values, at, stride });
    const expected = new Float32Array(values.length).fill(7);
    for (let r = 0; r < rows; r++)
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let i = 0; i < inputs; i++) sum += x[r * inputs + i] * w[3 + o * inputs + i];
        expected[at + r * stride + o] = sum;
      }
    expect(values).toEqual(expected);
  });
});

describe('evaluateFloat', () => {
  test('random quantized networks of images equal a plain interpreter, sample by sample', () => {
    fc.assert(
      fc.property(fc.gen(), fc.integer({ min: 1, max: 8 }), (g, steps) => {
        const network = drawImages(g, steps);
        const size = sizeOf(network);
        const values = randomArray(3 * size, 5, 8);
        const found = evaluateFloat(network, { values, count: 3 });
        const width = found.length / 3;
        for (let n = 0; n < 3; n++) {
          const expected = interpret(network, values.subarray(n * size, (n + 1) * size)).get(
            network.output,
          )?.data;
          expect(found.subarray(n * width, (n + 1) * width).map(positiveZero)).toEqual(
            expected?.map(positiveZero),
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['a chain', smallNetwork()],
    ['a residual network', residualNetwork()],
    [
      'depthwise with two outputs a channel, and groups',
      imageNetwork(
        [5, 5, 4],
        [
          realConv(4, [5, 5, 8], 3, 1, { groups: 4 }),
          elementwise('relu', [5, 5, 8]),
          realConv(8, [3, 3, 6], 3, 2, { groups: 2, stride: 2 }),
        ],
      ),
    ],
  ])('real networks: %s', (_, network) => {
    const size = sizeOf(network);
    const values = randomArray(4 * size, 3);
    const found = evaluateFloat(network, { values, count: 4 });
    const width = found.length / 4;
    for (let n = 0; n < 4; n++) {
      const expected =
        interpret(network, values.subarray(n * size, (n + 1) * size)).get(network.output)?.data ?? [];
      for (let k = 0; k < width; k++) expect(found[n * width + k]).toBeCloseTo(expected[k], 6);
    }
  });

  test('the real values of a quantized network are those of the integer model', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.gen(), fc.integer({ min: 1, max: 6 }), (g, steps) => {
        const network = drawImages(g, steps);
        const size = sizeOf(network);
        const integer = integerOf(network);
        if (!integer) return;
        const type = integer.tensors.get(integer.input)?.type;
        if (!type) throw new Error('no input type');
        const codes = Int32Array.from(
          randomArray(size, 4),
          (x) => Math.round((x + 1) * 0.5 * (type.max - type.min)) + type.min,
        );
        const real = Float32Array.from(codes, (code) => (code - type.zeroPoint) * type.scale[0]);
        const found = evaluateFloat(network, { values: real, count: 1 });
        const expected = outputReals(integer.hostOutput, evaluateOutput(integer, codes, 1), found.length);
        expect(found.map(positiveZero)).toEqual(expected.map(positiveZero));
        compared++;
      }),
      { numRuns: 100 },
    );
    expect(compared).toBeGreaterThan(30);
  });

  test('every tensor is shown, all samples of it', () => {
    const network = residualNetwork();
    const seen = new Map<string, number>();
    const size = sizeOf(network);
    evaluateFloat(network, { values: randomArray(7 * size, 1), count: 7 }, (tensor, values) =>
      seen.set(tensor, (seen.get(tensor) ?? 0) + values.length),
    );
    expect([...seen.keys()]).toEqual(['x', ...network.nodes.map(({ output }) => output)]);
    expect(seen.get('t8')).toBe(7 * 18);
  });

  test('softmax sums to one, and large values do not overflow', () => {
    const network = imageNetwork([3], [[{ op: 'softmax' }, [3]]]);
    const found = evaluateFloat(network, {
      values: Float32Array.of(1000, 1000, 900, 0, 0, Math.log(2)),
      count: 2,
    });
    expect(Array.from(found)).toEqual([0.5, 0.5, 0, 0.25, 0.25, 0.5].map((x) => expect.closeTo(x, 6)));
  });

  test('a softmax may be of logarithms', () => {
    const network = imageNetwork([3], [[{ op: 'softmax', logarithm: true }, [3]]]);
    const found = evaluateFloat(network, { values: Float32Array.of(1000, 1000, 0), count: 1 });
    expect(Array.from(found)).toEqual(
      [-Math.LN2, -Math.LN2, -1000 - Math.LN2].map((x) => expect.closeTo(x, 3)),
    );
  });

  test('integer kernels are refused', () => {
    const node = {
      op: 'requantize',
      name: 'kernel',
      source: { file: 'f', path: 'p' },
      input: 'x',
      output: 'y',
    };
    const network = {
      ...imageNetwork([1], []),
      nodes: [node as NetworkNode],
      output: 'x',
      tensors: new Map([['y', { name: 'y', shape: [1] }]]),
    };
    expect(() => evaluateFloat(network, { values: Float32Array.of(1), count: 1 })).toThrow(
      /float_evaluation_unsupported/,
    );
  });
});

test('the rows of a convolution are the inputs of its sums, group by group', () => {
  const network = imageNetwork(
    [2, 2, 2],
    [
      [
        {
          op: 'conv',
          window: { ...window(2, 0), padding: { top: 1, left: 0, bottom: 0, right: 1 } },
          groups: 2,
          outputs: 2,
          weights: { encoding: 'real', values: randomArray(8, 1) },
        },
        [2, 2, 2],
      ],
    ],
  );
  const x = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40);
  const rows: number[][] = [];
  const get = () => x;
  evaluateNode(network, network.nodes[0], { get }, 1, (values, count, group) => {
    for (let r = 0; r < count; r++) rows.push([group, ...values.subarray(4 * r, 4 * r + 4)]);
  });
  expect(rows).toEqual([
    [0, 0, 0, 1, 2],
    [0, 0, 0, 2, 0],
    [0, 1, 2, 3, 4],
    [0, 2, 0, 4, 0],
    [1, 0, 0, 10, 20],
    [1, 0, 0, 20, 0],
    [1, 10, 20, 30, 40],
    [1, 20, 0, 40, 0],
  ]);
});
