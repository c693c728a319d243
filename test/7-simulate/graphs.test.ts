/** Networks with windows, branches and moves in both simulators: bit-exact, at the planned speed, without deadlock. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BRANCHES, conv } from '../../scripts/branches-model.mjs';
import { checkCertificate } from '../../src/certificate-checker/check.js';
import { check, edit, flipBit, images, type ModelText, record, Workshop } from './verify-build.js';

const EXAMPLE = join(import.meta.dirname, '../../examples/model-format-graph/model.json');
const workshop = new Workshop();
afterAll(() => workshop.remove());

const codes = (most: number) => Array.from({ length: 977 }, (_, k) => ((k * 7919) % (2 * most + 1)) - most);

/** Dilation, padding wider than the stride, upsampling, depth to space, an image as the result. */
const MOVES: ModelText & Record<string, unknown> = {
  format: 'narrowgate-model',
  version: 1,
  name: 'moves',
  input: { shape: [4, 5, 3], type: { bits: 4, signed: true, scale: 1 } },
  layers: [
    { ...conv('wide', [8, 3, 2, 3], { padding: [2, 1, 2, 1], dilation: 2 }) },
    { type: 'depth-to-space', name: 'spread', block: 2, order: 'DCR' },
    { type: 'upsample', name: 'bigger', factor: [2, 3] },
    { type: 'pool', name: 'largest', kind: 'maximum', kernel: [3, 2], stride: [2, 3], padding: [1, 0, 1, 0] },
    { ...conv('each', [2, 3, 3, 1], { groups: 2, padding: 1 }) },
  ],
};

describe.each([
  { name: 'the example of the model format', model: EXAMPLE, most: 7, cycles: 2000 },
  { name: 'branches', model: BRANCHES, most: 15, cycles: 3000 },
  { name: 'branches, folded less', model: BRANCHES, most: 15, cycles: 700 },
  { name: 'moves', model: MOVES, most: 7, cycles: 2000 },
  { name: 'moves, folded less', model: MOVES, most: 7, cycles: 1000 },
])('$name, at most $cycles cycles', ({ model, most, cycles }) => {
  test('is bit-exact with and without stalls, and as fast as planned', async () => {
    const directory = await workshop.build(model, { cycles });
    const planned = record(directory).cycles;
    expect(planned.interval).toBeLessThanOrEqual(cycles);
    for (const stall of [0, 45]) {
      const verdict = await check(directory, codes(most), { stall, samples: 4, trace: true });
      expect(verdict).toMatchObject({ passed: true, mismatches: 0 });
      expect(verdict.cycles).toEqual(planned);
      for (const each of verdict.simulators) expect(each.witnessVectors).toBeGreaterThan(0);
    }
    expect(checkCertificate(directory)).toMatchObject({ valid: true, problems: [] });
  }, 240_000);
});

test('a FIFO that is too shallow is named, with the join that waits', async () => {
  const directory = await workshop.build(BRANCHES, { cycles: 3000 });
  const join = record(directory).units.find(({ name }) => name === 'sum');
  const depth = Math.max(...(join?.fifos ?? []));
  expect(depth).toBeGreaterThan(10);
  const least = (2 * (5 + 1) + 1) * 4 - 3; // two windows of 3 x 3 on rows of 5 pixels; three beats lie in registers
  expect(depth).toBeGreaterThanOrEqual(least);
  edit(directory, 'rtl/branches_sum.v', (text) => text.replace(`.DEPTH(${depth})`, `.DEPTH(${least - 1})`));
  const { passed, simulators } = await check(directory, codes(15), { samples: 2 });
  expect(passed).toBe(false);
  for (const { problem } of simulators)
    expect(problem).toMatch(
      /the network stands still: layer 'sum' waits for '(deeper|first_fork)', while its FIFO/,
    );
}, 240_000);

test('a wrong weight of a convolution is found by its layer, and by the certificate', async () => {
  const directory = await workshop.build(BRANCHES, { cycles: 3000 });
  const [image] = images(directory, 'branches_left_weights');
  flipBit(directory, image, 3, 0);
  const verdict = await check(directory, codes(15), { samples: 2, trace: true });
  expect(verdict.passed).toBe(false);
  expect(verdict.firstMismatch?.layer).toBe('left');
  expect(checkCertificate(directory).valid).toBe(false);
}, 240_000);
