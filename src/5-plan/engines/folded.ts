/** The folded LUT engine: what repeats the activations, and matrix_vector with its weight ROMs. */
import type { Fold } from '../../1-import/types.js';
import type { IntegerType } from '../../3-integer/types.js';
import { CHAIN_LANES, weightKind } from '../array.js';
import { modulo, packWord, prefersBlock, startImages, weightImages } from '../memory.js';
import { planStarts, rowsOf, type Starts } from '../starts.js';
import type { Part, Stream } from '../types.js';
import { arrayInput } from './replay.js';
import type { EnginePlan, PlannedLayer } from './types.js';

/** PE neurons at a time, SIMD inputs of each per cycle. */
export function foldedEngine(planned: PlannedLayer, { pe, simd }: Fold, module: string): EnginePlan {
  const { layer, inputType } = planned;
  const fold = { pe, simd, neuronFold: layer.outputs / pe, synapseFold: layer.inputs / simd };
  const { parts, input, replayed, vectors } = arrayInput({ pe, simd }, layer, inputType.bits);
  const starts = planStarts(planned, rowsOf(planned), fold);
  const { accumulator } = starts;
  const sums: Stream = { lanes: pe, laneBits: accumulator.bits, beats: vectors * fold.neuronFold };
  const array: Part[] = [
    ...parts,
    {
      module: 'matrix_vector',
      instance: 'engine',
      input: replayed,
      output: sums,
      parameters: engineParameters(planned, fold, module, starts),
    },
  ];
  const memories = weightImages(`${module}_weights`, layer, pe, simd);
  if (starts.rom) {
    const widths = accumulator.perPe ?? new Array<number>(pe).fill(accumulator.bits);
    memories.push(...startImages(`${module}_starts`, starts.fields, widths));
  }
  return { array, input, sums, accumulator, memories, generated: [], interval: replayed.beats };
}

/** How many neurons and inputs matrix_vector takes at a time, and how often. */
interface FoldCounts extends Fold {
  readonly neuronFold: number;
  readonly synapseFold: number;
}

/** What follows from a folding and types, of matrix_vector's parameters. */
export function foldedParameters(
  { pe, simd, neuronFold, synapseFold }: FoldCounts,
  weightType: IntegerType,
  inputType: IntegerType,
  accumulatorBits: number,
) {
  return new Map<string, number | string>([
    ['PE', pe],
    ['SIMD', simd],
    ['SYNAPSE_FOLD', synapseFold],
    ['NEURON_FOLD', neuronFold],
    ['A_W', inputType.bits],
    ['A_KIND', inputType.encoding === 'bipolar' ? 2 : inputType.signed ? 1 : 0],
    ['W_W', weightType.bits],
    ['W_KIND', weightKind(weightType)],
    ['CHAIN', CHAIN_LANES],
    ['PIPELINE', 1],
    ['ACC_W', accumulatorBits],
    ['BLOCK', prefersBlock(simd * weightType.bits, synapseFold * neuronFold) ? 1 : 0],
  ]);
}

function engineParameters(
  { layer, inputType }: PlannedLayer,
  fold: FoldCounts,
  module: string,
  { accumulator: { bits, perPe, signed }, rom, fields }: Starts,
) {
  const parameters = foldedParameters(fold, layer.weightType, inputType, bits);
  parameters.set('WEIGHTS', `"${module}_weights"`);
  if (layer.kind === 'conv' && layer.separate) parameters.set('SEPARATE', 1);
  const hex = (values: readonly number[], width: number) =>
    `${values.length * width}'h${packWord(values, width)}`;
  if (perPe?.some((own) => own < bits)) {
    parameters.set('PE_ACC_W', hex(perPe, 6));
    if (signed) parameters.set('SIGNED', 1);
  }
  if (rom) return parameters.set('START_ROM', 1).set('STARTS', `"${module}_starts"`);
  const initial = fields.map((field, p) => modulo(field, 2 ** (perPe?.[p] ?? bits)));
  if (initial.every((field) => field === initial[0]))
    return parameters.set('INIT', `${bits}'h${initial[0].toString(16)}`);
  return parameters.set('PE_INIT', hex(initial, bits));
}
