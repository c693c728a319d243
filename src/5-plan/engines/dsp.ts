/** The folded engine whose products, and sums where possible, lie in DSP blocks: dsp_matrix_vector behind a buffer. */
import type { Fold } from '../../1-import/types.js';
import type { IntegerLayer } from '../../3-integer/types.js';
import { laneNumber, packWord, prefersBlock } from '../memory.js';
import type { MemoryImage, Stream } from '../types.js';
import { blocksOf, type Packing, packings } from './dsp-packing.js';
import { arrayInput } from './replay.js';
import type { EnginePlan, PlannedLayer } from './types.js';

/** LUTs that a DSP block is worth without a device: about what Artix-7 and Zynq-7000 have for each of theirs. */
export const DSP_PRICE = 240;

/** PE neurons at a time, SIMD inputs of each per cycle. */
export function dspEngine(planned: PlannedLayer, fold: Fold, module: string): EnginePlan {
  const { layer, inputType, accumulator } = planned;
  const { pe, simd } = fold;
  const packing = cheapestPacking(planned, fold);
  if (!packing) throw new Error(`layer ${layer.name} has no packing`); // chooseFolding takes none of these
  const [neuronFold, synapseFold] = [layer.outputs / pe, layer.inputs / simd];
  const { parts, input, replayed, vectors } = arrayInput(fold, layer, inputType.bits);
  const sums: Stream = { lanes: pe, laneBits: accumulator.bits, beats: vectors * neuronFold };
  const { lanes, field, digitBits, split, drop, flip, start, initial } = packing;
  const hex = (bits: number, value: number) => `${bits}'h${value.toString(16)}`;
  const parameters = new Map<string, number | string>([
    ['PE', pe],
    ['SIMD', simd],
    ['SYNAPSE_FOLD', synapseFold],
    ['NEURON_FOLD', neuronFold],
    ['A_W', inputType.bits],
    ['A_KIND', inputType.encoding === 'bipolar' ? 2 : inputType.signed ? 1 : 0],
    ['LANES', lanes],
    ['FIELD', field],
    ['DIGIT_W', digitBits],
    ['SPLIT', split ? 1 : 0],
    ['ACC_W', accumulator.bits],
    ['DROP', drop],
    ['FLIP', flip ? 1 : 0],
    ['START', hex(field, start)],
    ['INIT', hex(accumulator.bits + drop, initial)],
    ['BLOCK', prefersBlock(lanes * digitBits, neuronFold * synapseFold) ? 1 : 0],
    ['WEIGHTS', `"${module}_weights"`],
  ]);
  return {
    array: [
      ...parts,
      { module: 'dsp_matrix_vector', instance: 'engine', input: replayed, output: sums, parameters },
    ],
    input,
    sums,
    accumulator,
    memories: digitImages(`${module}_weights`, layer, fold, packing),
    generated: [],
    interval: replayed.beats,
  };
}

/** LUTs of a folding's blocks at their price, the accumulators behind them and the ROMs; undefined: impossible. */
export function dspCost(planned: PlannedLayer, fold: Fold, blockRamCost: RomCost): number | undefined {
  const packing = cheapestPacking(planned, fold);
  return packing && packingCost(packing, planned, fold) + romCost(packing, planned, fold, blockRamCost);
}

/** Estimated LUTs of one ROM of so many bits and words. */
export type RomCost = (width: number, depth: number) => number;

/** The packing that costs least. */
function cheapestPacking(planned: PlannedLayer, fold: Fold): Packing | undefined {
  const { dsp } = planned;
  if (!dsp) return undefined;
  const all = packings(planned, fold.pe, fold.simd, dsp.portBits);
  const cost = (each: Packing) => packingCost(each, planned, fold);
  return all.length ? all.reduce((best, each) => (cost(each) < cost(best) ? each : best)) : undefined;
}

function packingCost(
  packing: Packing,
  { layer, accumulator, dsp, inputType }: PlannedLayer,
  fold: Fold,
): number {
  const { pe, simd } = fold;
  const blocks = blocksOf(packing, pe, simd) * (dsp?.price ?? DSP_PRICE);
  const accumulators = packing.split ? pe * (accumulator.bits + packing.drop) * 1.1 : 0;
  const addressBits = Math.log2((layer.outputs / pe) * (layer.inputs / simd));
  const delays = (simd * (simd - 1) * inputType.bits) / 2 + simd * addressBits; // flip-flops
  return blocks + accumulators + delays / 2;
}

function romCost(
  { lanes, digitBits }: Packing,
  { layer }: PlannedLayer,
  { pe, simd }: Fold,
  cost: RomCost,
): number {
  const depth = (layer.outputs / pe) * (layer.inputs / simd);
  return Math.ceil(pe / lanes) * simd * cost(lanes * digitBits, depth);
}

/**
 * Weight ROMs: one for each group of lanes and each position, word fold * synapseFold + beat. A weight is stored less
 * 1 where the digit of the lane below is negative, so that the packed word is the digits side by side.
 */
function digitImages(
  prefix: string,
  { inputs, outputs, weights }: IntegerLayer,
  { pe, simd }: Fold,
  { lanes, digitBits }: Packing,
): MemoryImage[] {
  const images: MemoryImage[] = [];
  const digits = new Float64Array(lanes);
  for (let group = 0; group * lanes < pe; group++)
    for (let position = 0; position < simd; position++) {
      const words: string[] = [];
      for (let fold = 0; fold < outputs / pe; fold++)
        for (let input = position; input < inputs; input += simd) {
          for (let lane = 0; lane < lanes; lane++) {
            const neuron = group * lanes + lane;
            const weight = neuron < pe ? weights[(fold * pe + neuron) * inputs + input] : 0;
            digits[lane] = weight - (lane > 0 && digits[lane - 1] < 0 ? 1 : 0);
          }
          words.push(packWord(digits, digitBits));
        }
      const file = `${prefix}_g${laneNumber(group)}_s${String(position).padStart(2, '0')}.mem`;
      images.push({ file, width: lanes * digitBits, words, sized: true });
    }
  return images;
}
