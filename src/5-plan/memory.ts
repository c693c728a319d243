/** ROM images in the layouts that hw/ reads. */
import type { IntegerDense, IntegerType } from '../3-integer/types.js';
import type { MemoryImage } from './types.js';

/** Three decimal digits, as the library numbers its lanes. */
export function laneNumber(lane: number): string {
  return String(lane).padStart(3, '0');
}

/** Pack fields (two's complement when negative) into one hexadecimal word, field 0 in the low bits. */
export function packWord(fields: ArrayLike<number>, bits: number): string {
  const digits = Math.ceil((fields.length * bits) / 4);
  const nibbles = new Uint8Array(digits + 16); // spare nibbles: a field may end past the last digit
  for (let k = 0; k < fields.length; k++) {
    let at = k * bits;
    let left = bits;
    let value = fields[k] < 0 ? fields[k] + 2 ** bits : fields[k];
    while (left > 0) {
      const room = Math.min(4 - (at & 3), left);
      const part = value % 2 ** room;
      nibbles[at >> 2] |= part << (at & 3);
      value = (value - part) / 2 ** room;
      at += room;
      left -= room;
    }
  }
  let text = '';
  for (let d = digits - 1; d >= 0; d--) text += nibbles[d].toString(16);
  return text;
}

/**
 * Weight ROMs of a folded layer: one per processing element, word fold * synapseFold + s holds the SIMD weights of
 * neuron fold * pe + p. Bipolar weights are one bit, 1 for +1.
 */
export function weightImages(prefix: string, layer: IntegerDense, pe: number, simd: number): MemoryImage[] {
  const { inputs, outputs, weights, weightType } = layer;
  const bipolar = weightType.encoding === 'bipolar';
  const images: MemoryImage[] = [];
  const fields = new Float64Array(simd);
  for (let p = 0; p < pe; p++) {
    const words: string[] = [];
    for (let fold = 0; fold < outputs / pe; fold++) {
      const row = (fold * pe + p) * inputs;
      for (let from = 0; from < inputs; from += simd) {
        for (let lane = 0; lane < simd; lane++) {
          const w = weights[row + from + lane];
          fields[lane] = bipolar ? (w + 1) / 2 : w;
        }
        words.push(packWord(fields, weightType.bits));
      }
    }
    images.push({ file: `${prefix}_pe${laneNumber(p)}.mem`, width: simd * weightType.bits, words });
  }
  return images;
}

/** Weight ROMs of this many bits and words go to block RAM: in LUTs they would cost 64 and more. */
const BLOCK_ROM_BITS = 4096;
const BLOCK_ROM_WORDS = 256;

/** Whether a ROM belongs in block RAM. */
export function prefersBlock(width: number, depth: number): boolean {
  return depth >= BLOCK_ROM_WORDS && width * depth >= BLOCK_ROM_BITS;
}

/** How the array multiplies: matrix_vector chooses by the same rule. */
export type ArrayKind = 'popcount_dot' | 'dot_product' | 'booth_dot';

export function arrayKind(activation: IntegerType, weight: IntegerType): ArrayKind {
  if (activation.encoding !== 'bipolar') return 'booth_dot';
  return weight.encoding === 'bipolar' ? 'popcount_dot' : 'dot_product';
}

/** W_KIND of the hardware: 0 unsigned, 1 signed, 2 bipolar, 3 ternary. */
export function weightKind({ encoding, signed, bits, min }: IntegerType): number {
  if (encoding === 'bipolar') return 2;
  if (!signed) return 0;
  return bits === 2 && min >= -1 ? 3 : 1;
}

/**
 * What booth_dot adds to the product sum of one neuron: 4^d * (2^rowBits - 1) for every negative digit d of a weight,
 * and for signed activations, which enter with the sign bit flipped, 2^(A-1) times the sum of the weights.
 */
export function boothConstant(weights: Int32Array, activation: IntegerType, weight: IntegerType): number {
  const kind = weightKind(weight);
  const narrowRow = 2 ** activation.bits - 1;
  const wideRow = 2 ** (activation.bits + 1) - 1;
  const signedBits = kind === 0 ? weight.bits + 1 : weight.bits;
  const digits = Math.ceil(signedBits / 2);
  const shift = activation.signed ? 2 ** (activation.bits - 1) : 0;
  let constant = 0;
  for (const w of weights) {
    constant += shift * w;
    if (kind === 2 || kind === 3) {
      if (w < 0) constant += narrowRow;
      continue;
    }
    const bit = (at: number) => (at < 0 ? 0 : Math.floor(w / 2 ** at) & 1); // sign-extended
    for (let d = 0; d < digits; d++) {
      const digit = bit(2 * d) + bit(2 * d - 1) - 2 * bit(2 * d + 1);
      const top = d === digits - 1 && signedBits % 2 === 1;
      if (digit < 0) constant += 4 ** d * (top ? narrowRow : wideRow);
    }
  }
  return constant;
}

/** Start values of the accumulators, one word per row of a processing element: see matrix_vector, STARTS. */
export function startImages(
  prefix: string,
  layer: IntegerDense,
  activation: IntegerType,
  pe: number,
  accumulatorBits: number,
  initial: number,
): MemoryImage[] {
  const { inputs, outputs, weights, weightType } = layer;
  const size = 2 ** accumulatorBits;
  return Array.from({ length: pe }, (_, p) => ({
    file: `${prefix}_pe${laneNumber(p)}.mem`,
    width: accumulatorBits,
    words: Array.from({ length: outputs / pe }, (__, fold) => {
      const row = fold * pe + p;
      const constant = boothConstant(
        weights.subarray(row * inputs, (row + 1) * inputs),
        activation,
        weightType,
      );
      const start = (initial - constant) % size;
      return packWord([start < 0 ? start + size : start], accumulatorBits);
    }),
  }));
}
