/** What resources are worth against each other, where choices between designs are made. */
import type { Estimate, Target } from './types.js';

/** LUTs that a bit of block RAM is worth. */
export const BIT_PRICE = 1 / 512;

/** Bits of the block that Estimate counts block RAM in. */
const BLOCK_BITS = { xc7: 36_864, xcup: 36_864, ice40: 4096 } as const;

/** Half of what a network is reported to take in LUTs, half of what it takes in LUT sites. */
export function meanLuts({ lut, sites }: Pick<Estimate, 'lut' | 'sites'>): number {
  return (lut + sites) / 2;
}

/**
 * LUTs that a block, as Estimate counts them, is worth.
 *
 * @param weight see PlanOptions, blockRamWeight
 */
export function blockRamPrice(target: Target, weight: number): number {
  return BIT_PRICE * BLOCK_BITS[target] * (1 + weight);
}
