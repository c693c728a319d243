import { expect, test } from 'vitest';
import { runBench } from './bench.js';
import { digits, pack, Random } from './words.js';

const BEATS = 150;

test.each([
  // LANES, IN_W, IN_XOR, MULTIPLIER_W, BIAS_W, SHIFT, LEVELS, OUT_W, BASE, FOLDS, TIES_EVEN, FIRST
  [1, 1, 0n, 1, 1, 0, 2, 1, 0, 1, 0, 0],
  [2, 12, 0x800n, 8, 20, 8, 16, 4, -8, 1, 0, 0],
  [2, 12, 0n, 8, 20, 16, 10, 8, 100, 3, 0, 0],
  [1, 8, 0n, 4, 30, 12, 65536, 17, -65536, 2, 0, 0],
  [3, 16, 0x8000n, 12, 6, 20, 200, 8, 0, 5, 0, 0],
  [1, 4, 0n, 3, 4, 12, 4, 2, 1, 4, 0, 0], // SHIFT beyond the sum: only the sign is left
  [2, 10, 0x200n, 1, 10, 5, 16, 4, 0, 2, 1, 0],
  [2, 10, 0n, 3, 11, 6, 13, 5, 2, 3, 1, 1],
  [1, 8, 0n, 2, 9, 3, 64, 6, 0, 1, 0, 1],
  [1, 9, 0n, 1, 9, 1, 4, 3, -2, 1, 1, 1],
  [1, 4, 0n, 1, 3, 0, 16, 4, 0, 1, 1, 0], // no bit leaves: no ties
] as const)(
  'scale_shift %i lanes of %i bits, xor %i, m %i bits, b %i bits, >>> %i, %i levels, out %i bits, base %i, %i folds, ties even %i, from %i',
  async (...values) => {
    const [LANES, IN_W, IN_XOR, MULTIPLIER_W, BIAS_W, SHIFT, LEVELS, OUT_W, BASE, FOLDS, TIES_EVEN, FIRST] =
      values;
    const random = new Random(IN_W * 97 + BIAS_W);
    const constants = Array.from({ length: LANES }, () =>
      Array.from({ length: FOLDS }, () => ({ m: random.bits(MULTIPLIER_W), b: random.bits(BIAS_W) })),
    );
    const memories: Record<string, bigint[]> = {};
    for (let lane = 0; lane < LANES; lane++)
      memories[`c_pe${digits(lane)}.mem`] = constants[lane].map(
        ({ m, b }) => (b << BigInt(MULTIPLIER_W)) | m,
      );
    const input: bigint[] = [];
    const expected: bigint[] = [];
    for (let beat = 0; beat < BEATS; beat++) {
      const x = random.words(LANES, IN_W);
      input.push(pack(x, IN_W));
      const results = x.map((value, lane) => {
        const { m, b } = constants[lane][beat % FOLDS];
        const sum = (value ^ IN_XOR) * m + BigInt.asIntN(BIAS_W, b);
        const floor = sum >> BigInt(SHIFT);
        const tie = TIES_EVEN === 1 && SHIFT > 0 && sum === floor << BigInt(SHIFT);
        const scaled = (tie && floor % 2n !== 0n ? floor - 1n : floor) - BigInt(FIRST);
        const level = scaled < 0n ? 0n : scaled >= BigInt(LEVELS) ? BigInt(LEVELS - 1) : scaled;
        return level + BigInt(BASE);
      });
      expected.push(pack(results, OUT_W));
    }
    const xor = { value: IN_XOR, width: IN_W };
    const widths = { LANES, IN_W, IN_XOR: xor, MULTIPLIER_W, BIAS_W, SHIFT };
    const parameters = { ...widths, LEVELS, TIES_EVEN, FIRST, OUT_W, BASE, FOLDS };
    const figures = await runBench({ module: 'scale_shift', parameters, input, expected, memories });
    expect(figures).toEqual({ latency: 3, cycles: BEATS + 2 });
  },
);
