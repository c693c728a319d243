/** From a netlist to the figures of a report. */
import type { Target } from '../5-plan/types.js';
import { cellCost } from './cells.js';
import { ice40ExtraSites, xilinxExtraSites } from './sites.js';
import type { NetlistModule, Resources } from './types.js';

/** Raise it when a figure is counted differently: it is part of every cache key. */
export const COUNTING_VERSION = 2;

/** Count the cells of a flat, mapped module. */
export function countResources(module: NetlistModule, target: Target): Resources {
  const total = { lut: 0, ff: 0, dsp: 0, bram: 0, carry: 0 };
  for (const cell of Object.values(module.cells)) {
    const { lut = 0, ff = 0, dsp = 0, bram = 0, carry = 0 } = cellCost(cell);
    total.lut += lut;
    total.ff += ff;
    total.dsp += dsp;
    total.bram += bram;
    total.carry += carry;
  }
  const extra = target === 'ice40' ? ice40ExtraSites(module) : xilinxExtraSites(module);
  const { lut, ...rest } = total;
  return { lut, sites: lut + extra, ...rest };
}
