/** The float32 evaluator against onnxruntime and the TFLite runtime. */
import { describe, expect, test } from 'vitest';
import { importModel } from '../../src/1-import/index.js';
import { evaluateFloat } from '../../src/2-quantize/evaluate/evaluate.js';
import { foldFloat } from '../../src/2-quantize/fold.js';
import { topOne } from '../../src/3-integer/host.js';
import { readNpy } from '../../src/shared/npy.js';
import { skipped, zooFile, zooMissing } from './zoo.js';

const name = zooMissing ? `, ${skipped}` : '';

/** Largest difference, relative to the largest magnitude of the reference. */
function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [worst, largest] = [0, 0];
  for (let k = 0; k < expected.length; k++) {
    worst = Math.max(worst, Math.abs(found[k] - expected[k]));
    largest = Math.max(largest, Math.abs(expected[k]));
  }
  return worst / largest;
}

describe('float networks of the zoo', () => {
  test.skipIf(zooMissing).each([
    // logits of 1,000 digits by onnxruntime: 2 units in the last place of float32 sums of magnitude 10^4
    ['mnist_conv.onnx', 'mnist_t10k_x_u8', 'mnist-conv_t10k_first1000_ort_f32', 1000, 1e-6],
    // probabilities by the TFLite runtime
    ['resnet8_float.tflite', 'cifar10_ic01_v0.7_x_u8', 'ic01_v0.7_float_tflite', 200, 1e-5],
  ] as const)(
    `%s equals its reference in every class${name}`,
    async (model, inputs, reference, count, most) => {
      const network = await importModel(zooFile(`float/${model}`));
      const { data } = readNpy(zooFile(`data/${inputs}.npy`));
      const expected = readNpy(zooFile(`reference/${reference}.npy`)).data;
      const width = network.input.shape.reduce((a, b) => a * b, 1);
      const samples = { values: Float32Array.from(data.subarray(0, count * width)), count };
      for (const each of [network, foldFloat(network)]) {
        const found = evaluateFloat(each, samples);
        expect(found).toHaveLength(expected.length);
        expect(difference(found, expected)).toBeLessThan(most);
        expect(topOne(found, 10)).toEqual(topOne(expected, 10));
      }
    },
  );
});
