/** sweep as users run it: a tiny float network, stopped after its first point and started again. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { measured, type SweepReport } from '../../src/9-report/sweep/types.js';
import { type CliRun, narrowgate } from './compiled-cli.js';
import { removeFolder, workFolder, writeArray } from './work-folder.js';

/** Class 1 where the first two inputs are more than the others together. */
const MODEL = {
  format: 'narrowgate-model',
  version: 1,
  name: 'tiny_float',
  input: { shape: [4] },
  layers: [
    {
      type: 'dense',
      name: 'hidden',
      weights: {
        encoding: 'real',
        values: [
          [1, 0.9, -1.1, -1],
          [-0.9, -1, 1, 1.1],
          [0.1, -0.2, 0.1, 0.3],
        ],
      },
      bias: [0.1, 0.05, -0.1],
      activation: 'relu',
    },
    {
      type: 'dense',
      name: 'scores',
      weights: {
        encoding: 'real',
        values: [
          [-1, 1, 0.2],
          [1, -1, 0.1],
        ],
      },
    },
  ],
};
const SAMPLES = 60;
const VALUES = Array.from({ length: 4 * SAMPLES }, (_, k) => ((k * 37 + 11 * ((k * k) % 17)) % 101) / 50 - 1);
const LABELS = Array.from({ length: SAMPLES }, (_, n) => {
  const [a, b, c, d] = VALUES.slice(4 * n, 4 * n + 4);
  return a + b > c + d ? 1 : 0;
});
const ARGS = [
  ['sweep', 'float.json', '-o', 'out', '--accumulators', '10', '--methods', 'axe,train-a2q+'],
  ['--weights', '4', '--activations', '3', '--input-bits', '4', '--cycles', '16', '--count', '3'],
  ['--calibrate', 'x.npy', '--test', 'x.npy', '--test-labels', 'y.npy'],
  ['--train', 'x.npy', '--train-labels', 'y.npy', '--epochs', '2', '--batch', '20'],
].flat();
const POINTS = ['w4-a3-p10-axe', 'w4-a3-p10-train-a2qplus'];

let folder: string;
let env: Record<string, string>;
const read = (path: string) => readFileSync(join(folder, path), 'utf8');

describe('sweep', () => {
  let stopped: CliRun;
  let firstPoint: string;
  let run: CliRun;
  beforeAll(async () => {
    folder = workFolder();
    for (const name of ['tmp', 'cache']) mkdirSync(join(folder, name));
    env = { TMPDIR: join(folder, 'tmp'), NARROWGATE_CACHE: join(folder, 'cache') };
    writeFileSync(join(folder, 'float.json'), JSON.stringify(MODEL));
    writeArray(join(folder, 'x.npy'), { descr: '<f4', shape: [SAMPLES, 4], values: VALUES });
    writeArray(join(folder, 'y.npy'), { descr: '<i4', shape: [SAMPLES], values: LABELS });
    let sent = false;
    stopped = await narrowgate(ARGS, {
      cwd: folder,
      env,
      watch: (stderr, group) => {
        if (sent || !stderr.includes('point 2 of 2')) return;
        sent = true;
        process.kill(-group, 'SIGINT');
      },
    });
    firstPoint = read(`out/points/${POINTS[0]}/point.json`);
    run = await narrowgate([...ARGS, '--json'], { cwd: folder, env });
  }, 900_000); // mostly Yosys, with an empty cache
  afterAll(() => removeFolder(folder));

  test('a signal stops it, and what is measured is kept', () => {
    expect(stopped.exitCode).toBe(130);
    expect(existsSync(join(folder, `out/points/${POINTS[1]}/point.json`))).toBe(true); // of the second run
    expect(read(`out/points/${POINTS[0]}/point.json`)).toBe(firstPoint);
  });

  test('the same command goes on where it was', () => {
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain(`point 1 of 2: ${POINTS[0]} (measured before)`);
    expect(run.stderr).toContain(`point 2 of 2: ${POINTS[1]}\n`);
  });

  test('every point is quantized, bit-exact in both simulators, synthesised and evaluated', () => {
    const { rows, floatAccuracy } = JSON.parse(run.stdout) as SweepReport;
    expect(floatAccuracy).toBeGreaterThan(0.9);
    expect(rows.map(({ point }) => point.name)).toEqual(POINTS);
    const found = measured(rows);
    expect(found).toHaveLength(2);
    for (const { result } of found) {
      expect(result).toMatchObject({ passed: true, vectors: 3, bits: [10, 10] });
      expect(Math.max(...result.needed)).toBeLessThanOrEqual(10);
      expect(result.accuracy).toBeGreaterThan(0.8);
      expect(result.lut).toBeGreaterThan(0);
      const { array, thresholds, memory, streams } = result.parts ?? {
        array: 0,
        thresholds: 0,
        memory: 0,
        streams: 0,
      };
      const sum = array + thresholds + memory + streams;
      expect(Math.abs(sum - result.lut)).toBeLessThanOrEqual(0.1 * result.lut);
      expect(array).toBeGreaterThan(0);
    }
  });

  test('the report is there as page and as data, and each point has its network and its hardware', () => {
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'points',
      'report.html',
      'report.json',
      'sweep.json',
    ]);
    expect(read('out/report.html')).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<\/html>\s*$/i);
    const report = JSON.parse(read('out/report.json')) as SweepReport;
    expect(report.rows).toEqual((JSON.parse(run.stdout) as SweepReport).rows);
    expect(report).toMatchObject({ model: 'float.json', testSamples: SAMPLES });
    for (const point of POINTS) {
      const there = readdirSync(join(folder, 'out/points', point)).sort();
      expect(there).toEqual(['build', 'model', 'point.json']);
    }
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  });

  test('a point that was measured with other options is measured again', async () => {
    const args = [...ARGS.filter((each) => !each.startsWith('axe,')), '--json'].filter(
      (each) => each !== '--methods',
    );
    let again = '';
    await narrowgate([...args, '--range', 'minimum-maximum'], {
      cwd: folder,
      env,
      watch: (stderr, group) => {
        if (again || !stderr.includes('point 1 of')) return;
        again = stderr;
        process.kill(-group, 'SIGINT');
      },
    });
    expect(again).toContain('point 1 of 2');
    expect(again).not.toContain('measured before');
  }, 600_000);
});

test('a point that cannot be had is listed with its reason, and the others go on, also after a kill', async () => {
  const folder = workFolder();
  onTestFinished(() => removeFolder(folder));
  const weights = { encoding: 'real', values: [[1, -1, -0.5, 0.5]] };
  const layers = [
    { type: 'pool', name: 'mean', kind: 'average', kernel: [8, 8] }, // 64 codes of 4 bits: 11 bits
    { type: 'flatten' },
    { type: 'dense', name: 'scores', weights: { ...weights, values: [...weights.values, [-1, 1, 1, -1]] } },
  ];
  const model = { ...MODEL, input: { shape: [8, 8, 4] }, layers };
  writeFileSync(join(folder, 'pooled.json'), JSON.stringify(model));
  const values = Array.from({ length: 509 }, (_, k) => Math.sin(k * k));
  writeArray(join(folder, 'x.npy'), { descr: '<f4', shape: [12, 8, 8, 4], values });
  writeArray(join(folder, 'y.npy'), { descr: '<i4', shape: [12], values: [0, 1] });
  const args = [
    [
      'sweep',
      'pooled.json',
      '-o',
      'out',
      '--accumulators',
      '16,6,15',
      '--activations',
      '4',
      '--weights',
      '4',
    ],
    ['--calibrate', 'x.npy', '--test', 'x.npy', '--test-labels', 'y.npy', '--input-bits', '4'],
    ['--count', '1', '--simulator', 'icarus', '--no-parts'],
  ].flat();
  let sent = false;
  const killed = await narrowgate(args, {
    cwd: folder,
    watch: (stderr, group) => {
      if (sent || !stderr.includes('point 3 of 3')) return;
      sent = true;
      process.kill(-group, 'SIGKILL');
    },
  });
  expect(killed.exitCode).toBe(null);
  const run = await narrowgate(args, { cwd: folder });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toContain('point 1 of 3: w4-a4-p16-axe (measured before)');
  const reason = /pool 'mean' needs an accumulator of \d+ bits, 6 were asked for/;
  expect(run.stdout).toMatch(new RegExp(`\nw4-a4-p6-axe: ${reason.source}\n`));
  const { rows } = JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8')) as SweepReport;
  expect(rows.map((row) => 'result' in row)).toEqual([true, false, true]);
  expect(rows[1]).toMatchObject({ problem: expect.stringMatching(reason) });
}, 900_000);
