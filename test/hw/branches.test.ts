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

/** Two branches that meet again: one gives nothing before it has eight beats, the other is a FIFO. */
describe('a fork and a join', () => {
  const WAIT = 8;
  const input = new Random(WAIT).words(20 * WAIT, 8);
  const bench = (DEPTH: number) => ({
    module: 'fork_join',
    parameters: { WAIT, DEPTH },
    input,
    expected: input.map((word) => 2n * word),
  });

  test('run at 1 beat/cycle with a FIFO for the beats that wait', async () => {
    const latency = 1 + WAIT + 1 + 2; // fork, joining eight beats, splitting them, adding
    expect(await runBench(bench(WAIT + 1))).toEqual({ latency, cycles: latency + input.length - 1 });
  });

  /** Three more beats wait in the registers of the fork, the FIFO and the addition. */
  test('run with bubbles when fork, FIFO and addition just hold the beats that wait', async () => {
    const { cycles } = await runBench(bench(WAIT - 3));
    expect(cycles).toBeGreaterThan(WAIT + 3 + input.length);
  });

  test('stop for ever with one beat less', async () => {
    await expect(runBench(bench(WAIT - 4), [[0, 0]])).rejects.toThrow('timeout');
  });
});
