/** The golden model against a plain float32 interpreter of the same networks, on random networks of images. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate, evaluateOutput } from '../../src/3-integer/evaluate.js';
import { inputCodes, outputReals } from '../../src/3-integer/host.js';
import type { IntegerNetwork } from '../../src/3-integer/types.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { interpret } from '../support/float-interpreter.js';
import { drawImages } from '../support/random-images.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 600);
const SAMPLES = 3;

/** What a random network may be refused for. */
const REFUSED = ['padding_without_zero', 'quantizer_needed', 'nothing_to_build'];

test('networks of convolutions, pools, sums and moves equal float32 evaluation', () => {
  const kinds = new Map<string, number>();
  let compared = 0;
  fc.assert(
    fc.property(fc.gen(), fc.infiniteStream(fc.integer({ min: -12, max: 12 })), (g, noise) => {
      const network = drawImages(g, 5);
      let integer: IntegerNetwork;
      try {
        integer = toInteger(network);
      } catch (error) {
        if (!(error instanceof NarrowgateError)) throw error;
        for (const { code, message } of error.diagnostics) expect(REFUSED, message).toContain(code);
        return;
      }
      const size = network.input.shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length: SAMPLES * size }, () => Number(noise.next().value) / 4);
      const { codes } = inputCodes(integer, { shape: [SAMPLES, ...network.input.shape], data }, 'x.npy');
      const { output, tensors } = evaluate(integer, codes, SAMPLES);
      expect(evaluateOutput(integer, codes, SAMPLES)).toEqual(output);
      const width = output.length / SAMPLES;
      const reals = outputReals(integer.hostOutput, output, width);
      for (let n = 0; n < SAMPLES; n++) {
        const floats = interpret(network, data.subarray(n * size, (n + 1) * size));
        const expected = floats.get(network.output)?.data ?? [];
        const plain = (x: number) => x + 0;
        expect(Array.from(reals.subarray(n * width, (n + 1) * width), plain)).toEqual(
          Array.from(expected, plain),
        );
      }
      for (const { kind, output: name } of integer.nodes) {
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        const shape = integer.tensors.get(name)?.shape ?? [];
        expect(tensors.get(name)?.length).toBe(SAMPLES * shape.reduce((a, b) => a * b, 1));
      }
      compared++;
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 60_000 },
  );
  expect(compared).toBeGreaterThan(RUNS / 2);
  for (const kind of ['conv', 'step', 'pool', 'add', 'concat', 'upsample', 'depth-to-space'])
    expect(kinds.get(kind), kind).toBeGreaterThan(5);
});
