/** The resource model's part for memories: ROMs in LUTs by their contents, RAM in LUTs, block RAM. */
import { deepPrefersBlock, prefersBlock } from './memory.js';
import type { RomTable } from './model-fit.js';
import type { MemoryImage, Target } from './types.js';

/** The columns of a ROM, one for each bit of its words. */
export interface RomColumns {
  readonly distinct: number; // columns that are not constant; equal ones count once
  readonly luts: number; // of these, those that are not an address bit
  readonly skew: number; // 0: half of the bits of these are 1; 1: a fifth or fewer are, or four fifths or more
}

/** As the engines and rom.v decide. */
export function inBlockRam({ width, words, unregistered, sized }: MemoryImage): boolean {
  if (unregistered) return false;
  return sized ? prefersBlock(width, words.length) : deepPrefersBlock(words.length);
}

/** The columns of a ROM, compared by a hash of 64 bits. */
export function romColumns(image: MemoryImage): RomColumns {
  let columns = known.get(image);
  if (!columns) {
    columns = countColumns(image);
    known.set(image, columns);
  }
  return columns;
}

/** Of images that never change. */
const known = new WeakMap<MemoryImage, RomColumns>();

function countColumns({ width, words }: MemoryImage): RomColumns {
  const depth = words.length;
  if (depth === 1) return { distinct: 0, luts: 0, skew: 0 };
  const [low, high, ones] = [new Int32Array(width), new Int32Array(width), new Int32Array(width)];
  const addressBits = Math.ceil(Math.log2(depth));
  const [addressLow, addressHigh] = [new Int32Array(addressBits), new Int32Array(addressBits)];
  for (let k = 0; k < depth; k++) {
    // any fixed pair of numbers for each address will do
    const a = Math.imul(k + 1, 0x9e3779b1) ^ Math.imul(k + 7, 0x85ebca6b);
    const mixA = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d);
    const mixB = Math.imul(a ^ (a >>> 13), 0x297a2d39) ^ (k << 7);
    const word = words[k];
    for (let digit = 0; 4 * digit < width; digit++) {
      const nibble = digit < word.length ? hexDigit(word.charCodeAt(word.length - 1 - digit)) : 0;
      for (let bit = 0; bit < 4 && 4 * digit + bit < width; bit++)
        if ((nibble >> bit) & 1) {
          const column = 4 * digit + bit;
          low[column] = (low[column] + mixA) | 0;
          high[column] = (high[column] ^ mixB) | 0;
          ones[column] += 1;
        }
    }
    for (let bit = 0; bit < addressBits; bit++)
      if ((k >> bit) & 1) {
        addressLow[bit] = (addressLow[bit] + mixA) | 0;
        addressHigh[bit] = (addressHigh[bit] ^ mixB) | 0;
      }
  }
  const bare = new Set<string>();
  for (let bit = 0; bit < addressBits; bit++) bare.add(`${addressLow[bit]} ${addressHigh[bit]}`);
  const seen = new Set<string>();
  let [luts, skew] = [0, 0];
  for (let column = 0; column < width; column++) {
    const key = `${low[column]} ${high[column]}`;
    if (ones[column] === 0 || ones[column] === depth || seen.has(key)) continue;
    seen.add(key);
    if (bare.has(key)) continue;
    luts += 1;
    skew += skewOf(ones[column] / depth);
  }
  return { distinct: seen.size, luts, skew: luts ? skew / luts : 0 };
}

/**
 * The skew of a column of which this part is ones, see RomColumns.
 *
 * @param ones 0 to 1
 */
export function skewOf(ones: number): number {
  return Math.min(1, Math.abs(0.5 - ones) / 0.3);
}

function hexDigit(code: number): number {
  return code < 58 ? code - 48 : (code | 32) - 87;
}

/** LUTs of a ROM. */
export function romLuts(
  table: RomTable,
  depth: number,
  { luts, skew }: Pick<RomColumns, 'luts' | 'skew'>,
): number {
  if (depth <= table.one) return luts;
  return luts * lutsPerColumn(table, depth, skew) * (luts / table.columns) ** -table.sharing;
}

function lutsPerColumn(table: RomTable, depth: number, skew: number): number {
  const { depths } = table;
  let at = depths.findIndex((each) => each >= depth);
  if (at < 0) at = depths.length - 1;
  const [from, to] = at === 0 ? [table.one, depths[0]] : [depths[at - 1], depths[at]];
  const part = (depth - from) / (to - from); // more than 1 behind the last
  const between = (luts: readonly number[]) => {
    const before = at === 0 ? 1 : luts[at - 1];
    return before + part * (luts[at] - before);
  };
  return (1 - skew) * between(table.even) + skew * between(table.skewed);
}

/** LUTs of a simple dual-port RAM: RAM32M holds 6 bits in 4 LUTs, RAM64M 3 bits in 4, RAM64X1D 1 bit in 2. */
export function lutRam(width: number, depth: number): { ram: number; select: number; banks: number } {
  const left = (bits: number) =>
    4 * Math.floor(width / bits) + (width % bits === 1 ? 2 : width % bits ? 4 : 0);
  if (depth <= 32) return { ram: left(6), select: 0, banks: 1 };
  const banks = Math.ceil(depth / 64);
  return { ram: banks * left(3), select: width * Math.ceil((banks - 1) / 3), banks };
}

/** Widths and depths that one block can have: a RAMB18, half of a RAMB36, and an SB_RAM40_4K. */
const RAMB18 = [36, 18, 9, 4, 2, 1].map((width, k) => ({ width, depth: 512 << k }));
const SB_RAM40 = [16, 8, 4, 2].map((width, k) => ({ width, depth: 256 << k }));

/** Bits in flip-flops for which Yosys takes an SB_RAM40_4K instead. */
const SB_RAM40_BITS = 64;

/** RAMB18 or SB_RAM40_4K of a memory. */
export function blocks(width: number, depth: number, target: Target): number {
  const shapes = target === 'ice40' ? SB_RAM40 : RAMB18;
  return Math.min(...shapes.map((shape) => Math.ceil(width / shape.width) * Math.ceil(depth / shape.depth)));
}

/** Where the vectors of a vector_buffer lie; an iCE40 has no RAM in LUTs. */
export function bufferMemory(width: number, depth: number, target: Target): 'luts' | 'block' | 'registers' {
  if (target === 'ice40')
    return width * depth > SB_RAM40_BITS * blocks(width, depth, target) ? 'block' : 'registers';
  return width * depth >= 4096 && depth > 64 ? 'block' : 'luts';
}
