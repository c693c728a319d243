import { expect, test } from 'vitest';
import { addLatency } from '../../src/5-plan/add-latency.js';
import { runBench } from './bench.js';
import { runNetlist } from './netlist.js';
import { type AddShape, addBench } from './stream_add.js';
import { YOSYS } from './yosys.js';

const yosys = YOSYS[YOSYS.length - 1];
const HUGE = 2 ** 24 - 1;

type Row = readonly [
  LANES: number,
  A_W: number,
  A_SIGNED: number,
  B_W: number,
  B_SIGNED: number,
  A_WEIGHT: number,
  B_WEIGHT: number,
  ACC_W: number,
  offset: bigint,
  latency: number,
];

function shapeOf(row: Row): AddShape {
  const [LANES, A_W, A_SIGNED, B_W, B_SIGNED, A_WEIGHT, B_WEIGHT, ACC_W, offset] = row;
  return { LANES, A_W, A_SIGNED, B_W, B_SIGNED, A_WEIGHT, B_WEIGHT, ACC_W, offset };
}

const ROWS: readonly Row[] = [
  // one table
  [1, 1, 0, 1, 0, 1, 1, 2, 0n, 2],
  [3, 1, 1, 1, 0, -5, 3, 1, 1n, 2],
  [2, 3, 1, 3, 0, 7, -7, 8, -3n, 2],
  [1, 2, 0, 2, 1, HUGE, -HUGE, 40, -1n, 2],
  // one adder, weights of powers of two
  [4, 8, 0, 8, 0, 1, 1, 9, 0n, 2],
  [2, 8, 1, 8, 1, 1, 1, 9, 0n, 2],
  [2, 8, 1, 4, 0, 1, -1, 10, 77n, 2],
  [2, 4, 0, 8, 0, -1, 1, 10, -300n, 2],
  [2, 5, 1, 6, 0, -1, -2, 12, 0n, 2],
  [2, 4, 0, 4, 1, 4, -16, 6, 3n, 2],
  [1, 16, 1, 4, 0, 8, 2, 30, -5n, 2],
  [1, 48, 1, 48, 0, 1, 1, 64, 1n << 60n, 2],
  // equal weights
  [2, 8, 1, 8, 1, 13, 13, 13, 0n, 2],
  [2, 8, 0, 8, 1, -13, 13, 14, -1n, 2],
  [2, 4, 0, 8, 0, -77, -154, 17, 1000n, 2],
  [1, 16, 0, 16, 0, 3, 12, 22, 0n, 2],
  [1, 47, 1, 47, 1, 5, 5, 52, 17n, 3],
  // tables
  [2, 4, 0, 4, 0, 13, 9, 9, 0n, 2],
  [2, 4, 1, 4, 1, 13, 9, 9, 0n, 2],
  [2, 8, 1, 4, 0, -13, 9, 13, -100n, 2],
  [1, 8, 0, 8, 0, 1, 3, 10, 0n, 2],
  [1, 8, 1, 8, 1, 200_001, 3, 27, 0n, 2],
  [1, 8, 1, 8, 0, -3, 200_000, 27, -(1n << 20n), 2],
  [2, 8, 1, 8, 1, 212_345, -98_765, 27, 12_345_678n, 2],
  [2, 8, 1, 8, 1, 212_345, -98_765, 12, 555n, 2],
  [1, 8, 0, 8, 0, 96, 160, 18, 7n, 2],
  [1, 8, 0, 8, 0, 4096, 12_288 * 5, 5, 9n, 2],
  [1, 4, 0, 4, 0, 4096, 12_288 * 5, 13, 9n, 2],
  [1, 16, 1, 16, 1, HUGE, -HUGE + 2, 42, 0n, 2],
  [1, 20, 0, 21, 1, 99_999, 77, 42, -1n, 2],
  [1, 21, 1, 21, 1, 99_999, 77, 42, -1n, 3],
  [1, 48, 1, 48, 0, HUGE, 1_000_003, 64, -12_345_678_901n, 4],
  [1, 48, 1, 48, 0, 1 << 23, 3 << 22, 24, 4n, 4],
];

test.each(ROWS)(
  'stream_add %i lanes, %i bits (signed %i) and %i bits (signed %i), %i*a + %i*b modulo 2^%i, + %i: latency %i',
  async (...row) => {
    const shape = shapeOf(row);
    const bench = addBench(shape);
    const latency = row[row.length - 1] as number;
    expect(await runBench(bench)).toEqual({ latency, cycles: bench.input.length - 1 + latency });
    expect(addLatency(shape)).toBe(latency);
  },
);

/** Registers that wait inside the tables are the ones that a netlist could lose. */
test.each<Row>([
  [2, 4, 1, 4, 0, 13, -9, 10, 5n, 2],
  [1, 40, 1, 40, 0, 5, -3, 44, -12_345_678_901n, 4],
])(
  `netlist of stream_add %i lanes, %i bits (signed %i) and %i bits (signed %i), %i*a + %i*b modulo 2^%i, by ${yosys.name}`,
  async (...row) => {
    const bench = addBench(shapeOf(row), 60);
    const latency = row[row.length - 1] as number;
    const figures = await runNetlist(bench, yosys, [
      [0, 0],
      [3, 1, 1, 0],
    ]);
    expect(figures).toEqual({ latency, cycles: bench.input.length - 1 + latency });
  },
);
