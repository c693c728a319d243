import { describe, expect, test } from 'vitest';
import { boundNetwork } from '../../src/4-bounds/bounds.js';
import { DEVICES } from '../../src/5-plan/device.js';
import { seededRandom } from '../../src/5-plan/engines/unrolled/random.js';
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

  // a lane at a time takes deeper buffers and longer counters than several
  test.each(['xc7', 'ice40'] as const)('%s: more cycles never cost more', (target) => {
    const random = seededRandom(1);
    const long = Array.from({ length: 16 }, () => Array.from({ length: 768 }, () => random.below(3) - 1));
    const wide = boundNetwork(chain(unsigned(1), 768, [dense(long, signed(2))]));
    let before = Number.POSITIVE_INFINITY;
    for (const cycles of [256, 1024, 4096, 100_000]) {
      const { sites } = totalEstimate(planWithin(wide, { ...common, target, cycles }).estimates);
      expect(sites, `${cycles}`).toBeLessThanOrEqual(1.02 * before);
      before = sites;
    }
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

describe('DSP blocks', () => {
  const [device] = DEVICES.filter(({ name }) => name === 'xc7a35t');
  const wide = boundNetwork(chain(unsigned(8), 32, [dense(rows, signed(8))]));

  test('auto is as fast as LUTs alone where they suffice, faster with DSP blocks where they do not', () => {
    const interval = (maxLut: number, engine: 'lut' | 'auto') => {
      const budget = { device, utilisation: 0.7, maxLut };
      return planWithin(wide, { ...common, engine, budget }).cycles.interval;
    };
    expect(interval(100_000, 'auto')).toBeLessThanOrEqual(interval(100_000, 'lut'));
    expect(interval(800, 'auto')).toBeLessThan(interval(800, 'lut'));
  });

  test.each(['dsp', 'auto'] as const)('%s keeps the budget of blocks', (engine) => {
    const plan = planWithin(wide, { ...common, engine, budget: { device, utilisation: 0.1 } });
    const { dsp } = totalEstimate(plan.estimates);
    expect(dsp).toBeLessThanOrEqual(9);
    if (engine === 'dsp') expect(dsp).toBeGreaterThan(0);
  });

  test('ice40 has none, a chain has an end', () => {
    const dsp = { ...common, engine: 'dsp' } as const;
    expect(refusal({ ...dsp, target: 'ice40', cycles: 64 })).toMatch(/engine_impossible: .*found ice40/);
    const long = boundNetwork(chain(unsigned(4), 65, [dense([new Array(65).fill(1)], signed(4))]));
    expect(() => planWithin(long, { ...dsp, cycles: 1 })).toThrow(
      /engine_impossible: .*SIMD to be at most 64/,
    );
    const auto = planWithin(long, { ...common, engine: 'auto', cycles: 1 });
    expect(auto.units.map(({ engine }) => engine)).not.toContain('dsp');
    const iceAuto = planWithin(bounded, { ...common, target: 'ice40', engine: 'auto', cycles: 64 });
    expect(iceAuto.units.map(({ engine }) => engine)).not.toContain('dsp');
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
  expect(refusal({ ...common, cycles: 8, budget: { utilisation: 1, maxLut: 800 } })).toMatch(
    /does_not_fit: .*--cycles \d+ or more fits/s,
  );
});
