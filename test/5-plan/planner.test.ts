import { describe, expect, test } from 'vitest';
import { boundNetwork } from '../../src/4-bounds/bounds.js';
import { DEVICES } from '../../src/5-plan/device.js';
import { totalEstimate } from '../../src/5-plan/model.js';
import type { PlanOptions } from '../../src/5-plan/plan.js';
import { planWithin } from '../../src/5-plan/planner.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { chain, dense, signed, unsigned } from '../support/integer-layers.js';

/** 32 inputs of 4 bits, 16 sums. */
const rows = Array.from({ length: 16 }, (_, o) =>
  Array.from({ length: 32 }, (__, i) => ((o * 7 + i * 5) % 15) - 7),
);
const bounded = boundNetwork(chain(unsigned(4), 32, [dense(rows, signed(4))]));
const common: PlanOptions = { target: 'xc7', accumulator: { overflow: 'refuse' } };

describe('the fastest folding that fits', () => {
  test('keeps the budget, and more LUTs never make it slower', () => {
    let before = Number.POSITIVE_INFINITY;
    for (const maxLut of [400, 800, 1600, 3200, 100_000]) {
      const plan = planWithin(bounded, { ...common, budget: { utilisation: 1, maxLut } });
      expect(totalEstimate(plan.estimates).sites).toBeLessThanOrEqual(maxLut);
      expect(plan.cycles.interval).toBeLessThanOrEqual(before);
      before = plan.cycles.interval;
    }
    expect(before).toBe(1);
  });

  test.each(DEVICES)('$name', (device) => {
    const plan = planWithin(bounded, {
      ...common,
      target: device.target,
      budget: { device, utilisation: 0.7 },
    });
    const need = totalEstimate(plan.estimates);
    expect(need.sites).toBeLessThanOrEqual(0.7 * device.lut);
    expect(need.bram).toBeLessThanOrEqual(0.7 * device.bram);
  });
});

function refusal(options: PlanOptions): string {
  try {
    planWithin(bounded, options);
  } catch (error) {
    if (error instanceof NarrowgateError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

test('what does not fit is refused, with the interval that does', () => {
  expect(refusal({ ...common, budget: { utilisation: 1, maxLut: 10 } })).toMatch(
    /does_not_fit: .* LUT sites are needed, 10 may be used/,
  );
  expect(refusal({ ...common, cycles: 1, budget: { utilisation: 1, maxLut: 800 } })).toMatch(
    /does_not_fit: .*--cycles \d+ or more fits/s,
  );
});
