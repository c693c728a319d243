/** The resource model's part for block RAM. */
import { graphCost, inBlocks } from './model-graph.js';
import { blocks, bufferMemory, inBlockRam } from './model-rom.js';
import { partsOf, type UnitContents } from './stream.js';
import type { Part, Target } from './types.js';

/** Block RAM of a unit's ROMs and buffers, in RAMB36 or SB_RAM40_4K. */
export function blockRam(unit: UnitContents, target: Target): number {
  let total = 0;
  for (const image of unit.memories)
    if (inBlockRam(image)) total += blocks(image.width, image.words.length, target);
  for (const part of partsOf(unit)) total += partBlocks(part, target);
  return target === 'ice40' ? total : total / 2;
}

function partBlocks(part: Part, target: Target): number {
  const { module, parameters } = part;
  if (module === 'vector_buffer') {
    if (Number(parameters.get('REPEATS')) === 1) return 0;
    const [width, depth] = [Number(parameters.get('WIDTH')), 2 * Number(parameters.get('BEATS'))];
    return bufferMemory(width, depth, target) === 'block' ? blocks(width, depth, target) : 0;
  }
  const memory = graphCost(part)?.memory;
  return memory && inBlocks(memory, target) ? blocks(memory.width, memory.depth, target) : 0;
}
