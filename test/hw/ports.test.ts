import { describe, expect, test } from 'vitest';
import { runBench } from './bench.js';
import { decode } from './operands.js';
import { pack, Random } from './words.js';

const WORDS = 120;

describe('output_port', () => {
  test.each([
    // LANES, IN_W, IN_SIGNED, STEP, OFFSET, OUT_W, OUT_SIGNED, PITCH, BEATS
    [1, 1, 0, 1, 0, 1, 0, 8, 1],
    [3, 1, 0, 2, -1, 2, 1, 8, 4],
    [2, 6, 0, 2, -40, 8, 1, 16, 3],
    [1, 12, 1, 1, 0, 12, 1, 16, 1],
    [2, 12, 1, -3, 7, 5, 0, 8, 2],
    [1, 40, 1, 1, -5, 64, 1, 64, 7],
    [2, 8, 0, 1, 128, 8, 0, 8, 10],
    [1, 20, 1, 1, 0, 20, 1, 32, 5],
  ])(
    '%i lanes of %i bits (signed %i), *%i + %i, out %i bits (signed %i), pitch %i, %i beats',
    async (...values) => {
      const [LANES, IN_W, IN_SIGNED, STEP, OFFSET, OUT_W, OUT_SIGNED, PITCH, BEATS] = values;
      const input: bigint[] = [];
      const expected: bigint[] = [];
      const random = new Random(IN_W);
      for (let beat = 0; beat < WORDS; beat++) {
        const x = random.words(LANES, IN_W);
        input.push(pack(x, IN_W));
        const y = x.map((code) => {
          const result = BigInt.asUintN(OUT_W, BigInt(STEP) * decode(code, IN_W, IN_SIGNED) + BigInt(OFFSET));
          return decode(result, OUT_W, OUT_SIGNED);
        });
        const last = beat % BEATS === BEATS - 1 ? 1n : 0n;
        expected.push((last << BigInt(LANES * PITCH)) | pack(y, PITCH));
      }
      const parameters = { LANES, IN_W, IN_SIGNED, STEP, OFFSET, OUT_W, OUT_SIGNED, PITCH, BEATS };
      const figures = await runBench({ module: 'output_port', parameters, input, expected });
      expect(figures).toEqual({ latency: 1, cycles: WORDS });
    },
  );
});

describe('input_port', () => {
  test.each([
    [1, 1, 8],
    [3, 4, 8],
    [2, 8, 8],
    [2, 9, 16],
  ])('%i lanes of %i bits, pitch %i', async (LANES, LANE_W, PITCH) => {
    const random = new Random(LANE_W);
    const lanes = Array.from({ length: WORDS }, () => random.words(LANES, PITCH));
    const input = lanes.map((values) => pack(values, PITCH));
    const expected = lanes.map((values) => pack(values, LANE_W));
    const figures = await runBench({
      module: 'input_port',
      parameters: { LANES, LANE_W, PITCH },
      input,
      expected,
    });
    expect(figures).toEqual({ latency: 1, cycles: WORDS });
  });
});
