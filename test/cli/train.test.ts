/** The command train, as a process. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatJsonNetwork } from '../../src/export/json/index.js';
import { writeNpy } from '../../src/shared/npy.js';
import { MLP, samples } from '../2-quantize/train/networks.js';
import { narrowgate } from './compiled-cli.js';
import { digest } from './work-folder.js';

const COUNT = 600;
/** For a test that takes twenty seconds on an idle machine. */
const LOADED = 600_000; // ms

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'narrowgate-train-'));
  const { values, labels } = samples([12], COUNT);
  writeFileSync(join(folder, 'model.json'), formatJsonNetwork(MLP()));
  writeNpy(join(folder, 'x.npy'), [COUNT, 12], values);
  writeNpy(join(folder, 'y.npy'), [COUNT], Int32Array.from(labels));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DATA = ['--inputs', 'x.npy', '--labels', 'y.npy'];
const TEST = ['--test-inputs', 'x.npy', '--test-labels', 'y.npy'];
const NARROW = ['--weights', '4', '--activations', '4', '--input-bits', '4', '--accumulator', '9'];
const train = (...options: string[]) =>
  narrowgate(['train', 'model.json', ...DATA, ...options], { cwd: folder });

test('a float network, then a quantized one that other commands take', async () => {
  const float = await train('-o', 'float', ...TEST, '--learning-rate', '0.01', '--json');
  expect(float.exitCode, float.stderr).toBe(0);
  const first = JSON.parse(float.stdout);
  expect(first).toMatchObject({ output: 'float', epochs: 10, seed: 1, samples: COUNT });
  expect(first.accuracy).toBeGreaterThan(0.9);
  expect(Math.abs(first.accuracy - first.trainerAccuracy)).toBeLessThan(2 / COUNT);
  const narrow = await narrowgate(
    [
      'train',
      'float',
      '-o',
      'narrow.json',
      ...DATA,
      ...TEST,
      ...NARROW,
      '--epochs',
      '5',
      '--json',
      '--quiet',
    ],
    { cwd: folder },
  );
  expect(narrow).toMatchObject({ exitCode: 0, stderr: '' });
  const second = JSON.parse(narrow.stdout);
  expect(second.accuracy).toBeGreaterThan(0.85);
  const run = await narrowgate(['run', 'narrow.json', ...DATA, '--json'], { cwd: folder });
  expect(JSON.parse(run.stdout).accuracy).toBe(second.accuracy);
  const inspect = await narrowgate(['inspect', 'narrow.json', '--json'], { cwd: folder });
  for (const { accumulator } of JSON.parse(inspect.stdout).layers)
    if (accumulator?.exact !== undefined) expect(accumulator.exact).toBeLessThanOrEqual(9);
});

test(
  'stopped by ctrl-C and resumed, the result has the same bytes',
  async () => {
    const options = [...NARROW, '--epochs', '60', '--batch', '16'];
    const whole = await train('-o', 'whole', ...options);
    expect(whole.exitCode, whole.stderr).toBe(0);
    let sent = false;
    const stopped = await narrowgate(['train', 'model.json', '-o', 'parts', ...DATA, ...options], {
      cwd: folder,
      watch: (stderr, group) => {
        if (sent || !stderr.includes('epoch 1 of 60')) return;
        sent = true;
        process.kill(-group, 'SIGINT');
      },
    });
    expect(stopped.exitCode, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(
      /training_stopped: stopped by SIGINT after step \d+ of 2220\n {2}try: .*parts\.checkpoint\n$/,
    );
    expect(existsSync(join(folder, 'parts'))).toBe(false);
    const other = await train('-o', 'parts', ...options, '--seed', '2', '--resume');
    expect(other).toMatchObject({ exitCode: 2, stdout: '' });
    expect(other.stderr).toContain('checkpoint_different');
    const resumed = await train('-o', 'parts', ...options, '--resume');
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/going on after step \d+ of 2220/);
    expect(digest(join(folder, 'parts'))).toBe(digest(join(folder, 'whole')));
    expect(readdirSync(folder).filter((name) => name.includes('checkpoint'))).toEqual([]);
  },
  LOADED,
);

test('ctrl-C before the first step ends it, and is not lost', async () => {
  const names = readdirSync(folder).sort();
  let sent = false;
  const run = await narrowgate(['train', 'model.json', '-o', 'out', ...DATA, ...NARROW], {
    cwd: folder,
    watch: (stderr, group) => {
      if (sent || !stderr.includes('training starts from')) return;
      sent = true;
      process.kill(group, 'SIGINT');
    },
  });
  expect(run).toMatchObject({ exitCode: 130, stdout: '' });
  expect(run.stderr).toMatch(/interrupted: stopped by SIGINT\n$/);
  expect(readdirSync(folder).sort()).toEqual(names);
});

test('samples of nothing but zeros are warned of', async () => {
  writeNpy(join(folder, 'x.npy'), [COUNT, 12], new Float32Array(COUNT * 12));
  const run = await train('-o', 'out', ...NARROW, '--epochs', '1', '--quiet');
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toMatch(
    /^warning calibration_all_zero: expected values other than zero, but tensors? 'input'.* zero on all calibration samples/,
  );
});

describe('what is wrong is said', () => {
  const refused = async (options: string[], text: string, exitCode = 2) => {
    const run = await train('-o', 'out', ...options);
    expect(run.stderr).toContain(text);
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(existsSync(join(folder, 'out'))).toBe(false);
  };

  test('a label that is no class', async () => {
    const labels = new Int32Array(COUNT);
    labels[7] = 3;
    writeNpy(join(folder, 'y.npy'), [COUNT], labels);
    await refused(
      [],
      'label_out_of_range: expected labels 0 .. 2, one for each output of the network, found 3 at sample 7\n  at y.npy\n',
    );
  });

  test('too few labels', async () => {
    writeNpy(join(folder, 'y.npy'), [3], new Int32Array(3));
    await refused([], `labels_mismatch: expected ${COUNT} integer labels, one per sample, found shape (3)`);
  });

  test('a label that is no whole number', async () => {
    writeNpy(join(folder, 'y.npy'), [COUNT], Float32Array.of(0, 0.5, ...new Float32Array(COUNT - 2)));
    await refused(
      [],
      `labels_mismatch: expected ${COUNT} integer labels, one per sample, found 0.5 at sample 1`,
    );
  });

  test('samples of another shape', async () => {
    writeNpy(join(folder, 'x.npy'), [COUNT, 3], new Float32Array(COUNT * 3));
    await refused([], 'input_shape: expected shape (samples, 12)');
  });

  test.each([
    [
      ['--accumulator', '12'],
      'usage: expected --weights beside --accumulator: without it the float network is trained',
    ],
    [['--weights', '4', '--method', 'a2q'], 'usage: expected --accumulator beside --method'],
    [['--weights', '4', '--settling', '1'], 'usage: expected --accumulator beside --settling'],
    [
      ['--range', 'percentile'],
      'usage: expected --weights beside --range: without it the float network is trained',
    ],
    [[...NARROW, '--method', 'axe'], "bad_option: --method: expected a2q, a2q+, found 'axe'"],
    [['--learning-rate', '-1'], "bad_option: --learning-rate: expected a number from 0 to 100, found '-1'"],
    [['--test-inputs', 'x.npy'], 'usage: expected both of --test-inputs and --test-labels, or none'],
  ])('%j', (options, text) => refused(options, text));

  test('a loss that grows without end', () =>
    refused(
      ['--optimizer', 'sgd', '--learning-rate', '100', '--epochs', '50'],
      'training_diverged: the loss is not finite',
      1,
    ));

  test('a node without a gradient', async () => {
    const net = MLP();
    const nodes = net.nodes.map((node) =>
      node.op === 'elementwise' && node.kind === 'relu' ? { ...node, kind: 'sigmoid' as const } : node,
    );
    writeFileSync(join(folder, 'model.json'), formatJsonNetwork({ ...net, nodes }));
    await refused([], '(sigmoid)\n  at model.json');
  });
});
