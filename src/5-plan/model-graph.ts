/**
 * The resource model's part for the modules of convolutional networks: their memories exactly, their control from a few
 * synthesised examples. These terms are not fitted, and no published error covers them.
 */
import { bufferMemory, lutRam } from './model-rom.js';
import type { Part, Target } from './types.js';

/** A memory inside a part. */
interface PartMemory {
  readonly width: number;
  readonly depth: number;
  readonly block: boolean; // asks for block RAM
}

/** What a part occupies beside its memory. */
interface GraphCost {
  readonly lut: number;
  readonly ff: number;
  readonly memory?: PartMemory;
}

const addressBits = (words: number) => Math.ceil(Math.log2(Math.max(2, words)));

/** LUTs and flip-flops of a part; undefined for those that model-terms.ts and model-flip-flops.ts know. */
export function graphCost({ module, parameters, output }: Part): GraphCost | undefined {
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const [width, { lanes }] = [number('WIDTH'), output];
  const memory = (of: number, depth: number): PartMemory => ({
    width: of,
    depth,
    block: number('BLOCK') === 1,
  });
  switch (module) {
    case 'sliding_window': {
      const words = number('PIXELS') * number('FOLDS');
      return { lut: 60 + 8 * addressBits(words), ff: width + 75, memory: memory(width, words) };
    }
    case 'stream_fifo': {
      const bits = addressBits(number('DEPTH'));
      return { lut: 8 + 4 * bits, ff: width + 3 * bits + 2, memory: memory(width, number('DEPTH')) };
    }
    case 'upsample':
    case 'depth_to_space': {
      const beat = width || number('LANE_W') * number('LANES');
      const block = number('BLOCK_SIZE') || 1;
      const words = 2 * number('COLUMNS') * number('FOLDS') * block * block;
      return { lut: 30 + 6 * addressBits(words), ff: beat + 40, memory: memory(beat, words) };
    }
    case 'stream_concat':
      return { lut: width + 10, ff: 8 };
    case 'stream_fork':
      return { lut: 5, ff: 2 };
    case 'stream_add': {
      const [a, b, sum] = [number('A_W'), number('B_W'), number('ACC_W')];
      return { lut: 1.5 * lanes * sum, ff: lanes * (a + b + sum) + 4 };
    }
    case 'pool':
    case 'global_pool': {
      const own = number('OUT_W') * (number('MODE') === 1 ? 1 : 1.7);
      const held = module === 'global_pool' ? number('FOLDS') * lanes * number('OUT_W') : 0;
      return { lut: 12 + lanes * own, ff: 2 * lanes * number('OUT_W') + held + 12 };
    }
    default:
      return undefined;
  }
}

/** LUTs of a part's memory. */
export function graphMemoryLuts({ width, depth, block }: PartMemory, target: Target): number {
  if (block || target === 'ice40') return 0;
  const { ram, select } = lutRam(width, depth);
  return ram + select;
}

/** Whether a part's memory is block RAM. */
export function inBlocks({ width, depth, block }: PartMemory, target: Target): boolean {
  return block || (target === 'ice40' && bufferMemory(width, depth, target) === 'block');
}
