/** Memories become what BLOCK asks for, in cells of 7-series, and the netlists behave as the modules do. */
import { expect, test } from 'vitest';
import { type Bench, runBench } from './bench.js';
import { cellsOfBench, runNetlist } from './netlist.js';
import { depthToSpaceBench, upsampleBench } from './rows.js';
import { Random } from './words.js';
import { YOSYS } from './yosys.js';

const yosys = YOSYS[YOSYS.length - 1];

function fifoBench(WIDTH: number, DEPTH: number, BLOCK: number): Bench {
  const input = new Random(DEPTH).words(120, WIDTH);
  return { module: 'stream_fifo', parameters: { WIDTH, DEPTH, BLOCK }, input, expected: input };
}

/** Shapes whose memories are large enough for block RAM and small enough for LUT RAM. */
const BENCHES: readonly [string, (BLOCK: number) => Bench][] = [
  ['stream_fifo', (BLOCK) => fifoBench(8, 40, BLOCK)],
  ['upsample', (BLOCK) => upsampleBench(8, 5, 4, 2, 3, BLOCK)],
  ['depth_to_space DCR', (BLOCK) => depthToSpaceBench(4, 2, 3, 2, 2, 0, BLOCK)],
  ['depth_to_space CRD', (BLOCK) => depthToSpaceBench(8, 1, 3, 2, 2, 1, BLOCK)],
];

test.each(BENCHES)(`%s with BLOCK 1 is block RAM, by ${yosys.name}`, async (_, bench) => {
  const types = [...(await cellsOfBench(bench(1), yosys)).keys()];
  expect(types.filter((type) => /^RAM/.test(type))).toEqual(['RAMB18E1']);
});

test.each(BENCHES)(`%s with BLOCK 0 is LUT RAM, by ${yosys.name}`, async (_, bench) => {
  const types = [...(await cellsOfBench(bench(0), yosys)).keys()];
  expect(types.some((type) => /^RAM(32|64)/.test(type))).toBe(true);
  expect(types.filter((type) => /^RAMB/.test(type))).toEqual([]);
});

test.each(BENCHES)(`netlist of %s under stalls, by ${yosys.name}`, async (_, bench) => {
  expect(await runNetlist(bench(0), yosys)).toEqual(await runBench(bench(0)));
});
