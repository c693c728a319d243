/** The folded LUT engine: a vector buffer that repeats the activations, and matrix_vector with its weight ROMs. */
import type { Fold } from '../../1-import/types.js';
import { initialField } from '../accumulator.js';
import { arrayKind, startImages, weightKind } from '../array.js';
import { prefersBlock, weightImages } from '../memory.js';
import type { Part, Stream } from '../types.js';
import type { EnginePlan, PlannedLayer } from './types.js';

/** PE neurons at a time, SIMD inputs of each per cycle. */
export function foldedEngine(planned: PlannedLayer, { pe, simd }: Fold, module: string): EnginePlan {
  const { layer, inputType, accumulator } = planned;
  const fold = { pe, simd, neuronFold: layer.outputs / pe, synapseFold: layer.inputs / simd };
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
  const memories = weightImages(`${module}_weights`, layer, pe, simd);
  if (arrayKind(inputType, layer.weightType) === 'booth_dot') {
    const initial = initialField(accumulator, layer.inputs);
    memories.push(...startImages(`${module}_starts`, layer, inputType, pe, accumulator.bits, initial));
  }
  return { array, input: vector, sums, accumulator, memories, interval: replayed.beats };
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
