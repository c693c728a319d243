/** ROM images in the layouts that hw/ reads. */
import type { IntegerLayer } from '../3-integer/types.js';
import type { MemoryImage } from './types.js';

/** Three decimal digits, as the library numbers its lanes. */
export function laneNumber(lane: number): string {
  return String(lane).padStart(3, '0');
}

/** Pack fields (two's complement when negative) into one hexadecimal word, field 0 in the low bits. */
export function packWord(fields: ArrayLike<number>, bits: number): string {
  const digits = Math.ceil((fields.length * bits) / 4);
  if (fields.length === 1 && bits <= 52)
    return (fields[0] < 0 ? fields[0] + 2 ** bits : fields[0]).toString(16).padStart(digits, '0');
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
export function weightImages(prefix: string, layer: IntegerLayer, pe: number, simd: number): MemoryImage[] {
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
    images.push({
      file: `${prefix}_pe${laneNumber(p)}.mem`,
      width: simd * weightType.bits,
      words,
      sized: true,
    });
  }
  return images;
}

/**
 * Start values of the accumulators, one word per row of a processing element: see matrix_vector, STARTS.
 *
 * @param starts [outputs], taken modulo the accumulator's size
 * @param widths [PE], bits of each processing element's accumulator
 */
export function startImages(
  prefix: string,
  starts: readonly number[],
  widths: readonly number[],
): MemoryImage[] {
  return widths.map((width, p) => {
    const words: string[] = [];
    for (let row = p; row < starts.length; row += widths.length)
      words.push(packWord([modulo(starts[row], 2 ** width)], width));
    return { file: `${prefix}_pe${laneNumber(p)}.mem`, width, words };
  });
}

/** The remainder in 0 .. size - 1. */
export function modulo(value: number, size: number): number {
  return ((value % size) + size) % size;
}

/** Weight ROMs of this many bits and words go to block RAM: in LUTs they would cost 64 and more. */
const BLOCK_ROM_BITS = 4096;
const BLOCK_ROM_WORDS = 256;

/** ROMs whose width follows the accumulator go to block RAM from this many words on, as rom.v does by itself. */
const DEEP_ROM_WORDS = 512;

/** Whether a ROM belongs in block RAM whatever its width, so that narrower accumulators never cost more LUTs. */
export function deepPrefersBlock(depth: number): boolean {
  return depth >= DEEP_ROM_WORDS;
}

/** Whether a memory whose width the accumulator has no part in belongs in block RAM. */
export function prefersBlock(width: number, depth: number): boolean {
  return depth >= BLOCK_ROM_WORDS && width * depth >= BLOCK_ROM_BITS;
}
