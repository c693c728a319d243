/**
 * The netlists that Yosys makes of the engine and its arrays do what the sources do. Without block RAM: Yosys' model
 * of that cell is an empty box.
 */
import { describe, expect, test } from 'vitest';
import { boothBench, popcountBench, randomOperands } from '../hw/arrays.js';
import { FREE_RUNNING } from '../hw/bench.js';
import { dspBench, dspLatency } from '../hw/dsp-engine.js';
import { engineBench, engineLatency } from '../hw/engine.js';
import { runDspNetlist, runNetlist } from '../hw/netlist.js';
import { BIPOLAR, SIGNED, TERNARY, UNSIGNED } from '../hw/operands.js';
import { searchBench } from '../hw/thresholds.js';
import { YOSYS } from '../hw/yosys.js';

describe.each(YOSYS)('$name', (yosys) => {
  test.each([
    // PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_KIND, W_W, CHAIN, ACC_W
    [2, 4, 2, 2, UNSIGNED, 4, SIGNED, 4, 8, 12],
    [2, 16, 1, 2, UNSIGNED, 4, SIGNED, 4, 8, 14],
    [1, 8, 2, 2, BIPOLAR, 1, BIPOLAR, 1, 8, 5],
    [1, 9, 2, 3, UNSIGNED, 3, SIGNED, 3, 4, 11],
    [1, 5, 3, 1, SIGNED, 4, SIGNED, 5, 1, 7], // sums wrap
    [2, 5, 1, 2, SIGNED, 4, UNSIGNED, 3, 4, 12],
    [1, 17, 1, 1, UNSIGNED, 2, TERNARY, 2, 7, 8],
    [2, 8, 2, 2, SIGNED, 3, BIPOLAR, 1, 4, 9],
    [1, 3, 4, 16, UNSIGNED, 1, SIGNED, 2, 4, 7],
    [1, 6, 2, 2, BIPOLAR, 1, SIGNED, 3, 4, 8],
    [2, 20, 2, 2, BIPOLAR, 1, BIPOLAR, 1, 4, 6],
    [1, 20, 3, 2, BIPOLAR, 1, BIPOLAR, 1, 8, 6],
    [2, 16, 2, 2, BIPOLAR, 1, BIPOLAR, 1, 8, 5],
    [1, 18, 3, 1, BIPOLAR, 1, BIPOLAR, 1, 8, 6],
    [1, 9, 2, 2, BIPOLAR, 1, SIGNED, 4, 8, 9],
    [1, 5, 3, 2, BIPOLAR, 1, TERNARY, 2, 4, 5],
    [1, 8, 2, 2, BIPOLAR, 1, UNSIGNED, 3, 8, 4], // sums wrap
    [1, 2, 2, 2, UNSIGNED, 2, UNSIGNED, 16, 8, 20], // two registers inside the array
    [1, 2, 2, 2, UNSIGNED, 8, SIGNED, 8, 8, 20],
  ])(
    'matrix_vector %i x %i, folds %i x %i, A kind %i of %i bits, W kind %i of %i bits, chains of %i, %i-bit accumulator',
    async (...values) => {
      const [PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_KIND, W_W, CHAIN, ACC_W] = values;
      const folds = { PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD };
      const registers = { PIPELINE: CHAIN === 8 ? 1 : 0, START_ROM: SYNAPSE_FOLD % 2 };
      const engine = { ...folds, A_W, A_KIND, W_W, W_KIND, CHAIN, BLOCK: 0, ...registers, ACC_W };
      const bench = engineBench(engine);
      const figures = await runNetlist(bench, yosys);
      const latency = engineLatency(engine);
      expect(figures).toEqual({
        latency: SYNAPSE_FOLD - 1 + latency,
        cycles: bench.input.length - 1 + latency,
      });
    },
  );

  test.each([
    [8, UNSIGNED, 4, SIGNED, 4, 4, 12],
    [9, SIGNED, 3, SIGNED, 3, 4, 5], // modulo 2^5
    [5, UNSIGNED, 8, UNSIGNED, 8, 2, 20],
    [17, UNSIGNED, 2, TERNARY, 2, 4, 8],
    [16, UNSIGNED, 4, BIPOLAR, 1, 5, 9],
  ])(
    'booth_dot SIMD %i, A kind %i of %i bits, W kind %i of %i bits, chains of %i, Y_W %i',
    async (...values) => {
      const [SIMD, A_KIND, A_W, W_KIND, W_W, CHAIN, Y_W] = values;
      const operands = randomOperands(300, SIMD, A_W, W_W, W_KIND);
      await runNetlist(
        boothBench({ SIMD, A_W, A_KIND, W_W, W_KIND, CHAIN, Y_W }, operands),
        yosys,
        FREE_RUNNING,
      );
    },
  );

  /** Activations that pass an array with a weight of 1 unchanged: chains of registers with one enable. */
  test.each([
    [UNSIGNED, 4, SIGNED, 3],
    [SIGNED, 4, SIGNED, 2],
    [UNSIGNED, 3, BIPOLAR, 1],
    [UNSIGNED, 2, UNSIGNED, 16],
  ])('constant weights, A kind %i of %i bits, W kind %i of %i bits', async (A_KIND, A_W, W_KIND, W_W) => {
    const folds = { PE: 1, SIMD: 1, SYNAPSE_FOLD: 1, NEURON_FOLD: 1 };
    const engine = { ...folds, A_W, A_KIND, W_W, W_KIND, CHAIN: 8, BLOCK: 0, PIPELINE: 1, START_ROM: 0 };
    await runNetlist(engineBench({ ...engine, ACC_W: 12, weight: 1n }), yosys);
  });

  test.each([
    // lanes, IN_W, IN_XOR, THRESHOLD_W, levels, OUT_W, BASE, FOLDS
    [2, 6, 0x20n, 6, 8, 3, 0, 1],
    [1, 8, 0n, 9, 32, 8, -100, 3],
    [2, 4, 0n, 4, 2, 1, 0, 2],
  ] as const)('threshold_search %i lanes of %i bits, xor %i, T %i bits, %i levels', async (...row) => {
    const bench = searchBench(row);
    const latency = Math.log2(row[4]) + 1;
    expect(await runNetlist(bench, yosys)).toEqual({ latency, cycles: bench.input.length - 1 + latency });
  });

  test.each([
    [16, 5],
    [64, 7],
  ])('popcount_dot SIMD %i, Y_W %i', async (SIMD, Y_W) => {
    await runNetlist(popcountBench(SIMD, Y_W, randomOperands(300, SIMD, 1, 1, BIPOLAR)), yosys, FREE_RUNNING);
  });

  test.each([
    // PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_W, LANES, SPLIT, DROP, FLIP, slack
    [3, 1, 5, 2, UNSIGNED, 4, 4, 2, 0, 0, 1, 0],
    [6, 1, 7, 2, UNSIGNED, 2, 2, 3, 0, 0, 1, 0],
    [3, 1, 6, 2, BIPOLAR, 1, 3, 3, 0, 1, 0, 0],
    [2, 1, 5, 2, SIGNED, 8, 8, 2, 1, 0, 0, 6],
    [2, 8, 1, 2, UNSIGNED, 4, 4, 2, 0, 0, 0, 0],
    [4, 2, 4, 2, SIGNED, 3, 3, 2, 1, 0, 0, -1], // results wrap
    [1, 1, 4, 3, SIGNED, 16, 16, 1, 0, 0, 1, 2],
  ])(
    'dsp_matrix_vector %i x %i, folds %i x %i, A kind %i of %i bits, weights of %i bits, %i lanes, split %i, drop %i, flip %i',
    async (...values) => {
      const [PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_W, LANES, SPLIT, DROP, FLIP, slack] = values;
      const folds = { PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD };
      const shape = { ...folds, A_KIND, A_W, W_W, LANES, SPLIT, DROP, FLIP, slack, BLOCK: 0 };
      const bench = dspBench(shape);
      const { figures, cells } = await runDspNetlist(bench, yosys);
      const latency = dspLatency(shape);
      expect(figures).toEqual({
        latency: SYNAPSE_FOLD - 1 + latency,
        cycles: bench.input.length - 1 + latency,
      });
      expect(cells.get('DSP48E1')).toBe(Math.ceil(PE / LANES) * SIMD);
    },
    120_000,
  );
});
