/** The interval when the user asks for none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BRANCHES, conv } from '../../scripts/branches-model.mjs';
import { planNetwork } from '../../src/5-plan/plan.js';
import { analyse } from '../../src/compile.js';

test('is one that a convolution reaches, which takes one tap at a time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'narrowgate-test-interval-'));
  try {
    const input = { shape: [16, 16, 1], type: { bits: 4, signed: true, scale: 1 } };
    const layers = [conv('wide', [2, 5, 5, 1], { padding: 2 })];
    const { format, version } = BRANCHES;
    writeFileSync(
      join(folder, 'model.json'),
      JSON.stringify({ format, version, name: 'net', input, layers }),
    );
    const bounded = await analyse(join(folder, 'model.json'));
    const { cycles } = planNetwork(bounded, { target: 'xc7', accumulator: { overflow: 'refuse' } });
    expect(cycles.interval).toBe(16 * 16 * 25); // more than 1024, and than 16 products a cycle take
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
