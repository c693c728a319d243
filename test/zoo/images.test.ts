/** Published convolutional networks: codes of the integer model against what other programs computed. */
import { describe, expect, test } from 'vitest';
import { importModel } from '../../src/1-import/index.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { type Codes, evaluateBatches } from '../../src/3-integer/evaluate.js';
import { inputCodes, outputReals, toFileOrder } from '../../src/3-integer/host.js';
import type { IntegerNetwork } from '../../src/3-integer/types.js';
import { boundNetwork } from '../../src/4-bounds/bounds.js';
import { type NpyArray, readNpy } from '../../src/shared/npy.js';
import { skipped, zooFile, zooMissing } from './zoo.js';

async function load(model: string): Promise<IntegerNetwork> {
  const imported = await importModel(zooFile(model));
  return toInteger(imported);
}

function outputs(network: IntegerNetwork, array: NpyArray, samples: number): Codes {
  const { codes, count } = inputCodes(network, array, 'x.npy', samples);
  const width = network.tensors.get(network.output)?.shape.reduce((a, b) => a * b, 1) ?? 0;
  const all = new Float64Array(count * width);
  evaluateBatches(network, codes, count, (part, first) => all.set(part, first * width));
  return all;
}

describe('images', () => {
  const name = zooMissing ? `, ${skipped}` : '';

  test.skipIf(zooMissing)(
    `TFLite networks equal TFLite Micro in every code of the logits${name}`,
    async () => {
      for (const [model, inputs, reference, samples] of [
        ['kws', 'kws01_first500_x_int8', 'kws01_first500_logits_int8_tflm', 100],
        ['resnet8', 'cifar10_ic01_v0.7_x_u8', 'ic01_v0.7_logits_int8_tflm', 30],
      ] as const) {
        const given = readNpy(zooFile(`data/${inputs}.npy`));
        const data = model === 'kws' ? given.data : Int8Array.from(given.data, (pixel) => pixel - 128);
        const network = await load(`tflite/${model}_int8.tflite`);
        const found = outputs(network, { ...given, data }, samples);
        const expected = readNpy(zooFile(`reference/${reference}.npy`)).data;
        expect(Array.from(found)).toEqual(Array.from(expected.subarray(0, found.length)));
      }
    },
  );

  test.skipIf(zooMissing)(`QDQ networks choose the classes that onnxruntime does${name}`, async () => {
    const network = await load('qdq/resnet8.onnx');
    const given = readNpy(zooFile('data/cifar10_ic01_v0.7_x_u8.npy'));
    const samples = 30;
    const codes = outputs(network, { ...given, data: Float32Array.from(given.data) }, samples);
    const logits = outputReals(network.hostOutput, codes, 10);
    const expected = readNpy(zooFile('reference/qdq_resnet_ort_f32.npy')).data;
    for (let n = 0; n < samples; n++) {
      const best = (values: ArrayLike<number>) => {
        const own = Array.from({ length: 10 }, (_, k) => values[n * 10 + k]);
        return own.indexOf(Math.max(...own));
      };
      expect(best(logits)).toBe(best(expected));
    }
  });

  test.skipIf(zooMissing)(`super-resolution differs by one code in a handful of pixels${name}`, async () => {
    const network = await load('espcn/nn_resize_quant.onnx');
    const found = outputs(network, readNpy(zooFile('data/espcn_input_f32_nchw.npy')), 1);
    const { data } = toFileOrder(network, found);
    const expected = readNpy(zooFile('reference/espcn_nn_resize_quant_out_u8.npy')).data;
    const differences = Array.from(data, (code, k) => Math.abs(code - expected[k])).filter(
      (each) => each > 0,
    );
    expect(data.length).toBe(expected.length);
    expect(differences.length).toBeLessThanOrEqual(13); // as many as float32 and onnxruntime have between them
    expect(Math.max(0, ...differences)).toBeLessThanOrEqual(1);
  });

  test.skipIf(zooMissing)(`exact <= L1 <= data type in every layer of ResNet-8${name}`, async () => {
    const { accumulators, sums } = boundNetwork(await load('tflite/resnet8_int8.tflite'));
    expect(accumulators.size).toBe(10);
    for (const { channelWidths } of accumulators.values())
      for (const { span, exact, l1, datatype } of channelWidths) {
        expect(span <= exact && exact <= l1 && l1 <= datatype).toBe(true);
      }
    expect([...sums.keys()].sort()).toEqual(['ADD_11', 'ADD_3', 'ADD_7', 'AVERAGE_POOL_2D_12']);
  });
});
