/**
 * How many neurons share a DSP block, and where their sums lie in it.
 *
 * A block multiplies a signed word of portBits by a signed word of 18 bits and adds to a register of 48. The weights
 * of `lanes` neurons stand `field` bits apart in the first word, the activation they share is the second. All of it is
 * linear modulo 2^48, so what the fields hold on the way does not matter: the finished sum is exactly the sum of
 * finished[lane] * 2^(field * lane), and its fields are the lanes' own if each is in 0 .. 2^field - 1. A start value
 * sees to the 0, the exact bounds of the finished sums to the 2^field.
 */
import type { IntegerLayer } from '../../3-integer/types.js';
import { countBits, hull, type Interval, signedBits } from '../../shared/interval.js';
import type { PlannedAccumulator, Target } from '../types.js';
import type { PlannedLayer } from './types.js';

/** Bits of a DSP block's wide multiplier port (DSP48E1, DSP48E2) and of its sum. Source: AMD UG479, UG579. */
export const DSP_PORT_BITS: Readonly<Record<Exclude<Target, 'ice40'>, number>> = { xc7: 25, xcup: 27 };
const DSP_SUM_BITS = 48;

/** Most links of a chain, and so inputs at a time: dsp_matrix_vector. */
export const MAX_CHAIN = 64;

export interface Packing {
  readonly lanes: number; // neurons per block
  readonly field: number; // bits from lane to lane
  readonly digitBits: number; // per weight in the ROM, signed
  readonly split: boolean; // true: fields hold the sums of one beat, accumulators in LUTs hold those of a row
  readonly drop: number; // low bits of a sum that are always alike: 1 where agreements are counted
  readonly flip: boolean; // the top bit of a field, inverted, is that of two's complement
  readonly start: number; // added to every field
  readonly initial: number; // of the accumulators in LUTs
}

/**
 * The packings of a folding: sums of whole rows in the blocks, where one block sees the whole row, and sums of single
 * beats with accumulators behind.
 *
 * @param portBits of the block's wide multiplier port
 */
export function packings(planned: PlannedLayer, pe: number, simd: number, portBits: number): Packing[] {
  const synapseFold = planned.layer.inputs / simd;
  const found: Packing[] = [];
  if (simd > MAX_CHAIN) return found;
  if (simd === 1 || synapseFold === 1) found.push(packRows(planned, pe, portBits));
  if (synapseFold > 1) found.push(packBeats(planned, pe, simd, portBits));
  return found.filter(({ field }) => field <= DSP_SUM_BITS);
}

/** Blocks of a folding. */
export function blocksOf({ lanes }: Pick<Packing, 'lanes'>, pe: number, simd: number): number {
  return Math.ceil(pe / lanes) * simd;
}

function packRows({ layer, accumulator, ranges }: PlannedLayer, pe: number, portBits: number): Packing {
  const { bits, signed, step, offset } = accumulator;
  const drop = step === 2 ? 1 : 0;
  const resultBits = bits + drop;
  const { min, max } = hull([...ranges, { min: 0, max: 0 }]);
  const wanted = signed ? 2 ** (bits - 1) : -offset; // field of an empty sum, modulo 2^resultBits
  const start = leastAtOrAbove(-min, wanted, 2 ** resultBits);
  const needed = Math.max(resultBits, countBits(start + max + 1));
  const packed = chooseLanes(layer, needed, pe, portBits);
  const field = Math.max(packed.lanes === 1 ? resultBits : needed, packed.digitBits); // a single lane may wrap
  return { ...packed, field, split: false, drop, flip: signed, start: start % 2 ** field, initial: 0 };
}

function packBeats(planned: PlannedLayer, pe: number, simd: number, portBits: number): Packing {
  const { layer, accumulator } = planned;
  const { min, max } = beatRange(planned, simd);
  const start = -min;
  const needed = countBits(start + max + 1);
  const packed = chooseLanes(layer, needed, pe, portBits);
  const drop = accumulator.step === 2 ? 1 : 0;
  const beats = layer.inputs / simd;
  return {
    ...packed,
    field: Math.max(needed, packed.digitBits),
    split: true,
    drop,
    flip: false,
    start,
    initial: emptyField(accumulator, drop, beats * start),
  };
}

/** What the accumulators begin with so that `added` more than a row's sum leaves its field. */
function emptyField({ bits, offset }: PlannedAccumulator, drop: number, added: number): number {
  const size = 2 ** (bits + drop);
  return (((-offset - added) % size) + size) % size;
}

/** The smallest number that is at least `least` and equals `residue` modulo `modulus`. */
function leastAtOrAbove(least: number, residue: number, modulus: number): number {
  return least + ((((residue - least) % modulus) + modulus) % modulus);
}

/** As many lanes as fit the port and the sum, and no more than it takes for that number of blocks. */
function chooseLanes(layer: IntegerLayer, field: number, pe: number, portBits: number) {
  const range = weightRange(layer);
  const alone = signedBits(range);
  // a negative lane takes 1 from the one above it
  const shared = signedBits({ min: range.min < 0 ? range.min - 1 : 0, max: range.max });
  const width = Math.max(field, shared);
  let most = 1;
  while (most < pe && most * width + shared <= portBits && (most + 1) * width <= DSP_SUM_BITS) most++;
  const lanes = Math.ceil(pe / Math.ceil(pe / most));
  return { lanes, digitBits: lanes === 1 ? alone : shared };
}

const knownWeights = new WeakMap<Int32Array, Interval>();

/** Smallest interval that holds 0 and all weights of a layer. */
function weightRange({ weights }: IntegerLayer): Interval {
  const known = knownWeights.get(weights);
  if (known) return known;
  let [min, max] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] < min) min = weights[i];
    if (weights[i] > max) max = weights[i];
  }
  knownWeights.set(weights, { min, max });
  return { min, max };
}

/** By the bounds' input ranges, which are made anew with the bounds; then by inputs per beat. */
const knownBeats = new WeakMap<readonly Interval[], Map<number, Interval>>();

/** Range of 0 and the sums of `simd` neighbouring products, over all rows and beats of a layer; the ends are reached. */
export function beatRange({ layer, inputRanges }: PlannedLayer, simd: number): Interval {
  const known = knownBeats.get(inputRanges) ?? new Map<number, Interval>();
  knownBeats.set(inputRanges, known);
  const found = known.get(simd) ?? exactBeatRange(layer, inputRanges, simd);
  known.set(simd, found);
  return found;
}

function exactBeatRange(
  { weights, inputs }: IntegerLayer,
  inputRanges: readonly Interval[],
  simd: number,
): Interval {
  let [least, most] = [0, 0];
  for (let from = 0; from < weights.length; from += simd) {
    let [min, max] = [0, 0];
    for (let k = from; k < from + simd; k++) {
      const { min: low, max: high } = inputRanges[k % inputs];
      const w = weights[k];
      min += w > 0 ? w * low : w * high;
      max += w > 0 ? w * high : w * low;
    }
    if (min < least) least = min;
    if (max > most) most = max;
  }
  return { min: least, max: most };
}
