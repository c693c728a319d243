import { expect, test } from 'vitest';
import { runBench } from './bench.js';
import { Random } from './words.js';

const VECTORS = 12;

test.each([
  [8, 1, 1],
  [8, 5, 1],
  [1, 1, 2],
  [8, 1, 3],
  [8, 2, 2],
  [8, 3, 4],
  [16, 4, 2],
  [70, 7, 3],
  [8, 16, 5],
])('vector_buffer WIDTH %i, BEATS %i, REPEATS %i', async (WIDTH, BEATS, REPEATS) => {
  const input = new Random(BEATS * 10 + REPEATS).words(VECTORS * BEATS, WIDTH);
  const expected: bigint[] = [];
  for (let first = 0; first < input.length; first += BEATS)
    for (let pass = 0; pass < REPEATS; pass++) expected.push(...input.slice(first, first + BEATS));
  const parameters = { WIDTH, BEATS, REPEATS };
  const figures = await runBench({ module: 'vector_buffer', parameters, input, expected });
  const latency = REPEATS === 1 ? 1 : 2;
  expect(figures).toEqual({ latency, cycles: latency + expected.length - 1 });
});
