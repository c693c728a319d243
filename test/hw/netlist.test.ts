import { expect, test } from 'vitest';
import { popcountBench, randomOperands } from './arrays.js';
import { FREE_RUNNING } from './bench.js';
import { dspBench, dspLatency } from './dsp-engine.js';
import { engineBench } from './engine.js';
import { cellsOf, cellsOfBench, runDspNetlist, runNetlist } from './netlist.js';
import { BIPOLAR, SIGNED, UNSIGNED } from './operands.js';
import { searchBench } from './thresholds.js';
import { windowBench, windowOf } from './windows.js';
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

test(`netlist of matrix_vector with a delayed row end, by ${yosys.name}`, async () => {
  const bench = engineBench({
    ...{ PE: 1, SIMD: 2, SYNAPSE_FOLD: 4, NEURON_FOLD: 2, CHAIN: 8, BLOCK: 0, PIPELINE: 1, START_ROM: 0 },
    ...{ A_W: 2, A_KIND: UNSIGNED, W_W: 2, W_KIND: SIGNED, ACC_W: 9 },
  });
  expect(await runNetlist(bench, yosys)).toEqual({ latency: 7, cycles: bench.input.length + 3 });
});

/** An activation passes such an array unchanged: a chain of registers that Yosys may take for a shift register. */
test(`netlist of matrix_vector with constant weights, by ${yosys.name}`, async () => {
  const bench = engineBench({
    ...{ PE: 1, SIMD: 1, SYNAPSE_FOLD: 1, NEURON_FOLD: 1, CHAIN: 8, BLOCK: 0, PIPELINE: 1, START_ROM: 0 },
    ...{ A_W: 3, A_KIND: UNSIGNED, W_W: 16, W_KIND: UNSIGNED, ACC_W: 12, weight: 1n },
  });
  expect(await runNetlist(bench, yosys)).toEqual({ latency: 5, cycles: bench.input.length + 4 });
});

test.each([BIPOLAR, SIGNED])(
  `netlist of matrix_vector, bipolar activations, weights of kind %i, by ${yosys.name}`,
  async (W_KIND) => {
    const bench = engineBench({
      ...{ PE: 1, SIMD: 8, SYNAPSE_FOLD: 3, NEURON_FOLD: 2, CHAIN: 8, BLOCK: 0, PIPELINE: 1, START_ROM: 0 },
      ...{ A_W: 1, A_KIND: BIPOLAR, W_W: W_KIND === BIPOLAR ? 1 : 3, W_KIND, ACC_W: 9 },
    });
    const latency = W_KIND === BIPOLAR ? 5 : 6;
    expect(await runNetlist(bench, yosys)).toEqual({ latency, cycles: bench.input.length - 3 + latency });
  },
);

test(`netlist of threshold_search, by ${yosys.name}`, async () => {
  const bench = searchBench([1, 5, 0n, 6, 16, 4, 0, 2]);
  expect(await runNetlist(bench, yosys)).toEqual({ latency: 5, cycles: bench.input.length + 4 });
});

test(`netlist of popcount_dot, by ${yosys.name}`, async () => {
  const bench = popcountBench(20, 5, randomOperands(200, 20, 1, 1, BIPOLAR));
  await runNetlist(bench, yosys, FREE_RUNNING);
});

const PADDED = windowOf({ padTop: 1, padLeft: 1, outHeight: 5, outWidth: 5, folds: 2, repeats: 2 });

test(`netlist of sliding_window, by ${yosys.name}`, async () => {
  const bench = windowBench(PADDED, { WIDTH: 5, PIXELS: 13, BLOCK: 0 }, 2);
  expect((await runNetlist(bench, yosys)).latency).toBe(3);
});

test.each(YOSYS)(
  'the line buffer is a memory, by $name',
  async (each) => {
    const WIDTH = 16;
    const cells = (BLOCK: number) => cellsOfBench(windowBench(PADDED, { WIDTH, PIXELS: 61, BLOCK }, 2), each);
    const [distributed, block] = [await cells(0), await cells(1)];
    const count = (found: Map<string, number>, kind: RegExp): number =>
      [...found].reduce((sum, [name, times]) => sum + (kind.test(name) ? times : 0), 0);
    expect(count(block, /^RAMB18E1$/)).toBe(1);
    expect(count(block, /^RAM\d+[MX]/)).toBe(0);
    expect(count(distributed, /^RAMB/)).toBe(0);
    expect(count(distributed, /^RAM\d+[MX]/)).toBeGreaterThan(0);
    // the output register, padding included, is the block's own; no bit of the memory is a flip-flop
    expect(count(distributed, /^FD/) - count(block, /^FD/)).toBe(WIDTH);
  },
  240_000,
);

test(`a lane with its accumulator is one DSP block, by ${yosys.name}`, async () => {
  const script =
    'read_verilog dsp_lane.v; synth_xilinx -family xc7 -noiopad -noclkbuf -top dsp_lane; write_verilog out.v';
  const { written } = await yosys.run(script);
  expect(cellsOf(written)).toEqual(new Map([['DSP48E1', 1]]));
});

/** A row accumulates in P; three lanes; a chain without and with accumulators behind it; a single wide lane. */
test.each([
  // PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_W, LANES, SPLIT, FLIP, slack, DSP blocks
  [3, 1, 5, 2, UNSIGNED, 4, 4, 2, 0, 1, 0, 2],
  [6, 1, 4, 2, SIGNED, 2, 2, 3, 0, 0, 0, 2],
  [2, 3, 1, 4, UNSIGNED, 4, 4, 2, 0, 0, 0, 3],
  [4, 5, 3, 2, UNSIGNED, 4, 4, 2, 1, 0, 3, 10],
  [2, 1, 3, 2, SIGNED, 16, 16, 1, 0, 1, 0, 2],
])(
  `netlist of dsp_matrix_vector %i x %i, folds %i x %i, A kind %i of %i bits, weights of %i bits, %i lanes, split %i, by ${yosys.name}`,
  async (...row) => {
    const [PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_W, LANES, SPLIT, FLIP, slack, blocks] = row;
    const folds = { PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD };
    const shape = { ...folds, A_KIND, A_W, W_W, LANES, SPLIT, FLIP, slack, DROP: 0, BLOCK: 0 };
    const bench = dspBench(shape);
    const { figures, cells } = await runDspNetlist(bench, yosys);
    const latency = dspLatency(shape);
    expect(figures).toEqual({
      latency: SYNAPSE_FOLD - 1 + latency,
      cycles: bench.input.length - 1 + latency,
    });
    expect(cells.get('DSP48E1')).toBe(blocks);
  },
);
