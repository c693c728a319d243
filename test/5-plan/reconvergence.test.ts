/** Depths of the FIFOs where branches meet, against what can be counted by hand. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BRANCHES, conv } from '../../scripts/branches-model.mjs';
import { planNetwork } from '../../src/5-plan/plan.js';
import type { Plan } from '../../src/5-plan/types.js';
import { analyse } from '../../src/compile.js';

const folder = mkdtempSync(join(tmpdir(), 'narrowgate-test-reconvergence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Beats that join and fork hold besides the FIFO's memory: one in the fork, its output register, and the addition. */
const REGISTERS = 3;

async function plan(layers: readonly object[], shape: readonly number[], cycles: number): Promise<Plan> {
  const file = join(folder, 'model.json');
  const input = { shape, type: { bits: 5, signed: true, scale: 1 } };
  const { format, version } = BRANCHES;
  writeFileSync(file, JSON.stringify({ format, version, name: 'net', input, layers }));
  return planNetwork(await analyse(file), { target: 'xc7', accumulator: { overflow: 'refuse' }, cycles });
}

/** Beats of the FIFO in front of each input of a join; 0: none. */
function depths({ units }: Plan, name: string): number[] {
  const unit = units.find((each) => each.name === name);
  return [unit?.before, unit?.second?.parts].map((parts) =>
    Number(parts?.find(({ module }) => module === 'stream_fifo')?.parameters.get('DEPTH') ?? 0),
  );
}

const code = { bits: 4, signed: false, scale: 8 };
const add = (name: string, ...inputs: string[]) => ({ type: 'add', name, inputs, output: code });

describe('a skip', () => {
  test.each([
    { windows: 1, width: 5 },
    { windows: 2, width: 5 },
    { windows: 2, width: 8 },
    { windows: 3, width: 6 },
  ])(
    'beside $windows windows of 3 x 3 on rows of $width pixels holds a row and a pixel for each',
    async ({ windows, width }) => {
      const names = Array.from({ length: windows }, (_, k) => `window${k}`);
      const layers = [
        conv('stem', [4, 1, 1, 2], {}),
        ...names.map((name) => conv(name, [4, 3, 3, 4], { padding: 1 })),
        add('sum', names[windows - 1], 'stem'),
      ];
      const net = await plan(layers, [8, width, 2], 8 * width * 4 * 36);
      const beats = net.units.find(({ name }) => name === 'stem_fork')?.output.beats ?? 0;
      const perPixel = beats / (8 * width);
      const least = (windows * (width + 1) + 1) * perPixel - REGISTERS;
      const [other, skip] = depths(net, 'sum');
      expect(other).toBe(0);
      expect(skip).toBeGreaterThanOrEqual(least);
      expect(skip).toBeLessThanOrEqual(least + 2 * perPixel); // what the pipelines of the windows hold
    },
  );

  test('beside a layer without windows holds a few beats at most', async () => {
    const layers = [
      conv('stem', [4, 1, 1, 2], {}),
      conv('point', [4, 1, 1, 4], {}),
      add('sum', 'point', 'stem'),
    ];
    const [other, skip] = depths(await plan(layers, [8, 8, 2], 8 * 8 * 4 * 8), 'sum');
    expect(other).toBe(0);
    expect(skip).toBeLessThanOrEqual(8);
  });
});

test('a branch with a line buffer of its own keeps what it need not deliver yet', async () => {
  const layers = [
    conv('stem', [4, 1, 1, 2], {}),
    conv('down', [4, 3, 3, 4], { padding: 1, stride: 2 }),
    { ...conv('short', [4, 1, 1, 4], { stride: 2 }), input: 'stem' },
    add('sum', 'down', 'short'),
  ];
  const net = await plan(layers, [8, 8, 2], 4000);
  // without the line buffer: the three pixels of a row of four by which the branch is ahead
  for (const depth of depths(net, 'sum')) expect(depth).toBeLessThanOrEqual(4);
});

test('what several layers join in turn holds no more than the nearest fork makes it', async () => {
  const net = await plan(BRANCHES.layers, [6, 5, 2], 3000);
  const [, sum] = depths(net, 'sum');
  const least = (2 * (5 + 1) + 1) * 4 - REGISTERS;
  expect(sum).toBeGreaterThanOrEqual(least);
  expect(sum).toBeLessThanOrEqual(1.25 * least);
  for (const join of ['second', 'three_joined0', 'three'])
    expect(Math.max(...depths(net, join))).toBeLessThanOrEqual(6);
});
