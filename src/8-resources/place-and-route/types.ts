/** What place and route is asked for and what it answers. */
import type { Stream } from '../../5-plan/types.js';
import type { PlacementDevice } from './devices.js';
import type { CriticalPath, PlacedCells } from './report.js';

/** A whole network to place. */
export interface PlacementJob {
  readonly top: string; // Verilog module name
  readonly files: ReadonlyMap<string, string>; // all of rtl/: file name -> text
  readonly input: Stream; // at the port
  readonly output: Stream;
  readonly interval: number; // cycles between inferences
  readonly device: PlacementDevice;
  readonly targetMHz: number; // what nextpnr aims for
  readonly seeds: number; // placements to try, with the seeds 1 .. seeds
}

export interface PlacementOptions {
  readonly cacheDir?: string; // default: cacheFolder()
  readonly workers?: number; // nextpnr instances at a time, default 2
  readonly onProgress?: (text: string) => void;
}

/** The fastest placement that was found. docs/resources.md defines every figure. */
export interface Placement {
  readonly device: string;
  readonly package: string;
  readonly targetMHz: number;
  readonly clockMHz: number;
  readonly criticalPath: CriticalPath;
  readonly inferencesPerSecond: number; // clock / interval, when nothing outside stalls
  readonly cells: PlacedCells;
  readonly seed: number; // of the fastest
  readonly seeds: readonly { readonly seed: number; readonly clockMHz: number }[]; // all that were tried
  readonly tool: string;
}
