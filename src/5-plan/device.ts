/** Devices: what a chip offers. Figures from the manufacturers' product tables. */
import type { Target } from './types.js';

export interface Device {
  readonly name: string;
  readonly target: Target;
  readonly lut: number; // LUT sites; ice40: logic cells
  readonly ff: number;
  readonly bram: number; // RAMB36; ice40: 4-kbit blocks
  readonly dsp: number;
}

/** Source: AMD DS190 (Zynq-7000), DS180 (7 series); Lattice iCE40 UltraPlus and LP/HX family data sheets. */
export const DEVICES: readonly Device[] = [
  { name: 'xc7z020', target: 'xc7', lut: 53_200, ff: 106_400, bram: 140, dsp: 220 },
  { name: 'xc7a35t', target: 'xc7', lut: 20_800, ff: 41_600, bram: 50, dsp: 90 },
  { name: 'xc7a100t', target: 'xc7', lut: 63_400, ff: 126_800, bram: 135, dsp: 240 },
  { name: 'ice40up5k', target: 'ice40', lut: 5_280, ff: 5_280, bram: 30, dsp: 8 },
  { name: 'ice40hx8k', target: 'ice40', lut: 7_680, ff: 7_680, bram: 32, dsp: 0 },
];

/** What a plan may use: a part of a device, or a number of LUTs, or both. */
export interface Budget {
  readonly device?: Device;
  readonly utilisation: number; // of the device, 0 .. 1
  readonly maxLut?: number; // LUT sites
}
