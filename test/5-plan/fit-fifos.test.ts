/** FIFOs held against the schedule of the whole network: deep enough, no deeper, and never so shallow that it stands still. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BRANCHES, conv } from '../../scripts/branches-model.mjs';
import { draftNetwork, intervalOfUnits, joinBranches, planNetwork } from '../../src/5-plan/plan.js';
import { depthOf, withDepths } from '../../src/5-plan/reconvergence.js';
import { scheduleOf } from '../../src/5-plan/schedule/schedule.js';
import type { Part, Unit } from '../../src/5-plan/types.js';
import { analyse } from '../../src/compile.js';
import { removeFolder, workFolder } from '../cli/work-folder.js';

const folder = workFolder();
afterAll(() => removeFolder(folder));

async function analysed(layers: readonly object[], shape: readonly number[]) {
  const file = join(folder, 'model.json');
  const input = { shape, type: { bits: 5, signed: true, scale: 1 } };
  const { format, version } = BRANCHES;
  writeFileSync(file, JSON.stringify({ format, version, name: 'net', input, layers }));
  return analyse(file);
}

const options = (cycles: number) => ({ target: 'xc7', accumulator: { overflow: 'refuse' }, cycles }) as const;
const code = { bits: 4, signed: false, scale: 8 };
const add = (name: string, ...inputs: string[]) => ({ type: 'add', name, inputs, output: code });

/** The FIFO in front of an input of a join. */
function fifo(units: readonly Unit[], name: string, input: 1 | 2): Part {
  const unit = units.find((each) => each.name === name);
  const part = (input === 1 ? unit?.before : unit?.second?.parts)?.[0];
  if (part?.module !== 'stream_fifo') throw new Error(`${name} has no FIFO at its input ${input}`);
  return part;
}

test('sums of sums at a beat a cycle, whose FIFOs hold what the pipelines do, keep their interval', async () => {
  const layers = [
    conv('stem', [4, 1, 1, 2], {}),
    add('twice', 'stem', 'stem'),
    add('thrice', 'twice', 'stem'),
  ];
  const bounded = await analysed(layers, [4, 4, 2]);
  const draft = joinBranches(draftNetwork(bounded, options(64)), options(64));
  const least = intervalOfUnits(draft.units);
  const ends = scheduleOf(draft.units, { images: 4 }).ends ?? [];
  expect(ends[3] - ends[2]).toBeGreaterThan(least); // what they are held against the schedule for
  expect(planNetwork(bounded, options(64)).cycles.interval).toBe(least);
});

describe('what forks disagree about', () => {
  test.each([
    { cycles: 3000, most: 4 },
    { cycles: 700, most: 5 },
  ])('holds no more than $most beats at $cycles cycles', async ({ cycles, most }) => {
    const { units, cycles: planned } = planNetwork(
      await analysed(BRANCHES.layers, [6, 5, 2]),
      options(cycles),
    );
    expect(depthOf(fifo(units, 'three', 2))).toBeLessThanOrEqual(most);
    expect(planned.interval).toBe(intervalOfUnits(units));
  });
});

describe('a FIFO that holds two rows and a pixel less three beats', () => {
  const least = (2 * (5 + 1) + 1) * 4 - 3; // two windows of 3 x 3 on rows of 5 pixels; three beats lie in registers

  test.each([
    { depth: least, complete: true },
    { depth: least - 1, complete: false },
  ])('of $depth beats lets everything pass: $complete', async ({ depth, complete }) => {
    const { units } = planNetwork(await analysed(BRANCHES.layers, [6, 5, 2]), options(3000));
    const changed = withDepths(units, new Map([[fifo(units, 'sum', 2), depth]]));
    expect(scheduleOf(changed, { images: 2 }).complete).toBe(complete);
  });

  test('needs a few more when gaps in pipelines stay gaps, and the plan has them', async () => {
    const { units } = planNetwork(await analysed(BRANCHES.layers, [6, 5, 2]), options(3000));
    expect(scheduleOf(units, { images: 1, cautious: true }).complete).toBe(true);
    const changed = withDepths(units, new Map([[fifo(units, 'sum', 2), least - 1]]));
    expect(scheduleOf(changed, { images: 1, cautious: true }).complete).toBe(false);
  });
});

test.each([3000, 700, 270])(
  'at %i cycles: what has settled goes on at its pace, and it settles',
  async (cycles) => {
    const { units } = planNetwork(await analysed(BRANCHES.layers, [6, 5, 2]), options(cycles));
    const schedules = [2, 3, 4, 5, 6].map((images) => scheduleOf(units, { images }));
    const ends = schedules[4].ends ?? [];
    for (const { settled, ends: own = [] } of schedules)
      if (settled) expect(own[own.length - 1] - own[own.length - 2]).toBe(ends[5] - ends[4]);
    expect(schedules.map(({ settled }) => settled)).toContain(true);
    expect(schedules[0].settled).toBe(false); // the FIFOs were empty when the first inference came
  },
);
