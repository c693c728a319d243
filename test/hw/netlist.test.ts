import { expect, test } from 'vitest';
import { popcountBench, randomOperands } from './arrays.js';
import { FREE_RUNNING } from './bench.js';
import { engineBench } from './engine.js';
import { runNetlist } from './netlist.js';
import { BIPOLAR, SIGNED, UNSIGNED } from './operands.js';
import { YOSYS } from './yosys.js';

/** The faster one; test/long/netlist.test.ts asks every Yosys, and has more configurations. */
const yosys = YOSYS[YOSYS.length - 1];

test(`netlist of matrix_vector, by ${yosys.name}`, async () => {
  const bench = engineBench({
    ...{ PE: 1, SIMD: 3, SYNAPSE_FOLD: 2, NEURON_FOLD: 2, CHAIN: 2, BLOCK: 0, PIPELINE: 1, START_ROM: 1 },
    ...{ A_W: 2, A_KIND: UNSIGNED, W_W: 3, W_KIND: SIGNED, ACC_W: 9 },
  });
  expect(await runNetlist(bench, yosys)).toEqual({ latency: 5, cycles: bench.input.length + 3 });
});

test(`netlist of popcount_dot, by ${yosys.name}`, async () => {
  const bench = popcountBench(20, 5, randomOperands(200, 20, 1, 1, BIPOLAR));
  await runNetlist(bench, yosys, FREE_RUNNING);
});
