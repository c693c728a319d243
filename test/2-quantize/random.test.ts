import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Network, NetworkNode } from '../../src/1-import/types.js';
import { assignUniform } from '../../src/2-quantize/assign.js';
import { evaluateFloat } from '../../src/2-quantize/evaluate/evaluate.js';
import { realWeights } from '../../src/2-quantize/evaluate/layer.js';
import { withInputs } from '../../src/2-quantize/graph.js';
import { prepareFloat } from '../../src/2-quantize/quantize.js';
import { quantize } from '../../src/compile.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { randomArray } from '../support/float-network.js';
import { drawImages } from '../support/random-images.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 60);

/** What hardware has no form for, whatever the numbers. */
const REFUSED = ['average_at_borders', 'nothing_to_build', 'mixed_directions'];

/** The same network without its quantizers. */
function floatOf(network: Network): Network {
  const renamed = new Map<string, string>();
  const rename = (tensor: string): string => renamed.get(tensor) ?? tensor;
  const nodes = network.nodes.flatMap((given): NetworkNode[] => {
    const node = withInputs(given, rename);
    if (node.op === 'quantize') renamed.set(node.output, node.input);
    if (node.op === 'quantize') return [];
    if (node.op !== 'conv') return [node];
    return [{ ...node, weights: { encoding: 'real', values: realWeights(node.weights, node.outputs) } }];
  });
  return { ...network, nodes, output: rename(network.output) };
}

test('random networks with branches become integer networks that are close to them, within an accumulator', () => {
  const refused = new Map<string, number>();
  const losses: number[] = [];
  fc.assert(
    fc.property(fc.gen(), fc.integer({ min: 1, max: 7 }), (g, steps) => {
      const network = floatOf(drawImages(g, steps));
      const count = 6;
      const width = network.input.shape.reduce((a, b) => a * b, 1);
      const samples = { values: randomArray(count * width, 11, 3), count };
      try {
        const prepared = prepareFloat(network);
        const assignment = assignUniform(prepared.network, prepared.points, {
          weights: 6,
          activations: 5,
          accumulator: 24,
        });
        const made = quantize(prepared, assignment, samples, {
          method: 'axe',
          range: { kind: 'minimum-maximum' },
          biasCorrection: true,
          limit: 24,
        });
        const [wanted, found] = [network, made.network].map((each) => evaluateFloat(each, samples));
        const size = Math.hypot(...wanted);
        if (size > 0) losses.push(Math.hypot(...wanted.map((x, k) => x - found[k])) / size);
      } catch (error) {
        if (!(error instanceof NarrowgateError)) throw error;
        for (const { code, message } of error.diagnostics) {
          expect(REFUSED, message).toContain(code);
          refused.set(code, (refused.get(code) ?? 0) + 1);
        }
      }
    }),
    { numRuns: RUNS },
  );
  expect(losses.length).toBeGreaterThan(RUNS / 2);
  losses.sort((a, b) => a - b);
  expect(losses[Math.floor(losses.length * 0.5)]).toBeLessThan(0.2);
});
