/** Published TFLite models: their nodes, and the integer kernels' codes against results that others computed. */
import { describe, expect, test } from 'vitest';
import { importTflite } from '../../src/1-import/tflite/index.js';
import type { Network } from '../../src/1-import/types.js';
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
  { model: 'kws_int8', prefix: 'kws_s0', operators: KWS, inputs: 'kws01_first500_x_int8', offset: 0 },
  {
    model: 'resnet8_int8',
    prefix: 'ic_s0',
    operators: RESNET,
    inputs: 'cifar10_ic01_v0.7_x_u8',
    offset: -128,
  },
];

/** Input codes of one sample. */
function sample(inputs: string, offset: number, n: number): Int32Array {
  const { data, shape } = readNpy(zooFile(`data/${inputs}.npy`));
  const width = data.length / shape[0];
  return Int32Array.from(data.subarray(n * width, (n + 1) * width), (code) => code + offset);
}

function ops({ nodes }: Network): string[] {
  return nodes.map(({ op }) => op);
}

describe.each(MODELS)('$model', ({ model, prefix, operators, inputs, offset }) => {
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
});
