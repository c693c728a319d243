/** Phase 5: BoundedNetwork -> Plan. Which engines, how wide, how folded, and when. */
import type { Fold } from '../1-import/types.js';
import type { IntegerLayer, IntegerNetwork, IntegerNode, IntegerStep } from '../3-integer/types.js';
import type { BoundedNetwork } from '../4-bounds/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';
import { type AccumulatorOptions, mostBits, planAccumulator, policyOf } from './accumulator.js';
import { buildUnits } from './build-units.js';
import { chooseChannelOrders } from './channel-order.js';
import { touchesImage } from './conv.js';
import type { Budget } from './device.js';
import { DSP_PRICE } from './engines/dsp.js';
import { DSP_PORT_BITS } from './engines/dsp-packing.js';
import type { DspRules, EngineOption, PlannedLayer } from './engines/types.js';
import { fitFifos } from './fit-fifos.js';
import type { Folding } from './fold.js';
import { foldingsOf } from './foldings.js';
import { stagesOf } from './graph.js';
import { Memo } from './memo.js';
import { estimateUnit, totalEstimate } from './model.js';
import { permuteChannels } from './permute.js';
import { blockRamPrice, meanLuts } from './price.js';
import { withFifos } from './reconvergence.js';
import type { RequantisationWay } from './requantise.js';
import { beatsOf, scheduleOf } from './schedule/schedule.js';
import { tensorOf } from './stream.js';
import type { ChannelOrders, Estimate, Part, Plan, Target, Unit } from './types.js';

const MAX_OPERAND_BITS = 16; // matrix_vector

export interface PlanOptions {
  readonly target: Target;
  readonly accumulator: AccumulatorOptions;
  readonly cycles?: number; // longest interval per inference
  readonly folds?: ReadonlyMap<string, Fold>; // by layer name
  readonly engine?: EngineOption; // for all layers; default: what the model asks for, else 'lut'
  readonly lutLayers?: ReadonlySet<string>; // layers that take no DSP blocks under 'auto'
  readonly dspPrice?: number; // LUTs that a DSP block is worth; default: DSP_PRICE
  readonly budget?: Budget; // of planWithin
  readonly searchEffort?: number; // of the search for common sums in unrolled layers; default: DEFAULT_EFFORT in solve.ts
  readonly draft?: boolean; // true: quickly, with more adders in unrolled layers than need be
  readonly memo?: Memo; // of the drafts of one network: they differ in cycles, folds, engines and prices at most
  readonly blockRamWeight?: number; // extra price of block RAM in the choice of a folding, in its bits' LUTs
  readonly requantisation?: RequantisationWay; // for all layers; default: the cheapest
  readonly perPeWidths?: boolean; // accumulators of their own width for processing elements under 'minimal'; default true
}

/**
 * Plan the hardware of a network. Where the plan has channel orders, it is that of the network with its channels so
 * permuted (permuteChannels).
 *
 * @throws accumulator_too_narrow, engine_impossible, fold_invalid, interval_impossible, operand_too_wide, window_misses_image
 */
export function planNetwork(bounded: BoundedNetwork, options: PlanOptions): Plan {
  const { target } = options;
  const { units, estimates, channelOrders, cycles } = fitted(draftNetwork(bounded, options), options);
  return {
    top: `${bounded.network.name}_top`,
    target,
    device: options.budget?.device?.name,
    accumulatorPolicy: String(options.accumulator.policy ?? 'minimal'),
    units,
    channelOrders,
    estimates,
    input: units[0].input,
    output: units[units.length - 1].output,
    cycles,
  };
}

/** Cycles between inferences. */
export function intervalOfUnits(units: readonly Unit[]): number {
  return Math.max(...units.map(({ interval }) => interval));
}

/** Beats of an inference up to which FIFOs are held against a schedule of several inferences: about 1 GB and 10 s. */
const MOST_BEATS = 10_000_000;

/** A draft with FIFOs as deep as they have to be, and how fast it is. */
function fitted(draft: DraftPlan, { target, memo }: PlanOptions): DraftPlan & Pick<Plan, 'cycles'> {
  const interval = intervalOfUnits(draft.units);
  const joined = withFifos(draft.units, memo);
  if (joined.units.some(({ second }) => second) && beatsOf(joined.units) <= MOST_BEATS) {
    const { units, cycles } = fitFifos(joined, interval);
    return { ...withUnits(draft, units, target), cycles };
  }
  const { ends } = scheduleOf(joined.units, { images: 1 });
  if (!ends) throw new Error('the planned network stands still');
  return { ...withUnits(draft, joined.units, target), cycles: { interval, latency: ends[0] } };
}

/** What a folding makes of a network: all that tells whether it fits. */
export interface DraftPlan {
  readonly units: readonly Unit[];
  readonly estimates: readonly Estimate[]; // [units]
  readonly channelOrders: ChannelOrders;
}

/**
 * The units of a network, without FIFOs where branches meet.
 *
 * @throws what planNetwork throws
 */
export function draftNetwork(bounded: BoundedNetwork, options: PlanOptions): DraftPlan {
  refuseIdleWindows(bounded.network);
  const layers = pairLayers(bounded, options);
  const foldings = foldingsOf(bounded, layers, options);
  if (foldings.length === 1) return draftOf(bounded, layers, foldings[0], options);
  const quick = { ...options, draft: true, memo: options.memo ?? new Memo() };
  const quickLayers = options.draft ? layers : pairLayers(bounded, quick);
  const tried = foldings.map((folding) => {
    const draft = draftOf(bounded, quickLayers, folding, quick);
    return { folding, draft, price: priceOf(draft, options) };
  });
  const best = tried.reduce((a, b) => (b.price < a.price ? b : a));
  return options.draft ? best.draft : draftOf(bounded, layers, best.folding, options);
}

function refuseIdleWindows({ nodes }: IntegerNetwork): void {
  for (const node of nodes)
    if ('window' in node && !touchesImage(node.window)) {
      const { image, kernel, padding } = node.window;
      fail(errors.windowMissesImage(node.name, node.source, image, kernel, padding));
    }
}

/** The units of a network with a folding. */
function draftOf(
  bounded: BoundedNetwork,
  original: readonly PlannedLayer[],
  { inputLanes, options: lanes }: Folding,
  options: PlanOptions,
): DraftPlan {
  const { network } = bounded;
  const layerChoices = stagesOf(network).flatMap(({ node }, k) => {
    const { choice } = lanes[k];
    return choice && isLayer(node) ? [choice] : [];
  });
  const channelOrders = chooseChannelOrders(network, original, layerChoices);
  const permuted = permuteChannels(bounded, channelOrders);
  const layers = channelOrders.size ? pairLayers(permuted, options) : original;
  const units = buildUnits(permuted, stagesOf(permuted.network), layers, lanes, inputLanes, {
    channelOrders,
    way: options.requantisation,
    target: options.target,
    report: !options.draft,
    memo: options.memo ?? new Memo(),
  }).map((unit) => withMemories(unit, options.target));
  return { units, estimates: units.map((unit) => estimateUnit(unit, options.target)), channelOrders };
}

/** What a plan is compared with others by: LUTs, sites, and blocks at what they are worth. */
function priceOf(
  { estimates }: DraftPlan,
  { target, blockRamWeight = 0, dspPrice = DSP_PRICE }: PlanOptions,
): number {
  const total = totalEstimate(estimates);
  return meanLuts(total) + total.bram * blockRamPrice(target, blockRamWeight) + total.dsp * dspPrice;
}

/** A draft with FIFOs where branches meet, about as deep as those of a plan: whole inferences are not followed. */
export function joinBranches(draft: DraftPlan, { target, memo }: PlanOptions): DraftPlan {
  return withUnits(draft, withFifos(draft.units, memo).units, target);
}

/** A draft with some of its units replaced. */
function withUnits(draft: DraftPlan, replaced: readonly Unit[], target: Target): DraftPlan {
  const without = draft.units;
  const units = replaced.map((unit, k) => (unit === without[k] ? unit : withMemories(unit, target)));
  const estimates = units.map((unit, k) =>
    unit === without[k] ? draft.estimates[k] : estimateUnit(unit, target),
  );
  return { ...draft, units, estimates };
}

/** Memories as the target has them: iCE40 has no LUT RAM, so line buffers and FIFOs of any size lie in its block RAM. */
function withMemories(unit: Unit, target: Target): Unit {
  if (target !== 'ice40') return unit;
  const inBlocks = (part: Part): Part =>
    RAM_MODULES.has(part.module) ? { ...part, parameters: new Map(part.parameters).set('BLOCK', 1) } : part;
  return {
    ...unit,
    before: unit.before.map(inBlocks),
    ...(unit.second && { second: { ...unit.second, parts: unit.second.parts.map(inBlocks) } }),
  };
}

const RAM_MODULES = new Set(['sliding_window', 'stream_fifo', 'upsample', 'depth_to_space']);

export function isLayer(node: IntegerNode): node is IntegerLayer {
  return node.kind === 'dense' || node.kind === 'conv';
}

/** Each layer with its accumulator and the step function that follows it. */
function pairLayers(bounded: BoundedNetwork, options: PlanOptions): PlannedLayer[] {
  const { network } = bounded;
  return network.nodes.flatMap((layer): PlannedLayer[] => {
    if (!isLayer(layer)) return [];
    const inputType = tensorOf(network, layer.input).type;
    for (const [what, type] of [
      ['activations', inputType],
      ['weights', layer.weightType],
    ] as const)
      if (type.bits > MAX_OPERAND_BITS)
        fail(errors.operandTooWide(layer.name, layer.source, what, type.bits, MAX_OPERAND_BITS));
    const accumulators = bounded.accumulators.get(layer.name);
    if (!accumulators) throw new Error(`layer ${layer.name} has no bounds`);
    const step = stepBehind(network, layer);
    const leaves = step === undefined;
    const accumulator = planAccumulator(accumulators, inputType, leaves, options.accumulator);
    const { inputRanges, ranges } = accumulators;
    const atMost = mostBits(layer, accumulator, options.accumulator);
    const { draft, searchEffort } = options;
    const dsp = dspRules(options);
    const perPe = options.perPeWidths !== false && policyOf(layer, options.accumulator) === 'minimal';
    return [
      { layer, inputType, accumulator, atMost, inputRanges, ranges, step, dsp, draft, searchEffort, perPe },
    ];
  });
}

/** DSP blocks as the target has them. */
function dspRules({ target, dspPrice = DSP_PRICE }: PlanOptions): DspRules | undefined {
  return target === 'ice40' ? undefined : { portBits: DSP_PORT_BITS[target], price: dspPrice };
}

/** The step function of a layer's sums. */
export function stepBehind(network: IntegerNetwork, layer: IntegerLayer): IntegerStep | undefined {
  return network.nodes.find(
    (node): node is IntegerStep => node.kind === 'step' && node.input === layer.output,
  );
}
