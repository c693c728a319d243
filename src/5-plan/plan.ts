/** Phase 5: BoundedNetwork -> Plan. Which engines, how wide, how folded, and when. */
import { verilogName } from '../1-import/names.js';
import type { Fold } from '../1-import/types.js';
import type {
  IntegerDense,
  IntegerNetwork,
  IntegerNode,
  IntegerStep,
  IntegerTensor,
  IntegerType,
} from '../3-integer/types.js';
import type { BoundedNetwork } from '../4-bounds/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';
import { hull, signedBits } from '../shared/interval.js';
import { type AccumulatorOptions, initialField, orderOfSum, planAccumulator } from './accumulator.js';
import { chooseFolding, type FoldLayer } from './fold.js';
import { arrayKind, prefersBlock, startImages, weightImages, weightKind } from './memory.js';
import { planRequantisation, type RequantisationWay, type StepInput } from './requantise.js';
import { convertLanes, laneCode, portPitch, registerPart } from './stream.js';
import { chainLatency } from './timing.js';
import type { LaneCode, Part, Plan, PlannedAccumulator, Stream, Target, Unit } from './types.js';

/** Interval when the user asks for none, in cycles. */
export const DEFAULT_CYCLES = 1024;
const MAX_OPERAND_BITS = 16; // matrix_vector

export interface PlanOptions {
  readonly target: Target;
  readonly accumulator: AccumulatorOptions;
  readonly cycles?: number; // longest interval per inference
  readonly folds?: ReadonlyMap<string, Fold>; // by layer name
  readonly requantisation?: RequantisationWay; // for all layers; default: the cheapest
}

interface PlannedLayer {
  readonly layer: IntegerDense;
  readonly inputType: IntegerType;
  readonly accumulator: PlannedAccumulator;
  readonly step?: IntegerStep; // the function of the sums
}

/**
 * Plan the hardware of a network.
 *
 * @throws accumulator_too_narrow, fold_invalid, interval_impossible, operand_too_wide
 */
export function planNetwork(bounded: BoundedNetwork, options: PlanOptions): Plan {
  const { network } = bounded;
  const layers = pairLayers(bounded, options);
  const input = tensorOf(network, network.input);
  const elements = size(input);
  const { inputLanes, folds } = chooseFolding(
    layers.map((each) => foldLayer(each, options)),
    elements,
    inputCost(network, input),
    intervalWanted(layers, options),
  );

  const top = `${network.name}_top`;
  const names = new Set<string>();
  const unitName = (node: IntegerNode) => {
    let name = verilogName(node.name);
    while (names.has(name) || name === 'input_port' || name === 'output_port') name += '_';
    names.add(name);
    return name;
  };
  const units: Unit[] = [inputUnit(network, input, inputLanes)];
  let at = 0;
  for (const node of network.nodes) {
    const { output } = units[units.length - 1];
    if (node.kind === 'dense') {
      units.push(denseUnit(network, layers[at], folds[at], output, unitName(node), options.requantisation));
      at++;
    } else if (!layers.some(({ step }) => step === node)) {
      units.push(stepUnit(network, node, output, unitName(node), options.requantisation));
    }
  }
  units.push(outputUnit(network, units[units.length - 1]));
  return {
    top,
    target: options.target,
    accumulatorPolicy: String(options.accumulator.policy ?? 'minimal'),
    units,
    input: units[0].input,
    output: units[units.length - 1].output,
    cycles: { interval: Math.max(...units.map(({ interval }) => interval)), latency: chainLatency(units) },
  };
}

function tensorOf(network: IntegerNetwork, name: string): IntegerTensor {
  const tensor = network.tensors.get(name);
  if (!tensor) throw new Error(`tensor ${name} does not exist`);
  return tensor;
}

function size({ shape }: IntegerTensor): number {
  return shape.reduce((product, n) => product * n, 1);
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
    return [{ layer, inputType, accumulator, step }];
  });
}

function foldLayer({ layer, inputType, accumulator, step }: PlannedLayer, options: PlanOptions): FoldLayer {
  const fixed = options.folds?.get(layer.name) ?? (options.cycles === undefined ? layer.fold : undefined);
  return { layer, inputType, accumulatorBits: accumulator.bits, levels: step?.levels ?? 0, fixed };
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

function inputUnit(network: IntegerNetwork, tensor: IntegerTensor, lanes: number): Unit {
  const { type } = tensor;
  const pitch = portPitch(type.bits);
  const beats = size(tensor) / lanes;
  const input = { lanes, laneBits: pitch, beats };
  const output = { lanes, laneBits: type.bits, beats };
  const parameters = new Map([
    ['LANES', lanes],
    ['LANE_W', type.bits],
    ['PITCH', pitch],
  ]);
  const part: Part = { module: 'input_port', instance: 'port', parameters, input, output };
  return {
    name: 'input',
    module: `${network.name}_input_port`,
    kind: 'input',
    op: 'input port',
    before: [part],
    array: [],
    after: [],
    input,
    output,
    outputCode: laneCode(type),
    tensor: tensor.name,
    memories: [],
    interval: beats,
  };
}

function stepUnit(
  network: IntegerNetwork,
  step: IntegerStep,
  input: Stream,
  name: string,
  way?: RequantisationWay,
): Unit {
  const from = tensorOf(network, step.input).type;
  const to = tensorOf(network, step.output).type;
  const module = `${network.name}_${name}`;
  const plan = planRequantisation(
    step,
    to,
    codeOrder(from, step.reversed),
    input.lanes,
    input.beats,
    module,
    way,
  );
  const register = registerPart(plan.part.output);
  return {
    name,
    module,
    kind: 'step',
    op: 'quantize',
    before: [plan.part, register],
    array: [],
    after: [],
    input,
    output: register.output,
    outputCode: laneCode(to),
    tensor: step.output,
    memories: plan.memories,
    interval: input.beats,
    requantisation: plan.way,
  };
}

/** Unsigned order of a code's field: the sign bit flips, and all bits when the function falls. */
function codeOrder(type: IntegerType, reversed: boolean): StepInput {
  const { bits } = type;
  const bipolar = type.encoding === 'bipolar';
  const signMask = type.signed && !bipolar ? 2 ** (bits - 1) : 0;
  const rising = (code: number) => (bipolar ? (code + 1) / 2 : code + signMask);
  const top = 2 ** bits - 1;
  // reversed: the function is of -code, and the complement of a field puts codes in falling order
  const order = reversed ? (negated: number) => top - rising(-negated) : rising;
  const ends = [rising(type.min), rising(type.max)].map((field) => (reversed ? top - field : field));
  return {
    bits,
    xorMask: reversed ? signMask ^ top : signMask,
    order,
    lo: Math.min(...ends),
    hi: Math.max(...ends),
  };
}

function denseUnit(
  network: IntegerNetwork,
  planned: PlannedLayer,
  { pe, simd }: Fold,
  from: Stream,
  name: string,
  way?: RequantisationWay,
): Unit {
  const { layer, inputType, accumulator, step } = planned;
  const module = `${network.name}_${name}`;
  const fold = { pe, simd, neuronFold: layer.outputs / pe, synapseFold: layer.inputs / simd };
  const before = convertLanes(from, simd, 'input_width');
  const vector: Stream = { lanes: simd, laneBits: inputType.bits, beats: fold.synapseFold };
  const replayed: Stream = { ...vector, beats: fold.synapseFold * fold.neuronFold };
  const sums: Stream = { lanes: pe, laneBits: accumulator.bits, beats: fold.neuronFold };
  const array: Part[] = [
    {
      module: 'vector_buffer',
      instance: 'vectors',
      input: vector,
      output: replayed,
      parameters: new Map([
        ['WIDTH', simd * inputType.bits],
        ['BEATS', fold.synapseFold],
        ['REPEATS', fold.neuronFold],
      ]),
    },
    {
      module: 'matrix_vector',
      instance: 'engine',
      input: replayed,
      output: sums,
      parameters: engineParameters(planned, fold, module),
    },
  ];
  const common = {
    name,
    module,
    kind: 'dense',
    op: 'dense',
    node: layer.name,
    before,
    array,
    input: from,
    accumulator,
    fold,
  } as const;
  const memories = weightImages(`${module}_weights`, layer, pe, simd);
  if (arrayKind(inputType, layer.weightType) === 'booth_dot') {
    const initial = initialField(accumulator, layer.inputs);
    memories.push(...startImages(`${module}_starts`, layer, inputType, pe, accumulator.bits, initial));
  }
  const interval = Math.max(replayed.beats, ...before.map(({ output }) => output.beats));
  if (!step) {
    const register = registerPart(sums);
    const { signed, step: stride, offset } = accumulator;
    return {
      ...common,
      after: [register],
      output: sums,
      outputCode: { signed, base: offset, stride },
      tensor: layer.output,
      memories,
      interval,
    };
  }
  const to = tensorOf(network, step.output).type;
  const requantise = planRequantisation(
    step,
    to,
    sumOrder(accumulator),
    pe,
    fold.neuronFold,
    `${module}_steps`,
    way,
  );
  const register = registerPart(requantise.part.output);
  return {
    ...common,
    after: [requantise.part, register],
    output: register.output,
    outputCode: laneCode(to),
    tensor: step.output,
    memories: [...memories, ...requantise.memories],
    interval,
    requantisation: requantise.way,
  };
}

function engineParameters(
  { layer, inputType, accumulator }: PlannedLayer,
  fold: { pe: number; simd: number; neuronFold: number; synapseFold: number },
  module: string,
) {
  const parameters = new Map<string, number | string>([
    ['PE', fold.pe],
    ['SIMD', fold.simd],
    ['SYNAPSE_FOLD', fold.synapseFold],
    ['NEURON_FOLD', fold.neuronFold],
    ['A_W', inputType.bits],
    ['A_KIND', inputType.encoding === 'bipolar' ? 2 : inputType.signed ? 1 : 0],
    ['W_W', layer.weightType.bits],
    ['W_KIND', weightKind(layer.weightType)],
    ['ACC_W', accumulator.bits],
    ['BLOCK', prefersBlock(fold.simd * layer.weightType.bits, fold.synapseFold * fold.neuronFold) ? 1 : 0],
    ['WEIGHTS', `"${module}_weights"`],
  ]);
  if (arrayKind(inputType, layer.weightType) === 'booth_dot') parameters.set('STARTS', `"${module}_starts"`);
  else parameters.set('INIT', `${accumulator.bits}'h${initialField(accumulator, layer.inputs).toString(16)}`);
  return parameters;
}

/** Unsigned order of the accumulator field. */
function sumOrder(accumulator: PlannedAccumulator): StepInput {
  const { bits, signed, overflow, min, max } = accumulator;
  const order = (sum: number) => orderOfSum(accumulator, sum);
  const [lo, hi] = overflow === 'wrap' ? [0, 2 ** bits - 1] : [order(min), order(max)];
  return { bits, xorMask: signed ? 2 ** (bits - 1) : 0, order, lo, hi };
}

function outputUnit(network: IntegerNetwork, before: Unit): Unit {
  const { output: input, accumulator } = before;
  const tensor = tensorOf(network, network.output);
  const leaves =
    accumulator !== undefined && before.tensor === network.output && before.requantisation === undefined;
  const { signed, base, stride } = before.outputCode;
  const fieldEnds = signed
    ? [-(2 ** (input.laneBits - 1)), 2 ** (input.laneBits - 1) - 1]
    : [0, 2 ** input.laneBits - 1];
  const reachable =
    leaves && accumulator.overflow === 'none'
      ? accumulator
      : { min: base + stride * fieldEnds[0], max: base + stride * fieldEnds[1] };
  const outSigned = reachable.min < 0;
  const bits = outSigned
    ? signedBits(hull([reachable]))
    : Math.max(1, Math.ceil(Math.log2(reachable.max + 1)));
  const pitch = portPitch(bits);
  const output = { lanes: input.lanes, laneBits: pitch, beats: input.beats };
  const parameters = new Map<string, number | string>([
    ['LANES', input.lanes],
    ['IN_W', input.laneBits],
    ['IN_SIGNED', signed ? 1 : 0],
    ['STEP', stride],
    ['OFFSET', base],
    ['OUT_W', bits],
    ['OUT_SIGNED', outSigned ? 1 : 0],
    ['PITCH', pitch],
    ['BEATS', input.beats],
  ]);
  const part: Part = { module: 'output_port', instance: 'port', parameters, input, output };
  const outputCode: LaneCode = { signed: outSigned, base: 0, stride: 1 };
  return {
    name: 'output',
    module: `${network.name}_output_port`,
    kind: 'output',
    op: 'output port',
    before: [part],
    array: [],
    after: [],
    input,
    output,
    outputCode,
    tensor: tensor.name,
    memories: [],
    interval: output.beats,
  };
}
