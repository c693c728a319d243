import { describe, expect, test } from 'vitest';
import { runBench } from './bench.js';
import { type DspShape, dspBench, dspLatency } from './dsp-engine.js';
import { BIPOLAR, SIGNED, UNSIGNED } from './operands.js';

/** PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_W, LANES, SPLIT, DROP, FLIP, BLOCK, slack. */
const SHAPES = [
  [1, 1, 1, 1, UNSIGNED, 4, 4, 1, 0, 0, 0, 0, 0],
  [2, 1, 5, 2, UNSIGNED, 4, 4, 2, 0, 0, 1, 0, 0],
  [3, 1, 4, 3, SIGNED, 4, 4, 2, 0, 0, 0, 1, 0], // an empty lane at the end
  [6, 1, 7, 2, UNSIGNED, 2, 2, 3, 0, 0, 1, 0, 0],
  [8, 1, 3, 2, UNSIGNED, 1, 2, 4, 0, 0, 0, 0, 0],
  [4, 1, 3, 1, SIGNED, 2, 2, 3, 0, 0, 0, 0, -2], // results wrap
  [2, 1, 6, 2, SIGNED, 8, 8, 1, 0, 0, 1, 0, 5],
  [1, 1, 9, 1, SIGNED, 16, 16, 1, 0, 0, 1, 0, 0],
  [3, 1, 6, 2, BIPOLAR, 1, 3, 3, 0, 1, 0, 0, 0],
  [2, 3, 1, 4, UNSIGNED, 4, 4, 2, 0, 0, 0, 0, 0],
  [5, 12, 1, 1, UNSIGNED, 2, 2, 2, 0, 0, 1, 0, 0],
  [2, 1, 5, 2, SIGNED, 8, 8, 2, 1, 0, 0, 0, 6], // products in fields, accumulators in LUTs
  [4, 4, 3, 2, UNSIGNED, 4, 4, 2, 1, 0, 0, 1, 3],
  [3, 2, 4, 2, SIGNED, 3, 3, 2, 1, 0, 0, 0, -1],
  [3, 5, 2, 1, BIPOLAR, 1, 2, 3, 1, 1, 0, 0, 1],
  [11, 2, 2, 1, UNSIGNED, 1, 1, 6, 1, 0, 0, 0, 2],
] as const;

const shapes = SHAPES.map((row): DspShape => {
  const [PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_W, LANES, SPLIT, DROP, FLIP, BLOCK, slack] = row;
  return { PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_W, LANES, SPLIT, DROP, FLIP, BLOCK, slack };
});

describe('dsp_matrix_vector', () => {
  test.each(shapes)(
    '$PE x $SIMD, folds $SYNAPSE_FOLD x $NEURON_FOLD, A kind $A_KIND of $A_W bits, weights of $W_W bits, $LANES lanes, split $SPLIT, drop $DROP, flip $FLIP, block $BLOCK, slack $slack',
    async (shape) => {
      const bench = dspBench(shape);
      const { latency, cycles } = await runBench(bench);
      const own = dspLatency(shape);
      expect({ latency, cycles }).toEqual({
        latency: shape.SYNAPSE_FOLD - 1 + own,
        cycles: bench.input.length - 1 + own,
      });
    },
  );
});
