import { describe, expect, test } from 'vitest';
import { type Bench, runBench } from './bench.js';
import { runNetlist } from './netlist.js';
import { decode } from './operands.js';
import { pack, Random } from './words.js';
import { YOSYS } from './yosys.js';

const MAXIMUM = 0;
const SUM = 1;

/** Input beats, at least: the reset in mid-stream comes after 24 to 52 cycles. */
const BEATS = 150;

interface Shape {
  readonly LANES: number;
  readonly IN_W: number;
  readonly OUT_W: number;
  readonly SIGNED: number;
  readonly MODE: number;
}

/** The result of one lane, from its codes. */
function gather({ IN_W, SIGNED, MODE }: Shape, codes: readonly bigint[]): bigint {
  const values = codes.map((code) => decode(code, IN_W, SIGNED));
  if (MODE === SUM) return values.reduce((sum, value) => sum + value, 0n);
  return BigInt(Math.max(...values.map(Number)));
}

/**
 * Groups of `taps` vectors, each of `folds` beats; the results of a group are one vector.
 *
 * The first groups hold the lowest, then the highest code everywhere.
 */
function gatherBench(shape: Shape, taps: number, folds: number): Pick<Bench, 'input' | 'expected'> {
  const { LANES, IN_W, OUT_W, SIGNED } = shape;
  const random = new Random(LANES * 100 + taps * 10 + folds);
  const sign = SIGNED ? 1n << BigInt(IN_W - 1) : 0n;
  const extremes = [sign, sign ^ ((1n << BigInt(IN_W)) - 1n)];
  const input: bigint[] = [];
  const expected: bigint[] = [];
  while (input.length < BEATS || expected.length < 3 * folds) {
    const extreme = extremes.shift();
    const lane = (): bigint => extreme ?? random.bits(IN_W);
    const group = Array.from({ length: taps }, () => Array.from({ length: folds * LANES }, lane));
    const results = group[0].map((_, channel) =>
      gather(
        shape,
        group.map((vector) => vector[channel]),
      ),
    );
    for (let fold = 0; fold < folds; fold++)
      expected.push(pack(results.slice(fold * LANES, (fold + 1) * LANES), OUT_W));
    for (const vector of group)
      for (let fold = 0; fold < folds; fold++)
        input.push(pack(vector.slice(fold * LANES, (fold + 1) * LANES), IN_W));
  }
  return { input, expected };
}

/** LANES, IN_W, OUT_W, SIGNED, MODE. */
const SHAPES = [
  [1, 1, 1, 0, MAXIMUM],
  [1, 1, 3, 1, MAXIMUM],
  [3, 4, 4, 0, MAXIMUM],
  [2, 4, 4, 1, MAXIMUM],
  [2, 5, 8, 1, MAXIMUM],
  [2, 9, 12, 0, MAXIMUM],
  [3, 4, 10, 0, SUM],
  [2, 4, 10, 1, SUM],
  [2, 4, 3, 1, SUM], // modulo 8
  [4, 1, 5, 0, SUM],
] as const;

const shapes = SHAPES.map(([LANES, IN_W, OUT_W, SIGNED, MODE]) => ({ LANES, IN_W, OUT_W, SIGNED, MODE }));

describe.each(shapes)('$LANES lanes of $IN_W bits, out $OUT_W bits, signed $SIGNED, mode $MODE', (shape) => {
  test.each([1, 2, 4, 9])('pool of %i taps', async (TAPS) => {
    const bench = gatherBench(shape, TAPS, 1);
    const figures = await runBench({ module: 'pool', parameters: { ...shape, TAPS }, ...bench });
    expect(figures).toEqual({ latency: TAPS - 1 + 1, cycles: bench.input.length });
  });

  test.each([
    [1, 1],
    [1, 3],
    [7, 1],
    [5, 2],
    [4, 3],
    [16, 4],
  ])('global_pool of %i pixels, %i folds', async (PIXELS, FOLDS) => {
    const bench = gatherBench(shape, PIXELS, FOLDS);
    const figures = await runBench({
      module: 'global_pool',
      parameters: { ...shape, PIXELS, FOLDS },
      ...bench,
    });
    const latency = FOLDS === 1 ? 1 : 2;
    expect(figures).toEqual({
      latency: (PIXELS - 1) * FOLDS + latency,
      cycles: bench.input.length - 1 + latency,
    });
  });
});

const yosys = YOSYS[YOSYS.length - 1];

test(`netlist of global_pool, by ${yosys.name}`, async () => {
  const shape = { LANES: 2, IN_W: 3, OUT_W: 6, SIGNED: 1, MODE: SUM };
  const parameters = { ...shape, PIXELS: 5, FOLDS: 6 };
  const bench = { module: 'global_pool', parameters, ...gatherBench(shape, 5, 6) };
  expect((await runNetlist(bench, yosys)).latency).toBe(4 * 6 + 2);
}, 240_000);
