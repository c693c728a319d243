/** The golden model against float32 evaluation of the same networks, on random small networks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate } from '../../src/3-integer/evaluate.js';
import { inputCodes, outputReals } from '../../src/3-integer/host.js';
import type { IntegerNetwork } from '../../src/3-integer/types.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { drawInputs, drawNetwork, evaluateFloat, type RandomOptions } from '../support/random-network.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
const SAMPLES = 12;

/** The integer network; undefined when a function of codes rises in some channels and falls in others. */
function integerOf(network: Parameters<typeof toInteger>[0]): IntegerNetwork | undefined {
  try {
    return toInteger(network);
  } catch (error) {
    if (
      error instanceof NarrowgateError &&
      error.diagnostics.every(({ code }) => code === 'mixed_directions')
    )
      return undefined;
    throw error;
  }
}

function compare(options: RandomOptions, exactSums: boolean): void {
  let compared = 0;
  fc.assert(
    fc.property(fc.gen(), (g) => {
      const network = drawNetwork(g, options);
      const integer = integerOf(network);
      if (!integer) return;
      const samples = drawInputs(g, network, SAMPLES);
      const width = network.input.shape[0];
      const data = Float32Array.from(samples.flat());
      const { codes, count } = inputCodes(integer, { shape: [SAMPLES, width], data }, 'x.npy');
      expect(count).toBe(SAMPLES);
      const { tensors, output } = evaluate(integer, codes, count);
      samples.forEach((sample, n) => {
        const floats = evaluateFloat(network, sample, exactSums);
        for (const [name, { codes: expected }] of floats) {
          const found = tensors.get(name);
          if (!expected || !found) continue;
          const row = Array.from(found).slice(n * expected.length, (n + 1) * expected.length);
          expect(row, `codes of ${name}, sample ${n}`).toEqual(Array.from(Int32Array.from(expected)));
          compared++;
        }
        const reals = floats.get(network.output)?.reals ?? [];
        const outputs = reals.length;
        const found = outputReals(integer.hostOutput, output, outputs);
        if (options.scales === 'powers')
          expect(Array.from(found.subarray(n * outputs, (n + 1) * outputs), (x) => x + 0)).toEqual(
            reals.map((x) => x + 0),
          );
      });
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 30_000 },
  );
  expect(compared).toBeGreaterThan(RUNS); // it did compare something
}

describe('the golden model equals float32 evaluation', () => {
  test('power-of-two scales, sums ending in codes: products added one by one', () => {
    compare({ scales: 'powers', layers: 3, width: 5, endsInCodes: true }, false);
  });
  test('power-of-two scales, sums leaving: products added one by one', () => {
    compare({ scales: 'powers', layers: 2, width: 5, endsInCodes: false }, false);
  });
  test('arbitrary scales: the exact sum rounded once', () => {
    compare({ scales: 'any', layers: 3, width: 5, endsInCodes: true }, true);
  });
});
