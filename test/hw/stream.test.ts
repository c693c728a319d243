import { describe, expect, test } from 'vitest';
import { runBench } from './bench.js';
import { pack, Random } from './words.js';

describe('stream_register', () => {
  test.each([1, 8, 65])('WIDTH %i', async (WIDTH) => {
    const input = new Random(WIDTH).words(150, WIDTH);
    const figures = await runBench({
      module: 'stream_register',
      parameters: { WIDTH },
      input,
      expected: input,
    });
    expect(figures).toEqual({ latency: 1, cycles: 150 });
  });
});

describe('stream_fifo', () => {
  test.each([
    [1, 1, 0],
    [8, 1, 1],
    [1, 2, 0],
    [8, 3, 1],
    [8, 4, 0],
    [33, 5, 0],
    [8, 64, 1],
  ])('WIDTH %i, DEPTH %i, BLOCK %i', async (WIDTH, DEPTH, BLOCK) => {
    const input = new Random(DEPTH).words(200, WIDTH);
    const parameters = { WIDTH, DEPTH, BLOCK };
    const figures = await runBench({ module: 'stream_fifo', parameters, input, expected: input });
    expect(figures).toEqual({ latency: 2, cycles: 201 });
  });
});

describe('stream_width', () => {
  test.each([
    [1, 1, 1],
    [8, 3, 3],
    [1, 1, 2],
    [4, 1, 8],
    [5, 2, 6],
    [1, 2, 1],
    [4, 8, 1],
    [5, 6, 2],
  ])('LANE_W %i, IN_LANES %i, OUT_LANES %i', async (LANE_W, IN_LANES, OUT_LANES) => {
    const count = 24 * Math.max(IN_LANES, OUT_LANES);
    const lanes = new Random(IN_LANES + 100 * OUT_LANES).words(count, LANE_W);
    const input = beats(lanes, IN_LANES, LANE_W);
    const expected = beats(lanes, OUT_LANES, LANE_W);
    const parameters = { LANE_W, IN_LANES, OUT_LANES };
    const figures = await runBench({ module: 'stream_width', parameters, input, expected });
    const pieces = Math.max(input.length, expected.length);
    const latency = IN_LANES === OUT_LANES ? 0 : Math.max(1, OUT_LANES / IN_LANES);
    expect(figures).toEqual({ latency, cycles: pieces - 1 + (latency === 0 ? 0 : 1) });
  });
});

function beats(lanes: readonly bigint[], perBeat: number, width: number): bigint[] {
  const words: bigint[] = [];
  for (let first = 0; first < lanes.length; first += perBeat)
    words.push(pack(lanes.slice(first, first + perBeat), width));
  return words;
}
