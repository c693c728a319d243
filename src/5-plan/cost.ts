/** What an engine costs, mostly by the resource model: the estimates that choose folding and engine. */
import type { IntegerLayer } from '../3-integer/types.js';
import { dspCost } from './engines/dsp.js';
import { foldedParameters } from './engines/folded.js';
import type { EngineChoice } from './engines/types.js';
import { unrolledCost } from './engines/unrolled/index.js';
import { type FoldLayer, MULTIPLIED_LEVELS, requantiseLanes } from './fold.js';
import { prefersBlock } from './memory.js';
import { fittedFor, scaleTerms } from './model.js';
import { blocks, bufferMemory, skewOf } from './model-rom.js';
import { arrayTerms, foldingTerms, romTerms, type Terms } from './model-terms.js';
import { BIT_PRICE, meanLuts } from './price.js';
import { thresholdCost } from './threshold-cost.js';
import type { Target } from './types.js';

/** LUTs of an iCE40, of four inputs, in the place of one of six: measured on the sums of unrolled layers. */
const LUT4S = 2.4;

/** Estimated LUTs of an engine; only differences between choices matter here. Infinity: it cannot be built. */
export function engineCost(each: FoldLayer, choice: EngineChoice): number {
  const { layer, inputType, accumulatorBits, planned, target } = each;
  const { pe, simd } = choice;
  const requantise = requantiseCost(each, choice);
  if (choice.engine === 'unrolled')
    return (target === 'ice40' ? LUT4S : 1) * unrolledCost(layer, inputType) + requantise + 20;
  const common = requantise + foldingCost(each, choice) + 20;
  if (choice.engine === 'dsp') {
    const own = planned && dspCost(planned, choice, (width, depth) => romCost(each, width, depth));
    return own === undefined ? Number.POSITIVE_INFINITY : own + common;
  }
  const depth = (layer.outputs / pe) * (layer.inputs / simd);
  const rom = pe * romCost(each, simd * layer.weightType.bits, depth);
  const array = arrayTerms(
    foldedParameters({ pe, simd, ...foldOf(layer, choice) }, layer.weightType, inputType, accumulatorBits),
  );
  return meanOf(array, target) + rom + common;
}

function meanOf(terms: Terms, target: Target): number {
  return meanLuts(scaleTerms(terms, target));
}

/** The requantisation of PE sums that come every `spacing` cycles, and the register behind it. */
function requantiseCost(each: FoldLayer, { pe, simd }: EngineChoice): number {
  const { layer, accumulatorBits: bits, levels, target } = each;
  if (levels === 0) return registerCost(pe * bits, target);
  const spacing = layer.inputs / simd;
  const lanes = requantiseLanes(pe, spacing, levels);
  const levelBits = Math.ceil(Math.log2(levels));
  const register = registerCost(lanes * levelBits, target);
  // many levels are multiplied for, on lanes that are narrowed by a register of all sums
  if (levels >= MULTIPLIED_LEVELS) return register + lanes * (12 * bits + 40) + (lanes < pe ? pe * bits : 0);
  const shape = { lanes, bits, levels, levelBits, folds: layer.outputs / pe };
  return register + thresholdCost(shape, spacing, target);
}

/** A register of a stream of so many bits. */
function registerCost(bits: number, target: Target): number {
  return meanOf(new Map([['stream_register.bits', bits]]), target);
}

/** The buffer of a dense layer's vectors and the counters of beats. */
function foldingCost(each: FoldLayer, choice: EngineChoice): number {
  const { layer, inputType, target } = each;
  const { synapseFold: beats, neuronFold: repeats } = foldOf(layer, choice);
  const buffered = repeats > 1 && layer.kind === 'dense';
  const [width, depth] = [choice.simd * inputType.bits, 2 * beats];
  const inBlock = buffered && bufferMemory(width, depth, target) === 'block';
  return (
    meanOf(foldingTerms(width, { beats, repeats }, buffered, target), target) +
    (inBlock ? blockCost(each, width, depth) : 0)
  );
}

function foldOf(layer: IntegerLayer, { pe, simd }: EngineChoice) {
  return { neuronFold: layer.outputs / pe, synapseFold: layer.inputs / simd };
}

/** One ROM of weights: in block RAM, or in LUTs as the resource model counts them. */
function romCost(each: FoldLayer, width: number, depth: number): number {
  if (depth <= 1) return 0;
  if (prefersBlock(width, depth)) return blockCost(each, width, depth);
  const { layer, target } = each;
  return meanOf(romTerms({ count: 1, width, depth }, weightSkew(layer), fittedFor(target).rom), target);
}

/** Skews of layers' weights: foldings ask for them often. */
const skews = new WeakMap<IntegerLayer, number>();

/** How far from even the bits of a layer's weights are, as RomColumns says it of a ROM. */
function weightSkew(layer: IntegerLayer): number {
  let skew = skews.get(layer);
  if (skew === undefined) {
    const { weights, weightType } = layer;
    const code = weightType.encoding === 'bipolar' ? (w: number) => (w + 1) >> 1 : (w: number) => w;
    let sum = 0;
    for (let bit = 0; bit < weightType.bits; bit++) {
      let ones = 0;
      for (const w of weights) ones += (code(w) >> bit) & 1;
      sum += skewOf(ones / weights.length);
    }
    skew = sum / weightType.bits;
    skews.set(layer, skew);
  }
  return skew;
}

/** Block RAM by the bits that are used, and by whole blocks where that runs out. */
function blockCost({ blockRamWeight = 0, target }: FoldLayer, width: number, depth: number): number {
  const blockBits = target === 'ice40' ? 4096 : 18_432;
  return BIT_PRICE * (width * depth + blockRamWeight * blocks(width, depth, target) * blockBits);
}
