/** What an engine costs: the estimates that choose folding and engine. */
import type { IntegerType } from '../3-integer/types.js';
import { dspCost } from './engines/dsp.js';
import type { EngineChoice } from './engines/types.js';
import { unrolledCost } from './engines/unrolled/index.js';
import { type FoldLayer, MULTIPLIED_LEVELS, requantiseLanes } from './fold.js';
import { prefersBlock } from './memory.js';
import { scaleTerms } from './model.js';
import { blocks, bufferMemory } from './model-rom.js';
import { foldingTerms } from './model-terms.js';

/** LUTs of an iCE40, of four inputs, in the place of one of six: measured on the arrays of hw/. */
const LUT4S = 2.4;

/** Estimated LUTs of an engine; only differences between choices matter here. Infinity: it cannot be built. */
export function engineCost(each: FoldLayer, choice: EngineChoice): number {
  const { layer, inputType, accumulatorBits, levels, planned } = each;
  const { pe, simd } = choice;
  const requantise = requantiseCost(pe, layer.inputs / simd, levels, accumulatorBits);
  const luts = each.target === 'ice40' ? LUT4S : 1;
  if (choice.engine === 'unrolled') return luts * unrolledCost(layer, inputType) + requantise + 20;
  const common = requantise + foldingCost(each, choice) + 20;
  if (choice.engine === 'dsp') {
    const own = planned && dspCost(planned, choice, (width, depth) => romCost(each, width, depth));
    return own === undefined ? Number.POSITIVE_INFINITY : own + common;
  }
  const depth = (layer.outputs / pe) * (layer.inputs / simd);
  const rom = pe * romCost(each, simd * layer.weightType.bits, depth);
  const perProduct = luts * productCost(inputType, layer.weightType);
  return pe * (simd * perProduct + accumulatorBits * 1.2 + 3) + rom + common;
}

/** LUTs of the requantisation of PE sums that come every `spacing` cycles. */
function requantiseCost(pe: number, spacing: number, levels: number, bits: number): number {
  if (levels === 0) return 0;
  const levelBits = Math.ceil(Math.log2(levels));
  const lanes = requantiseLanes(pe, spacing, levels);
  // many levels are multiplied for, on lanes that are narrowed by a register of all sums
  if (levels >= MULTIPLIED_LEVELS) return lanes * (12 * bits + 40) + (lanes < pe ? pe * bits : 0);
  // one comparator where a row takes as many cycles as a level has bits
  const comparators = spacing >= levelBits ? Math.min(levelBits, 1) : levelBits;
  return pe * comparators * (0.7 * bits + 1);
}

/** The buffer of a dense layer's vectors and the counters of beats, by the resource model. */
function foldingCost(each: FoldLayer, { pe, simd }: EngineChoice): number {
  const { layer, inputType, target } = each;
  const fold = { beats: layer.inputs / simd, repeats: layer.outputs / pe };
  const buffered = fold.repeats > 1 && layer.kind === 'dense';
  const [width, depth] = [simd * inputType.bits, 2 * fold.beats];
  const { lut, sites } = scaleTerms(foldingTerms(width, fold, buffered, target), target);
  const inBlock = buffered && bufferMemory(width, depth, target) === 'block';
  return (lut + sites) / 2 + (inBlock ? blockCost(each, width, depth) : 0);
}

/** One ROM: in block RAM, or LUTs by its bits. */
function romCost(each: FoldLayer, width: number, depth: number): number {
  if (depth <= 1) return 0;
  if (prefersBlock(width, depth)) return blockCost(each, width, depth);
  return (width * depth) / (each.target === 'ice40' ? 24 : 50);
}

/** Block RAM by the bits that are used, and by whole blocks where that runs out. */
function blockCost({ blockRamWeight = 0, target }: FoldLayer, width: number, depth: number): number {
  const blockBits = target === 'ice40' ? 4096 : 18_432;
  return (width * depth + blockRamWeight * blocks(width, depth, target) * blockBits) / 512;
}

/**
 * LUTs per product: a Booth row of A + 1 bits and its share of the adders for each radix-4 digit of the weight; one
 * and a half for a count of agreements; a row of the weight's bits where only the activations are bipolar. Fitted to hw/'s arrays.
 */
function productCost(activation: IntegerType, weight: IntegerType): number {
  if (activation.encoding === 'bipolar') return weight.encoding === 'bipolar' ? 1.6 : weight.bits + 0.6;
  if (weight.encoding === 'bipolar') return activation.bits + 0.6;
  return Math.ceil(weight.bits / 2) * (activation.bits + 1.8);
}
