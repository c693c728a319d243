/** The convolutional networks of the zoo, as the front end reads them, against results that others computed. */
import { describe, expect, test } from 'vitest';
import { importOnnx } from '../../src/1-import/onnx/index.js';
import type { Network } from '../../src/1-import/types.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluateBatches } from '../../src/3-integer/evaluate.js';
import { inputCodes, outputReals } from '../../src/3-integer/host.js';
import { type NpyArray, readNpy } from '../../src/shared/npy.js';
import { channelsFirst, channelsLast, interpret } from '../support/float-interpreter.js';
import { skipped, zooFile, zooMissing } from './zoo.js';

const missing = zooMissing ? `, ${skipped}` : '';

/** The nodes in a line, with runs of the same nodes counted: `2 (conv add)`. */
function outline(network: Network): string {
  return network.nodes
    .map((node) => (node.op === 'elementwise' || node.op === 'pool' ? node.kind : node.op))
    .join(' ');
}

/** Rows of the output that differ from the reference by more than float32's last bits, among the first `count`. */
function differing(
  network: Network,
  samples: string,
  reference: string,
  count: number,
  real = (value: number) => value,
): number[] {
  const x = readNpy(zooFile(samples));
  const expected = readNpy(zooFile(reference));
  const width = x.data.length / x.shape[0];
  const outputs = expected.shape[1];
  const rows: number[] = [];
  for (let n = 0; n < count; n++) {
    const sample = Float32Array.from({ length: width }, (_, k) => real(x.data[n * width + k]));
    const found = interpret(network, sample).get(network.output)?.data ?? [];
    const worst = Array.from(
      { length: outputs },
      (_, o) =>
        Math.abs(found[o] - expected.data[n * outputs + o]) /
        Math.max(1, Math.abs(expected.data[n * outputs + o])),
    ).reduce((a, b) => Math.max(a, b), 0);
    if (worst > 1e-6) rows.push(n);
  }
  return rows;
}

const CONV = 'conv add quantize';

describe('keyword spotting, QDQ', () => {
  test.skipIf(zooMissing)(`has its layers, and the outputs of onnxruntime for 40 sounds${missing}`, () => {
    const network = importOnnx(zooFile('qdq/kws.onnx'));
    const layers = new Array<string>(9).fill(CONV).join(' ');
    expect(outline(network)).toBe(
      `reshape quantize ${layers} average quantize reshape dense add quantize softmax`,
    );
    const real = (code: number) => Math.fround((code - 83) * 0.5847029);
    expect(
      differing(
        network,
        'data/kws01_first500_x_int8.npy',
        'reference/qdq_kws01_first500_ort_f32.npy',
        40,
        real,
      ),
    ).toEqual([]);
  });
});

describe('image classification, QDQ', () => {
  // onnxruntime adds in another order, and a sum that lies on a tie may then give the next code
  test.skipIf(zooMissing)(
    `has its layers, and the outputs of onnxruntime for 20 images but one${missing}`,
    () => {
      const network = importOnnx(zooFile('qdq/resnet8.onnx'));
      const first = `${CONV} ${CONV} ${CONV} add quantize`;
      const block = `conv add conv add quantize quantize ${CONV} add quantize`;
      expect(outline(network)).toBe(
        `quantize ${first} ${block} ${block} average quantize reshape dense add quantize softmax`,
      );
      expect(network.layout).toBe('NHWC');
      const rows = differing(
        network,
        'data/cifar10_ic01_v0.7_x_u8.npy',
        'reference/qdq_resnet_ort_f32.npy',
        20,
      );
      expect(rows.length).toBeLessThanOrEqual(1);
    },
  );
});

/** Rows whose class probabilities differ from onnxruntime's, and rows of another class, by the integer model. */
function integerDifferences(
  model: string,
  x: NpyArray,
  reference: string,
): { rows: number; classes: number } {
  const network = toInteger(importOnnx(zooFile(model)));
  const expected = readNpy(zooFile(reference));
  const outputs = expected.shape[1];
  const { codes, count } = inputCodes(network, x, model);
  let [rows, classes] = [0, 0];
  evaluateBatches(network, codes, count, (output, first) => {
    const reals = outputReals(network.hostOutput, output, outputs);
    for (let n = 0; n < reals.length / outputs; n++) {
      const logits = Array.from(reals.subarray(n * outputs, (n + 1) * outputs));
      const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
      const total = powers.reduce((a, b) => a + b, 0);
      const given = logits.map((_, o) => expected.data[(first + n) * outputs + o]);
      if (powers.some((power, o) => Math.abs(power / total - given[o]) > 1e-5)) rows++;
      if (powers.indexOf(1) !== given.indexOf(Math.max(...given))) classes++;
    }
  });
  return { rows, classes };
}

// onnxruntime computes pairs of quantizers in integer kernels of its own, which round some ties otherwise
describe('the integer model of QDQ networks', () => {
  test.skipIf(zooMissing)(
    `gives all classes of 500 sounds, 2 rows with other codes${missing}`,
    { timeout: 120_000 },
    () => {
      const { data } = readNpy(zooFile('data/kws01_first500_x_int8.npy'));
      const reals = Float32Array.from(data, (code) => Math.fround((code - 83) * 0.5847029));
      const x = { shape: [500, 490], data: reals };
      expect(integerDifferences('qdq/kws.onnx', x, 'reference/qdq_kws01_first500_ort_f32.npy')).toEqual({
        rows: 2,
        classes: 0,
      });
    },
  );

  test.skipIf(zooMissing)(
    `gives all classes of 200 images, 12 rows with other codes${missing}`,
    { timeout: 120_000 },
    () => {
      const { shape, data } = readNpy(zooFile('data/cifar10_ic01_v0.7_x_u8.npy'));
      const x = { shape, data: Float32Array.from(data) };
      expect(integerDifferences('qdq/resnet8.onnx', x, 'reference/qdq_resnet_ort_f32.npy')).toEqual({
        rows: 12,
        classes: 0,
      });
    },
  );
});

describe('digits, float', () => {
  test.skipIf(zooMissing)(`has its layers, and the outputs of onnxruntime for 50 digits${missing}`, () => {
    const network = importOnnx(zooFile('float/mnist_conv.onnx'));
    expect(outline(network)).toBe('conv add relu maximum conv add relu maximum reshape dense add');
    const x = readNpy(zooFile('data/mnist_t10k_x_u8.npy'));
    const expected = readNpy(zooFile('reference/mnist-conv_t10k_first1000_ort_f32.npy')).data;
    const largest = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    for (let n = 0; n < 50; n++) {
      const sample = Float32Array.from(x.data.subarray(n * 784, (n + 1) * 784));
      const found = interpret(network, sample).get(network.output)?.data ?? [];
      for (let o = 0; o < 10; o++)
        expect(Math.abs(found[o] - expected[n * 10 + o]) / largest).toBeLessThan(1e-6);
    }
  });
});

describe.each([
  ['nn_resize_quant', 'relu quantize', 'upsample conv add relu quantize'],
  ['subpixel_quant', '', 'conv depth-to-space relu quantize'],
])('super-resolution, %s', (model, entry, exit) => {
  const body = new Array<string>(3).fill('conv add normalize relu quantize').join(' ');

  // Three and six pixels of 196,608 were measured; the reference differs from onnxruntime in as many.
  test.skipIf(zooMissing)(
    `has its layers, and all but ten pixels, which are off by one code${missing}`,
    { timeout: 120_000 },
    () => {
      const network = importOnnx(zooFile(`espcn/${model}.onnx`));
      expect(outline(network)).toBe(`${entry} ${body} ${exit}`.trim());
      const x = channelsLast(readNpy(zooFile('data/espcn_input_f32_nchw.npy')).data, 3, 128 * 128);
      const output = interpret(network, x).get(network.output);
      const last = network.nodes[network.nodes.length - 1];
      if (!output || last.op !== 'quantize') throw new Error('the last node is no quantizer');
      const found = channelsFirst(output.data, 3, 256 * 256).map((y) =>
        Math.round(y / last.quantizer.scale[0]),
      );
      const expected = readNpy(zooFile(`reference/espcn_${model}_out_u8.npy`)).data;
      const off = Array.from(found, (code, k) => Math.abs(code - expected[k])).filter((each) => each > 0);
      expect(off.length).toBeLessThanOrEqual(10);
      expect(off.every((each) => each === 1)).toBe(true);
    },
  );
});
