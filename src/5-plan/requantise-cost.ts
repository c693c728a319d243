/** What the ways to build a step function are compared by: LUTs and LUT sites of the resource model. */
import { deepPrefersBlock } from './memory.js';
import { estimateUnit, fittedFor, scaleTerms } from './model.js';
import { inBlockRam } from './model-rom.js';
import { partTerms, type RomShape } from './model-terms.js';
import { BIT_PRICE, meanLuts } from './price.js';
import type { MemoryImage, Part, Target } from './types.js';

/**
 * The price of a part whose ROMs are known by their sizes.
 *
 * @param roms in block RAM by the bits that are used
 */
export function partCost(part: Part, roms: readonly RomShape[], target: Target): number {
  const inBlocks = ({ depth, unregistered }: RomShape) => !unregistered && deepPrefersBlock(depth);
  const inLuts = roms.filter((rom) => !inBlocks(rom));
  const inLogic = meanLuts(scaleTerms(partTerms(part, inLuts, fittedFor(target).rom, target), target));
  const bits = roms.filter(inBlocks).reduce((sum, { width, depth, count }) => sum + count * width * depth, 0);
  return inLogic + BIT_PRICE * bits;
}

/** The same with what the ROMs hold: columns that are alike or constant cost nothing. */
export function writtenCost(part: Part, memories: readonly MemoryImage[], target: Target): number {
  const estimate = estimateUnit({ before: [], array: [], after: [part], memories, generated: [] }, target);
  const bits = memories.filter(inBlockRam).reduce((sum, { width, words }) => sum + width * words.length, 0);
  return meanLuts(estimate) + BIT_PRICE * bits;
}
