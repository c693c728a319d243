/** Layers on images, and layers that name what they take. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { importJson } from '../../../src/1-import/json/index.js';
import type { ConvNode, Network, PoolNode } from '../../../src/1-import/types.js';
import { formatNpy } from '../../../src/shared/npy.js';
import { quantized } from '../../support/quantized.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'json-graphs-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const TYPE = { bits: 8, signed: false };

function read(shape: number[], layers: readonly object[], type: object = TYPE): Network {
  mkdirSync(work, { recursive: true });
  const file = join(work, 'model.json');
  const input = { shape, type };
  writeFileSync(file, JSON.stringify({ format: 'narrowgate-model', version: 1, name: 'm', input, layers }));
  return importJson(file);
}

const shapes = ({ nodes, tensors }: Network) => nodes.map(({ output }) => tensors.get(output)?.shape);

/** Weights [outputs][height][width][channels] of ones. */
function ones(outputs: number, height: number, width: number, channels: number): object {
  const row = (length: number, each: unknown) => new Array(length).fill(each);
  return { bits: 2, values: row(outputs, row(height, row(width, row(channels, 1)))) };
}

test('the graph in examples/ is wired by names', () => {
  const network = importJson(join(ROOT, 'examples/model-format-graph/model.json'));
  expect(network.nodes.map(({ name, op, input }) => `${op} ${name} <- ${input}`)).toEqual([
    'quantize entry <- input',
    'conv stem <- entry',
    'elementwise stem.bias <- stem',
    'elementwise stem.activation <- stem.bias',
    'quantize stem.output <- stem.activation',
    'conv depthwise <- stem.output',
    'quantize depthwise.output <- depthwise',
    'add residual <- stem.output',
    'elementwise residual.activation <- residual',
    'quantize residual.output <- residual.activation',
    'concat both <- residual.output',
    'pool halved <- both',
    'pool means <- halved',
    'quantize means.output <- means',
    'reshape flat <- means.output',
    'dense scores <- flat',
  ]);
  expect(network.nodes[7]).toMatchObject({ other: 'depthwise.output' });
  expect(network.nodes[10]).toMatchObject({ others: ['stem.output'] });
  expect(shapes(network).slice(-6)).toEqual([[4, 4, 8], [2, 2, 8], [1, 1, 8], [1, 1, 8], [8], [3]]);
  expect(network.inputPort).toMatchObject({ bits: 8, signed: true, zeroPoint: -3 });
  expect(network.output).toBe('scores');
});

describe('conv', () => {
  test('takes weights in place in the order of the file, with its type and scale', () => {
    const values = [
      [[[1, -1], [0, 1]]],
      [[[-1, 0], [1, 1]]],
    ]; // biome-ignore format: outputs, height, width, channels
    const weights = { bits: 2, narrow: true, scale: [0.5, 2], values };
    const [conv] = read([2, 2, 2], [{ type: 'conv', weights }]).nodes as [ConvNode];
    expect(quantized(conv.weights)).toEqual({
      codes: Int32Array.of(1, -1, 0, 1, -1, 0, 1, 1),
      encoding: 'integer',
      bits: 2,
      signed: true,
      narrow: true,
      scale: Float32Array.of(0.5, 2),
    });
    expect(conv).toMatchObject({ groups: 1, outputs: 2 });
  });

  test('takes weights from a file', () => {
    const data = Int8Array.of(1, -1, 0, 1, -2, 0, 1, 1);
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, 'w.npy'), formatNpy([2, 1, 2, 2], data));
    const [conv] = read([2, 2, 2], [{ type: 'conv', weights: { bits: 2, file: 'w.npy' } }]).nodes as [
      ConvNode,
    ];
    expect(Array.from(quantized(conv.weights).codes)).toEqual(Array.from(data));
  });

  test.each<[unknown, number[], number[]]>([
    ['valid', [0, 0, 0, 0], [5, 3, 1]],
    ['same', [1, 1, 1, 1], [7, 5, 1]],
    [2, [2, 2, 2, 2], [9, 7, 1]],
    [
      [1, 0],
      [1, 0, 1, 0],
      [7, 3, 1],
    ],
    [
      [0, 1, 2, 3],
      [0, 1, 2, 3],
      [7, 7, 1],
    ],
  ])('padding %j', (padding, [top, left, bottom, right], shape) => {
    const network = read([7, 5, 1], [{ type: 'conv', padding, weights: ones(1, 3, 3, 1) }]);
    expect((network.nodes[0] as ConvNode).window.padding).toEqual({ top, left, bottom, right });
    expect(shapes(network)).toEqual([shape]);
  });

  test('same padding with strides puts the odd row after the image', () => {
    const network = read(
      [6, 7, 1],
      [{ type: 'conv', padding: 'same', stride: 2, weights: ones(1, 3, 3, 1) }],
    );
    expect((network.nodes[0] as ConvNode).window.padding).toEqual({ top: 0, left: 1, bottom: 1, right: 1 });
    expect(shapes(network)).toEqual([[3, 4, 1]]);
  });

  test('stride, dilation and groups', () => {
    const layer = { type: 'conv', stride: [2, 1], dilation: [1, 2], groups: 2, weights: ones(4, 3, 2, 1) };
    const network = read([9, 6, 2], [layer]);
    expect(network.nodes[0]).toMatchObject({
      groups: 2,
      outputs: 4,
      window: { stride: { height: 2, width: 1 }, dilation: { height: 1, width: 2 } },
    });
    expect(shapes(network)).toEqual([[4, 4, 4]]);
  });

  test('has the steps of a dense layer', () => {
    const network = read(
      [2, 2, 1],
      [
        {
          type: 'conv',
          weights: ones(2, 1, 1, 1),
          thresholds: { values: [[1], [2]], output: { bits: 1, signed: false } },
          accumulator: { bits: 12 },
          fold: { pe: 2, simd: 1 },
        },
      ],
    );
    expect(network.nodes).toMatchObject([
      { op: 'conv', accumulator: { bits: 12, overflow: 'refuse' }, fold: { pe: 2, simd: 1 } },
      { op: 'multi-threshold', domain: 'accumulator', rows: 2 },
    ]);
  });
});

describe('pool', () => {
  test('strides by its kernel unless it says otherwise', () => {
    const network = read(
      [6, 8, 2],
      [
        { type: 'pool', kind: 'maximum', kernel: [2, 4] },
        { type: 'pool', kind: 'average', kernel: 2, stride: 1, padding: 1, countPadding: true },
      ],
    );
    expect(shapes(network)).toEqual([
      [3, 2, 2],
      [4, 3, 2],
    ]);
    const [first, second] = network.nodes as PoolNode[];
    expect(first).toMatchObject({ kind: 'maximum', countPadding: false });
    expect(first.window.stride).toEqual({ height: 2, width: 4 });
    expect(second).toMatchObject({ kind: 'average', countPadding: true });
  });

  test('global takes the whole image', () => {
    const network = read([6, 8, 2], [{ type: 'pool', kind: 'average', global: true }]);
    expect((network.nodes[0] as PoolNode).window.kernel).toEqual({ height: 6, width: 8 });
    expect(shapes(network)).toEqual([[1, 1, 2]]);
  });
});

test('pad, upsample and depth-to-space change the shape', () => {
  const network = read(
    [2, 3, 4],
    [
      { type: 'pad', padding: [1, 2, 3, 4] },
      { type: 'upsample', factor: [2, 1] },
      { type: 'depth-to-space', block: 2, order: 'CRD' },
      { type: 'depth-to-space', block: 1 },
    ],
  );
  expect(shapes(network)).toEqual([
    [6, 9, 4],
    [12, 9, 4],
    [24, 18, 1],
    [24, 18, 1],
  ]);
  expect(network.nodes.slice(1)).toMatchObject([
    { factor: { height: 2, width: 1 } },
    { block: 2, order: 'CRD' },
    { block: 1, order: 'DCR' },
  ]);
});

describe('inputs by name', () => {
  test('a layer can take the input of the network, and default names', () => {
    const network = read(
      [3],
      [
        { type: 'quantize', ...TYPE, scale: 1 },
        { type: 'quantize', ...TYPE, scale: 2, input: 'input' },
        { type: 'add', inputs: ['quantize_0', 'quantize_1'] },
      ],
    );
    expect(network.nodes).toMatchObject([
      { input: 'input' },
      { input: 'input' },
      { input: 'quantize_0', other: 'quantize_1' },
    ]);
  });

  test('real values of a branch reach a layer through layers that only move them', () => {
    const layers = [
      { type: 'conv', name: 'a', weights: ones(1, 1, 1, 1) },
      { type: 'upsample', factor: 2 },
      { type: 'conv', weights: ones(1, 1, 1, 1) },
    ];
    expect(() => read([2, 2, 1], layers)).toThrow(/model_no_quantizer: layer 'conv_2'.*layer 'a'/);
  });
});

test('a quantizer may add its zero point after rounding', () => {
  const layer = { type: 'quantize', ...TYPE, scale: 1, zeroPoint: 3, zeroPointAdded: 'after-rounding' };
  expect(read([2], [layer]).nodes).toMatchObject([{ quantizer: { zeroPointAdded: 'after-rounding' } }]);
});
