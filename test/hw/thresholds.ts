/** Benches of threshold_search and its kin: random thresholds, values near and far from them, and what must come out. */
import type { Bench } from './bench.js';
import { digits, pack, Random } from './words.js';

export const BEATS = 120;

export interface Shape {
  readonly lanes: number;
  readonly inWidth: number;
  readonly xor: bigint;
  readonly thresholdWidth: number;
  readonly levels: number;
  readonly outWidth: number;
  readonly base: number;
  readonly folds: number;
}

/** lanes, IN_W, IN_XOR, THRESHOLD_W, levels, OUT_W, BASE, FOLDS */
export type Row = readonly [number, number, bigint, number, number, number, number, number];

export function searchBench(row: Row): Bench {
  const { shape, parameters, thresholds, input, expected } = stimulus(row);
  const levelBits = Math.log2(shape.levels);
  const memories: Record<string, bigint[]> = {};
  for (let lane = 0; lane < shape.lanes; lane++)
    for (let stage = 0; stage < levelBits; stage++)
      memories[`t_pe${digits(lane)}_s0${stage}.mem`] = thresholds[lane].flatMap((set) =>
        Array.from(
          { length: 2 ** stage },
          (_, prefix) => set[(2 * prefix + 1) * 2 ** (levelBits - 1 - stage) - 1],
        ),
      );
  return {
    module: 'threshold_search',
    parameters: { ...parameters, LEVEL_BITS: levelBits, THRESHOLDS: 't' },
    input,
    expected,
    memories,
  };
}

/** Random thresholds [lanes][folds][levels-1], ascending, values near and far from them, and what must come out. */
export function stimulus(row: Row) {
  const [lanes, inWidth, xor, thresholdWidth, levels, outWidth, base, folds] = row;
  const shape: Shape = { lanes, inWidth, xor, thresholdWidth, levels, outWidth, base, folds };
  const random = new Random(lanes * 7 + inWidth * 131 + levels);
  const ascending = () =>
    random.words(levels - 1, thresholdWidth).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const thresholds = Array.from({ length: lanes }, () => Array.from({ length: folds }, ascending));
  const input: bigint[] = [];
  const expected: bigint[] = [];
  for (let beat = 0; beat < BEATS; beat++) {
    const values = thresholds.map((sets) => {
      if (random.below(2) === 0) return random.bits(inWidth);
      const set = sets[beat % folds];
      const near = set[random.below(set.length)] + BigInt(random.below(3) - 1);
      return BigInt.asUintN(inWidth, near) ^ xor;
    });
    input.push(pack(values, inWidth));
    const results = values.map((value, lane) => {
      const level = thresholds[lane][beat % folds].filter((threshold) => (value ^ xor) >= threshold).length;
      return BigInt(level + base);
    });
    expected.push(pack(results, outWidth));
  }
  const parameters = {
    LANES: lanes,
    IN_W: inWidth,
    IN_XOR: { value: xor, width: inWidth },
    THRESHOLD_W: thresholdWidth,
    OUT_W: outWidth,
    BASE: base,
    FOLDS: folds,
  };
  return { shape, parameters, thresholds, input, expected };
}
