import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { importJson } from '../../../src/1-import/json/index.js';
import { NarrowgateError } from '../../../src/diagnostics/diagnostic.js';
import { formatNpy } from '../../../src/shared/npy.js';
import { quantized } from '../../support/quantized.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'import-json-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const DENSE = { type: 'dense', weights: { bits: 2, values: [[1, -1]] } };

/** Write a model with the given layers into a folder of its own. */
function model(name: string, layers: readonly object[], input: object = { shape: [2] }): string {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'model.json');
  writeFileSync(file, JSON.stringify({ format: 'narrowgate-model', version: 1, name: 'm', input, layers }));
  return file;
}

function codes(file: string): string[] {
  try {
    importJson(file);
  } catch (error) {
    if (error instanceof NarrowgateError) return error.diagnostics.map(({ code }) => code);
    throw error;
  }
  return [];
}

describe('the network', () => {
  test('of the tour in docs/model-format.md has one node per step, chained', () => {
    const network = importJson(join(ROOT, 'examples/model-format/model.json'));
    expect(network.name).toBe('format_tour');
    expect(network.layout).toBe('NHWC');
    expect(network.inputPort).toEqual({ signed: false, bits: 8, scale: { numerator: 1, denominator: 255 } });
    expect(network.nodes.map(({ op, name }) => `${op} ${name}`)).toEqual([
      'reshape flat',
      'quantize entry',
      'dense fc1',
      'elementwise fc1.bias',
      'elementwise fc1.batchNorm',
      'elementwise fc1.activation',
      'quantize fc1.output',
      'dense fc2',
      'multi-threshold fc2.thresholds',
      'dense scores',
      'elementwise scores.bias',
    ]);
    let current = network.input.name;
    for (const node of network.nodes) {
      expect(node.input).toBe(current);
      current = node.output;
    }
    expect(network.output).toBe(current);
    const shapes = network.nodes.map(({ output }) => network.tensors.get(output)?.shape);
    expect(shapes).toEqual([[6], [6], [4], [4], [4], [4], [4], [2], [2], [3], [3]]);
    expect(network.tensors.get('input')?.shape).toEqual([2, 3]);
    expect(network.nodes[2]).toMatchObject({
      source: { path: 'layers[2]' },
      inputs: 6,
      outputs: 4,
      weights: {
        bits: 3,
        signed: true,
        narrow: true,
        encoding: 'integer',
        scale: Float32Array.of(0.5, 0.25, 0.25, 0.125),
      },
      accumulator: { bits: 16, overflow: 'refuse' },
      fold: { pe: 2, simd: 3 },
    });
    expect(network.nodes[1]).toMatchObject({
      quantizer: { bits: 4, signed: true, narrow: false, zeroPoint: -8, rounding: 'half-even' },
    });
    expect(network.nodes[7]).toMatchObject({
      weights: { encoding: 'bipolar', bits: 1, codes: Int32Array.of(1, -1, 1, 1, -1, -1, 1, -1) },
    });
    expect(network.nodes[8]).toMatchObject({
      domain: 'accumulator',
      rows: 2,
      thresholds: Float64Array.of(-2, 0, 3, -4, -1, 2),
      quantizer: { bits: 2, signed: false, scale: Float32Array.of(0.5), zeroPoint: 0 },
      source: { path: 'layers[3].thresholds' },
    });
  });

  test('of examples/tiny-mlp imports', () => {
    const network = importJson(join(ROOT, 'examples/tiny-mlp/model.json'));
    expect(network.nodes.map(({ op }) => op)).toEqual(['dense', 'multi-threshold', 'dense', 'elementwise']);
    expect(network.tensors.get(network.output)?.shape).toEqual([3]);
  });

  test('without any quantized input is left to phase 3 to refuse', () => {
    const network = importJson(model('real-input', [DENSE]));
    expect(network.inputPort).toBeUndefined();
    expect(network.nodes).toHaveLength(1);
    expect(network.nodes[0].name).toBe('dense_0');
  });

  test('the documented example is the file in examples/', () => {
    const page = readFileSync(join(ROOT, 'docs/model-format.md'), 'utf8');
    const block = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const file = readFileSync(join(ROOT, 'examples/model-format/model.json'), 'utf8');
    expect(JSON.parse(block)).toEqual(JSON.parse(file));
  });
});

describe('constants', () => {
  test('batch norm folds in float32, operation by operation', () => {
    const batchNorm = { mean: 0.1, variance: 0.3, scale: 0.7, bias: 0.2, epsilon: 1e-3 };
    const [, node] = importJson(model('batch-norm', [{ ...DENSE, batchNorm }])).nodes;
    const f = Math.fround;
    const multiplier = f(f(1 / f(Math.sqrt(f(f(0.3) + f(1e-3))))) * f(0.7));
    expect(node).toMatchObject({
      kind: 'normalize',
      multiplier: Float32Array.of(multiplier),
      operand: Float32Array.of(f(f(0.2) - f(f(0.1) * multiplier))),
    });
  });

  test('a channel in batch norm mixes with constants for all', () => {
    const weights = { bits: 2, values: [[1, 0], [0, 1]] }; // biome-ignore format: a matrix
    const batchNorm = { mean: [1, 2], variance: 1, epsilon: 0 };
    const [, node] = importJson(model('batch-norm-mixed', [{ type: 'dense', weights, batchNorm }])).nodes;
    expect(node).toMatchObject({ multiplier: Float32Array.of(1, 1), operand: Float32Array.of(-1, -2) });
  });

  test.each([
    ['relu', { kind: 'relu' }],
    ['relu6', { kind: 'clip', minimum: 0, maximum: 6 }],
    ['hard-tanh', { kind: 'clip', minimum: -1, maximum: 1 }],
    ['tanh', { kind: 'tanh' }],
    [{ clip: [-0.1, 2] }, { kind: 'clip', minimum: Math.fround(-0.1), maximum: 2 }],
    [{ 'leaky-relu': { alpha: 0.1 } }, { kind: 'leaky-relu', attributes: { alpha: Math.fround(0.1) } }],
    ['selu', { kind: 'selu', attributes: { alpha: Math.fround(1.6732632), gamma: Math.fround(1.050701) } }],
    ['softplus', { kind: 'softplus' }],
    [{ elu: { alpha: 0.1 } }, { kind: 'elu', attributes: { alpha: Math.fround(0.1) } }],
    [{ selu: { alpha: 2, gamma: 0.5 } }, { kind: 'selu', attributes: { alpha: 2, gamma: 0.5 } }],
    [{ 'hard-sigmoid': { alpha: 0.25, beta: 0.5 } }, { attributes: { alpha: 0.25, beta: 0.5 } }],
  ])('activation %j', (activation, expected) => {
    const [, node] = importJson(model('activation', [{ ...DENSE, activation }])).nodes;
    expect(node).toMatchObject(expected);
  });

  test('scales may be fractions', () => {
    const type = { bits: 8, signed: true, scale: '2.5 / 10' };
    const layer = { type: 'dense', weights: { ...DENSE.weights, scale: '1/3' } };
    const network = importJson(model('fractions', [layer], { shape: [2], type }));
    expect(network.inputPort?.scale).toEqual({ numerator: 2.5, denominator: 10 });
    expect(network.nodes[0]).toMatchObject({ weights: { scale: Float32Array.of(1 / 3) } });
  });

  test('one flat row of thresholds is shared by all outputs', () => {
    const thresholds = { values: [-1, 0, 0], output: { bits: 2, signed: true } };
    const [, node] = importJson(model('thresholds', [{ ...DENSE, thresholds }])).nodes;
    expect(node).toMatchObject({ rows: 1, thresholds: Float64Array.of(-1, 0, 0) });
  });

  test('32-bit signed weights keep their extremes', () => {
    const weights = { bits: 32, values: [[-(2 ** 31), 2 ** 31 - 1]] };
    const [node] = importJson(model('wide', [{ type: 'dense', weights }])).nodes;
    expect(node).toMatchObject({ weights: { codes: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) } });
  });
});

describe('files', () => {
  const withFile = (name: string, file: string) =>
    model(name, [{ type: 'dense', weights: { bits: 2, file } }]);
  const bytes = formatNpy([1, 2], Int8Array.of(1, -1));

  test('a data file in a folder below is read', () => {
    const file = withFile('below', 'data/w.npy');
    mkdirSync(join(work, 'below/data'), { recursive: true });
    writeFileSync(join(work, 'below/data/w.npy'), bytes);
    expect(importJson(file).nodes[0]).toMatchObject({ weights: { codes: Int32Array.of(1, -1) } });
  });

  test('a symbolic link may stay in the folder, not leave it', () => {
    writeFileSync(join(work, 'outside.npy'), bytes);
    const file = withFile('links', 'w.npy');
    writeFileSync(join(work, 'links/real.npy'), bytes);
    symlinkSync('real.npy', join(work, 'links/w.npy'));
    expect(codes(file)).toEqual([]);
    rmSync(join(work, 'links/w.npy'));
    symlinkSync('../outside.npy', join(work, 'links/w.npy'));
    expect(codes(file)).toEqual(['model_path_outside']);
    rmSync(join(work, 'links/w.npy'));
    symlinkSync('w.npy', join(work, 'links/w.npy')); // a link to itself
    expect(codes(file)).toEqual(['model_data_file']);
    const throughFolder = withFile('links', 'up/outside.npy');
    symlinkSync('..', join(work, 'links/up'));
    expect(codes(throughFolder)).toEqual(['model_path_outside']);
  });

  test('a pipe is refused instead of waited for', () => {
    const file = withFile('pipe', 'w.npy');
    execFileSync('mkfifo', [join(work, 'pipe/w.npy')]);
    expect(codes(file)).toEqual(['model_data_file']);
  });

  test('missing, folder and oversized models are refused', () => {
    expect(codes(join(work, 'nowhere.json'))).toEqual(['file_not_readable']);
    expect(codes(work)).toEqual(['file_not_readable']);
    const file = model('large', [DENSE]);
    truncateSync(file, 2 ** 28 + 1); // sparse
    expect(codes(file)).toEqual(['model_file_too_large']);
  });

  test('a byte order mark is skipped', () => {
    const file = model('mark', [DENSE]);
    writeFileSync(file, `\ufeff${readFileSync(file, 'utf8')}`);
    expect(codes(file)).toEqual([]);
  });

  test('a million weights are read quickly, from .npy and in place', () => {
    const layer = { type: 'dense', weights: { bits: 8, file: 'w.npy' } };
    const file = model('million', [layer], { shape: [1000] });
    const weights = Int8Array.from({ length: 1e6 }, (_, index) => ((index * 37) % 251) - 125);
    writeFileSync(join(work, 'million/w.npy'), formatNpy([1000, 1000], weights));
    const start = performance.now();
    const [fromFile] = importJson(file).nodes;
    expect(performance.now() - start).toBeLessThan(1000); // some tens of ms on an idle machine
    const values = Array.from({ length: 1000 }, (_, row) => [
      ...weights.subarray(row * 1000, row * 1000 + 1000),
    ]);
    model('million', [{ type: 'dense', weights: { bits: 8, values } }], { shape: [1000] });
    const [inPlace] = importJson(file).nodes;
    expect(performance.now() - start).toBeLessThan(5000);
    expect(fromFile.op === 'dense' && inPlace.op === 'dense').toBe(true);
    if (fromFile.op === 'dense' && inPlace.op === 'dense')
      expect(
        Buffer.from(quantized(inPlace.weights).codes.buffer).equals(
          Buffer.from(quantized(fromFile.weights).codes.buffer),
        ),
      ).toBe(true);
  });
});
