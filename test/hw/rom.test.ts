import { describe, expect, test } from 'vitest';
import { runBench } from './bench.js';
import { Random } from './words.js';

describe('rom', () => {
  test.each([
    [1, 1, 0],
    [8, 1, 1],
    [1, 2, 0],
    [8, 3, 1],
    [70, 16, 0],
    [5, 100, 1],
  ])('WIDTH %i, DEPTH %i, BLOCK %i', async (WIDTH, DEPTH, BLOCK) => {
    const random = new Random(WIDTH + DEPTH);
    const contents = random.words(DEPTH, WIDTH);
    const input = Array.from({ length: 150 }, () => BigInt(random.below(DEPTH)));
    const expected = input.map((address) => contents[Number(address)]);
    const memories = { 'rom.mem': contents };
    const figures = await runBench({
      module: 'rom',
      parameters: { WIDTH, DEPTH, BLOCK },
      input,
      expected,
      memories,
    });
    expect(figures).toEqual({ latency: 1, cycles: 150 });
  });
});

describe('wrap_counter', () => {
  test.each([1, 2, 3, 8, 13])('COUNT %i', async (COUNT) => {
    const bits = BigInt(Math.max(1, Math.ceil(Math.log2(COUNT))));
    const expected = Array.from({ length: 60 }, (_, step) => {
      const value = step % COUNT;
      return (value === COUNT - 1 ? 1n << bits : 0n) | BigInt(value);
    });
    const input = expected.map(() => 0n);
    await runBench({ module: 'wrap_counter', parameters: { COUNT }, input, expected });
  });
});
