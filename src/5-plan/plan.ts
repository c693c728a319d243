/** Phase 5: BoundedNetwork -> Plan. Which engines, how wide, how folded, and when. */
import { verilogName } from '../1-import/names.js';
import type { Fold } from '../1-import/types.js';
import type { IntegerNetwork, IntegerNode, IntegerStep, IntegerTensor } from '../3-integer/types.js';
import type { BoundedNetwork } from '../4-bounds/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';
import { type AccumulatorOptions, mostBits, planAccumulator, policyOf } from './accumulator.js';
import { chooseChannelOrders } from './channel-order.js';
import { denseUnit } from './dense.js';
import type { Budget } from './device.js';
import { DSP_PRICE } from './engines/dsp.js';
import { DSP_PORT_BITS } from './engines/dsp-packing.js';
import { allowedEngines } from './engines/index.js';
import type { DspRules, EngineOption, PlannedLayer } from './engines/types.js';
import { canUnroll } from './engines/unrolled/index.js';
import { chooseFolding, type FoldLayer } from './fold.js';
import { estimateUnit } from './model.js';
import { permuteChannels } from './permute.js';
import { inputUnit, outputUnit } from './ports.js';
import type { RequantisationWay } from './requantise.js';
import { stepUnit } from './step.js';
import { elementsOf, tensorOf } from './stream.js';
import { chainLatency } from './timing.js';
import type { Plan, Target, Unit } from './types.js';

/** Interval when the user asks for none, in cycles. */
export const DEFAULT_CYCLES = 1024;
const MAX_OPERAND_BITS = 16; // matrix_vector

export interface PlanOptions {
  readonly target: Target;
  readonly accumulator: AccumulatorOptions;
  readonly cycles?: number; // longest interval per inference
  readonly folds?: ReadonlyMap<string, Fold>; // by layer name
  readonly engine?: EngineOption; // default 'lut'
  readonly lutLayers?: ReadonlySet<string>; // layers that take no DSP blocks under 'auto'
  readonly dspPrice?: number; // LUTs that a DSP block is worth; default: DSP_PRICE
  readonly budget?: Budget; // of planWithin
  readonly draft?: boolean; // true: quickly, with more adders in unrolled layers than need be
  readonly blockRamWeight?: number; // extra price of block RAM in the choice of a folding, in its bits' LUTs
  readonly requantisation?: RequantisationWay; // for all layers; default: the cheapest
  readonly perPeWidths?: boolean; // accumulators of their own width for processing elements under 'minimal'; default true
}

/**
 * Plan the hardware of a network. Where the plan has channel orders, it is that of the network with its channels so
 * permuted (permuteChannels).
 *
 * @throws accumulator_too_narrow, engine_impossible, fold_invalid, interval_impossible, operand_too_wide
 */
export function planNetwork(bounded: BoundedNetwork, options: PlanOptions): Plan {
  const original = pairLayers(bounded, options);
  const input = tensorOf(bounded.network, bounded.network.input);
  const elements = elementsOf(input);
  const { inputLanes, choices } = chooseFolding(
    original.map((each) => foldLayer(each, options)),
    elements,
    inputCost(bounded.network, input),
    intervalWanted(original, options),
  );
  const channelOrders = chooseChannelOrders(bounded.network, original, choices);
  const permuted = permuteChannels(bounded, channelOrders);
  const layers = channelOrders.size ? pairLayers(permuted, options) : original;
  const { network } = permuted;

  const top = `${network.name}_top`;
  const unitName = unitNames(network.name);
  const units: Unit[] = [inputUnit(network, input, inputLanes)];
  let at = 0;
  for (const node of network.nodes) {
    const { output } = units[units.length - 1];
    if (node.kind === 'dense') {
      const unit = denseUnit(
        network,
        layers[at],
        choices[at],
        output,
        unitName(node),
        options.requantisation,
      );
      const channelOrder = channelOrders.get(node.name);
      units.push(channelOrder ? { ...unit, channelOrder } : unit);
      at++;
    } else if (!layers.some(({ step }) => step === node)) {
      units.push(stepUnit(network, node, output, unitName(node), options.requantisation));
    }
  }
  units.push(outputUnit(network, units[units.length - 1]));
  return {
    top,
    target: options.target,
    device: options.budget?.device?.name,
    accumulatorPolicy: String(options.accumulator.policy ?? 'minimal'),
    units,
    channelOrders,
    estimates: units.map((unit) => estimateUnit(unit, options.target)),
    input: units[0].input,
    output: units[units.length - 1].output,
    cycles: { interval: Math.max(...units.map(({ interval }) => interval)), latency: chainLatency(units) },
  };
}

/** Modules of hw/: no generated module may have such a name. */
const LIBRARY = new Set(
  (
    'bit_count booth_chain booth_dot booth_tree dsp_lane dsp_matrix_vector input_port matrix_vector output_port popcount_dot popcount_few rom scale_shift stream_fifo ' +
    'stream_register stream_width threshold_parallel threshold_search threshold_sequential threshold_stage vector_buffer wrap_counter'
  ).split(' '),
);

/** Gives each node a unit name that makes all module names of the build different. */
function unitNames(network: string): (node: IntegerNode) => string {
  const taken = new Set(['input_port', 'output_port', 'top']);
  const made = (name: string) => [`${name}_array`, `${name}_sums`];
  return (node) => {
    let name = verilogName(node.name);
    while ([name, ...made(name)].some((each) => taken.has(each)) || LIBRARY.has(`${network}_${name}`))
      name += '_';
    for (const each of [name, ...made(name)]) taken.add(each);
    return name;
  };
}

/** Each dense layer with its accumulator and the step function that follows it. */
function pairLayers(bounded: BoundedNetwork, options: PlanOptions): PlannedLayer[] {
  const { network } = bounded;
  return network.nodes.flatMap((layer): PlannedLayer[] => {
    if (layer.kind !== 'dense') return [];
    const inputType = tensorOf(network, layer.input).type;
    for (const [what, type] of [
      ['activations', inputType],
      ['weights', layer.weightType],
    ] as const)
      if (type.bits > MAX_OPERAND_BITS)
        fail(errors.operandTooWide(layer.name, layer.source, what, type.bits, MAX_OPERAND_BITS));
    const accumulators = bounded.accumulators.get(layer.name);
    if (!accumulators) throw new Error(`layer ${layer.name} has no bounds`);
    const leaves = layer.output === network.output;
    const accumulator = planAccumulator(accumulators, inputType, leaves, options.accumulator);
    const step = network.nodes.find(
      (node): node is IntegerStep => node.kind === 'step' && node.input === layer.output,
    );
    const { inputRanges, ranges } = accumulators;
    const atMost = mostBits(layer, accumulator, options.accumulator);
    const { draft } = options;
    const dsp = dspRules(options);
    const perPe = options.perPeWidths !== false && policyOf(layer, options.accumulator) === 'minimal';
    return [{ layer, inputType, accumulator, atMost, inputRanges, ranges, step, dsp, draft, perPe }];
  });
}

/** DSP blocks as the target has them. */
function dspRules({ target, dspPrice = DSP_PRICE }: PlanOptions): DspRules | undefined {
  return target === 'ice40' ? undefined : { portBits: DSP_PORT_BITS[target], price: dspPrice };
}

function foldLayer(planned: PlannedLayer, options: PlanOptions): FoldLayer {
  const { layer, inputType, accumulator, step } = planned;
  const fixed = options.folds?.get(layer.name) ?? (options.cycles === undefined ? layer.fold : undefined);
  const engines = allowedEngines(
    options.lutLayers?.has(layer.name) ? 'lut' : (options.engine ?? 'lut'),
    options.target,
  ).filter((engine) => engine !== 'unrolled' || canUnroll(layer, inputType, accumulator));
  if (engines.length === 0)
    fail(
      errors.engineImpossible(
        layer.name,
        layer.source,
        `expected a target whose DSP blocks hw/ uses (xc7, xcup), found ${options.target}`,
      ),
    );
  return {
    layer,
    inputType,
    accumulatorBits: accumulator.bits,
    levels: step?.levels ?? 0,
    engines,
    fixed,
    planned,
    blockRamWeight: options.blockRamWeight ?? 0,
  };
}

/** --cycles; else what the given foldings need; else the default. */
function intervalWanted(layers: readonly PlannedLayer[], options: PlanOptions): number {
  if (options.cycles !== undefined) return options.cycles;
  const given = layers.flatMap(({ layer }) => {
    const fold = options.folds?.get(layer.name) ?? layer.fold;
    return fold ? [(layer.inputs / fold.simd) * (layer.outputs / fold.pe)] : [];
  });
  return given.length ? Math.max(...given) : DEFAULT_CYCLES;
}

/** Estimated LUTs of one more lane at the input: port register and first quantizer. */
function inputCost(network: IntegerNetwork, { type }: IntegerTensor): number {
  const [first] = network.nodes;
  return type.bits + (first.kind === 'step' ? Math.ceil(Math.log2(first.levels)) * 0.7 * type.bits : 0);
}
