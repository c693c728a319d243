/** A dense layer as a unit: width converter, vector buffer, engine, requantisation, output register. */
import type { Fold } from '../1-import/types.js';
import type { IntegerDense, IntegerNetwork, IntegerStep, IntegerType } from '../3-integer/types.js';
import { initialField, orderOfSum } from './accumulator.js';
import { arrayKind, startImages, weightKind } from './array.js';
import { prefersBlock, weightImages } from './memory.js';
import { planRequantisation, type RequantisationWay, type StepInput } from './requantise.js';
import { convertLanes, laneCode, registerPart, tensorOf } from './stream.js';
import type { Part, PlannedAccumulator, Stream, Unit } from './types.js';

/** What is decided of a layer before its folding. */
export interface PlannedLayer {
  readonly layer: IntegerDense;
  readonly inputType: IntegerType;
  readonly accumulator: PlannedAccumulator;
  readonly step?: IntegerStep; // the function of the sums
}

/**
 * The unit of a dense layer.
 *
 * @param from stream that reaches it
 * @param name of the unit
 * @param way of requantisation; the cheapest by default
 */
export function denseUnit(
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
