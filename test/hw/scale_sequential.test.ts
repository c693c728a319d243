import { expect, test } from 'vitest';
import { runBench } from './bench.js';
import { digits, pack, Random } from './words.js';

const BEATS = 120;

test.each([
  // LANES, IN_W, IN_XOR, MULTIPLIER_W, ROWS, STEPS, STAGES, ZEROS, SUM_W, SHIFT, LEVELS, PIVOT, EXTRA_W, OUT_W, BASE, FOLDS
  [1, 1, 0n, 1, 1, 1, 1, 0, 3, 0, 2, 0, 1, 1, 0, 1],
  [2, 12, 0x800n, 9, 2, 3, 1, 4, 20, 16, 16, 0, 1, 4, -8, 1],
  [2, 20, 0n, 24, 4, 4, 1, 13, 33, 36, 256, 131, 9, 8, -128, 5],
  [1, 20, 0x80000n, 24, 5, 3, 1, 36, 12, 36, 200, 0, 1, 8, 0, 64], // no bit below the shift
  [1, 8, 0n, 7, 1, 4, 1, 10, 6, 12, 16, 8, 2, 32, 0, 1], // zeros beyond the digits
  [1, 8, 0xffn, 7, 1, 4, 1, 8, 9, 11, 16, 0, 1, 4, 0, 2], // as many zeros as places of the digits
  [1, 8, 0n, 5, 3, 1, 1, 0, 30, 5, 256, 255, 5, 17, 0, 2], // one cycle; a sum wider than the product
  [3, 6, 0n, 20, 1, 11, 1, 2, 15, 13, 9, 1, 11, 4, -9, 2], // a sum narrower than the product wraps
  [1, 20, 0n, 24, 5, 1, 3, 13, 33, 36, 256, 131, 9, 8, -128, 5], // three stages
  [2, 9, 0x100n, 8, 1, 1, 5, 3, 14, 13, 20, 0, 1, 5, 0, 3],
  [1, 12, 0n, 9, 3, 1, 2, 14, 8, 18, 16, 0, 1, 4, 0, 1], // zeros beyond the digits of both stages
  [1, 18, 0n, 23, 3, 4, 1, 11, 32, 33, 256, 0, 1, 8, -128, 64],
] as const)(
  'scale_sequential %i lanes of %i bits, xor %i, m %i bits in %i rows, %i cycles, %i stages, %i zeros, sum %i bits, >>> %i, %i levels, pivot %i, x %i bits, out %i bits, base %i, %i folds',
  async (...values) => {
    const [LANES, IN_W, IN_XOR, MULTIPLIER_W, ROWS, STEPS, STAGES, ZEROS, SUM_W, SHIFT, LEVELS] = values;
    const [, , , , , , , , , , , PIVOT, EXTRA_W, OUT_W, BASE, FOLDS] = values;
    const random = new Random(IN_W * 97 + SUM_W);
    const constants = Array.from({ length: LANES }, () =>
      Array.from({ length: FOLDS }, () => {
        const m = random.bits(MULTIPLIER_W);
        // the middle of the inputs' products in the middle of the levels, when they are not too large
        const spread = BigInt(LEVELS) << BigInt(SHIFT);
        const middle = (spread - (m << BigInt(IN_W))) / 2n;
        return { m, b: middle >> BigInt(ZEROS), x: random.bits(EXTRA_W) };
      }),
    );
    let places = 0n; // what the rows add besides the product
    for (let digit = 0; digit < ROWS * STEPS * STAGES; digit++)
      places += (4n ** BigInt(digit)) << BigInt(IN_W + 1);
    const drop = BigInt(ZEROS);
    const memories: Record<string, bigint[]> = {};
    for (let lane = 0; lane < LANES; lane++)
      memories[`c_pe${digits(lane)}.mem`] = constants[lane].map(({ m, b, x }) => {
        const extra = PIVOT > 0 ? x << BigInt(SUM_W) : 0n;
        return ((extra | BigInt.asUintN(SUM_W, b)) << BigInt(MULTIPLIER_W)) | m;
      });
    const input: bigint[] = [];
    const expected: bigint[] = [];
    for (let beat = 0; beat < BEATS; beat++) {
      const fields = random.words(LANES, IN_W);
      input.push(pack(fields, IN_W));
      const results = fields.map((value, lane) => {
        const { m, b, x } = constants[lane][beat % FOLDS];
        const all = (value ^ IN_XOR) * m + places + (b << drop);
        const sum = BigInt.asIntN(SUM_W, all >> drop);
        const lost = BigInt(SHIFT) - drop;
        const q = sum >> lost;
        const carry = (sum & ((1n << lost) - 1n)) + x >= 1n << lost;
        const top = BigInt(LEVELS - 1);
        const level = q + (PIVOT > 0 && q >= BigInt(PIVOT) && carry ? 1n : 0n);
        return (level < 0n ? 0n : level > top ? top : level) + BigInt(BASE);
      });
      expected.push(pack(results, OUT_W));
    }
    const xor = { value: IN_XOR, width: IN_W };
    const widths = { LANES, IN_W, IN_XOR: xor, MULTIPLIER_W, ROWS, STEPS, STAGES, ZEROS, SUM_W, SHIFT };
    const parameters = { ...widths, LEVELS, PIVOT, EXTRA_W, OUT_W, BASE, FOLDS };
    const figures = await runBench({ module: 'scale_sequential', parameters, input, expected, memories });
    expect(figures).toEqual({ latency: STEPS + STAGES + 1, cycles: BEATS * STEPS + STAGES + 1 });
  },
);
