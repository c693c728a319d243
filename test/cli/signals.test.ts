/** Ctrl-C at any time: exit code 130, no temporary folder, no half of an output. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/5-plan/engines/unrolled/random.js';
import { narrowgate } from './compiled-cli.js';
import { digest, removeFolder, workFolder, writeArray } from './work-folder.js';

const MODEL = 'tiny-mlp/model.json';
/** How long a compiler that was not told of the end may go on writing. */
const SETTLE = 800; // ms
/** For tests that take half a minute on an idle machine. */
const LOADED = 300_000; // ms

let folder: string;
let env: Record<string, string>;
beforeEach(() => {
  folder = workFolder();
  for (const name of ['tmp', 'cache']) mkdirSync(join(folder, name));
  env = { TMPDIR: join(folder, 'tmp'), NARROWGATE_CACHE: join(folder, 'cache') };
  writeArray(join(folder, 'x.npy'), { descr: '|u1', shape: [12, 8], values: [0, 15, 3, 7, 1] });
});
afterEach(() => removeFolder(folder));

/** Send SIGINT, unless the process has ended by itself. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Run, and send the signal some time after a line of progress; to the process alone, or to its group as a terminal does. */
async function interrupted(args: string[], line: RegExp, ms: number, to: 'process' | 'group') {
  let sent = false;
  const run = await narrowgate(args, {
    cwd: folder,
    env,
    watch: (stderr, group) => {
      if (sent || !line.test(stderr)) return;
      sent = true;
      setTimeout(() => kill(to === 'group' ? -group : group), ms);
    },
  });
  await delay(SETTLE);
  return run;
}

describe.each(['process', 'group'] as const)('SIGINT to the %s', (to) => {
  test.each([300, 1800])('simulate, %i ms into the compilation', async (ms) => {
    await narrowgate(['build', MODEL, '-o', 'out'], { cwd: folder });
    const before = digest(join(folder, 'out'));
    const args = ['simulate', 'out', '--inputs', 'x.npy', '--simulator', 'verilator'];
    const run = await interrupted(args, /compiling/, ms, to);
    expect(run).toMatchObject({ exitCode: 130, stdout: '' });
    expect(run.stderr).toMatch(/interrupted: stopped by SIGINT\n$/);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(digest(join(folder, 'out'))).toBe(before);
  });

  test('compare', async () => {
    const names = readdirSync(folder).sort();
    const run = await interrupted(['compare', MODEL, '-o', 'report'], /compiling/, 1000, to);
    expect(run).toMatchObject({ exitCode: 130, stdout: '' });
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(names);
  });
});

test('SIGINT in the synthesis', async () => {
  const args = ['compare', MODEL, '-o', 'report', '--simulator', 'icarus', '--accumulators', 'minimal'];
  const run = await interrupted(args, /witnesses/, 1500, 'process');
  expect(run).toMatchObject({ exitCode: 130, stdout: '' });
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  expect(readdirSync(folder)).not.toContain('report');
});

/** Milliseconds that the smallest command takes, with whatever else the machine has to do at the time. */
async function startUpTime(): Promise<number> {
  const start = performance.now();
  expect((await narrowgate(['inspect', MODEL], { cwd: folder })).exitCode).toBe(0);
  return performance.now() - start;
}

/**
 * The message, the exit code and an end at once, when the signal comes in the midst of a computation: on an idle machine
 * within three seconds, of work that goes on for ten or more.
 */
async function expectPromptEnd(args: string[], ms: number) {
  const startUp = await startUpTime();
  let sent = 0;
  const run = await narrowgate(args, {
    cwd: folder,
    env,
    started: (group) =>
      setTimeout(
        () => {
          sent = performance.now();
          kill(group);
        },
        ms + 3 * startUp,
      ),
  });
  expect(performance.now() - sent).toBeLessThan(1000 + 4 * startUp);
  expect(run).toMatchObject({ exitCode: 130, stdout: '', stderr: 'interrupted: stopped by SIGINT\n' });
}

test(
  'SIGINT in a long evaluation',
  async () => {
    const [shape, channels] = [[64, 64, 8], 32]; // 26 million products a sample: half a minute on an idle machine
    const model = {
      ...{ format: 'narrowgate-model', version: 1, name: 'long_evaluation' },
      input: { shape, type: { bits: 8, signed: true } },
      layers: [{ type: 'conv', padding: 'same', weights: { bits: 4, file: 'weights.npy' } }],
    };
    writeFileSync(join(folder, 'image.json'), JSON.stringify(model));
    writeArray(join(folder, 'weights.npy'), { descr: '|i1', shape: [channels, 5, 5, 8], values: [3, -2, 1] });
    writeArray(join(folder, 'images.npy'), { descr: '|i1', shape: [1000, ...shape], values: [3, -5, 7] });
    const args = ['run', 'image.json', '--inputs', 'images.npy', '-o', 'y.npy'];
    await expectPromptEnd(args, 2000);
    expect(readdirSync(folder)).not.toContain('y.npy');
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  },
  LOADED,
);

test(
  'SIGINT in a long search for common sums',
  async () => {
    const random = seededRandom(1);
    const row = () => Array.from({ length: 32 }, () => random.below(64) - 32);
    const model = {
      ...{ format: 'narrowgate-model', version: 1, name: 'long_search' },
      input: { shape: [32], type: { bits: 16, signed: true } },
      layers: [{ type: 'dense', weights: { bits: 6, values: Array.from({ length: 32 }, row) } }],
    };
    writeFileSync(join(folder, 'large.json'), JSON.stringify(model));
    const args = ['build', 'large.json', '-o', 'out', '--cycles', '1', '--search-effort', '10000'];
    await expectPromptEnd(args, 3000); // to its end it takes half a minute
    expect(readdirSync(folder)).not.toContain('out');
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  },
  LOADED,
);

test('SIGINT in quantize leaves the earlier network as it was', async () => {
  const row = (k: number) => Array.from({ length: 64 }, (_, n) => Math.sin(k + n * n));
  const weights = { encoding: 'real', values: Array.from({ length: 64 }, (_, k) => row(k)) };
  const layers = ['first', 'second', 'third'].map((name) => ({
    ...{ type: 'dense', name, weights },
    ...(name !== 'third' && { activation: 'relu' }),
  }));
  const model = { format: 'narrowgate-model', version: 1, name: 'wide', input: { shape: [64] }, layers };
  writeFileSync(join(folder, 'wide.json'), JSON.stringify(model));
  const values = Array.from({ length: 977 }, (_, k) => Math.sin(k * k));
  writeArray(join(folder, 'real.npy'), { descr: '<f4', shape: [2000, 64], values });
  const args = ['quantize', 'wide.json', '-o', 'q', '--calibrate', 'real.npy', '--accumulator', '16'];
  expect((await narrowgate([...args, '--count', '10'], { cwd: folder })).exitCode).toBe(0);
  const before = digest(join(folder, 'q'));
  const names = readdirSync(folder).sort();
  const run = await interrupted([...args, '--count', '2000'], /ranges/, 0, 'process');
  expect(run).toMatchObject({ exitCode: 130, stdout: '' });
  expect(run.stderr).toMatch(/interrupted: stopped by SIGINT\n$/);
  expect(readdirSync(folder).sort()).toEqual(names);
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  expect(digest(join(folder, 'q'))).toBe(before);
});

test.each([200, 350])('SIGINT %i ms into export', async (ms) => {
  const args = ['export', MODEL, '--format', 'qonnx', '-o'];
  await narrowgate([...args, 'whole.onnx'], { cwd: folder });
  const run = await narrowgate([...args, 'part.onnx'], {
    cwd: folder,
    env,
    started: (group) => setTimeout(() => kill(group), ms),
  });
  const written = readdirSync(folder).filter((name) => name.startsWith('part.onnx'));
  if (written.length > 0) {
    expect(written).toEqual(['part.onnx']);
    expect(readFileSync(join(folder, 'part.onnx'))).toEqual(readFileSync(join(folder, 'whole.onnx')));
  } else expect([130, null]).toContain(run.exitCode); // null: the signal came before the program could take it
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
});

test.each([150, 300, 450])('SIGINT %i ms into build', async (ms) => {
  await narrowgate(['build', MODEL, '-o', 'whole'], { cwd: folder });
  const run = await narrowgate(['build', MODEL, '-o', 'out'], {
    cwd: folder,
    env,
    started: (group) => setTimeout(() => kill(group), ms),
  });
  const hidden = readdirSync(folder).filter((name) => name.startsWith('.'));
  expect(hidden).toEqual([]);
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  if (readdirSync(folder).includes('out'))
    expect(digest(join(folder, 'out'))).toBe(digest(join(folder, 'whole')));
  else expect([130, null]).toContain(run.exitCode); // null: the signal came before the program could take it
});
