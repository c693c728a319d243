/**
 * Hardware for a step function: the cheapest of binary search in stages, the same with one comparator, parallel
 * comparators, and multiply-add-shift in one cycle or several.
 */
import type { IntegerStep, IntegerType } from '../3-integer/types.js';
import { countBits } from '../shared/interval.js';
import { laneNumber, packWord } from './memory.js';
import type { RomShape } from './model-terms.js';
import { partCost, writtenCost } from './requantise-cost.js';
import {
  LEAST_LEVELS,
  MOST_SHIFT,
  planSequential,
  type SequentialScale,
  sequentialImages,
  sequentialWordBits,
} from './scale-sequential.js';
import { findLines, findScaleShift, type LevelFunction, type ScaleShift } from './scale-shift.js';
import type { MemoryImage, Part, Stream, Target } from './types.js';

/** The field a step function reads, and how its unsigned order follows from it. */
export interface StepInput {
  readonly bits: number;
  readonly xorMask: number; // applied to the field to give the unsigned order
  readonly order: (value: number, channel: number) => number; // sum or code, negated when reversed -> order, not rounded
  readonly lo: number; // smallest and largest order that occur
  readonly hi: number;
  readonly channels?: readonly { readonly lo: number; readonly hi: number }[]; // of each channel, where known
}

export type RequantisationWay =
  | 'threshold_search'
  | 'threshold_sequential'
  | 'threshold_parallel'
  | 'scale_shift'
  | 'scale_sequential';

/** A way to build a step function. */
export interface Requantisation {
  readonly way: RequantisationWay;
  readonly part: Part;
  readonly memories: () => readonly MemoryImage[];
  readonly cost: number; // estimated LUTs
}

/** The way that is taken, and all there are. */
export interface RequantisationPlan extends Requantisation {
  readonly ways: readonly Requantisation[];
  readonly lines?: ScaleShift; // constants, where they were looked for and exist
}

/**
 * Choose and describe the hardware of a step function.
 *
 * @param lanes values per beat
 * @param spacing cycles from one beat to the next, at least
 * @param prefix of the memory files
 * @param target whose LUTs are counted
 * @param preferred the way to take wherever it can do the step exactly; elsewhere the cheapest
 */
export function planRequantisation(
  step: IntegerStep,
  type: IntegerType,
  input: StepInput,
  lanes: number,
  beats: number,
  spacing: number,
  prefix: string,
  target: Target,
  preferred?: RequantisationWay,
): RequantisationPlan {
  const width = step.levels - 1;
  const rows = toOrder(step, input);
  const folds = step.rows === 1 ? 1 : step.rows / lanes;
  const ways: Requantisation[] = [];
  const add = (
    way: RequantisationWay,
    part: Part,
    roms: readonly Omit<RomShape, 'count'>[],
    write: () => readonly MemoryImage[],
  ) => {
    const memories = once(write);
    const cost =
      step.rows * width <= MOST_WRITTEN
        ? writtenCost(part, memories(), target)
        : partCost(
            part,
            roms.map((rom) => ({ ...rom, count: lanes })),
            target,
          );
    ways.push({ way, part, memories, cost });
  };
  const stream = {
    input: { lanes, laneBits: input.bits, beats },
    output: { lanes, laneBits: type.bits, beats },
  };
  const base = type.encoding === 'bipolar' ? (step.base + 1) / 2 : step.base;
  const common: [string, number | string][] = [
    ['LANES', lanes],
    ['IN_W', input.bits],
    ['IN_XOR', `${input.bits}'h${input.xorMask.toString(16)}`],
    ['OUT_W', type.bits],
    ['BASE', base],
    ['FOLDS', folds],
  ];
  const never = input.hi + 1;
  const levelBits = countBits(step.levels);
  const padded = step.levels < 2 ** levelBits; // binary search fills up with thresholds that are never reached
  const holds = (neverNeeded: boolean) => Math.max(input.bits, neverNeeded ? countBits(never + 1) : 0);
  const parallelBits = holds(rows.some((t) => t >= never));
  const searchBits = holds(padded || parallelBits > input.bits);
  const row = (lane: number, fold: number) => (step.rows === 1 ? 0 : fold * lanes + lane) * width;
  const layout = { lanes, folds, row, width, thresholds: rows, never, prefix };
  const files = [['THRESHOLDS', `"${prefix}"`]] as const;

  if (type.bits >= levelBits) {
    const search: (readonly [string, number | string])[] = [
      ...common,
      ['THRESHOLD_W', searchBits],
      ['LEVEL_BITS', levelBits],
      ...files,
    ];
    const depths = Array.from({ length: levelBits }, (_, stage) => folds * 2 ** stage);
    add(
      'threshold_search',
      part('threshold_search', stream, search),
      depths.map((depth) => ({ width: searchBits, depth })),
      () => searchImages({ ...layout, thresholdBits: searchBits }, levelBits),
    );
    const tree = { width: searchBits, depth: folds * 2 ** levelBits, unregistered: true };
    if (spacing >= levelBits && tree.depth <= MOST_TREE_WORDS)
      add('threshold_sequential', part('threshold_sequential', stream, search), [tree], () =>
        treeImages({ ...layout, thresholdBits: searchBits }, levelBits),
      );
  }
  if (width <= 64)
    add(
      'threshold_parallel',
      part('threshold_parallel', stream, [
        ...common,
        ['THRESHOLD_W', parallelBits],
        ['LEVELS', step.levels],
        ...files,
      ]),
      [{ width: width * parallelBits, depth: folds }],
      () => parallelImages({ ...layout, thresholdBits: parallelBits }),
    );
  const functions = functionsOf(rows, width, step, input);
  const scaled = width >= 3 && input.bits <= 32 ? findScaleShift(functions, 24) : undefined;
  if (scaled)
    add(
      'scale_shift',
      part('scale_shift', stream, [
        ...common,
        ['MULTIPLIER_W', scaled.multiplierBits],
        ['BIAS_W', scaled.biasBits],
        ['SHIFT', scaled.shift],
        ['LEVELS', step.levels],
        ['TIES_EVEN', scaled.tiesEven ? 1 : 0],
        ['FIRST', scaled.first],
        ['CONSTANTS', `"${prefix}"`],
      ]),
      [{ width: scaled.multiplierBits + scaled.biasBits, depth: folds }],
      () => constantImages(layout, scaled, step.rows),
    );
  const multiplies = step.levels >= (preferred === 'scale_sequential' ? 4 : LEAST_LEVELS) && input.bits <= 32;
  const lines = multiplies ? findLines(functions, MOST_SHIFT) : undefined;
  const sequential = lines && planSequential(lines, functions, input.bits, spacing);
  if (sequential)
    add(
      'scale_sequential',
      part('scale_sequential', stream, [...common, ...sequentialParameters(sequential, step.levels, prefix)]),
      [{ width: sequentialWordBits(sequential), depth: folds }],
      () => sequentialImages(sequential, layout),
    );
  const wanted = ways.filter(({ way }) => way === preferred);
  const taken = (wanted.length ? wanted : ways).reduce((best, way) => (way.cost < best.cost ? way : best));
  return { ...taken, ways, lines };
}

/** The same value each time. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Thresholds of which the ROMs are written for a comparison: they may be much smaller than their sizes say. */
const MOST_WRITTEN = 2048;

export const MOST_TREE_WORDS = 1024; // a tree is read without a register, so it lies in LUTs

/** Thresholds in unsigned order: 0 is always reached, input.hi + 1 never. */
function toOrder({ thresholds, levels }: IntegerStep, input: StepInput): Float64Array {
  return thresholds.map((t, index) => {
    if (t === Number.NEGATIVE_INFINITY) return 0;
    const order =
      t === Number.POSITIVE_INFINITY ? t : Math.ceil(input.order(t, Math.floor(index / (levels - 1))));
    return order <= input.lo ? 0 : Math.min(order, input.hi + 1);
  });
}

/** Each row over the orders that its channel reaches. */
function functionsOf(
  rows: Float64Array,
  width: number,
  step: IntegerStep,
  { lo, hi, channels }: StepInput,
): LevelFunction[] {
  const functions: LevelFunction[] = [];
  for (let r = 0; r < step.rows; r++)
    functions.push({
      thresholds: rows.subarray(r * width, (r + 1) * width),
      ...(step.rows > 1 && channels ? channels[r] : { lo, hi }),
    });
  return functions;
}

interface Layout {
  readonly lanes: number;
  readonly folds: number;
  readonly row: (lane: number, fold: number) => number; // index of the first threshold
  readonly width: number;
  readonly thresholds: Float64Array;
  readonly thresholdBits: number;
  readonly never: number;
  readonly prefix: string;
}

function searchImages(layout: Layout, levelBits: number): MemoryImage[] {
  const { lanes, folds, row, width, thresholds, thresholdBits, never, prefix } = layout;
  const images: MemoryImage[] = [];
  for (let lane = 0; lane < lanes; lane++)
    for (let stage = 0; stage < levelBits; stage++) {
      const words: string[] = [];
      for (let fold = 0; fold < folds; fold++)
        for (let prefixBits = 0; prefixBits < 2 ** stage; prefixBits++) {
          const k = (2 * prefixBits + 1) * 2 ** (levelBits - 1 - stage);
          words.push(packWord([k <= width ? thresholds[row(lane, fold) + k - 1] : never], thresholdBits));
        }
      const file = `${prefix}_pe${laneNumber(lane)}_s${String(stage).padStart(2, '0')}.mem`;
      images.push({ file, width: thresholdBits, words });
    }
  return images;
}

/** One ROM per lane, every set a search tree in heap order. */
function treeImages(layout: Layout, levelBits: number): MemoryImage[] {
  const { lanes, folds, row, width, thresholds, thresholdBits, never, prefix } = layout;
  return Array.from({ length: lanes }, (_, lane) => {
    const words: string[] = [];
    for (let fold = 0; fold < folds; fold++) {
      words.push(packWord([0], thresholdBits)); // no node has position 0
      for (let stage = 0; stage < levelBits; stage++)
        for (let prefixBits = 0; prefixBits < 2 ** stage; prefixBits++) {
          const k = (2 * prefixBits + 1) * 2 ** (levelBits - 1 - stage);
          words.push(packWord([k <= width ? thresholds[row(lane, fold) + k - 1] : never], thresholdBits));
        }
    }
    const file = `${prefix}_pe${laneNumber(lane)}.mem`;
    return { file, width: thresholdBits, words, unregistered: true };
  });
}

function parallelImages({
  lanes,
  folds,
  row,
  width,
  thresholds,
  thresholdBits,
  prefix,
}: Layout): MemoryImage[] {
  return Array.from({ length: lanes }, (_, lane) => ({
    file: `${prefix}_pe${laneNumber(lane)}.mem`,
    width: width * thresholdBits,
    words: Array.from({ length: folds }, (__, fold) => {
      const from = row(lane, fold);
      return packWord(thresholds.subarray(from, from + width), thresholdBits);
    }),
  }));
}

function constantImages(
  { lanes, folds, prefix }: Pick<Layout, 'lanes' | 'folds' | 'prefix'>,
  {
    multipliers,
    biases,
    multiplierBits,
    biasBits,
  }: { multipliers: Float64Array; biases: Float64Array; multiplierBits: number; biasBits: number },
  rows: number,
): MemoryImage[] {
  return Array.from({ length: lanes }, (_, lane) => ({
    file: `${prefix}_pe${laneNumber(lane)}.mem`,
    width: multiplierBits + biasBits,
    words: Array.from({ length: folds }, (__, fold) => {
      const row = rows === 1 ? 0 : fold * lanes + lane;
      return joinWord(multipliers[row], multiplierBits, biases[row], biasBits);
    }),
  }));
}

/** {bias, multiplier} in hexadecimal. */
function joinWord(multiplier: number, multiplierBits: number, bias: number, biasBits: number): string {
  const high = BigInt.asUintN(biasBits, BigInt(bias));
  const word = (high << BigInt(multiplierBits)) | BigInt(multiplier);
  return word.toString(16).padStart(Math.ceil((multiplierBits + biasBits) / 4), '0');
}

function sequentialParameters(
  { constants, rows, steps, stages, zeros, sumBits, extraBits }: SequentialScale,
  levels: number,
  prefix: string,
): (readonly [string, number | string])[] {
  return [
    ['MULTIPLIER_W', constants.multiplierBits],
    ['ROWS', rows],
    ['STEPS', steps],
    ['STAGES', stages],
    ['ZEROS', zeros],
    ['SUM_W', sumBits],
    ['SHIFT', constants.shift],
    ['LEVELS', levels],
    ['PIVOT', constants.pivot],
    ['EXTRA_W', Math.max(1, extraBits)],
    ['CONSTANTS', `"${prefix}"`],
  ];
}

function part(
  module: string,
  { input, output }: { input: Stream; output: Stream },
  parameters: (readonly [string, number | string])[],
): Part {
  return { module, instance: 'requantise', parameters: new Map(parameters), input, output };
}
