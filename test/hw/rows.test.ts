import { expect, test } from 'vitest';
import { runBench } from './bench.js';
import { depthToSpaceBench, upsampleBench } from './rows.js';

/** Where the output does not have to wait for the input, it moves a beat every cycle. */
test.each([
  // WIDTH, COLUMNS, FOLDS, FACTOR_H, FACTOR_W, BLOCK
  [8, 4, 1, 1, 1, 0],
  [8, 1, 1, 1, 2, 0],
  [8, 3, 2, 1, 3, 1],
  [1, 1, 1, 2, 1, 0],
  [8, 4, 1, 2, 1, 0],
  [8, 4, 3, 3, 1, 1],
  [8, 1, 1, 2, 2, 0],
  [8, 4, 1, 2, 2, 0],
  [16, 5, 3, 2, 2, 1],
  [70, 3, 2, 3, 4, 0],
  [4, 7, 5, 4, 3, 1],
])('upsample WIDTH %i, COLUMNS %i, FOLDS %i, factors %i x %i, BLOCK %i', async (...row) => {
  const bench = upsampleBench(...row);
  const [, COLUMNS, FOLDS, FACTOR_H, FACTOR_W] = row;
  const figures = await runBench(bench);
  const latency = FACTOR_H * FACTOR_W === 1 ? 1 : 2;
  expect(figures).toEqual({ latency, cycles: latency + bench.expected.length - 1 });
  expect(bench.expected.length).toBe(2 * 3 * COLUMNS * FOLDS * FACTOR_H * FACTOR_W);
});

test.each([
  // LANE_W, LANES, COLUMNS, FOLDS, BLOCK_SIZE, CRD, BLOCK
  [8, 1, 1, 1, 1, 0, 0],
  [8, 1, 1, 1, 2, 0, 0],
  [8, 1, 3, 1, 2, 0, 1],
  [4, 3, 2, 2, 2, 0, 0],
  [8, 2, 5, 3, 2, 0, 1],
  [1, 1, 4, 2, 3, 0, 0],
  [5, 4, 3, 1, 4, 0, 1],
  [8, 1, 1, 1, 2, 1, 0],
  [8, 1, 3, 1, 2, 1, 0],
  [8, 1, 2, 3, 2, 1, 1],
  [3, 1, 3, 4, 3, 1, 0],
  [3, 1, 2, 2, 4, 1, 1],
  [8, 1, 3, 4, 1, 1, 0],
])('depth_to_space LANE_W %i, LANES %i, COLUMNS %i, FOLDS %i, b %i, CRD %i, BLOCK %i', async (...row) => {
  const bench = depthToSpaceBench(...row);
  const figures = await runBench(bench);
  expect(figures).toEqual({ latency: 2, cycles: lastTransfer(bench.input, bench.expected, row) });
});

/** A beat leaves two cycles after it came, one cycle after its predecessor, and no later. Beats come every cycle. */
function lastTransfer(input: readonly bigint[], expected: readonly bigint[], row: readonly number[]): number {
  const [, , COLUMNS, FOLDS, b, CRD] = row;
  const words = COLUMNS * b * b * FOLDS;
  let time = 1;
  for (let beat = 0; beat < expected.length; beat++) {
    const inRow = beat % words;
    const fold = inRow % FOLDS;
    const bx = Math.floor(inRow / FOLDS) % b;
    const x = Math.floor(inRow / (FOLDS * b)) % COLUMNS;
    const by = Math.floor(inRow / (FOLDS * b * COLUMNS));
    const within = CRD === 1 ? fold * b * b + by * b + bx : (by * b + bx) * FOLDS + fold;
    const address = beat - inRow + x * b * b * FOLDS + within;
    time = Math.max(time + 1, address + 2);
  }
  expect(input.length).toBe(expected.length);
  return time;
}
