/** Hardware for a step function: the cheapest of binary search, parallel comparators, and multiply-add-shift. */
import type { IntegerStep, IntegerType } from '../3-integer/types.js';
import { countBits } from '../shared/interval.js';
import { laneNumber, packWord } from './memory.js';
import { findScaleShift, type LevelFunction } from './scale-shift.js';
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

export type RequantisationWay = 'threshold_search' | 'threshold_parallel' | 'scale_shift';

export interface Requantisation {
  readonly way: RequantisationWay;
  readonly part: Part;
  readonly memories: readonly MemoryImage[];
  readonly cost: number; // estimated LUTs
}

/**
 * Choose and describe the hardware of a step function.
 *
 * @param lanes values per beat
 * @param prefix of the memory files
 * @param preferred the way to take wherever it can do the step exactly; elsewhere the cheapest
 */
export function planRequantisation(
  step: IntegerStep,
  type: IntegerType,
  input: StepInput,
  lanes: number,
  beats: number,
  prefix: string,
  preferred?: RequantisationWay,
): Requantisation {
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

  if (type.bits >= levelBits)
    ways.push({
      way: 'threshold_search',
      cost: lanes * (levelBits * (0.7 * searchBits + 1) + romCost(folds * width * searchBits, folds * width)),
      part: part('threshold_search', stream, [
        ...common,
        ['THRESHOLD_W', searchBits],
        ['LEVEL_BITS', levelBits],
        ...files,
      ]),
      memories: searchImages({ ...layout, thresholdBits: searchBits }, levelBits),
    });
  if (width <= 64)
    ways.push({
      way: 'threshold_parallel',
      cost: lanes * (width * (0.75 * parallelBits) + width + romCost(folds * width * parallelBits, folds)),
      part: part('threshold_parallel', stream, [
        ...common,
        ['THRESHOLD_W', parallelBits],
        ['LEVELS', step.levels],
        ...files,
      ]),
      memories: parallelImages({ ...layout, thresholdBits: parallelBits }),
    });
  const scaled = width >= 3 && input.bits <= 32 ? scaleShift(rows, width, step, input) : undefined;
  if (scaled) {
    const wordBits = scaled.multiplierBits + scaled.biasBits;
    ways.push({
      way: 'scale_shift',
      cost:
        lanes *
        (1.1 * input.bits * scaled.multiplierBits +
          scaled.biasBits +
          2 * type.bits +
          romCost(folds * wordBits, folds)),
      part: part('scale_shift', stream, [
        ...common,
        ['MULTIPLIER_W', scaled.multiplierBits],
        ['BIAS_W', scaled.biasBits],
        ['SHIFT', scaled.shift],
        ['LEVELS', step.levels],
        ['CONSTANTS', `"${prefix}"`],
      ]),
      memories: constantImages(layout, scaled, step.rows),
    });
  }
  const wanted = ways.filter(({ way }) => way === preferred);
  return (wanted.length ? wanted : ways).reduce((best, way) => (way.cost < best.cost ? way : best));
}

/** LUTs of a small ROM: one LUT6 holds 64 words of a bit; a single word is constants and costs nothing. */
function romCost(bits: number, words: number): number {
  return words <= 1 ? 0 : bits / 64;
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

function scaleShift(rows: Float64Array, width: number, step: IntegerStep, { lo, hi, channels }: StepInput) {
  const functions: LevelFunction[] = [];
  for (let r = 0; r < step.rows; r++)
    functions.push({
      thresholds: rows.subarray(r * width, (r + 1) * width),
      ...(step.rows > 1 && channels ? channels[r] : { lo, hi }),
    });
  return findScaleShift(functions, 24);
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

function part(
  module: string,
  { input, output }: { input: Stream; output: Stream },
  parameters: (readonly [string, number | string])[],
): Part {
  return { module, instance: 'requantise', parameters: new Map(parameters), input, output };
}
