/** The fastest plan that fits a budget, by the resource model. */
import type { IntegerLayer, IntegerNetwork } from '../3-integer/types.js';
import type { BoundedNetwork } from '../4-bounds/types.js';
import { fail, NarrowgateError } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';
import type { Budget } from './device.js';
import { DSP_PRICE } from './engines/dsp.js';
import { engineOption } from './engines/index.js';
import { divisors, foldShape } from './fold.js';
import { Memo } from './memo.js';
import { totalEstimate } from './model.js';
import {
  type DraftPlan,
  draftNetwork,
  intervalOfUnits,
  isLayer,
  joinBranches,
  type PlanOptions,
  planNetwork,
} from './plan.js';
import type { Estimate, Plan } from './types.js';

/** How much dearer than their bits block RAMs are made when they run out. */
const BLOCK_RAM_WEIGHTS = [0, 4, 16, 32];

/** The device's LUTs per DSP block, times these: cheaper where LUTs run out, dearer where DSP blocks do. */
const DSP_WEIGHTS = [1, 0.5, 0.2, 0.1, 0.05, 4];

/** What is tried when a plan does not fit: what scarce blocks are worth in LUTs. */
type Prices = Pick<PlanOptions, 'blockRamWeight' | 'dspPrice'>;

function pricesOf({ network }: BoundedNetwork, { engine }: PlanOptions, { device }: Budget): Prices[] {
  const dspPrice = device?.dsp ? device.lut / device.dsp : DSP_PRICE;
  const lutOnly = layersOf(network).every((layer) => engineOption(layer, engine) === 'lut');
  const weights = lutOnly ? [1] : DSP_WEIGHTS;
  return weights.flatMap((weight) =>
    BLOCK_RAM_WEIGHTS.map((blockRamWeight) => ({ blockRamWeight, dspPrice: weight * dspPrice })),
  );
}

/** A plan on trial, and what made it. Sums of unrolled layers are not yet searched for. */
interface Draft {
  readonly plan: DraftPlan;
  readonly options: PlanOptions;
}

/** The plan of a draft: the search for common sums and reports take long, so only the plan that is taken has them. */
function completed(bounded: BoundedNetwork, { options }: Draft): Plan {
  return planNetwork(bounded, { ...options, draft: false });
}

/** What a draft exceeds without FIFOs where branches meet, which take long to find. */
function excessWithoutFifos({ plan }: Draft, budget: Budget): Excess | undefined {
  return excessOf(totalEstimate(plan.estimates), budget);
}

/** What a draft exceeds with them. */
function excessOfDraft(draft: Draft, budget: Budget): Excess | undefined {
  return (
    excessWithoutFifos(draft, budget) ??
    excessOf(totalEstimate(joinBranches(draft.plan, draft.options).estimates), budget)
  );
}

function intervalOfDraft({ plan }: Draft): number {
  return intervalOfUnits(plan.units);
}

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
export function planWithin(bounded: BoundedNetwork, given: PlanOptions): Plan {
  const { budget } = given;
  if (!budget) return planNetwork(bounded, given);
  const options = { ...given, memo: new Memo() };
  if (options.cycles === undefined && options.folds === undefined) {
    const fastest = fastestFit(bounded, options, budget);
    if ('draft' in fastest) return completed(bounded, fastest.draft);
    return fail(errors.doesNotFit(bounded.network.file, nameOf(budget), fastest.excess, undefined));
  }
  const outcomes = pricesOf(bounded, options, budget).map((prices) => {
    const draft = planSparing(bounded, { ...options, ...prices }, budget);
    return { draft, excess: excessOfDraft(draft, budget) };
  });
  const fitting = outcomes.find(({ excess }) => excess === undefined);
  if (fitting) return completed(bounded, fitting.draft);
  const [{ excess }] = outcomes;
  if (!excess) throw new Error('a plan that does not fit exceeds something');
  const fastest = fastestFit(bounded, { ...options, cycles: undefined, folds: undefined }, budget);
  const smallest = 'draft' in fastest ? intervalOfDraft(fastest.draft) : undefined;
  return fail(errors.doesNotFit(bounded.network.file, nameOf(budget), excess, smallest));
}

/** The best of the prices, each with its fastest interval. */
function fastestFit(
  bounded: BoundedNetwork,
  options: PlanOptions,
  budget: Budget,
): { draft: Draft } | { excess: Excess } {
  const all = possibleIntervals(bounded);
  let best: Draft | undefined;
  let excess: Excess | undefined;
  for (const prices of pricesOf(bounded, options, budget)) {
    // dearer block RAM only helps where it ran out
    if (prices.blockRamWeight && excess && excess.resource !== 'block RAM') continue;
    const within = best && intervalOfDraft(best);
    const intervals = within === undefined ? all : all.filter((cycles) => cycles < within);
    const draftFor = (cycles: number) =>
      planUnlessImpossible(bounded, { ...options, cycles, ...prices }, budget);
    // what is too large without FIFOs is too large with them
    const quick = bisect(intervals, draftFor, (draft) => excessWithoutFifos(draft, budget));
    excess = quick.excess ?? excess;
    if (!quick.fitting) continue;
    const { draft, index } = quick.fitting;
    const over = excessOfDraft(draft, budget);
    const slower =
      over && bisect(intervals.slice(index + 1), draftFor, (draft) => excessOfDraft(draft, budget));
    excess = slower?.excess ?? over ?? excess;
    best = (slower ? slower.fitting?.draft : draft) ?? best;
  }
  if (best) return { draft: best };
  if (excess) return { excess };
  draftNetwork(bounded, { ...options, draft: true }); // no interval is possible: says why
  throw new Error('no interval was tried');
}

/** The draft of the shortest interval with which nothing is exceeded, and what that of the longest other one exceeds. */
function bisect(
  intervals: readonly number[],
  draftFor: (cycles: number) => Draft | undefined,
  excessIn: (draft: Draft) => Excess | undefined,
): { fitting?: { draft: Draft; index: number }; excess?: Excess } {
  let fitting: { draft: Draft; index: number } | undefined;
  let excess: Excess | undefined;
  let [low, high] = [0, intervals.length - 1];
  while (low <= high) {
    const index = (low + high) >> 1;
    const draft = draftFor(intervals[index]);
    const over = draft && excessIn(draft);
    if (draft && over === undefined) {
      fitting = { draft, index };
      high = index - 1;
    } else {
      excess = over ?? excess;
      low = index + 1;
    }
  }
  return { fitting, excess };
}

/** What a faster folding than there is, or DSP blocks that cannot keep up, are refused with. */
const IMPOSSIBLE: ReadonlySet<string> = new Set(['engine_impossible', 'interval_impossible']);

/** Undefined where no folding, or no DSP block if there must be such, keeps up with the interval. */
function planUnlessImpossible(
  bounded: BoundedNetwork,
  options: PlanOptions,
  budget: Budget,
): Draft | undefined {
  try {
    return planSparing(bounded, options, budget);
  } catch (error) {
    if (error instanceof NarrowgateError && IMPOSSIBLE.has(error.diagnostics[0].code)) return undefined;
    throw error;
  }
}

/** Where DSP blocks run out: of the layers under 'auto', they go to those in which they save the most LUTs. */
function planSparing(bounded: BoundedNetwork, given: PlanOptions, budget: Budget): Draft {
  let options: PlanOptions = { ...given, draft: true };
  let plan = draftNetwork(bounded, options);
  const free = new Set(
    layersOf(bounded.network)
      .filter((layer) => engineOption(layer, options.engine) === 'auto')
      .map(({ name }) => name),
  );
  const lutLayers = new Set<string>();
  while (lutLayers.size < free.size && excessOf(totalEstimate(plan.estimates), budget)?.resource === 'DSP') {
    const { units, estimates } = plan;
    const inLuts = draftNetwork(bounded, { ...options, engine: 'lut' }).estimates;
    const users = units.flatMap(({ node = '', engine }, k) =>
      engine === 'dsp' && free.has(node)
        ? [{ node, blocks: estimates[k].dsp, saved: inLuts[k].sites - estimates[k].sites }]
        : [],
    );
    const available = Math.floor((budget.device?.dsp ?? 0) * budget.utilisation);
    const bound = totalEstimate(estimates).dsp - users.reduce((sum, { blocks }) => sum + blocks, 0);
    const kept = worthiest(users, Math.max(0, available - bound));
    if (users.every(({ node }) => kept.has(node))) break;
    for (const { node } of users) if (!kept.has(node)) lutLayers.add(node);
    options = { ...options, lutLayers };
    plan = draftNetwork(bounded, options);
  }
  return { plan, options };
}

interface BlockUser {
  readonly node: string;
  readonly blocks: number;
  readonly saved: number; // LUT sites
}

/** The layers that save most in all with so many blocks: a knapsack, by dynamic programming over the blocks. */
function worthiest(users: readonly BlockUser[], blocks: number): ReadonlySet<string> {
  let best: { saved: number; nodes: readonly string[] }[] = Array.from({ length: blocks + 1 }, () => ({
    saved: 0,
    nodes: [],
  }));
  for (const { node, blocks: own, saved } of users)
    best = best.map((without, most) => {
      if (own > most || best[most - own].saved + saved <= without.saved) return without;
      return { saved: best[most - own].saved + saved, nodes: [...best[most - own].nodes, node] };
    });
  return new Set(best[blocks].nodes);
}

function layersOf({ nodes }: IntegerNetwork): IntegerLayer[] {
  return nodes.filter(isLayer);
}

/** Intervals at which some layer's folding keeps up exactly, ascending, from the slowest layer fully unfolded. */
function possibleIntervals({ network }: BoundedNetwork): number[] {
  const values = new Set<number>();
  for (const layer of layersOf(network)) {
    const { inputs, outputs, vectors, peOf, simdOf } = foldShape(layer);
    for (const pe of divisors(peOf))
      for (const simd of divisors(simdOf)) values.add(vectors * (outputs / pe) * (inputs / simd));
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

function nameOf({ device, maxLut }: Budget): { device?: string; maxLut?: number } {
  return { device: device?.name, maxLut };
}
