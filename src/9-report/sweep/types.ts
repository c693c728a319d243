/** What a sweep over accumulator widths shows. Everything here is measured; nothing is computed from time or place. */
import type { Target } from '../../5-plan/types.js';
import type { Figures } from '../types.js';

/** What one point of a sweep asks for. */
export interface SweepPoint {
  readonly name: string; // also that of its folder, such as w4-a4-p16-axe
  readonly method: string; // how weights are held within the accumulator
  readonly weightBits: number;
  readonly activationBits: number;
  readonly accumulator: number; // bits that every sum fits
}

export const PARTS = ['array', 'thresholds', 'memory', 'streams'] as const;

/** LUTs by what they are for. */
export type PartFigures = Readonly<Record<(typeof PARTS)[number], number>>;

export interface SweepResult extends Figures {
  readonly accuracy: number; // top-1 of the integer model on the test samples, 0 .. 1
  readonly sparsity: number; // part of all weights that are zero
  readonly needed: readonly number[]; // bits that the sums of each layer need, exactly
  readonly bits: readonly number[]; // accumulator bits built, per layer that has one
  readonly carry: number; // carry cells
  readonly passed: boolean; // all vectors bit-exact
  readonly vectors: number; // simulated
  readonly interval: number; // cycles between inferences
  readonly latency: number; // cycles
  readonly parts?: PartFigures; // of a synthesis that keeps them apart: their sum is near `lut`
}

/** A point and what came of it, or why nothing did. */
export type SweepRow =
  | { readonly point: SweepPoint; readonly result: SweepResult }
  | { readonly point: SweepPoint; readonly problem: string };

export interface SweepReport {
  readonly model: string;
  readonly target: Target;
  readonly tool: string; // name and version
  readonly command: string; // that makes this report
  readonly synthesis: string; // the tool's command with its flags
  readonly testSamples: number;
  readonly floatAccuracy: number; // top-1 of the float network on the same samples
  readonly rows: readonly SweepRow[];
}

/** A point that was measured. */
export interface Measured {
  readonly point: SweepPoint;
  readonly result: SweepResult;
}

export function measured(rows: readonly SweepRow[]): Measured[] {
  return rows.filter((row): row is Measured => 'result' in row);
}

/** Part of the float accuracy below which points would take the room from those that one chooses between. */
const NEAR = 0.95;

/** Points near the float accuracy, where there are some. */
export function nearFloat(rows: readonly Measured[], floatAccuracy: number): readonly Measured[] {
  const near = rows.filter(({ result }) => result.accuracy >= NEAR * floatAccuracy);
  return near.length > 1 ? near : rows;
}

/**
 * Points that no other one beats: none has as few LUTs with more accuracy, or fewer with as much. From the fewest LUTs
 * on; of equal points the first.
 */
export function paretoFront(rows: readonly Measured[]): Measured[] {
  const candidates = rows.filter(({ result }) => result.passed);
  const sorted = candidates.sort(
    (a, b) => a.result.lut - b.result.lut || b.result.accuracy - a.result.accuracy,
  );
  let best = -1;
  return sorted.filter(({ result: { accuracy } }) => {
    if (accuracy <= best) return false;
    best = accuracy;
    return true;
  });
}
