/** Operators on images: the network read from a file gives what ONNX's definition gives for [N, C, H, W]. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConvNode, Network, PoolNode, QuantizeNode } from '../../../src/1-import/types.js';
import { channelsFirst, channelsLast, interpret } from '../../support/float-interpreter.js';
import {
  type Attribute,
  floats,
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

type Shape = [number, number, number]; // channels, height, width

/** Small integers that differ, so that every misplaced element shows. */
function ramp(count: number, step = 7): number[] {
  return Array.from({ length: count }, (_, k) => ((k * step) % 23) - 11);
}

function volume(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function read(shape: readonly number[], nodes: NodeSpec[], initializers: RawTensor[] = []): Network {
  return importSpec(graphOf([1, ...shape], { nodes, initializers }));
}

/** Run a network on an image of the file's order; the result is in the file's order too. */
function run(network: Network, x: readonly number[], [channels, height, width]: Shape): number[] {
  const given = channelsLast(x, channels, height * width);
  const output = interpret(network, given).get(network.output);
  if (!output) throw new Error('no output');
  const { shape, data } = output;
  if (shape.length === 1) return Array.from(data);
  return Array.from(channelsFirst(data, shape[2], shape[0] * shape[1]));
}

function shapeOf(network: Network, tensor = network.output): readonly number[] | undefined {
  return network.tensors.get(tensor)?.shape;
}

/** Padding before and after, from the definition of auto_pad. */
function autoPad(mode: string, length: number, kernel: number, stride: number, dilation: number) {
  if (mode === 'VALID') return [0, 0];
  const output = Math.ceil(length / stride);
  const total = Math.max((output - 1) * stride + (kernel - 1) * dilation + 1 - length, 0);
  const [small, large] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return mode === 'SAME_LOWER' ? [large, small] : [small, large];
}

interface ConvCase {
  shape: Shape;
  groups: number;
  perGroup: number;
  kernel: [number, number];
  stride: [number, number];
  dilation: [number, number];
  pads: [number, number, number, number];
}

/** Conv in the words of its definition, on [C, H, W] and [O, C/g, kh, kw]. */
function convolve(x: number[], w: number[], each: ConvCase): number[] {
  const { shape, groups, perGroup, kernel, stride, dilation, pads } = each;
  const [channels, height, width] = shape;
  const inputs = channels / groups;
  const size = (k: 0 | 1, length: number) =>
    Math.floor((length + pads[k] + pads[k + 2] - (kernel[k] - 1) * dilation[k] - 1) / stride[k]) + 1;
  const result: number[] = [];
  for (let o = 0; o < groups * perGroup; o++)
    for (let r = 0; r < size(0, height); r++)
      for (let c = 0; c < size(1, width); c++) {
        let sum = 0;
        for (let k = 0; k < inputs; k++)
          for (let i = 0; i < kernel[0]; i++)
            for (let j = 0; j < kernel[1]; j++) {
              const y = r * stride[0] - pads[0] + i * dilation[0];
              const z = c * stride[1] - pads[1] + j * dilation[1];
              if (y < 0 || y >= height || z < 0 || z >= width) continue;
              const channel = Math.floor(o / perGroup) * inputs + k;
              sum +=
                x[(channel * height + y) * width + z] * w[((o * inputs + k) * kernel[0] + i) * kernel[1] + j];
            }
        result.push(sum);
      }
  return result;
}

const small = fc.integer({ min: 1, max: 3 });

describe('Conv', () => {
  const cases = fc.record({
    groups: small,
    channels: small,
    perGroup: small,
    height: fc.integer({ min: 3, max: 6 }),
    width: fc.integer({ min: 3, max: 6 }),
    kernel: fc.tuple(small, small),
    stride: fc.tuple(small, small),
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    pads: fc.tuple(
      ...([0, 1, 2, 3].map(() => fc.integer({ min: 1, max: 2 })) as [
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
      ]),
    ),
    auto: fc.constantFrom('NOTSET', 'SAME_UPPER', 'SAME_LOWER'),
  });

  test('with any kernel, stride, dilation, padding and groups equals its definition', () => {
    fc.assert(
      fc.property(cases, ({ groups, channels, perGroup, height, width, auto, ...rest }) => {
        const shape: Shape = [groups * channels, height, width];
        const { kernel, stride, dilation } = rest;
        const [top, bottom] = autoPad(auto, height, kernel[0], stride[0], dilation[0]);
        const [left, right] = autoPad(auto, width, kernel[1], stride[1], dilation[1]);
        const pads: ConvCase['pads'] = auto === 'NOTSET' ? rest.pads : [top, left, bottom, right];
        const dims = [groups * perGroup, channels, ...kernel];
        const w = ramp(volume(dims), 5);
        const attributes: Record<string, Attribute> = {
          group: groups,
          strides: { ints: stride },
          dilations: { ints: dilation },
          ...(auto === 'NOTSET' ? { pads: { ints: pads } } : { auto_pad: auto }),
        };
        const network = read(
          shape,
          [node('Conv', ['x', 'w', 'b'], ['y'], attributes)],
          [floats('w', dims, w), floats('b', [dims[0]], ramp(dims[0], 3))],
        );
        const x = ramp(volume(shape));
        const sums = convolve(x, w, { shape, groups, perGroup, kernel, stride, dilation, pads });
        const positions = sums.length / dims[0];
        const bias = ramp(dims[0], 3);
        expect(run(network, x, shape)).toEqual(sums.map((sum, k) => sum + bias[Math.floor(k / positions)]));
      }),
      { numRuns: 200 },
    );
  });

  test('of one dimension has images of height one', () => {
    const network = read(
      [2, 7],
      [node('Conv', ['x', 'w'], ['y'], { pads: { ints: [2, 1] }, strides: { ints: [2] } })],
      [floats('w', [3, 2, 3], ramp(18, 5))],
    );
    expect(network.input.shape).toEqual([1, 7, 2]);
    expect(network.nodes.map(({ op }) => op)).toEqual(['conv']);
    expect((network.nodes[0] as ConvNode).window).toMatchObject({
      kernel: { height: 1, width: 3 },
      stride: { height: 1, width: 2 },
      padding: { top: 0, left: 2, bottom: 0, right: 1 },
    });
    const x = ramp(14);
    const plain: ConvCase = {
      shape: [2, 1, 7],
      groups: 1,
      perGroup: 3,
      kernel: [1, 3],
      stride: [1, 2],
      dilation: [1, 1],
      pads: [0, 2, 0, 1],
    };
    expect(run(network, x, [2, 1, 7])).toEqual(convolve(x, ramp(18, 5), plain));
  });

  test('keeps the codes of its weights and their scale per output', () => {
    const values = ramp(16, 5).map((w) => Math.abs(w) % 7);
    const spec = graphOf(
      [1, 2, 4, 4],
      {
        initializers: [
          floats(
            'w',
            [2, 2, 2, 2],
            values.map((w, k) => (k < 8 ? w * 0.5 : w * 0.25)),
          ),
        ],
      },
      {
        nodes: [node('Quant', ['w', 's', 'z', 'b'], ['wq']), node('Conv', ['x', 'wq'], ['y'])],
        initializers: [floats('s', [2, 1, 1, 1], [0.5, 0.25]), scalar('z', 0), scalar('b', 4)],
      },
    );
    const [conv] = importSpec(spec).nodes as [ConvNode];
    const { codes, scale } = quantized(conv.weights);
    expect(scale).toEqual(Float32Array.of(0.5, 0.25));
    const at = (o: number, c: number, tap: number) => values[(o * 2 + c) * 4 + tap];
    const expected = [0, 1].flatMap((o) => [0, 1, 2, 3].flatMap((tap) => [at(o, 0, tap), at(o, 1, tap)]));
    expect(Array.from(codes)).toEqual(expected);
  });

  test('takes float weights as they are', () => {
    const [conv] = read([1, 2, 2], [node('Conv', ['x', 'w'], ['y'])], [floats('w', [1, 1, 1, 2], [0.1, 2])])
      .nodes as [ConvNode];
    expect(conv.weights).toEqual({ encoding: 'real', values: Float32Array.of(0.1, 2) });
  });
});

describe('pools', () => {
  const shape: Shape = [2, 5, 4];
  const x = ramp(40);
  const one = (op: string, attributes: Record<string, Attribute> = {}) =>
    read(shape, [node(op, ['x'], ['y'], attributes)]);

  test('MaxPool and AveragePool read their window', () => {
    const attributes = {
      kernel_shape: { ints: [3, 2] },
      strides: { ints: [2, 1] },
      pads: { ints: [1, 0, 1, 1] },
    };
    const network = one('AveragePool', { ...attributes, count_include_pad: 1 });
    expect(network.nodes).toMatchObject([
      {
        op: 'pool',
        kind: 'average',
        countPadding: true,
        window: {
          kernel: { height: 3, width: 2 },
          stride: { height: 2, width: 1 },
          dilation: { height: 1, width: 1 },
          padding: { top: 1, left: 0, bottom: 1, right: 1 },
        },
      },
    ]);
    expect(shapeOf(network)).toEqual([3, 4, 2]);
    expect(one('MaxPool', attributes).nodes).toMatchObject([{ kind: 'maximum', countPadding: false }]);
    const [first] = run(one('AveragePool', attributes), x, shape);
    expect(first).toBeCloseTo((x[0] + x[1] + x[4] + x[5]) / 4, 5);
  });

  test('ceil_mode adds a position where a window still begins on the image', () => {
    const attributes = { kernel_shape: { ints: [2, 3] }, strides: { ints: [2, 3] } };
    expect(shapeOf(one('MaxPool', attributes))).toEqual([2, 1, 2]);
    const up = one('MaxPool', { ...attributes, ceil_mode: 1 });
    expect(shapeOf(up)).toEqual([3, 2, 2]);
    expect((up.nodes[0] as PoolNode).window.padding).toEqual({ top: 0, left: 0, bottom: 1, right: 2 });
    const last = run(up, x, shape).slice(-1);
    expect(last).toEqual([x[39]]);
    const beyond = one('MaxPool', {
      kernel_shape: { ints: [1, 1] },
      strides: { ints: [3, 4] },
      ceil_mode: 1,
    });
    expect(shapeOf(beyond)).toEqual([2, 1, 2]); // a third row and a second column would begin outside
  });

  const mean = (channel: number) => x.slice(channel * 20, channel * 20 + 20).reduce((a, b) => a + b, 0) / 20;

  test.each<[string, NodeSpec, readonly number[]]>([
    ['GlobalAveragePool', node('GlobalAveragePool', ['x'], ['y']), [1, 1, 2]],
    ['ReduceMean that keeps axes', node('ReduceMean', ['x'], ['y'], { axes: { ints: [2, 3] } }), [1, 1, 2]],
    ['ReduceMean', node('ReduceMean', ['x'], ['y'], { axes: { ints: [-1, -2] }, keepdims: 0 }), [2]],
    ['ReduceMean with axes as an input', node('ReduceMean', ['x', 'axes'], ['y'], { keepdims: 0 }), [2]],
  ])('%s takes the mean over the image', (_, each, expected) => {
    const network = read(shape, [each], [integers('axes', [2], [2, 3])]);
    expect(network.nodes[0]).toMatchObject({
      op: 'pool',
      kind: 'average',
      window: { kernel: { height: 5, width: 4 } },
    });
    expect(shapeOf(network)).toEqual(expected);
    const found = run(network, x, shape);
    expect(found[0]).toBeCloseTo(mean(0), 5);
    expect(found[1]).toBeCloseTo(mean(1), 5);
  });

  test.each([
    [2, [1, 4, 2]],
    [3, [5, 1, 2]],
  ])('ReduceMean over axis %i alone', (axis, expected) => {
    const network = one('ReduceMean', { axes: { ints: [axis] } });
    expect(shapeOf(network)).toEqual(expected);
    const along = axis === 2 ? [0, 4, 8, 12, 16] : [0, 1, 2, 3];
    const [first] = run(network, x, shape);
    expect(first).toBeCloseTo(along.reduce((sum, k) => sum + x[k], 0) / along.length, 5);
  });

  test('ReduceMean of a transposed image finds its axes', () => {
    const network = read(shape, [
      node('Relu', ['x'], ['r']),
      node('Transpose', ['r'], ['t'], { perm: { ints: [0, 2, 3, 1] } }),
      node('ReduceMean', ['t'], ['y'], { axes: { ints: [1, 2] }, keepdims: 0 }),
    ]);
    expect(network.nodes.map(({ op }) => op)).toEqual(['elementwise', 'pool', 'reshape']);
  });

  test('GlobalMaxPool', () => {
    expect(run(one('GlobalMaxPool'), x, shape)).toEqual(
      [0, 20].map((at) => Math.max(...x.slice(at, at + 20))),
    );
  });
});

describe('constants per channel', () => {
  const shape: Shape = [3, 2, 2];
  const x = ramp(12);

  test.each([[[1, 3, 1, 1]], [[3, 1, 1]]])('of shape %j go to the last axis', (dims) => {
    const network = read(shape, [node('Mul', ['x', 'c'], ['y'])], [floats('c', dims, [2, 3, 5])]);
    expect(network.nodes).toMatchObject([{ op: 'elementwise', operand: Float32Array.of(2, 3, 5) }]);
    expect(run(network, x, shape)).toEqual(x.map((value, k) => value * [2, 3, 5][Math.floor(k / 4)]));
  });

  test('of a full shape are taken when they do not differ between positions', () => {
    const values = [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3];
    const network = read(shape, [node('Add', ['x', 'c'], ['y'])], [floats('c', shape, values)]);
    expect(network.nodes).toMatchObject([{ operand: Float32Array.of(1, 2, 3) }]);
  });

  test('BatchNormalization, Quant and MultiThreshold', () => {
    const each = (name: string, values: number[]) => floats(name, [3], values);
    const spec = graphOf([1, ...shape], {
      nodes: [
        node('BatchNormalization', ['x', 'g', 'b', 'm', 'v'], ['n'], { epsilon: { f: 0 } }),
        node('Quant', ['n', 's', 'z', 'w'], ['q']),
        node('MultiThreshold', ['q', 't'], ['y']),
      ],
      initializers: [
        each('g', [1, 2, 3]),
        each('b', [0, 1, 2]),
        each('m', [1, 1, 1]),
        each('v', [1, 4, 1]),
        floats('s', [1, 3, 1, 1], [0.5, 1, 2]),
        scalar('z', 0),
        scalar('w', 6),
        floats('t', [3, 2], [0, 1, 2, 3, 4, 5]),
      ],
    });
    expect(importSpec(spec).nodes).toMatchObject([
      { kind: 'normalize', multiplier: Float32Array.of(1, 1, 3), operand: Float32Array.of(-1, 0, -1) },
      { op: 'quantize', quantizer: { scale: Float32Array.of(0.5, 1, 2) } },
      { op: 'multi-threshold', rows: 3, thresholds: Float64Array.of(0, 1, 2, 3, 4, 5) },
    ]);
  });
});

describe('an image before a dense layer', () => {
  const shape: Shape = [3, 2, 4];
  const x = ramp(24);
  const w = ramp(48, 5);
  const product = (input: number[]) =>
    [0, 1].map((o) => input.reduce((sum, value, k) => sum + value * w[k * 2 + o], 0));
  const reshaped = integers('flat', [2], [1, -1]);

  test.each<[string, NodeSpec]>([
    ['Flatten', node('Flatten', ['x'], ['f'])],
    ['Reshape', node('Reshape', ['x', 'flat'], ['f'])],
  ])('%s gives weights in the order of channels last', (_, flat) => {
    const network = read(
      shape,
      [flat, node('MatMul', ['f', 'w'], ['y'])],
      [floats('w', [24, 2], w), reshaped],
    );
    expect(network.nodes.map(({ op }) => op)).toEqual(['reshape', 'dense']);
    expect(run(network, x, shape)).toEqual(product(x));
  });

  test('constants, batch norm, scales and thresholds between them follow the order', () => {
    const c = ramp(24, 3);
    const thresholds = c.flatMap((t) => [t, t + 4]);
    const spec = graphOf([1, ...shape], {
      nodes: [
        node('Flatten', ['x'], ['f']),
        node('Add', ['f', 'c'], ['a']),
        node('Quant', ['a', 's', 'z', 'b'], ['q']),
        node('MatMul', ['q', 'w'], ['y']),
      ],
      initializers: [
        floats('c', [1, 24], c),
        floats('w', [24, 2], w),
        floats(
          's',
          [24],
          c.map((value) => (value % 2 === 0 ? 0.5 : 2)),
        ),
        scalar('z', 0),
        scalar('b', 4),
      ],
    });
    const quantize = (value: number, k: number) => {
      const scale = c[k] % 2 === 0 ? 0.5 : 2;
      const scaled = Math.max(-8, Math.min(7, (value + c[k]) / scale));
      const even =
        Math.round(scaled) - (Math.abs(scaled % 1) === 0.5 && Math.round(scaled) % 2 !== 0 ? 1 : 0);
      return even * scale;
    };
    expect(run(importSpec(spec), x, shape)).toEqual(product(x.map(quantize)));
    const counted = read(
      shape,
      [
        node('Flatten', ['x'], ['f']),
        node('MultiThreshold', ['f', 't'], ['q']),
        node('MatMul', ['q', 'w'], ['y']),
      ],
      [floats('t', [24, 2], thresholds), floats('w', [24, 2], w)],
    );
    const placed = counted.nodes.find((each) => each.op === 'multi-threshold');
    if (placed?.op !== 'multi-threshold') throw new Error('no thresholds');
    const rows = Array.from({ length: 24 }, (_, at) => {
      const [position, channel] = [Math.floor(at / 3), at % 3];
      return c[channel * 8 + position];
    });
    expect(Array.from(placed.thresholds)).toEqual(rows.flatMap((t) => [t, t + 4]));
  });

  test('MatMul along the last axis of channels last is a convolution of one tap', () => {
    const network = read(
      [2, 4, 3],
      [node('Relu', ['x'], ['r']), node('MatMul', ['r', 'w'], ['y'])],
      [floats('w', [3, 2], ramp(6, 5))],
    );
    expect(network.layout).toBe('NHWC');
    expect(network.nodes.map(({ op }) => op)).toEqual(['elementwise', 'conv']);
    expect(shapeOf(network)).toEqual([2, 4, 2]);
  });

  test.each([
    { values: [1, -1, -1, 1, 1, 1], encoding: 'bipolar', bits: 1 },
    { values: [1, -1, 0, 1, 1, 1], encoding: 'integer', bits: 2 },
    { values: [1, -1, 0.5, 1, 1, 1], encoding: 'real', bits: undefined },
  ])('weights $values without a quantizer are $encoding', ({ values, encoding, bits }) => {
    const { nodes } = read([3], [node('MatMul', ['x', 'w'], ['y'])], [floats('w', [3, 2], values)]);
    expect(nodes[0]).toMatchObject({ op: 'dense', weights: bits ? { encoding, bits } : { encoding } });
  });
});

describe('Trunc', () => {
  const names = ['scale', 'zero', 'in', 'out'];
  const trunc = (values: number[], attributes = {}, bits = 8, signed = 0) =>
    importSpec(
      graphOf([1, 2, 4, 4], quant('x', 'xq', { scale: 0.25, bits }, { signed }), {
        nodes: [
          node('AveragePool', ['xq'], ['p'], { kernel_shape: { ints: [4, 4] } }),
          node('Mul', ['p', 'sixteen'], ['m']),
          node(
            'Trunc',
            ['m', ...names.slice(0, values.length)],
            ['y'],
            attributes,
            'qonnx.custom_op.general',
          ),
        ],
        initializers: [scalar('sixteen', 16), ...values.map((value, k) => scalar(names[k], value))],
      }),
    );

  test('version 1 drops low bits of the sum and keeps the scale', () => {
    const network = trunc([0.25, 0, 8, 4], {}, 4);
    const last = network.nodes[network.nodes.length - 1] as QuantizeNode;
    expect(last.quantizer).toMatchObject({
      bits: 4,
      signed: false,
      scale: Float32Array.of(0.25),
      rounding: 'floor',
      truncation: { scale: 0.25, zeroPoint: 0, shift: 4 },
    });
    const x = Array.from({ length: 32 }, (_, k) => (k < 16 ? 0.25 * (k % 4) : 0.25 * (k % 13)));
    const sum = (from: number) => x.slice(from, from + 16).reduce((a, b) => a + b / 0.25, 0);
    expect(run(network, x, [2, 4, 4])).toEqual([0, 16].map((at) => 0.25 * Math.floor(sum(at) / 16)));
  });

  test('version 1 of signed codes is signed', () => {
    const network = trunc([0.25, 0, 8, 4], {}, 4, 1);
    expect(network.nodes[network.nodes.length - 1]).toMatchObject({ quantizer: { signed: true } });
  });

  test('version 2 has an output scale, a sign and a clamp', () => {
    const spec = graphOf([1, 4], {
      nodes: [node('Trunc', ['x', 's', 'z', 'in', 'so', 'out'], ['y'], { rounding_mode: 'CEIL', signed: 0 })],
      initializers: [scalar('s', 0.5), scalar('z', 0), scalar('in', 8), scalar('so', 2), scalar('out', 2)],
    });
    const network = importSpec(spec);
    const output = interpret(network, Float32Array.of(0, 0.4, 2.1, 99)).get(network.output);
    expect(Array.from(output?.data ?? [])).toEqual([0, 2, 2, 6]);
  });
});
