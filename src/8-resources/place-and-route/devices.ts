/** What nextpnr-ice40 and Yosys call the iCE40 devices of src/5-plan/device.ts. */
import type { Ice40Speed } from '../recipe.js';

export interface PlacementDevice {
  readonly name: string; // as --device takes it
  readonly flag: string; // of nextpnr-ice40
  readonly package: string;
  readonly speed: Ice40Speed;
}

export const PLACEMENT_DEVICES: readonly PlacementDevice[] = [
  { name: 'ice40hx8k', flag: '--hx8k', package: 'ct256', speed: 'hx' },
  { name: 'ice40up5k', flag: '--up5k', package: 'sg48', speed: 'u' },
];

/** Taken for a build that names no device. */
export const DEFAULT_PLACEMENT_DEVICE = 'ice40hx8k';
