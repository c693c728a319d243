import { describe, expect, test } from 'vitest';
import { runBench } from './bench.js';
import { type Engine, engineBench, engineLatency } from './engine.js';
import { BIPOLAR, SIGNED, TERNARY, UNSIGNED } from './operands.js';

const ACTIVATIONS = [
  [UNSIGNED, 1],
  [UNSIGNED, 3],
  [UNSIGNED, 4],
  [SIGNED, 1],
  [SIGNED, 4],
  [SIGNED, 16],
  [BIPOLAR, 1],
] as const;

const WEIGHTS = [
  [UNSIGNED, 1],
  [UNSIGNED, 4],
  [UNSIGNED, 5],
  [SIGNED, 2],
  [SIGNED, 3],
  [SIGNED, 4],
  [SIGNED, 16],
  [BIPOLAR, 1],
  [TERNARY, 2],
] as const;

/** PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, CHAIN, BLOCK, PIPELINE, START_ROM. */
const SHAPES = [
  [1, 1, 1, 1, 8, 0, 1, 0],
  [2, 4, 2, 2, 8, 0, 1, 1],
  [1, 5, 3, 1, 4, 1, 0, 0],
  [3, 3, 1, 3, 1, 0, 1, 1],
  [1, 9, 2, 1, 4, 0, 0, 1],
  [2, 17, 1, 1, 7, 0, 1, 0],
  [1, 20, 2, 2, 8, 1, 1, 1],
  [11, 1, 5, 3, 1, 0, 0, 0],
  [2, 9, 1, 2, 7, 1, 1, 1],
  [1, 16, 4, 3, 8, 0, 1, 0],
  [1, 33, 2, 1, 1, 0, 1, 0],
  [1, 8, 3, 2, 8, 0, 1, 0],
] as const;

/** ACC_W less the bits that hold every sum: wide enough, too narrow (sums wrap), a single bit. */
const SLACK = [0, -3, 5, -1, -48] as const;

/** Every activation with every weight; the 12 shapes and 5 slacks take turns, so all their pairs occur too. */
const engines = ACTIVATIONS.flatMap((activation) =>
  WEIGHTS.map((weight) => [activation, weight] as const),
).map(([[A_KIND, A_W], [W_KIND, W_W]], index): Engine => {
  const [PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, CHAIN, BLOCK, PIPELINE, START_ROM] =
    SHAPES[index % SHAPES.length];
  const exact = A_W + W_W + Math.ceil(Math.log2(SIMD * SYNAPSE_FOLD)) + 1;
  const ACC_W = Math.min(48, Math.max(1, exact + SLACK[index % SLACK.length]));
  return {
    PE,
    SIMD,
    SYNAPSE_FOLD,
    NEURON_FOLD,
    A_W,
    A_KIND,
    W_W,
    W_KIND,
    CHAIN,
    BLOCK,
    PIPELINE,
    START_ROM,
    ACC_W,
  };
});

describe('matrix_vector', () => {
  test.each(engines)(
    '$PE x $SIMD, folds $SYNAPSE_FOLD x $NEURON_FOLD, A kind $A_KIND of $A_W bits, W kind $W_KIND of $W_W bits, chains of $CHAIN, block $BLOCK, pipeline $PIPELINE, start ROM $START_ROM, $ACC_W-bit accumulator',
    async (engine) => {
      const bench = engineBench(engine);
      const figures = await runBench(bench);
      const { SYNAPSE_FOLD } = engine;
      const latency = engineLatency(engine);
      expect(figures).toEqual({
        latency: SYNAPSE_FOLD - 1 + latency,
        cycles: bench.input.length - 1 + latency,
      });
    },
  );
});

/** Counts that merge with the accumulator, and counts with a register of their own. */
test.each(
  [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 15, 16, 17, 18, 19, 40].flatMap((SIMD, index) => [
    // SIMD, SYNAPSE_FOLD, START_ROM, ACC_W: exact; wider; too narrow
    { SIMD, folds: 3, START_ROM: 0, ACC_W: Math.ceil(Math.log2(3 * SIMD + 1)) + (index % 3) * 3 },
    { SIMD, folds: 1 + (index % 2), START_ROM: 1, ACC_W: Math.ceil(Math.log2(2 * SIMD + 1)) },
    { SIMD, folds: 2, START_ROM: 0, ACC_W: 1 + (index % 3) },
    { SIMD, folds: 1, START_ROM: 0, ACC_W: 7 },
  ]),
)('agreements of $SIMD lanes, $folds beats, start ROM $START_ROM, $ACC_W-bit accumulator', async (row) => {
  const { SIMD, folds: SYNAPSE_FOLD, START_ROM, ACC_W } = row;
  const engine = {
    ...{
      PE: 2,
      SIMD,
      SYNAPSE_FOLD,
      NEURON_FOLD: 2,
      CHAIN: 8,
      BLOCK: 0,
      PIPELINE: SIMD % 3 > 0 ? 1 : 0,
      START_ROM,
    },
    ...{ A_W: 1, A_KIND: BIPOLAR, W_W: 1, W_KIND: BIPOLAR, ACC_W },
  };
  const { latency } = await runBench(engineBench(engine));
  expect(latency).toBe(SYNAPSE_FOLD - 1 + engineLatency(engine));
});

/** Bipolar activations that select weights. */
test.each([
  // SIMD, SYNAPSE_FOLD, W_KIND, W_W, CHAIN, PIPELINE, START_ROM, ACC_W
  [1, 4, SIGNED, 3, 8, 1, 0, 6],
  [8, 3, SIGNED, 2, 8, 1, 0, 9],
  [8, 3, SIGNED, 6, 8, 0, 1, 12],
  [9, 1, TERNARY, 2, 4, 1, 1, 6],
  [20, 2, SIGNED, 4, 8, 1, 0, 11],
  [33, 2, UNSIGNED, 4, 1, 1, 1, 4], // sums wrap
  [17, 1, SIGNED, 1, 8, 1, 0, 9],
  [64, 1, SIGNED, 16, 8, 1, 1, 24],
  [3, 2, SIGNED, 4, 8, 1, 0, 1],
])(
  'bipolar activations, %i inputs, %i beats, W kind %i of %i bits, chains of %i, pipeline %i, start ROM %i, %i-bit accumulator',
  async (...row) => {
    const [SIMD, SYNAPSE_FOLD, W_KIND, W_W, CHAIN, PIPELINE, START_ROM, ACC_W] = row;
    const engine = {
      ...{ PE: 2, SIMD, SYNAPSE_FOLD, NEURON_FOLD: 3, CHAIN, BLOCK: 0, PIPELINE, START_ROM },
      ...{ A_W: 1, A_KIND: BIPOLAR, W_W, W_KIND, ACC_W },
    };
    const { latency } = await runBench(engineBench(engine));
    expect(latency).toBe(SYNAPSE_FOLD - 1 + engineLatency(engine));
  },
);

test.each([
  // widths, SIGNED, START_ROM, SYNAPSE_FOLD, kinds of activations and weights
  { widths: [9, 5, 12], SIGNED: 0, START_ROM: 0, folds: 3, kinds: [UNSIGNED, SIGNED] },
  { widths: [12, 1, 7], SIGNED: 1, START_ROM: 0, folds: 1, kinds: [SIGNED, SIGNED] },
  { widths: [3, 12, 12], SIGNED: 1, START_ROM: 1, folds: 2, kinds: [UNSIGNED, SIGNED] },
  { widths: [4, 2, 3], SIGNED: 0, START_ROM: 0, folds: 4, kinds: [BIPOLAR, BIPOLAR] },
] as const)('accumulators of $widths bits, signed $SIGNED, start ROM $START_ROM', async (row) => {
  const { widths, SIGNED: signed, START_ROM, folds: SYNAPSE_FOLD, kinds } = row;
  const [A_KIND, W_KIND] = kinds;
  const [A_W, W_W] = [A_KIND === BIPOLAR ? 1 : 4, W_KIND === BIPOLAR ? 1 : 3];
  const engine = {
    ...{ PE: 3, SIMD: 4, SYNAPSE_FOLD, NEURON_FOLD: 2, CHAIN: 8, BLOCK: 0, PIPELINE: 1, START_ROM },
    ...{ A_W, A_KIND, W_W, W_KIND, ACC_W: Math.max(...widths), widths, SIGNED: signed },
  };
  const { latency } = await runBench(engineBench(engine));
  expect(latency).toBe(SYNAPSE_FOLD - 1 + engineLatency(engine));
});

test.each([
  // PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, START_ROM, BLOCK, kinds of activations and weights
  [4, 1, 9, 2, 0, 0, UNSIGNED, SIGNED],
  [3, 1, 9, 1, 1, 1, SIGNED, SIGNED],
  [2, 3, 3, 3, 0, 0, SIGNED, TERNARY],
  [1, 1, 4, 2, 1, 0, UNSIGNED, UNSIGNED],
  [5, 9, 1, 2, 0, 0, BIPOLAR, BIPOLAR],
  [2, 20, 2, 1, 0, 0, BIPOLAR, BIPOLAR],
  [3, 2, 5, 2, 1, 0, BIPOLAR, SIGNED],
  [1, 1, 1, 1, 0, 0, UNSIGNED, SIGNED],
] as const)(
  'separate channels: %i x %i, folds %i x %i, start ROM %i, block %i, kinds %i and %i',
  async (PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, START_ROM, BLOCK, A_KIND, W_KIND) => {
    const [A_W, W_W] = [A_KIND === BIPOLAR ? 1 : 3, W_KIND === BIPOLAR ? 1 : W_KIND === TERNARY ? 2 : 4];
    const shape = { PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, START_ROM, BLOCK, A_KIND, W_KIND, A_W, W_W };
    const engine: Engine = { ...shape, CHAIN: 8, PIPELINE: 1, ACC_W: 12, SEPARATE: 1 };
    const bench = engineBench(engine);
    const latency = engineLatency(engine);
    expect(await runBench(bench)).toEqual({
      latency: SYNAPSE_FOLD - 1 + latency,
      cycles: bench.input.length - 1 + latency,
    });
  },
);
