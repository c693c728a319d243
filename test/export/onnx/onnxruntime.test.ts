/** Exported files in onnxruntime: the codes of every quantizer are those of the integer model. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCodes, isAtThreshold, optimizedOutputs } from '../../../scripts/export-codes.mjs';
import { importJson } from '../../../src/1-import/json/index.js';
import { importOnnx } from '../../../src/1-import/onnx/index.js';
import { onnxSchema } from '../../../src/1-import/onnx/schema.js';
import type { Network, NetworkNode, Quantizer } from '../../../src/1-import/types.js';
import { toInteger } from '../../../src/3-integer/convert.js';
import { evaluate } from '../../../src/3-integer/evaluate.js';
import { inputCodes, outputReals } from '../../../src/3-integer/host.js';
import { NarrowgateError } from '../../../src/diagnostics/diagnostic.js';
import { writeOnnx } from '../../../src/export/onnx/index.js';
import { readNpy } from '../../../src/shared/npy.js';
import { drawImages } from '../../support/random-images.js';
import { skipped, zooFile, zooMissing } from '../../zoo/zoo.js';

/** Quantizers as ONNX has them. */
function linear(network: Network): Network {
  const nodes = network.nodes.map((node): NetworkNode => {
    if (node.op !== 'quantize') return node;
    const { signed, zeroPoint } = node.quantizer;
    const quantizer: Quantizer = {
      ...node.quantizer,
      rounding: 'half-even',
      zeroPointAdded: 'after-rounding',
      zeroPoint: signed ? zeroPoint : Math.abs(zeroPoint),
    };
    return { ...node, quantizer };
  });
  return { ...network, nodes };
}

/** Real inputs in the axes of the network's files, a quarter of a step apart and beyond the ends of the first quantizer. */
function realInputs(network: Network, count: number): { reals: Float32Array; dims: readonly number[] } {
  const [h, w, c] = network.input.shape;
  const dims = network.layout === 'NCHW' ? [c, h, w] : network.input.shape;
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * 161) - 80;
  };
  const size = dims.reduce((product, n) => product * n, 1);
  return { reals: Float32Array.from({ length: count * size }, () => next() / 8), dims };
}

async function compare(network: Network, reals: Float32Array, dims: readonly number[]) {
  const integer = toInteger(network);
  const array = { shape: [reals.length / dims.reduce((product, n) => product * n, 1), ...dims], data: reals };
  const { codes, count } = inputCodes(integer, array, 'x.npy');
  const { tensors, output } = evaluate(integer, codes, count);
  const bytes = writeOnnx(network, 'qdq');
  const result = await compareCodes(bytes, onnxSchema, reals, dims, tensors);
  const golden = outputReals(integer.hostOutput, output, output.length / count);
  return { ...result, golden, integer, tensors, bytes };
}

describe('with scales that are powers of two every float32 sum is exact, and all codes agree', () => {
  test('random networks of images with branches', { timeout: 120_000 }, async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.integer({ min: 0, max: 5 }), fc.boolean(), async (g, steps, first) => {
        const network: Network = { ...linear(drawImages(g, steps)), layout: first ? 'NCHW' : 'NHWC' };
        try {
          toInteger(network);
          writeOnnx(network, 'qdq');
        } catch (error) {
          if (error instanceof NarrowgateError) return;
          throw error;
        }
        const { reals, dims } = realInputs(network, 8);
        const { rows } = await compare(network, reals, dims);
        expect(rows.length).toBeGreaterThan(0);
        expect(rows.filter(({ differing }) => differing > 0)).toEqual([]);
        compared++;
      }),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(20);
  });

  test('the graph of convolutions in examples/', async () => {
    const given = importJson('examples/model-format-graph/model.json');
    const { inputPort: _, ...network } = linear(given);
    const { reals, dims } = realInputs(network, 1000);
    const { rows, outputs, golden, bytes } = await compare(network, reals, dims);
    expect(rows.map(({ tensor }) => tensor)).toContain('residual.output');
    expect(rows.filter(({ differing }) => differing > 0)).toEqual([]);
    expect(outputs).toEqual(Array.from(golden));
    expect(await optimizedOutputs(bytes, reals, dims)).toEqual(outputs);
  });
});

describe('networks of the zoo', () => {
  test.skipIf(zooMissing)(
    `keyword spotting: codes and classes of 100 sounds${zooMissing ? `, ${skipped}` : ''}`,
    { timeout: 120_000 },
    async () => {
      const network = importOnnx(zooFile('qdq/kws.onnx'));
      const { data } = readNpy(zooFile('data/kws01_first500_x_int8.npy'));
      const reals = Float32Array.from(data.subarray(0, 49_000), (code) =>
        Math.fround((code - 83) * 0.5847029),
      );
      const { rows, first, integer, tensors } = await compare(network, reals, [490]);
      expect(rows.length).toBe(12);
      // 6.5 million codes; onnxruntime adds in float32, and a sum next to a threshold may fall to the other side
      expect(first.length).toBeLessThanOrEqual(3);
      expect(first.filter((each) => !isAtThreshold(integer, tensors, each))).toEqual([]);
    },
  );
});
