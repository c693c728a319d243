/** Published TFLite models: their nodes, and the integer kernels' codes against results that others computed. */
import { describe, expect, test } from 'vitest';
import { importTflite } from '../../src/1-import/tflite/index.js';
import type { FixedPointRounding, Network } from '../../src/1-import/types.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluateBatches } from '../../src/3-integer/evaluate.js';
import { readNpy } from '../../src/shared/npy.js';
import { interpretTflite } from '../support/tflite-interpreter.js';
import { skipped, zooFile, zooMissing } from './zoo.js';

const suffix = zooMissing ? `, ${skipped}` : '';

/** An operator's Network tensor, for the names of the reference files. */
const KWS = [
  'CONV_2D',
  ...Array.from({ length: 4 }, () => ['DEPTHWISE_CONV_2D', 'CONV_2D']).flat(),
  'AVERAGE_POOL_2D',
  'RESHAPE',
  'FULLY_CONNECTED',
];
const RESNET = [
  ...['CONV_2D', 'CONV_2D', 'CONV_2D', 'ADD'],
  ...['CONV_2D', 'CONV_2D', 'CONV_2D', 'ADD'],
  ...['CONV_2D', 'CONV_2D', 'CONV_2D', 'ADD'],
  ...['AVERAGE_POOL_2D', 'RESHAPE', 'FULLY_CONNECTED'],
];
const MODELS = [
  {
    model: 'kws_int8',
    prefix: 'kws_s0',
    operators: KWS,
    inputs: 'kws01_first500_x_int8',
    offset: 0,
    outputs: 'kws01_first500',
  },
  {
    model: 'resnet8_int8',
    prefix: 'ic_s0',
    operators: RESNET,
    inputs: 'cifar10_ic01_v0.7_x_u8',
    offset: -128,
    outputs: 'ic01_v0.7',
  },
];

/** Samples that the interpreter sees: it is plain, not fast. */
const SAMPLES = Number(process.env.TFLITE_SAMPLES ?? 5);

/** Input codes of one sample. */
function sample(inputs: string, offset: number, n: number): Int32Array {
  const { data, shape } = readNpy(zooFile(`data/${inputs}.npy`));
  const width = data.length / shape[0];
  return Int32Array.from(data.subarray(n * width, (n + 1) * width), (code) => code + offset);
}

/** Row n of a reference array. */
function row(file: string, n: number): number[] {
  const { data, shape } = readNpy(zooFile(`reference/${file}.npy`));
  const width = data.length / shape[0];
  return Array.from(data.subarray(n * width, (n + 1) * width));
}

/** The host's part: probabilities as codes of 1/256. */
function softmaxCodes(logits: Int32Array, scale: number): number[] {
  const largest = Math.max(...logits);
  const terms = Array.from(logits, (code) => Math.exp((code - largest) * scale));
  const sum = terms.reduce((a, b) => a + b);
  return terms.map((term) => Math.min(127, Math.round((256 * term) / sum) - 128));
}

/** Codes of the last layer, and of the softmax behind it. */
function lastCodes(network: Network, input: Int32Array): { logits: Int32Array; probabilities: number[] } {
  const last = network.nodes.filter((node) => node.op === 'requantize').at(-1);
  const logits = interpretTflite(network, input).get(last?.output ?? '');
  if (!last || !logits) throw new Error('the network has no last layer');
  return { logits, probabilities: softmaxCodes(logits, last.quantizer.scale[0]) };
}

function ops({ nodes }: Network): string[] {
  return nodes.map(({ op }) => op);
}

describe.each(MODELS)('$model', ({ model, prefix, operators, inputs, offset, outputs }) => {
  test.skipIf(zooMissing)(`has the nodes of its operators${suffix}`, () => {
    const network = importTflite(zooFile(`tflite/${model}.tflite`));
    const expected = operators.flatMap((op) => {
      if (op === 'ADD') return ['add'];
      if (op === 'RESHAPE') return ['reshape'];
      if (op === 'FULLY_CONNECTED') return ['dense', 'requantize'];
      return [op === 'AVERAGE_POOL_2D' ? 'pool' : 'conv', 'requantize'];
    });
    expect(ops(network)).toEqual(['quantize', ...expected, 'softmax']);
    expect(network.layout).toBe('NHWC');
    expect(network.tfliteRounding).toBe('double');
  });

  test.skipIf(zooMissing)(`double rounding gives the codes of TFLM in every layer${suffix}`, () => {
    const network = importTflite(zooFile(`tflite/${model}.tflite`));
    const tensors = interpretTflite(network, sample(inputs, offset, 0));
    operators.forEach((op, index) => {
      const name = `${prefix}_op${String(index).padStart(2, '0')}_${op}`;
      const { data } = readNpy(zooFile(`reference/layers/${name}.npy`));
      expect(Array.from(tensors.get(`${op}_${index}`) ?? []), name).toEqual(Array.from(data));
    });
  });

  test.skipIf(zooMissing)(
    `double rounding gives TFLM's logits, float XNNPACK's probabilities${suffix}`,
    () => {
      const file = zooFile(`tflite/${model}.tflite`);
      const [double, float] = [importTflite(file, 'double'), importTflite(file, 'float')];
      for (let n = 0; n < SAMPLES; n++) {
        const input = sample(inputs, offset, n);
        const reference = lastCodes(double, input);
        expect(Array.from(reference.logits), `sample ${n}`).toEqual(row(`${outputs}_logits_int8_tflm`, n));
        expect(reference.probabilities, `sample ${n}`).toEqual(row(`${outputs}_int8_tflm`, n));
        expect(lastCodes(float, input).probabilities, `sample ${n}`).toEqual(
          row(`${outputs}_int8_xnnpack`, n),
        );
      }
    },
  );

  test.skipIf(zooMissing)(`so does the integer model, for all samples${suffix}`, () => {
    const file = zooFile(`tflite/${model}.tflite`);
    const { data, shape } = readNpy(zooFile(`data/${inputs}.npy`));
    const input = Int32Array.from(data, (code) => code + offset);
    const reference = (kind: string) => readNpy(zooFile(`reference/${outputs}_${kind}.npy`)).data;
    const scale = importTflite(file).nodes.flatMap((node) =>
      node.op === 'requantize' ? [node.quantizer.scale[0]] : [],
    );
    const logitsOf = (rounding: FixedPointRounding): Int32Array => {
      const network = toInteger(importTflite(file, rounding));
      const logits = new Int32Array(reference('logits_int8_tflm').length);
      const width = logits.length / shape[0];
      evaluateBatches(network, input, shape[0], (codes, first) => logits.set(codes, first * width));
      return logits;
    };
    expect(Array.from(logitsOf('double'))).toEqual(Array.from(reference('logits_int8_tflm')));
    const float = logitsOf('float');
    const width = float.length / shape[0];
    const probabilities = Array.from({ length: shape[0] }, (_, n) =>
      softmaxCodes(float.subarray(n * width, (n + 1) * width), scale[scale.length - 1]),
    ).flat();
    expect(probabilities).toEqual(Array.from(reference('int8_xnnpack')));
  });
});

test.skipIf(zooMissing)(`a float model has real weights${suffix}`, () => {
  const network = importTflite(zooFile('float/resnet8_float.tflite'));
  const layers = network.nodes.flatMap((node) => ('weights' in node ? [node.weights.encoding] : []));
  expect(layers).toEqual(Array.from({ length: 10 }, () => 'real'));
  expect(network.input.shape).toEqual([32, 32, 3]);
  expect(ops(network).filter((op) => op === 'add')).toHaveLength(3);
  expect(ops(network).at(-1)).toBe('softmax');
});
