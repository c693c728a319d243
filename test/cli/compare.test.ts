/** compare and simulate as users run them, on the smallest example. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/7-simulate/verify.js';
import type { CompareRow } from '../../src/9-report/types.js';
import { type CliRun, narrowgate } from './compiled-cli.js';
import { removeFolder, workFolder, writeArray } from './work-folder.js';
import { xmlElements } from './xml.js';

const MODEL = 'tiny-mlp/model.json';
let folder: string;
let env: Record<string, string>;
beforeAll(() => {
  folder = workFolder();
  for (const name of ['tmp', 'cache']) mkdirSync(join(folder, name));
  env = { TMPDIR: join(folder, 'tmp'), NARROWGATE_CACHE: join(folder, 'cache') };
  const values = [0, 15, 3, 7, 1, 9, 12, 4, 5, 2, 11];
  writeArray(join(folder, 'x.npy'), { descr: '|u1', shape: [12, 8], values });
  writeArray(join(folder, 'l.npy'), { descr: '<i8', shape: [12], values: [0, 1, 2] });
});
afterAll(() => removeFolder(folder));

const call = (...args: string[]): Promise<CliRun> => narrowgate(args, { cwd: folder, env });
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('compare', () => {
  let run: CliRun;
  let rows: CompareRow[];
  beforeAll(async () => {
    const samples = [
      '--inputs',
      'x.npy',
      '--labels',
      'l.npy',
      '--count',
      '5',
      '--accumulators',
      '32,l1,minimal',
    ];
    run = await call('compare', MODEL, '-o', 'report', '--junit', 'report.xml', '--json', ...samples);
    rows = (JSON.parse(run.stdout) as { rows: CompareRow[] }).rows;
  }, 300_000); // mostly Yosys, with an empty cache

  test('every width passes, and narrower ones take no more logic', () => {
    expect(run.exitCode, run.stderr).toBe(0);
    expect(rows.map(({ accumulator }) => accumulator)).toEqual(['32', 'l1', 'minimal']);
    const bits = { 32: [32, 32], l1: [10, 7], minimal: [8, 6] };
    for (const row of rows)
      expect(row).toMatchObject({ passed: true, bits: bits[row.accumulator as keyof typeof bits] });
    // LUT alone may rise by a few: the narrowest accumulators start from a ROM, wider ones leave that to the thresholds
    for (const key of ['sites', 'ff'] as const) {
      const figures = rows.map((row) => row[key]);
      expect(figures).toEqual([...figures].sort((a, b) => b - a));
      expect(figures.at(-1)).toBeLessThan(figures[0]);
    }
    const accuracies = rows.map(({ accuracy }) => accuracy);
    expect(accuracies).toEqual(accuracies.map(() => rows[0].accuracy));
    expect(rows[0].accuracy).toBeTypeOf('number');
  });

  test('the report is there as page and as data', () => {
    expect(JSON.parse(run.stdout)).toMatchObject({ report: 'report/report.html' });
    expect(readdirSync(join(folder, 'report')).sort()).toEqual(['report.html', 'report.json']);
    expect(read('report/report.html')).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<\/html>\s*$/i);
    expect(JSON.parse(read('report/report.json'))).toMatchObject({
      model: 'model.json',
      target: 'xc7',
      rows,
    });
  });

  test('the JUnit file is well-formed and has a case for each width', () => {
    const elements = xmlElements(read('report.xml'));
    expect(elements).toEqual(['testsuites', 'testsuite', ...rows.map(() => 'testcase')]);
  });

  test('nothing temporary is left', () => {
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  });

  test('a second comparison replaces the first one; a missing simulator leaves it alone', async () => {
    const before = read('report/report.json');
    const missing = await narrowgate(['compare', MODEL, '-o', 'report', '--accumulators', '32'], {
      ...{ cwd: folder, env: { ...env, NARROWGATE_VERILATOR: '/nonexistent' } },
    });
    expect(missing).toMatchObject({ exitCode: 3, stdout: '' });
    expect(missing.stderr).toMatch(/tool_missing: .*\n {2}try: .*apt-get install verilator/);
    expect(read('report/report.json')).toBe(before);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    const again = await call(
      ...['compare', MODEL, '-o', 'report', '--accumulators', 'minimal', '--simulator', 'icarus', '--quiet'],
    );
    expect(again, again.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(read('report/report.json'))).toMatchObject({ rows: [{ accumulator: 'minimal' }] });
  });
});

describe('simulate', () => {
  beforeAll(async () => {
    await call('build', MODEL, '-o', 'out');
  });
  const icarus = ['simulate', 'out', '--inputs', 'x.npy', '--simulator', 'icarus', '--junit', 'sim.xml'];

  test('hardware that agrees', async () => {
    const run = await call(...icarus, '--json');
    expect(run.exitCode, run.stderr).toBe(0);
    const verdict = JSON.parse(run.stdout) as Verdict;
    expect(verdict).toMatchObject({ passed: true, vectors: 12, mismatches: 0 });
    expect(verdict.simulators).toHaveLength(1);
    expect(xmlElements(read('sim.xml'))).toEqual(['testsuites', 'testsuite', 'testcase']);
    const text = await call(...icarus, '--quiet', '--count', '3', '--stall', '0', '--seed', '9', '--trace');
    expect(text).toMatchObject({ exitCode: 0, stderr: '' });
    expect(text.stdout).toContain('passed: every output equals the golden model');
  });

  test('hardware that differs: exit code 1, the place of the first difference, a failure in the JUnit file', async () => {
    const name = readdirSync(join(folder, 'out/rtl')).find((each) => each.includes('scores_sums')) ?? '';
    const file = join(folder, 'out/rtl', name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/ \+ (?=.*;)/, ' - '));
    const run = await call(...icarus, '--json');
    expect(run.exitCode).toBe(1);
    const { passed, firstMismatch } = JSON.parse(run.stdout) as Verdict;
    expect(passed).toBe(false);
    expect(firstMismatch).toMatchObject({ simulator: 'icarus', layer: 'scores' });
    expect(Object.keys(firstMismatch ?? {})).toEqual(
      expect.arrayContaining(['sample', 'expected', 'got', 'cycle']),
    );
    expect(xmlElements(read('sim.xml'))).toEqual(['testsuites', 'testsuite', 'testcase', 'failure']);
    const shown = await call(...icarus);
    expect(shown.exitCode).toBe(1);
    expect(shown.stdout).toMatch(/first mismatch \(icarus\): layer scores, channel \d, sample \d+, expected/);
    expect(shown.stdout).toMatch(/FAILED\n$/);
    expect((await call('verify-certificate', 'out')).exitCode).toBe(1);
    writeFileSync(file, text);
  });
});
