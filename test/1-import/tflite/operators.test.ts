import { describe, expect, test } from 'vitest';
import { quantizeValue } from '../../../src/1-import/quantize-value.js';
import type {
  ConvNode,
  Network,
  NetworkNode,
  PoolNode,
  RequantizeNode,
} from '../../../src/1-import/types.js';
import {
  biases,
  codes,
  floats,
  type GraphSpec,
  importGraph,
  numbers,
  type OperatorSpec,
  smallNetwork,
  type TensorSpec,
  weights,
} from '../../support/tflite-builder.js';
import { interpretTflite } from '../../support/tflite-interpreter.js';

const { fround } = Math;

/** One operator between x and y. */
function single(
  op: string,
  tensors: GraphSpec['tensors'],
  options: OperatorSpec['options'] = {},
  inputs = Object.keys(tensors).filter((name) => name !== 'y'),
): GraphSpec {
  return { tensors, operators: [{ op, inputs, outputs: ['y'], options }] };
}

/** The network's node of a kind, which must be the only one. */
function only<Op extends NetworkNode['op']>(network: Network, op: Op): Extract<NetworkNode, { op: Op }> {
  const found = network.nodes.filter((node) => node.op === op);
  expect(found).toHaveLength(1);
  return found[0] as Extract<NetworkNode, { op: Op }>;
}

function ops({ nodes }: Network): string[] {
  return nodes.map(({ op }) => op);
}

function multiplyOf({ arithmetic }: RequantizeNode) {
  if (arithmetic.kind !== 'multiply') throw new Error('expected a multiplication');
  return arithmetic;
}

const VALID = 1;
const stride1 = { strideWidth: 1, strideHeight: 1 };

function conv(x: TensorSpec, w: TensorSpec, y: TensorSpec, fields: Record<string, number>): GraphSpec {
  return single('CONV_2D', { x, w, y }, { conv: { ...stride1, ...fields } });
}

describe('input and output', () => {
  test('an int8 input is a quantizer that rounds halves away from zero, then adds the zero point', () => {
    const network = importGraph(
      single('RESHAPE', { x: codes([1, 2, 2, 1], 0.5, 3), y: codes([1, 4], 0.5, 3) }),
    );
    expect(ops(network)).toEqual(['quantize', 'reshape']);
    const { quantizer, input, output } = only(network, 'quantize');
    expect([input, output, network.input]).toEqual(['x:real', 'x', { name: 'x:real', shape: [2, 2, 1] }]);
    const code = (x: number) => quantizeValue(quantizer, x, 0);
    expect([-0.25, 0.25, 0.75, 1000, -1000].map(code)).toEqual([2, 4, 5, 127, -128]);
    expect([network.layout, network.output]).toEqual(['NHWC', 'RESHAPE_0']);
    expect(network.tensors.get('RESHAPE_0')?.shape).toEqual([4]);
  });

  test('a float input and QUANTIZE give the same', () => {
    const network = importGraph({
      tensors: { x: floats([1, 4]), q: codes([1, 4], 0.5, 3), y: floats([1, 4]) },
      operators: [
        { op: 'QUANTIZE', inputs: ['x'], outputs: ['q'] },
        { op: 'DEQUANTIZE', inputs: ['q'], outputs: ['y'] },
      ],
    });
    expect(ops(network)).toEqual(['quantize']);
    const same = importGraph(single('RESHAPE', { x: codes([1, 4], 0.5, 3), y: codes([1, 4], 0.5, 3) }));
    expect(only(network, 'quantize').quantizer).toEqual(only(same, 'quantize').quantizer);
    expect(network.output).toBe('QUANTIZE_0');
  });

  test('a uint8 input and QUANTIZE move the zero point', () => {
    const x: TensorSpec = { shape: [1, 3], type: 'UINT8', scale: [0.25], zeroPoint: [128] };
    const network = importGraph(single('QUANTIZE', { x, y: codes([1, 3], 0.25, 0) }));
    expect(only(network, 'quantize').quantizer).toMatchObject({ signed: false, zeroPoint: 128 });
    expect(Array.from(interpretTflite(network, [0, 128, 255]).get('QUANTIZE_0') ?? [])).toEqual([
      -128, 0, 127,
    ]);
  });

  test('softmax and what follows it are left to the host', () => {
    const network = importGraph({
      tensors: {
        x: codes([1, 4], 0.5, 3),
        p: codes([1, 4], 1 / 256, -128),
        y: { shape: [1, 4], type: 'UINT8', scale: [1 / 256], zeroPoint: [0] },
      },
      operators: [
        { op: 'SOFTMAX', inputs: ['x'], outputs: ['p'], options: { softmax: { beta: 1 } } },
        { op: 'QUANTIZE', inputs: ['p'], outputs: ['y'] },
      ],
    });
    expect(ops(network)).toEqual(['quantize', 'softmax']);
  });

  describe('ARG_MAX and LOGISTIC', () => {
    const axis = (at: number): TensorSpec => ({ shape: [], type: 'INT32', data: [at] });
    const classes: TensorSpec = { shape: [1], type: 'INT64' };
    const x = codes([1, 4], 0.5, 3);

    test('of codes leave the network as it is in front of them', () => {
      for (const at of [1, -1]) {
        const network = importGraph({
          tensors: { x, axis: axis(at), y: classes },
          operators: [{ op: 'ARG_MAX', inputs: ['x', 'axis'], outputs: ['y'] }],
        });
        expect(network).toMatchObject({ output: 'x', nodes: [{ op: 'quantize', output: 'x' }] });
      }
      const logistic = importGraph({
        tensors: { x, p: codes([1, 4], 1 / 256, -128), y: floats([1, 4]) },
        operators: [
          { op: 'LOGISTIC', inputs: ['x'], outputs: ['p'] },
          { op: 'DEQUANTIZE', inputs: ['p'], outputs: ['y'] },
        ],
      });
      expect(logistic).toMatchObject({ output: 'x', nodes: [{ op: 'quantize', output: 'x' }] });
    });

    test('may follow a softmax, and be given another shape', () => {
      const network = importGraph({
        tensors: {
          x,
          p: codes([1, 4], 1 / 256, -128),
          axis: axis(1),
          c: classes,
          y: { shape: [1, 1, 1], type: 'INT64' },
        },
        operators: [
          { op: 'SOFTMAX', inputs: ['x'], outputs: ['p'], options: { softmax: { beta: 1 } } },
          { op: 'ARG_MAX', inputs: ['p', 'axis'], outputs: ['c'] },
          { op: 'RESHAPE', inputs: ['c'], outputs: ['y'] },
        ],
      });
      expect(ops(network)).toEqual(['quantize', 'softmax']);
      expect(network.output).toBe('SOFTMAX_0');
    });

    test('a LOGISTIC of real values is a sigmoid', () => {
      const real = importGraph(single('LOGISTIC', { x: floats([1, 4]), y: floats([1, 4]) }));
      expect(real.nodes).toMatchObject([{ op: 'elementwise', kind: 'sigmoid' }]);
    });

    test('are refused inside the network, and along another axis', () => {
      const inside = {
        tensors: { x, p: codes([1, 4], 1 / 256, -128), y: codes([1, 4], 1 / 256, -128) },
        operators: [
          { op: 'LOGISTIC', inputs: ['x'], outputs: ['p'] },
          { op: 'RELU', inputs: ['p'], outputs: ['y'] },
        ],
      };
      expect(() => importGraph(inside)).toThrow(/found the result of LOGISTIC/);
      const image = single('ARG_MAX', {
        x: codes([1, 2, 2, 3], 0.5, 3),
        axis: axis(1),
        y: { shape: [1, 2, 3], type: 'INT64' },
      });
      expect(() => importGraph(image)).toThrow(/channels as axis, 3 or -1, found axis 1/);
    });
  });
});

describe('CONV_2D', () => {
  const x = codes([1, 5, 6, 2], 0.5, 3);
  const w = weights([3, 3, 2, 2]);

  test('SAME puts the odd padding behind; strides and dilations', () => {
    const network = importGraph(
      conv(x, w, codes([1, 3, 3, 3], 40), { padding: 0, strideWidth: 2, strideHeight: 2 }),
    );
    const { window, groups, outputs } = only(network, 'conv');
    expect([groups, outputs]).toEqual([1, 3]);
    expect(window).toEqual({
      kernel: { height: 3, width: 2 },
      stride: { height: 2, width: 2 },
      dilation: { height: 1, width: 1 },
      padding: { top: 1, left: 0, bottom: 1, right: 0 },
    });
    const dilated = importGraph(conv(x, w, codes([1, 5, 6, 3], 40), { padding: 0, dilationWidth: 3 }));
    expect(only(dilated, 'conv').window.padding).toEqual({ top: 1, left: 1, bottom: 1, right: 2 });
    expect(dilated.tensors.get('CONV_2D_0')?.shape).toEqual([5, 6, 3]);
  });

  test('VALID', () => {
    const y = codes([1, 1, 5, 3], 40);
    const network = importGraph(conv(x, w, y, { padding: VALID, dilationHeight: 2 }));
    expect(only(network, 'conv').window.padding).toEqual({ top: 0, left: 0, bottom: 0, right: 0 });
  });

  test('weights, biases and one multiplier per channel', () => {
    const tensors = { x, w, b: biases(3), y: codes([1, 5, 6, 3], 40, -128) };
    const network = importGraph(
      single('CONV_2D', tensors, { conv: { ...stride1, padding: 0, activation: 1 } }),
    );
    const node = only(network, 'conv');
    if (node.weights.encoding === 'real') throw new Error('float weights');
    expect(Array.from(node.weights.codes)).toEqual(w.data);
    expect(node.weights).toMatchObject({ bits: 8, signed: true, narrow: true });
    expect(Array.from(node.weights.scale)).toEqual([0.01, 0.02, 0.03].map(fround));
    const requantize = only(network, 'requantize');
    expect(requantize).toMatchObject({ minimum: -128, maximum: 127, input: node.output });
    const { bias, multiplier, shift, scale, rounding } = multiplyOf(requantize);
    expect(Array.from(bias)).toEqual(tensors.b.data);
    expect(rounding).toBe('double');
    expect(Array.from(scale)).toEqual([0.01, 0.02, 0.03].map((each) => (0.5 * fround(each)) / 40));
    for (let o = 0; o < 3; o++) expect(multiplier[o] * 2 ** (shift[o] - 31)).toBeCloseTo(scale[o], 12);
  });

  test('one scale for all weights, no bias, the smallest code among the weights', () => {
    const all = { ...w, data: [-128, ...numbers(35)], scale: [0.01], zeroPoint: [0] };
    const network = importGraph(conv(x, all, codes([1, 5, 6, 3], 40), { padding: 0 }));
    expect(only(network, 'conv').weights).toMatchObject({ narrow: false });
    const { bias, scale } = multiplyOf(only(network, 'requantize'));
    expect([Array.from(bias), scale.length]).toEqual([[0, 0, 0], 1]);
  });

  test('groups, where the weights see fewer channels than the image has', () => {
    const network = importGraph(
      conv(codes([1, 4, 4, 6]), weights([4, 1, 1, 3]), codes([1, 4, 4, 4], 40), { padding: 0 }),
    );
    expect(only(network, 'conv')).toMatchObject({ groups: 2, outputs: 4 });
  });

  test('int4 weights, two to a byte', () => {
    const four: TensorSpec = { ...w, type: 'INT4', data: numbers(36, 7) };
    const network = importGraph(conv(x, four, codes([1, 5, 6, 3], 40), { padding: 0 }));
    const node = only(network, 'conv');
    if (node.weights.encoding === 'real') throw new Error('float weights');
    expect(node.weights.bits).toBe(4);
    expect(Array.from(node.weights.codes)).toEqual(four.data);
  });

  test('dead channels: tiny scales flush to zero, huge biases stay', () => {
    const dead = weights([3, 1, 1, 2], 0, (k) => [1e-11, 3e-9, 0][k]);
    const b: TensorSpec = { shape: [3], type: 'INT32', data: [2 ** 30 + 5, -(2 ** 31), 2 ** 31 - 1] };
    const tensors = { x, dead, b, y: codes([1, 5, 6, 3], 0.5, 10) };
    const network = importGraph(single('CONV_2D', tensors, { conv: { ...stride1, padding: VALID } }));
    const { bias, multiplier, shift } = multiplyOf(only(network, 'requantize'));
    expect(Array.from(bias)).toEqual(b.data);
    expect([multiplier[0], shift[0]]).toEqual([0, 0]);
    expect(shift[1]).toBeLessThan(-20);
    expect([multiplier[2], shift[2]]).toEqual([0, 0]);
  });
});

describe('DEPTHWISE_CONV_2D', () => {
  test('a multiplier of two; weights go from [taps][channels] to [channels][taps]', () => {
    const w = weights([1, 2, 2, 6], 3);
    const tensors = { x: codes([1, 4, 4, 3]), w, b: biases(6), y: codes([1, 3, 3, 6], 40) };
    const network = importGraph(
      single('DEPTHWISE_CONV_2D', tensors, { depthwise: { ...stride1, padding: VALID } }),
    );
    const node: ConvNode = only(network, 'conv');
    expect(node).toMatchObject({ groups: 3, outputs: 6 });
    if (node.weights.encoding === 'real') throw new Error('float weights');
    const expected = Array.from({ length: 24 }, (_, k) => w.data?.[(k % 4) * 6 + Math.floor(k / 4)]);
    expect(Array.from(node.weights.codes)).toEqual(expected);
    expect(node.weights.scale).toHaveLength(6);
  });
});

describe('FULLY_CONNECTED', () => {
  test('flattens an image; the product of the scales is a float32, as in the kernel', () => {
    const w = { ...weights([2, 12]), scale: [0.0123], zeroPoint: [0] };
    const x = codes([1, 2, 2, 3], 0.0777);
    const network = importGraph(single('FULLY_CONNECTED', { x, w, b: biases(2), y: codes([1, 2], 3.3, 4) }));
    expect(ops(network)).toEqual(['quantize', 'reshape', 'dense', 'requantize']);
    expect(only(network, 'dense')).toMatchObject({ inputs: 12, outputs: 2 });
    const product = fround(fround(0.0777) * fround(0.0123));
    expect(multiplyOf(only(network, 'requantize')).scale[0]).toBe(product / fround(3.3));
  });

  test('one scale per output: in double', () => {
    const w = weights([2, 3], 0, () => 0.0123);
    const network = importGraph(
      single('FULLY_CONNECTED', { x: codes([1, 3], 0.0777), w, y: codes([1, 2], 3.3, 4) }),
    );
    expect(multiplyOf(only(network, 'requantize')).scale[1]).toBe(
      (fround(0.0777) * fround(0.0123)) / fround(3.3),
    );
  });
});

describe('fused activations set the range of the codes', () => {
  test.each([
    [0, 'NONE', -128, 127],
    [1, 'RELU', 3, 127],
    [2, 'RELU_N1_TO_1', -7, 13],
    [3, 'RELU6', 3, 63],
  ])('%i %s', (activation, _, minimum, maximum) => {
    const network = importGraph(
      conv(codes([1, 4, 4, 2]), weights([2, 1, 1, 2]), codes([1, 4, 4, 2], 0.1, 3), {
        padding: VALID,
        activation,
      }),
    );
    expect(only(network, 'requantize')).toMatchObject({ minimum, maximum });
  });
});

describe('pools', () => {
  const pool = { ...stride1, padding: VALID, kernelWidth: 2, kernelHeight: 3 };

  test('AVERAGE_POOL_2D sums codes and divides', () => {
    const tensors = { x: codes([1, 3, 4, 2], 0.5, 3), y: codes([1, 1, 3, 2], 0.5, 3) };
    const network = importGraph(single('AVERAGE_POOL_2D', tensors, { pool: { ...pool, activation: 1 } }));
    const node: PoolNode = only(network, 'pool');
    expect(node).toMatchObject({ kind: 'average', countPadding: false });
    expect(only(network, 'requantize')).toMatchObject({
      arithmetic: { kind: 'divide', count: 6, zeroPoint: 3 },
      minimum: 3,
    });
    const x = [-128, 1, 0, 2, -1, 3, 5, 4, -128, 5, 1, 6, -1, 7, 0, 8, -128, 9, 0, 10, -1, 11, 1, 12];
    const y = interpretTflite(network, x).get('AVERAGE_POOL_2D_0');
    expect(Array.from(y ?? [])).toEqual([3, 6, 3, 7, 3, 8]);
  });

  test('AVERAGE_POOL_2D with SAME counts the elements inside', () => {
    const tensors = { x: codes([1, 2, 2, 1], 0.5, 3), y: codes([1, 2, 2, 1], 0.5, 3) };
    const network = importGraph(
      single('AVERAGE_POOL_2D', tensors, {
        pool: { ...stride1, padding: 0, kernelWidth: 2, kernelHeight: 2 },
      }),
    );
    expect(Array.from(interpretTflite(network, [10, 11, 12, 14]).get('AVERAGE_POOL_2D_0') ?? [])).toEqual([
      12, 13, 13, 14,
    ]);
  });

  test('MAX_POOL_2D keeps codes; with an activation it clamps them', () => {
    const tensors = { x: codes([1, 3, 4, 2], 0.5, 3), y: codes([1, 1, 3, 2], 0.5, 3) };
    expect(ops(importGraph(single('MAX_POOL_2D', tensors, { pool })))).toEqual(['quantize', 'pool']);
    const clamped = importGraph(single('MAX_POOL_2D', tensors, { pool: { ...pool, activation: 3 } }));
    expect(only(clamped, 'requantize')).toMatchObject({
      arithmetic: { kind: 'divide', count: 1 },
      minimum: 3,
      maximum: 15,
    });
  });

  test.each([
    ['kept axes', [1, 1, 1, 2], [2, 1]],
    ['dropped axes', [1, 2], [1, 2]],
    ['negative axes', [1, 2], [-2, -3]],
  ])('MEAN over height and width, %s', (_, shape, axes) => {
    const tensors = {
      x: codes([1, 3, 2, 2], 0.5, 3),
      axes: { shape: [axes.length], type: 'INT32', data: axes } as TensorSpec,
      y: codes(shape, 0.3, -4),
    };
    const network = importGraph(single('MEAN', tensors));
    expect(only(network, 'pool').window.kernel).toEqual({ height: 3, width: 2 });
    const { multiplier, shift, bias } = multiplyOf(only(network, 'requantize'));
    expect(bias[0]).toBe(0);
    // (multiplier of 0.5 / 0.3) << 2, divided by 6 and truncated; the shift is two less
    const real = fround(0.5) / fround(0.3);
    expect(multiplier[0]).toBe(Math.floor((Math.round((real / 2) * 2 ** 31) * 4) / 6));
    expect(shift[0]).toBe(1 - 2);
    const x = numbers(12);
    const y = interpretTflite(network, x).get('MEAN_0');
    const mean = (c: number) => x.filter((__, k) => k % 2 === c).reduce((a, b) => a + b - 3, 0) / 6;
    expect(Array.from(y ?? [])).toEqual([0, 1].map((c) => Math.round(mean(c) * real) - 4));
  });
});

describe('ADD', () => {
  const tensors = { x: codes([1, 4], 0.5, 3), q: codes([1, 4], 0.2, -7), y: codes([1, 4], 0.6, 1) };
  const graph: GraphSpec = {
    tensors,
    operators: [
      { op: 'QUANTIZE', inputs: ['x'], outputs: ['q'] },
      { op: 'ADD', inputs: ['x', 'q'], outputs: ['y'], options: { add: { activation: 1 } } },
    ],
  };

  test('double and single: left shift 20, three multipliers', () => {
    const { arithmetic, input, other } = only(importGraph(graph, 'single'), 'add');
    expect([input, other]).toEqual(['x', 'QUANTIZE_0']);
    if (arithmetic?.kind !== 'multiply') throw new Error('expected multipliers');
    expect(arithmetic).toMatchObject({ leftShift: 20, minimum: 1, maximum: 127 });
    const { first, second, result } = arithmetic;
    expect([first, second, result].map((each) => each.scale[0])).toEqual([
      0.5,
      fround(0.2),
      1 / 2 ** 20 / fround(0.6),
    ]);
    expect([first, second, result].map((each) => each.rounding)).toEqual(['single', 'single', 'single']);
  });

  test('float: XNNPACK’s integers and one shift', () => {
    const { arithmetic } = only(importGraph(graph, 'float'), 'add');
    const ratios = [fround(0.5 / fround(0.6)), fround(fround(0.2) / fround(0.6))];
    expect(arithmetic).toMatchObject({ kind: 'shift', shift: 21, minimum: 1 });
    if (arithmetic?.kind !== 'shift') throw new Error('expected a shift');
    expect(arithmetic.multipliers).toEqual(ratios.map((ratio) => Math.round(ratio * 2 ** 21)));
  });
});

describe('moves', () => {
  test('PAD adds the code of zero', () => {
    const amounts: TensorSpec = { shape: [4, 2], type: 'INT32', data: [0, 0, 1, 2, 3, 0, 0, 0] };
    const tensors = { x: codes([1, 1, 1, 2], 0.5, 3), amounts, y: codes([1, 4, 4, 2], 0.5, 3) };
    const network = importGraph(single('PAD', tensors));
    expect(only(network, 'pad').padding).toEqual({ top: 1, left: 3, bottom: 2, right: 0 });
    const y = interpretTflite(network, [50, 60]).get('PAD_0');
    expect(y?.indexOf(50)).toBe((1 * 4 + 3) * 2);
    expect(y?.filter((code) => code === 3)).toHaveLength(30);
  });

  test('CONCATENATION along the channels', () => {
    const network = importGraph({
      tensors: { x: codes([1, 2, 1, 2]), r: codes([1, 2, 1, 2]), y: codes([1, 2, 1, 4]) },
      operators: [
        { op: 'RELU', inputs: ['x'], outputs: ['r'] },
        { op: 'CONCATENATION', inputs: ['x', 'r'], outputs: ['y'], options: { concatenation: { axis: -1 } } },
      ],
    });
    expect(only(network, 'concat')).toMatchObject({ input: 'x', others: ['RELU_0'] });
    const y = interpretTflite(network, [1, 2, 3, 4]).get('CONCATENATION_1');
    expect(Array.from(y ?? [])).toEqual([1, 2, 3, 3, 3, 4, 3, 4]);
  });

  test('RESHAPE takes the shape from its output, and a computed shape input is not looked at', () => {
    const network = importGraph({
      tensors: {
        x: codes([1, 2, 3, 2]),
        shape: { shape: [2], type: 'INT32' },
        y: codes([1, 12]),
      },
      operators: [
        { op: 'SHAPE', inputs: ['x'], outputs: ['shape'] },
        { op: 'RESHAPE', inputs: ['x', 'shape'], outputs: ['y'] },
      ],
    });
    expect(ops(network)).toEqual(['quantize', 'reshape']);
  });

  describe('RESIZE_NEAREST_NEIGHBOR', () => {
    const size = (height: number, width: number): TensorSpec => ({
      shape: [2],
      type: 'INT32',
      data: [height, width],
    });
    const enlarged = (
      [h, w]: readonly [number, number],
      [height, width]: readonly [number, number],
      resizeNearest: Record<string, number> = {},
      y = codes([1, height, width, 1]),
    ) =>
      importGraph(
        single(
          'RESIZE_NEAREST_NEIGHBOR',
          { x: codes([1, h, w, 1]), size: size(height, width), y },
          { resizeNearest },
        ),
      );

    test('by whole factors repeats elements, by either rule of coordinates', () => {
      for (const halfPixelCenters of [0, 1]) {
        const network = enlarged([1, 2], [2, 6], { halfPixelCenters });
        expect(only(network, 'upsample').factor).toEqual({ height: 2, width: 3 });
        const y = interpretTflite(network, [5, 7]).get('RESIZE_NEAREST_NEIGHBOR_0');
        expect(Array.from(y ?? [])).toEqual([5, 5, 5, 7, 7, 7, 5, 5, 5, 7, 7, 7]);
      }
      // twice as many from corner to corner round to each twice; three times as many do not
      expect(only(enlarged([2, 2], [4, 4], { alignCorners: 1 }), 'upsample').factor.height).toBe(2);
      expect(() => enlarged([4, 4], [12, 12], { alignCorners: 1 })).toThrow(/align_corners true/);
    });

    test('is refused by other factors, and where float32 loses an element', () => {
      expect(() => enlarged([2, 2], [3, 4])).toThrow(/whole multiples of 2 x 2/);
      expect(() => enlarged([4, 4], [2, 2])).toThrow(/whole multiples of 4 x 4/);
      expect(() => enlarged([2, 2], [4, 4], {}, codes([1, 4, 4, 1], 0.25))).toThrow(/scale 0.5/);
      // 41 * float32(1/41) is below one
      expect(fround(41 * fround(1 / 41))).toBeLessThan(1);
      expect(() => enlarged([2, 2], [82, 4])).toThrow(/repeated equally often/);
    });
  });

  test('DEPTH_TO_SPACE takes blocks before channels', () => {
    const of = (blockSize: number) =>
      importGraph(
        single(
          'DEPTH_TO_SPACE',
          { x: codes([1, 1, 2, 8]), y: codes([1, 2, 4, 2]) },
          { depthToSpace: { blockSize } },
        ),
      );
    const network = of(2);
    expect(only(network, 'depth-to-space')).toMatchObject({ block: 2, order: 'DCR' });
    const x = Array.from({ length: 16 }, (_, k) => k);
    const y = interpretTflite(network, x).get('DEPTH_TO_SPACE_0');
    expect(Array.from(y ?? [])).toEqual([0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]);
    for (const block of [0, 3]) expect(() => of(block)).toThrow(/a block whose square divides the channels/);
  });

  test.each(['SQUEEZE', 'EXPAND_DIMS'])('%s is a reshape', (op) => {
    const axis: TensorSpec = { shape: [1], type: 'INT32', data: [1] };
    const tensors = { x: codes([1, 1, 1, 6]), axis, y: codes([1, 6]) };
    expect(only(importGraph(single(op, tensors)), 'reshape').output).toBe(`${op}_0`);
  });
});

describe('activations of their own', () => {
  test.each([
    ['RELU', 3, 127],
    ['RELU6', 3, 15],
    ['RELU_N1_TO_1', 1, 5],
  ])('%s on codes', (op, minimum, maximum) => {
    const network = importGraph(single(op, { x: codes([1, 4], 0.5, 3), y: codes([1, 4], 0.5, 3) }));
    expect(only(network, 'requantize')).toMatchObject({ minimum, maximum });
    const { multiplier, shift } = multiplyOf(only(network, 'requantize'));
    expect([multiplier[0], shift[0]]).toEqual([2 ** 30, 1]);
    const y = interpretTflite(network, [-128, 2, 4, 127]).get(`${op}_0`);
    expect(Array.from(y ?? [])).toEqual([minimum, Math.max(2, minimum), 4, maximum]);
  });

  describe('LEAKY_RELU', () => {
    const given = (alpha: number, x: TensorSpec, y: TensorSpec) =>
      single('LEAKY_RELU', { x, y }, { leakyRelu: { alpha } });
    const codesOf = (network: Network, x: number[]) =>
      Array.from(interpretTflite(network, x).get('LEAKY_RELU_0') ?? []);

    test('on codes has a multiplier for each sign, from float32 scales', () => {
      const [from, to, alpha] = [0.1, 0.07, 0.2].map(fround);
      const network = importGraph(given(alpha, codes([1, 6], from, 3), codes([1, 6], to, -10)));
      const { arithmetic } = only(network, 'requantize');
      if (arithmetic.kind !== 'leaky') throw new Error('expected two multipliers');
      expect(arithmetic.positive.scale[0]).toBe(fround(from / to));
      expect(arithmetic.negative.scale[0]).toBe(fround(fround(from * alpha) / to));
      // -131 * 0.2857 rounds twice: -74.9 halves to -75 / 2, and that to -38; so does -1 * 0.2857 to -1
      expect(codesOf(network, [-128, 2, 3, 4, 70, 127])).toEqual([-48, -11, -10, -9, 86, 127]);
    });

    test("with XNNPACK's rounding counts in 1/256, halves up, where XNNPACK takes the scales", () => {
      const network = importGraph(given(0.25, codes([1, 4], 0.5, 0), codes([1, 4], 0.5, 0)), 'float');
      expect(only(network, 'requantize').arithmetic).toMatchObject({
        positive: { multiplier: Int32Array.of(256), rounding: 'single' },
        negative: { multiplier: Int32Array.of(64) },
      });
      expect(codesOf(network, [-6, -2, -1, 5])).toEqual([-1, 0, 0, 5]);
      const small = given(2 ** -10, codes([1, 1], 0.5, 0), codes([1, 1], 0.5, 0));
      expect(only(importGraph(small, 'float'), 'requantize').arithmetic).toMatchObject({
        positive: { rounding: 'double' },
        negative: { rounding: 'double' },
      });
    });

    test('on real values, and with a slope that is not monotone', () => {
      const network = importGraph(given(0.25, floats([1, 4]), floats([1, 4])));
      expect(network.nodes).toMatchObject([{ kind: 'leaky-relu', attributes: { alpha: 0.25 } }]);
      expect(() => importGraph(given(-0.5, floats([1, 4]), floats([1, 4])))).toThrow(/slope of zero or more/);
    });
  });

  test('QUANTIZE between codes', () => {
    const network = importGraph(
      single('QUANTIZE', { x: codes([1, 3], 0.5, 3), y: codes([1, 3], 0.25, -10) }),
    );
    const y = interpretTflite(network, [3, 13, 127]).get('QUANTIZE_0');
    expect(Array.from(y ?? [])).toEqual([-10, 10, 127]);
    const same = importGraph(single('QUANTIZE', { x: codes([1, 3]), y: codes([1, 3]) }));
    expect(ops(same)).toEqual(['quantize']);
  });
});

describe('float models', () => {
  test('layers become real weights, an addition and an activation', () => {
    const w = floats([2, 1, 1, 2], [1, 2, 3, 4]);
    const tensors = { x: floats([1, 2, 2, 2]), w, b: floats([2], [5, 6]), y: floats([1, 2, 2, 2]) };
    const options = { conv: { ...stride1, padding: VALID, activation: 3 } };
    const network = importGraph(single('CONV_2D', tensors, options));
    expect(network.nodes).toMatchObject([
      { op: 'conv', weights: { encoding: 'real', values: Float32Array.of(1, 2, 3, 4) } },
      { op: 'elementwise', kind: 'add', operand: Float32Array.of(5, 6) },
      { op: 'elementwise', kind: 'clip', minimum: 0, maximum: 6, output: 'CONV_2D_0' },
    ]);
    expect(network.input).toEqual({ name: 'x', shape: [2, 2, 2] });
  });

  test('depthwise weights are transposed', () => {
    const w = floats([1, 1, 2, 2], [1, 2, 3, 4]);
    const tensors = { x: floats([1, 2, 2, 2]), w, y: floats([1, 2, 1, 2]) };
    const network = importGraph(
      single('DEPTHWISE_CONV_2D', tensors, { depthwise: { ...stride1, padding: VALID } }),
    );
    expect(only(network, 'conv').weights).toEqual({ encoding: 'real', values: Float32Array.of(1, 3, 2, 4) });
  });

  test('ADD of two tensors and of a constant, pools, mean, dense, softmax', () => {
    const network = importGraph({
      tensors: {
        x: floats([1, 2, 2, 2]),
        k: floats([2], [1, 2]),
        a: floats([1, 2, 2, 2]),
        s: floats([1, 2, 2, 2]),
        p: floats([1, 1, 2, 2]),
        axes: { shape: [2], type: 'INT32', data: [1, 2] },
        m: floats([1, 2]),
        w: floats([3, 2], [1, 2, 3, 4, 5, 6]),
        l: floats([1, 3]),
        y: floats([1, 3]),
      },
      operators: [
        { op: 'ADD', inputs: ['x', 'k'], outputs: ['a'] },
        { op: 'ADD', inputs: ['x', 'a'], outputs: ['s'], options: { add: { activation: 1 } } },
        {
          op: 'AVERAGE_POOL_2D',
          inputs: ['s'],
          outputs: ['p'],
          options: { pool: { ...stride1, padding: VALID, kernelWidth: 1, kernelHeight: 2 } },
        },
        { op: 'MEAN', inputs: ['p', 'axes'], outputs: ['m'] },
        { op: 'FULLY_CONNECTED', inputs: ['m', 'w'], outputs: ['l'] },
        { op: 'SOFTMAX', inputs: ['l'], outputs: ['y'] },
      ],
    });
    expect(ops(network)).toEqual([
      ...['elementwise', 'add', 'elementwise', 'pool', 'pool', 'reshape', 'dense', 'softmax'],
    ]);
    expect(only(network, 'add').arithmetic).toBeUndefined();
  });
});

describe('a whole network', () => {
  test.each(['double', 'single', 'float'] as const)('%s: has its nodes in order', (rounding) => {
    const network = importGraph(smallNetwork(), rounding);
    expect(ops(network)).toEqual([
      ...['quantize', 'conv', 'requantize', 'conv', 'requantize', 'add', 'pool', 'pool', 'requantize'],
      ...['reshape', 'dense', 'requantize', 'softmax'],
    ]);
    expect(network.tfliteRounding).toBe(rounding);
    expect(new Set(network.nodes.map(({ name }) => name)).size).toBe(network.nodes.length);
    const logits = interpretTflite(network, numbers(60)).get('FULLY_CONNECTED_5');
    expect(new Set(logits).size).toBeGreaterThan(1);
  });

  test('operators that the output does not need are left out, tensors without names get one', () => {
    const spec = smallNetwork();
    const tensors = { ...spec.tensors, unused: codes([1, 3]), w2: { ...spec.tensors.w2, name: '' } };
    const operators = [...spec.operators, { op: 'HARD_SWISH', inputs: ['l'], outputs: ['unused'] }];
    expect(ops(importGraph({ ...spec, tensors, operators }))).toEqual(ops(importGraph(spec)));
  });

  test('float scales are those of XNNPACK, float32 throughout', () => {
    const network = importGraph(smallNetwork(), 'float');
    const first = network.nodes.find((node): node is RequantizeNode => node.op === 'requantize');
    const { scale } = multiplyOf(first ?? only(network, 'requantize'));
    expect(Array.from(scale)).toEqual(
      [0.01, 0.02, 0.03, 0.04].map((each) => fround(fround(0.5 * fround(each)) / 20)),
    );
  });
});
