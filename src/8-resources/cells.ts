/** Which library cell costs what. Cells that are absent here (clock buffers, constants) cost nothing. */
import type { Cell, Resources } from './types.js';

export type CellCost = Partial<Omit<Resources, 'sites'>>;

/** LUTs that a LUT RAM or a LUT shift register occupies. */
const MEMORY_LUTS: Readonly<Record<string, number>> = {
  RAM16X1S: 1,
  RAM32X1S: 1,
  RAM64X1S: 1,
  RAM128X1S: 2,
  RAM256X1S: 4,
  RAM512X1S: 8,
  RAM32X2S: 2,
  RAM16X1D: 2,
  RAM32X1D: 2,
  RAM64X1D: 2,
  RAM128X1D: 4,
  RAM256X1D: 8,
  RAM32M: 4,
  RAM64M: 4,
  RAM32M16: 8,
  RAM64M8: 8,
  RAM32X16DR8: 8,
  RAM64X8SW: 8,
  SRL16: 1,
  SRL16E: 1,
  SRLC16E: 1,
  SRLC32E: 1,
};

/** RAMB36 equivalents. */
const BLOCK_RAMS: Readonly<Record<string, number>> = {
  RAMB18E1: 0.5,
  RAMB18E2: 0.5,
  RAMB36E1: 1,
  RAMB36E2: 1,
};

/** True for a cell that is one LUT of logic, output O. */
export function isLogicLut(type: string): boolean {
  return /^LUT[1-6]$/.test(type) || type === 'LUT6_2' || type === 'INV' || type === 'SB_LUT4';
}

/** memory_libmap's choice of a Xilinx block RAM: its whole 36 kbit or one half. */
function blockRam(parameters: Cell['parameters']): CellCost {
  return { bram: parameters?.OPTION_MODE === 'HALF' ? 0.5 : 1 };
}

/** What one cell adds to the totals; sites depend on its neighbours and are counted by sites.ts. */
export function cellCost({ type, parameters }: Pick<Cell, 'type' | 'parameters'>): CellCost {
  if (type.startsWith('$__XILINX_BLOCKRAM_')) return blockRam(parameters);
  if (isLogicLut(type)) return { lut: 1 };
  if (type in MEMORY_LUTS) return { lut: MEMORY_LUTS[type] };
  if (type in BLOCK_RAMS) return { bram: BLOCK_RAMS[type] };
  if (/^(FD[RSCP]E|LD[CP]E)(_1)?$/.test(type) || type.startsWith('SB_DFF')) return { ff: 1 };
  if (type === 'CARRY4' || type === 'CARRY8' || type === 'SB_CARRY') return { carry: 1 };
  if (/^DSP48E[12]$/.test(type) || type === 'SB_MAC16') return { dsp: 1 };
  if (type.startsWith('SB_RAM40_4K')) return { bram: 1 };
  return {};
}
