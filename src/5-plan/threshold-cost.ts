/** What comparing with thresholds costs before they are known: part of the choice of a folding. */
import { MOST_TREE_WORDS } from './requantise.js';
import { partCost } from './requantise-cost.js';
import type { Part, Target } from './types.js';

/** Thresholds as the choice of a folding sees them. */
export interface ThresholdShape {
  readonly lanes: number;
  readonly bits: number; // of a threshold
  readonly levels: number;
  readonly levelBits: number;
  readonly folds: number; // sets of thresholds of a lane
}

/**
 * Estimated LUTs of the cheapest comparison with thresholds.
 *
 * @param spacing cycles from one beat of sums to the next, at least
 */
export function thresholdCost(shape: ThresholdShape, spacing: number, target: Target): number {
  const ways = [searchCost(shape, target), parallelCost(shape, target)];
  // one comparator where a row takes as many cycles as a level has bits
  if (spacing >= shape.levelBits) ways.push(sequentialCost(shape, target));
  return Math.min(...ways);
}

function searchCost(shape: ThresholdShape, target: Target): number {
  const { lanes, bits, levelBits, folds } = shape;
  const roms = Array.from({ length: levelBits }, (_, stage) => ({
    count: lanes,
    width: bits,
    depth: folds * 2 ** stage,
  }));
  return partCost(thresholdPart('threshold_search', shape), roms, target);
}

function sequentialCost(shape: ThresholdShape, target: Target): number {
  const { lanes, bits, levelBits, folds } = shape;
  const depth = folds * 2 ** levelBits;
  if (depth > MOST_TREE_WORDS) return Number.POSITIVE_INFINITY;
  const rom = { count: lanes, width: bits, depth, unregistered: true };
  return partCost(thresholdPart('threshold_sequential', shape), [rom], target);
}

function parallelCost(shape: ThresholdShape, target: Target): number {
  const { lanes, bits, levels, folds } = shape;
  const rom = { count: lanes, width: (levels - 1) * bits, depth: folds };
  return partCost(thresholdPart('threshold_parallel', shape), [rom], target);
}

function thresholdPart(module: string, { lanes, bits, levels, levelBits, folds }: ThresholdShape): Part {
  const stream = { lanes, laneBits: bits, beats: folds };
  return {
    module,
    instance: 'requantise',
    input: stream,
    output: stream,
    parameters: new Map([
      ['OUT_W', levelBits],
      ['FOLDS', folds],
      ['THRESHOLD_W', bits],
      ['LEVELS', levels],
      ['LEVEL_BITS', levelBits],
    ]),
  };
}
