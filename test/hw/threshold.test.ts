import { describe, expect, test } from 'vitest';
import { runBench } from './bench.js';
import { BEATS, type Row, searchBench, stimulus } from './thresholds.js';
import { digits, pack } from './words.js';

const SEARCH: readonly Row[] = [
  [1, 1, 0n, 1, 2, 1, 0, 1],
  [1, 1, 1n, 2, 2, 3, -1, 2],
  [2, 8, 0x80n, 8, 4, 2, -2, 1],
  [3, 12, 0n, 13, 16, 4, -8, 5],
  [2, 20, 0x80000n, 20, 8, 6, -40, 4],
  [11, 6, 0n, 7, 4, 2, 0, 3],
  [1, 16, 0x8000n, 16, 256, 8, 0, 2],
];
const PARALLEL: readonly Row[] = [
  ...SEARCH.slice(0, 6),
  [2, 8, 0x80n, 8, 3, 2, -1, 1],
  [1, 10, 0n, 11, 21, 5, 3, 6],
  [2, 8, 0n, 8, 5, 8, -100, 2],
];

describe('threshold_search', () => {
  test.each(SEARCH)(
    '%i lanes of %i bits, xor %i, T %i bits, %i levels, out %i bits, base %i, %i folds',
    async (...row) => {
      const levelBits = Math.log2(row[4]);
      const figures = await runBench(searchBench(row));
      expect(figures).toEqual({ latency: levelBits + 1, cycles: BEATS + levelBits });
    },
  );
});

describe('threshold_sequential', () => {
  test.each(SEARCH)(
    '%i lanes of %i bits, xor %i, T %i bits, %i levels, out %i bits, base %i, %i folds',
    async (...row) => {
      const { shape, parameters, thresholds, input, expected } = stimulus(row);
      const levelBits = Math.log2(shape.levels);
      const memories: Record<string, bigint[]> = {};
      for (let lane = 0; lane < shape.lanes; lane++)
        memories[`t_pe${digits(lane)}.mem`] = thresholds[lane].flatMap((set) =>
          Array.from({ length: 2 ** levelBits }, (_, node) => {
            if (node === 0) return 0n;
            const stage = Math.floor(Math.log2(node));
            return set[(2 * (node - 2 ** stage) + 1) * 2 ** (levelBits - 1 - stage) - 1];
          }),
        );
      const all = { ...parameters, LEVEL_BITS: levelBits };
      const figures = await runBench({
        module: 'threshold_sequential',
        parameters: all,
        input,
        expected,
        memories,
      });
      expect(figures).toEqual({ latency: levelBits + 1, cycles: BEATS * levelBits + 1 });
    },
  );
});

describe('threshold_parallel', () => {
  test.each(PARALLEL)(
    '%i lanes of %i bits, xor %i, T %i bits, %i levels, out %i bits, base %i, %i folds',
    async (...row) => {
      const { shape, parameters, thresholds, input, expected } = stimulus(row);
      const memories: Record<string, bigint[]> = {};
      for (let lane = 0; lane < shape.lanes; lane++)
        memories[`t_pe${digits(lane)}.mem`] = thresholds[lane].map((set) => pack(set, shape.thresholdWidth));
      const all = { ...parameters, LEVELS: shape.levels };
      const figures = await runBench({
        module: 'threshold_parallel',
        parameters: all,
        input,
        expected,
        memories,
      });
      expect(figures).toEqual({ latency: 2, cycles: BEATS + 1 });
    },
  );
});
