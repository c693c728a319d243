/**
 * Hardware for a step function: the cheapest of binary search in stages, the same with one comparator, parallel
 * comparators, and multiply-add-shift in one cycle or several.
 */
import type { IntegerStep, IntegerType } from '../3-integer/types.js';
import { countBits } from '../shared/interval.js';
import { deepPrefersBlock, laneNumber, packWord } from './memory.js';
import {
  LEAST_LEVELS,
  MOST_SHIFT,
  planSequential,
  type SequentialScale,
  sequentialImages,
  sequentialLuts,
  sequentialWordBits,
} from './scale-sequential.js';
import { findLines, findScaleShift, type LevelFunction, type ScaleShift } from './scale-shift.js';
import type { MemoryImage, Part, Stream } from './types.js';

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
  preferred?: RequantisationWay,
): RequantisationPlan {
  const width = step.levels - 1;
  const rows = toOrder(step, input);
  const folds = step.rows === 1 ? 1 : step.rows / lanes;
  const ways: Requantisation[] = [];
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
    let roms = 0;
    for (let stage = 0; stage < levelBits; stage++) roms += romCost(searchBits, folds * 2 ** stage);
    ways.push({
      way: 'threshold_search',
      cost: lanes * (levelBits * (COMPARE * searchBits + 1) + roms),
      part: part('threshold_search', stream, search),
      memories: () => searchImages({ ...layout, thresholdBits: searchBits }, levelBits),
    });
    if (spacing >= levelBits && folds * 2 ** levelBits <= MOST_TREE_WORDS) {
      const tree = folds === 1 && levelBits <= 4 ? 0 : logicRomCost(searchBits, folds * 2 ** levelBits);
      ways.push({
        way: 'threshold_sequential',
        cost: lanes * (COMPARE * searchBits + 1 + tree) + 4 + levelBits,
        part: part('threshold_sequential', stream, search),
        memories: () => treeImages({ ...layout, thresholdBits: searchBits }, levelBits),
      });
    }
  }
  if (width <= 64)
    ways.push({
      way: 'threshold_parallel',
      cost: lanes * (width * (COMPARE * parallelBits) + width + romCost(width * parallelBits, folds)),
      part: part('threshold_parallel', stream, [
        ...common,
        ['THRESHOLD_W', parallelBits],
        ['LEVELS', step.levels],
        ...files,
      ]),
      memories: () => parallelImages({ ...layout, thresholdBits: parallelBits }),
    });
  const functions = functionsOf(rows, width, step, input);
  const scaled = width >= 3 && input.bits <= 32 ? findScaleShift(functions, 24) : undefined;
  if (scaled) {
    const wordBits = (scaled.multiplierBits > 1 ? scaled.multiplierBits : 0) + scaled.biasBits;
    const multiply = scaled.multiplierBits > 1 ? 1.1 * input.bits * scaled.multiplierBits : 0;
    const tie = scaled.tiesEven ? 2 + scaled.shift / 6 : 0;
    ways.push({
      way: 'scale_shift',
      cost: lanes * (multiply + scaled.biasBits + 2 * type.bits + tie + romCost(wordBits, folds)),
      part: part('scale_shift', stream, [
        ...common,
        ['MULTIPLIER_W', scaled.multiplierBits],
        ['BIAS_W', scaled.biasBits],
        ['SHIFT', scaled.shift],
        ['LEVELS', step.levels],
        ['TIES_EVEN', scaled.tiesEven ? 1 : 0],
        ['FIRST', scaled.first],
        ['CONSTANTS', `"${prefix}"`],
      ]),
      memories: () => constantImages(layout, scaled, step.rows),
    });
  }
  const multiplies = step.levels >= (preferred === 'scale_sequential' ? 4 : LEAST_LEVELS) && input.bits <= 32;
  const lines = multiplies ? findLines(functions, MOST_SHIFT) : undefined;
  const sequential = lines && planSequential(lines, functions, input.bits, spacing);
  if (sequential) {
    const luts = sequentialLuts(sequential, input.bits) + romCost(sequentialWordBits(sequential), folds);
    ways.push({
      way: 'scale_sequential',
      cost: lanes * luts + 10,
      part: part('scale_sequential', stream, [
        ...common,
        ...sequentialParameters(sequential, step.levels, prefix),
      ]),
      memories: () => sequentialImages(sequential, layout),
    });
  }
  const wanted = ways.filter(({ way }) => way === preferred);
  const taken = (wanted.length ? wanted : ways).reduce((best, way) => (way.cost < best.cost ? way : best));
  return { ...taken, memories: once(taken.memories), ways, lines };
}

/** The same value each time. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const COMPARE = 0.75; // LUTs per bit of a comparator
const MOST_TREE_WORDS = 1024; // a tree is read without a register, so it lies in LUTs

/** LUTs of a ROM with a register, or what its block RAM is worth; a single word is constants and costs nothing. */
function romCost(width: number, words: number): number {
  return deepPrefersBlock(words) ? (width * words) / 512 : logicRomCost(width, words);
}

/** LUTs of a ROM in logic: a LUT6 holds 64 words of a bit; of two words a bit is the address, or its complement. */
function logicRomCost(width: number, words: number): number {
  if (words <= 2) return 0;
  const leaves = Math.ceil(words / 64);
  return width * (leaves + Math.ceil((leaves - 1) / 3));
}

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
