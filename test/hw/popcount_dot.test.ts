import { describe, test } from 'vitest';
import { allOperands, popcountBench, randomOperands } from './arrays.js';
import { FREE_RUNNING, runBench } from './bench.js';
import { BIPOLAR } from './operands.js';
import { Random } from './words.js';

describe('popcount_dot', () => {
  test.each([
    [1, 1],
    [1, 4],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 2], // modulo 2^2
    [5, 16],
  ])('all operands: SIMD %i, Y_W %i', async (SIMD, Y_W) => {
    await runBench(popcountBench(SIMD, Y_W, allOperands(SIMD, 1, 1, BIPOLAR)), FREE_RUNNING);
  });

  test.each([
    [7, 3],
    [8, 4],
    [9, 2],
    [16, 5],
    [19, 5],
    [33, 6],
    [128, 8],
    [200, 9],
  ])('random operands: SIMD %i, Y_W %i', async (SIMD, Y_W) => {
    await runBench(popcountBench(SIMD, Y_W, randomOperands(500, SIMD, 1, 1, BIPOLAR)), FREE_RUNNING);
  });
});

describe('bit_count', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('all words of %i bits', async (N) => {
    await count(
      N,
      Array.from({ length: 2 ** N }, (_, word) => BigInt(word)),
    );
  });

  test.each([13, 18, 19, 36, 37, 43, 64, 100, 217])('random words of %i bits', async (N) => {
    const random = new Random(N);
    await count(N, [2n ** BigInt(N) - 1n, ...random.words(500, N)]);
  });

  async function count(N: number, input: readonly bigint[]): Promise<void> {
    const expected = input.map((word) => BigInt(word.toString(2).replaceAll('0', '').length));
    await runBench({ module: 'bit_count', parameters: { N }, input, expected }, FREE_RUNNING);
  }
});
