import { expect, test } from 'vitest';
import { runBench } from './bench.js';
import { BIPOLAR, decode, dot, SIGNED, UNSIGNED } from './operands.js';
import { digits, pack, Random } from './words.js';

const VECTORS = 10;

test.each([
  // PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_KIND, W_W, ACC_W, INIT
  [1, 1, 1, 1, UNSIGNED, 4, SIGNED, 4, 8, 0n],
  [2, 4, 2, 2, UNSIGNED, 4, SIGNED, 4, 12, 0n],
  [2, 4, 2, 2, UNSIGNED, 4, SIGNED, 4, 9, 5n], // sums wrap: modulo 2^9
  [3, 2, 3, 1, UNSIGNED, 1, UNSIGNED, 1, 4, 15n],
  [11, 1, 5, 3, SIGNED, 8, SIGNED, 8, 24, 0xfffff0n],
  [1, 8, 1, 4, SIGNED, 3, BIPOLAR, 1, 8, 1n],
  [2, 3, 4, 2, UNSIGNED, 2, BIPOLAR, 1, 1, 1n],
  [2, 5, 2, 3, BIPOLAR, 1, SIGNED, 2, 7, 64n],
  [4, 8, 4, 2, BIPOLAR, 1, BIPOLAR, 1, 6, 3n],
  [1, 1, 3, 2, BIPOLAR, 1, BIPOLAR, 1, 1, 0n],
  [1, 13, 1, 1, BIPOLAR, 1, BIPOLAR, 1, 16, 100n],
  [1, 2, 2, 2, SIGNED, 16, SIGNED, 16, 48, 0n],
] as const)(
  'matrix_vector %i x %i, folds %i x %i, A kind %i of %i bits, W kind %i of %i bits, %i-bit accumulator',
  async (...values) => {
    const [PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_KIND, A_W, W_KIND, W_W, ACC_W, INIT] = values;
    const random = new Random(PE * 1000 + SIMD * 100 + ACC_W);
    const inputs = SIMD * SYNAPSE_FOLD;
    const rows = Array.from({ length: PE * NEURON_FOLD }, () => random.words(inputs, W_W));
    const input: bigint[] = [];
    const expected: bigint[] = [];
    for (let vector = 0; vector < VECTORS; vector++) {
      const a = random.words(inputs, A_W);
      for (let fold = 0; fold < NEURON_FOLD; fold++) {
        for (let beat = 0; beat < SYNAPSE_FOLD; beat++)
          input.push(pack(a.slice(beat * SIMD, (beat + 1) * SIMD), A_W));
        const neurons = rows.slice(fold * PE, (fold + 1) * PE);
        expected.push(
          pack(
            neurons.map((w) => INIT + sum(a, w)),
            ACC_W,
          ),
        );
      }
    }

    /** What the accumulator gathers: agreements when both operands are bipolar. */
    function sum(a: readonly bigint[], w: readonly bigint[]): bigint {
      const total = dot(
        a.map((code) => decode(code, A_W, A_KIND)),
        w.map((code) => decode(code, W_W, W_KIND)),
      );
      return A_KIND === BIPOLAR && W_KIND === BIPOLAR ? (total + BigInt(inputs)) / 2n : total;
    }

    const memories: Record<string, bigint[]> = {};
    for (let pe = 0; pe < PE; pe++) {
      const words: bigint[] = [];
      for (let fold = 0; fold < NEURON_FOLD; fold++)
        for (let beat = 0; beat < SYNAPSE_FOLD; beat++)
          words.push(pack(rows[fold * PE + pe].slice(beat * SIMD, (beat + 1) * SIMD), W_W));
      memories[`w_pe${digits(pe)}.mem`] = words;
    }
    const folds = { PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD };
    const parameters = { ...folds, A_W, A_KIND, W_W, W_KIND, ACC_W, INIT: { value: INIT, width: ACC_W } };
    const figures = await runBench({ module: 'matrix_vector', parameters, input, expected, memories });
    expect(figures).toEqual({ latency: SYNAPSE_FOLD - 1 + 3, cycles: input.length - 1 + 3 });
  },
);
