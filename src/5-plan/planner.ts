/** The fastest plan that fits a budget, by the resource model. */
import type { BoundedNetwork } from '../4-bounds/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';
import type { Budget } from './device.js';
import { divisors } from './fold.js';
import { totalEstimate } from './model.js';
import { type PlanOptions, planNetwork } from './plan.js';
import type { Estimate, Plan } from './types.js';

/** How much dearer than their bits block RAMs are made when they run out. */
const BLOCK_RAM_WEIGHTS = [0, 4, 16];

/** A resource of which a plan needs more than there is. */
interface Excess {
  readonly resource: string;
  readonly needed: number;
  readonly available: number;
}

/**
 * Plan a network: within the budget if one is given, the fastest folding that fits, or the cheapest with at most
 * `cycles`.
 *
 * @throws does_not_fit, and what planNetwork throws
 */
export function planWithin(bounded: BoundedNetwork, options: PlanOptions): Plan {
  const { budget } = options;
  if (!budget) return planNetwork(bounded, options);
  if (options.cycles === undefined && options.folds === undefined) {
    const fastest = fastestFit(bounded, options, budget);
    if ('plan' in fastest) return fastest.plan;
    return fail(errors.doesNotFit(bounded.network.file, deviceName(budget), fastest.excess, undefined));
  }
  const outcomes = BLOCK_RAM_WEIGHTS.map((blockRamWeight) => {
    const plan = planNetwork(bounded, { ...options, blockRamWeight });
    return { plan, excess: excessOf(totalEstimate(plan.estimates), budget) };
  });
  const fitting = outcomes.find(({ excess }) => excess === undefined);
  if (fitting) return fitting.plan;
  const [{ excess }] = outcomes;
  if (!excess) throw new Error('a plan that does not fit exceeds something');
  const fastest = fastestFit(bounded, { ...options, cycles: undefined, folds: undefined }, budget);
  const smallest = 'plan' in fastest ? fastest.plan.cycles.interval : undefined;
  return fail(errors.doesNotFit(bounded.network.file, deviceName(budget), excess, smallest));
}

/** Bisection over the intervals that foldings can have; resources fall as the interval grows. */
function fastestFit(
  bounded: BoundedNetwork,
  options: PlanOptions,
  budget: Budget,
): { plan: Plan } | { excess: Excess } {
  let best: Plan | undefined;
  let excess: Excess | undefined;
  for (const blockRamWeight of BLOCK_RAM_WEIGHTS) {
    const intervals = possibleIntervals(bounded).filter((n) => !best || n < best.cycles.interval);
    let [low, high] = [0, intervals.length - 1];
    let slowest = 0; // of those tried: its excess is the least
    while (low <= high) {
      const middle = (low + high) >> 1;
      const plan = planNetwork(bounded, { ...options, cycles: intervals[middle], blockRamWeight });
      const over = excessOf(totalEstimate(plan.estimates), budget);
      if (over === undefined) {
        if (!best || plan.cycles.interval < best.cycles.interval) best = plan;
        high = middle - 1;
      } else {
        if (middle >= slowest) {
          slowest = middle;
          excess = over;
        }
        low = middle + 1;
      }
    }
    if (best && excess?.resource !== 'block RAM') break; // dearer block RAM only helps where it ran out
  }
  if (best) return { plan: best };
  if (!excess) throw new Error('no interval was tried');
  return { excess };
}

/** Intervals at which some layer's folding keeps up exactly, ascending, from the slowest layer fully unfolded. */
function possibleIntervals({ network }: BoundedNetwork): number[] {
  const values = new Set<number>();
  for (const node of network.nodes) {
    if (node.kind !== 'dense') continue;
    for (const outputs of divisors(node.outputs))
      for (const inputs of divisors(node.inputs)) values.add(outputs * inputs);
  }
  return [...values].sort((a, b) => a - b);
}

/** The scarcest resource, if the budget does not hold it. */
function excessOf(need: Estimate, { device, utilisation, maxLut }: Budget): Excess | undefined {
  const limits: [string, number, number][] = [];
  if (maxLut !== undefined) limits.push(['LUT sites', need.sites, maxLut]);
  if (device)
    limits.push(
      [
        device.target === 'ice40' ? 'logic cells' : 'LUT sites',
        need.sites,
        Math.floor(device.lut * utilisation),
      ],
      ['flip-flops', need.ff, Math.floor(device.ff * utilisation)],
      ['block RAM', need.bram, Math.floor(device.bram * utilisation * 2) / 2],
      ['DSP', need.dsp, Math.floor(device.dsp * utilisation)],
    );
  const over = limits.filter(([, needed, available]) => needed > available);
  if (over.length === 0) return undefined;
  const [resource, needed, available] = over.reduce((worst, each) =>
    each[1] * worst[2] > worst[1] * each[2] ? each : worst,
  );
  return { resource, needed: Math.ceil(needed), available };
}

function deviceName({ device, maxLut }: Budget): string {
  return device ? device.name : `${maxLut} LUTs`;
}
