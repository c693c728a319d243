/** The jet-tagging network of the QONNX zoo. It has no input quantizer, so the user declares the port. */
import { beforeAll, describe, expect, test } from 'vitest';
import { importOnnx } from '../../src/1-import/onnx/index.js';
import type { PortType } from '../../src/1-import/types.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate } from '../../src/3-integer/evaluate.js';
import { inputCodes, outputReals } from '../../src/3-integer/host.js';
import type { IntegerDense } from '../../src/3-integer/types.js';
import { depthOf } from '../../src/5-plan/engines/unrolled/adder-graph.js';
import { solveAdderGraph } from '../../src/5-plan/engines/unrolled/solve.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { readNpy } from '../../src/shared/npy.js';
import { skipped, zooFile, zooMissing } from './zoo.js';

const OUTPUTS = 5;

/** Signed fixed point with the given fraction bits, wide enough for the inputs (|x| < 8). */
function port(fraction: number): PortType {
  return { bits: fraction + 4, signed: true, scale: { numerator: 1, denominator: 2 ** fraction } };
}

function logits(fraction: number): Float32Array {
  const network = importOnnx(zooFile('qonnx/qkeras_jettagging.onnx'));
  const integer = toInteger({ ...network, inputPort: port(fraction) });
  const { codes, count } = inputCodes(integer, readNpy(zooFile('data/jets_random_x_f32.npy')), 'jets');
  return outputReals(integer.hostOutput, evaluate(integer, codes, count).output, OUTPUTS);
}

describe('jet tagging', () => {
  const name = zooMissing ? `, ${skipped}` : '';
  let reference: ArrayLike<number>;
  beforeAll(() => {
    if (!zooMissing) reference = readNpy(zooFile('reference/qkeras_jettagging_random_logits_f64.npy')).data;
  });

  /** Rows in which a logit differs by more than the last bits of float32, and the largest difference. */
  function difference(found: Float32Array): { rows: number; largest: number } {
    let [rows, largest] = [0, 0];
    for (let n = 0; n < found.length / OUTPUTS; n++) {
      const worst = Math.max(
        ...Array.from({ length: OUTPUTS }, (_, o) =>
          Math.abs(found[n * OUTPUTS + o] - reference[n * OUTPUTS + o]),
        ),
      );
      if (worst > 1e-5) rows++;
      largest = Math.max(largest, worst);
    }
    return { rows, largest };
  }

  test.skipIf(zooMissing)(`without a declared port it is refused with the option to use${name}`, () => {
    const network = importOnnx(zooFile('qonnx/qkeras_jettagging.onnx'));
    expect(() => toInteger(network)).toThrow(NarrowgateError);
    expect(() => toInteger(network)).toThrow(/input_type_needed[\s\S]*--input-type/);
  });

  // The input is rounded to 2^-f, so a sum of the first layer moves by at most 2^-(f+1) * sum|w| < 2^-f * 16, and only
  // values that close to a tie of the first quantizer (step 2^-6) change by one code. A changed code can move a logit
  // by one step times the gain of the layers after it. With ever finer inputs, ever fewer rows may differ.
  test.skipIf(zooMissing)(`finer inputs differ in fewer rows, the finest in next to none${name}`, () => {
    const [coarse, fine, finest] = [6, 12, 20].map((fraction) => difference(logits(fraction)));
    expect(coarse.rows).toBeGreaterThan(fine.rows);
    expect(fine.rows).toBeGreaterThanOrEqual(finest.rows);
    expect(fine.rows).toBeLessThan(200);
    expect(finest.rows).toBeLessThanOrEqual(5);
    expect(coarse.largest).toBeLessThan(1);
    expect(fine.largest).toBeLessThan(0.25);
  });

  // Source of the counts: the fewest adders published for these layers, at a depth of 9 at most.
  test.skipIf(zooMissing)(`the default search needs no more adders than published${name}`, () => {
    const network = toInteger({
      ...importOnnx(zooFile('qonnx/qkeras_jettagging.onnx')),
      inputPort: port(10),
    });
    const graphs = network.nodes
      .filter((node): node is IntegerDense => node.kind === 'dense')
      .map(({ weights, outputs, inputs }) => solveAdderGraph(weights, outputs, inputs));
    for (const graph of graphs) expect(depthOf(graph)).toBeLessThanOrEqual(9);
    graphs.forEach(({ nodes }, layer) => {
      expect(nodes.length).toBeLessThanOrEqual([693, 950, 586, 158][layer]);
    });
  });
});
