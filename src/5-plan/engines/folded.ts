/** The folded LUT engine: a vector buffer that repeats the activations, and matrix_vector with its weight ROMs. */
import type { Fold } from '../../1-import/types.js';
import type { IntegerDense } from '../../3-integer/types.js';
import { absorbConstants, initialField } from '../accumulator.js';
import { arrayKind, CHAIN_LANES, rowConstants, startImages, weightKind } from '../array.js';
import { prefersBlock, weightImages } from '../memory.js';
import type { Part, Stream } from '../types.js';
import type { EnginePlan, PlannedLayer } from './types.js';

/** PE neurons at a time, SIMD inputs of each per cycle. */
export function foldedEngine(planned: PlannedLayer, { pe, simd }: Fold, module: string): EnginePlan {
  const { layer, inputType } = planned;
  const fold = { pe, simd, neuronFold: layer.outputs / pe, synapseFold: layer.inputs / simd };
  const buffer = vectorBuffer({ pe, simd }, layer, inputType.bits);
  const replayed = buffer.output;
  const { accumulator, initial, startRom } = startOfSums(planned, fold.neuronFold);
  const sums: Stream = { lanes: pe, laneBits: accumulator.bits, beats: fold.neuronFold };
  const array: Part[] = [
    buffer,
    {
      module: 'matrix_vector',
      instance: 'engine',
      input: replayed,
      output: sums,
      parameters: engineParameters({ ...planned, accumulator }, fold, module, startRom ? undefined : initial),
    },
  ];
  const memories = weightImages(`${module}_weights`, layer, pe, simd);
  if (startRom)
    memories.push(...startImages(`${module}_starts`, layer, inputType, pe, accumulator.bits, initial));
  return { array, input: buffer.input, sums, accumulator, memories, generated: [], interval: replayed.beats };
}

/** The buffer that repeats a layer's input for every group of PE neurons. */
export function vectorBuffer({ pe, simd }: Fold, layer: IntegerDense, laneBits: number): Part {
  const [beats, repeats] = [layer.inputs / simd, layer.outputs / pe];
  const input: Stream = { lanes: simd, laneBits, beats };
  return {
    module: 'vector_buffer',
    instance: 'vectors',
    input,
    output: { ...input, beats: beats * repeats },
    parameters: new Map([
      ['WIDTH', simd * laneBits],
      ['BEATS', beats],
      ['REPEATS', repeats],
    ]),
  };
}

/**
 * Where the accumulators start. booth_dot adds a constant to every neuron's sum: thresholds that differ by channel
 * anyway take it up, if that costs no bit; else a ROM of start values takes it back.
 *
 * @returns initial: the field of an empty sum, before the array's constant
 */
function startOfSums(planned: PlannedLayer, neuronFold: number) {
  const { layer, inputType, accumulator, ranges, step } = planned;
  const initial = initialField(accumulator, layer.inputs);
  if (arrayKind(inputType, layer.weightType) !== 'booth_dot')
    return { accumulator, initial, startRom: false };
  const constants = rowConstants(layer, inputType);
  // thresholds that all channels share would have to be written out for each: dearer than the start values
  const absorbs = step !== undefined && (step.rows > 1 || neuronFold === 1);
  const absorbed = absorbs ? absorbConstants(accumulator, ranges, constants) : undefined;
  return absorbed ? { ...absorbed, startRom: false } : { accumulator, initial, startRom: true };
}

function engineParameters(
  { layer, inputType, accumulator }: PlannedLayer,
  fold: { pe: number; simd: number; neuronFold: number; synapseFold: number },
  module: string,
  initial: number | undefined, // undefined: start values from a ROM
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
    ['CHAIN', CHAIN_LANES],
    ['PIPELINE', 1],
    ['ACC_W', accumulator.bits],
    ['BLOCK', prefersBlock(fold.simd * layer.weightType.bits, fold.synapseFold * fold.neuronFold) ? 1 : 0],
    ['WEIGHTS', `"${module}_weights"`],
  ]);
  if (initial === undefined) parameters.set('START_ROM', 1).set('STARTS', `"${module}_starts"`);
  else parameters.set('INIT', `${accumulator.bits}'h${initial.toString(16)}`);
  return parameters;
}
