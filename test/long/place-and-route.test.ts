/**
 * Place and route with the real nextpnr. Its npm package is optional, and `make test-long` installs it: without it these
 * tests fail with the message that says how.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  NEXTPNR_VERSION,
  type Placement,
  requireNextpnr,
} from '../../src/8-resources/place-and-route/index.js';
import { narrowgate } from '../cli/compiled-cli.js';
import { removeFolder, workFolder } from '../cli/work-folder.js';

const { module } = requireNextpnr();
const named = process.env.NARROWGATE_NEXTPNR ?? join(module, '..', '..');

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = workFolder();
  for (const name of ['tmp', 'cache', 'cache-2', 'cache-3']) mkdirSync(join(folder, name));
  env = { TMPDIR: join(folder, 'tmp'), NARROWGATE_NEXTPNR: named, NARROWGATE_CACHE: join(folder, 'cache') };
  const builds = [
    ['folded', '--device', 'ice40up5k', '--cycles', '16'],
    ['parallel', '--target', 'ice40', '--cycles', '1'],
  ];
  for (const [name, ...folding] of builds) {
    const args = ['build', 'tiny-mlp/model.json', '-o', name, ...folding];
    expect((await narrowgate(args, { cwd: folder })).exitCode).toBe(0);
  }
});
afterAll(() => removeFolder(folder));

/** 64 neurons of 512 inputs: their 8-bit weights fill 64 block RAMs of 4 kbit. */
function wideModel() {
  let state = 1;
  const code = () => {
    state = (state * 48271) % 2147483647;
    return (state % 255) - 127;
  };
  const values = Array.from({ length: 64 }, () => Array.from({ length: 512 }, code));
  return {
    ...{ format: 'narrowgate-model', version: 1, name: 'wide' },
    input: { shape: [512], type: { bits: 1, signed: false } },
    layers: [{ type: 'dense', name: 'only', weights: { bits: 8, values } }],
  };
}

async function place(directory: string, options: string[] = [], cache = 'cache') {
  const args = ['resources', directory, '--engine', 'model', '--place-and-route', '--json', ...options];
  const run = await narrowgate(args, { cwd: folder, env: { ...env, NARROWGATE_CACHE: join(folder, cache) } });
  expect(run.exitCode, run.stderr).toBe(0);
  const { placeAndRoute } = JSON.parse(run.stdout) as { placeAndRoute: Placement };
  return { placed: placeAndRoute, stderr: run.stderr };
}

describe('tiny-mlp', () => {
  test('on the device it was built for: clock, path, cells and rate agree with each other', async () => {
    const { placed, stderr } = await place('folded');
    expect(placed).toMatchObject({ device: 'ice40up5k', package: 'sg48', targetMHz: 48, seed: 1 });
    expect(placed.tool).toContain(`@yowasp/nextpnr-ice40 ${NEXTPNR_VERSION}`);
    const { unit, part, delayNs, adders } = placed.criticalPath;
    expect(['hidden', 'scores']).toContain(unit);
    expect(['array', 'requantise', 'memory', 'stream']).toContain(part);
    expect(1000 / delayNs).toBeCloseTo(placed.clockMHz, 0);
    expect(adders).toBeGreaterThanOrEqual(0);
    expect(placed.inferencesPerSecond).toBe(Math.round((placed.clockMHz * 1e6) / 16));
    expect(placed.cells.logicCells).toMatchObject({ available: 5280 });
    expect(placed.cells.logicCells.used).toBeGreaterThan(100);
    expect(placed.cells.harness).toBeGreaterThan(0);
    expect(stderr).toMatch(/packing\n.*placing\n.*routing\n/);
  });

  test('a second time is read from the cache, and is the same from scratch', async () => {
    const again = await place('folded');
    expect(again.stderr).toMatch(/1 of 1 cached/);
    expect(again.stderr).not.toMatch(/routing|synthesis/);
    const anew = await place('folded', [], 'cache-2');
    expect(anew.stderr).toMatch(/routing/);
    expect(anew.placed).toEqual(again.placed);
  });

  test('of several seeds the fastest counts; only new ones are placed, and nothing is synthesised again', async () => {
    const { placed, stderr } = await place('folded', ['--seeds', '3']);
    expect(stderr).toMatch(/1 of 3 cached/);
    expect(stderr).not.toMatch(/synthesis/);
    expect(placed.seeds.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    const clocks = placed.seeds.map(({ clockMHz }) => clockMHz);
    expect(placed.clockMHz).toBe(Math.max(...clocks));
    expect(placed.seed).toBe(clocks.indexOf(placed.clockMHz) + 1);
    expect(new Set(clocks).size).toBeGreaterThan(1);
  });

  test('the HX is faster than the UltraPlus', async () => {
    const up = await place('folded');
    const hx = await place('folded', ['--device', 'ice40hx8k']);
    expect(hx.placed).toMatchObject({ device: 'ice40hx8k', package: 'ct256' });
    expect(hx.placed.clockMHz).toBeGreaterThan(1.5 * up.placed.clockMHz);
  });

  test('a network with more ROM than the device has block RAM is refused in words', async () => {
    writeFileSync(join(folder, 'wide.json'), JSON.stringify(wideModel()));
    const built = await narrowgate(
      ['build', 'wide.json', '-o', 'wide', '--target', 'ice40', '--cycles', '32768'],
      {
        cwd: folder,
      },
    );
    expect(built.exitCode, built.stderr).toBe(0);
    const run = await narrowgate(['resources', 'wide', '--engine', 'model', '--place-and-route', '--quiet'], {
      cwd: folder,
      env,
    });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toMatch(
      /^placement_does_not_fit: wide_top does not fit ice40hx8k: \d+ of 32 block RAMs\n {2}try: /,
    );
    expect(run.stderr).not.toMatch(/ERROR|Info:|unreachable/);
  });

  test('SIGINT while nextpnr runs: exit code 130, nothing left behind', async () => {
    let sent = false;
    const run = await narrowgate(['resources', 'parallel', '--engine', 'model', '--place-and-route'], {
      cwd: folder,
      env: { ...env, NARROWGATE_CACHE: join(folder, 'cache-3') },
      watch: (stderr, group) => {
        if (sent || !/placing/.test(stderr)) return;
        sent = true;
        process.kill(group, 'SIGINT');
      },
    });
    expect(run).toMatchObject({ exitCode: 130, stdout: '' });
    expect(run.stderr).toMatch(/interrupted: stopped by SIGINT\n$/);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(readdirSync(join(folder, 'cache-3'))).toHaveLength(1); // the netlist
  });
});
