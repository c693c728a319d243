import { describe, expect, test } from 'vitest';
import { runBench } from './bench.js';
import { Random } from './words.js';

describe('stream_fork', () => {
  test.each([1, 8, 65])('WIDTH %i', async (WIDTH) => {
    const input = new Random(WIDTH).words(150, WIDTH);
    const figures = await runBench({
      module: 'stream_fork',
      parameters: { WIDTH },
      input,
      expected: input,
      expected2: input,
    });
    expect(figures).toEqual({ latency: 1, cycles: 150, latency2: 1, cycles2: 150 });
  });
});

describe('stream_concat', () => {
  test.each([
    [1, 1, 1],
    [8, 1, 3],
    [8, 3, 1],
    [33, 2, 2],
    [8, 5, 7],
    [4, 16, 1],
  ])('WIDTH %i, FOLDS_A %i, FOLDS_B %i', async (WIDTH, FOLDS_A, FOLDS_B) => {
    const pixels = 24;
    const random = new Random(FOLDS_A + 100 * FOLDS_B);
    const input = random.words(pixels * FOLDS_A, WIDTH);
    const input2 = random.words(pixels * FOLDS_B, WIDTH);
    const expected = Array.from({ length: pixels }, (_, pixel) => [
      ...input.slice(pixel * FOLDS_A, (pixel + 1) * FOLDS_A),
      ...input2.slice(pixel * FOLDS_B, (pixel + 1) * FOLDS_B),
    ]).flat();
    const parameters = { WIDTH, FOLDS_A, FOLDS_B };
    const figures = await runBench({ module: 'stream_concat', parameters, input, input2, expected });
    expect(figures).toEqual({ latency: 1, cycles: expected.length });
  });
});
