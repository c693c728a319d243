/** Post-training quantization of ResNet-8, and the speed of the float32 evaluator. */
import { join } from 'node:path';
import { importModel } from '../dist/1-import/index.js';
import { evaluateFloat } from '../dist/2-quantize/evaluate/evaluate.js';
import { topOne } from '../dist/3-integer/host.js';
import { readNpy } from '../dist/shared/npy.js';

/** Bits of weights, of activations and of accumulators. */
const RUNS = [
  [8, 8],
  [4, 8],
  [4, 4],
].flatMap(([weights, activations]) => [
  { weights, activations, method: 'nearest' },
  { weights, activations, method: 'axe' },
  { weights, activations, method: 'axe', accumulator: 20 },
  { weights, activations, method: 'axe', accumulator: 16 },
]);
const SETS = ['cifar10_ic01_v0.7', 'cifar10_test_first500'];
const PORT = ['--input-type', 'uint8', '--input-scale', '1'];

/** @param bench narrowgate (command line), table (Markdown), zoo and a folder for models */
export async function measureQuantize({ narrowgate, table, zoo, folder }) {
  await evaluatorSpeed(table, zoo);
  const model = join(zoo, 'float/resnet8_float.tflite');
  const data = (set, what) => join(zoo, `data/${set}_${what}.npy`);
  const percent = (part) => `${(100 * part).toFixed(1)} %`;
  console.log('\n## ResNet-8 quantized after training\n');
  const network = await importModel(model);
  const float = SETS.map((set) => {
    const x = readNpy(data(set, 'x_u8'));
    const y = readNpy(data(set, 'y')).data;
    const outputs = evaluateFloat(network, { values: Float32Array.from(x.data), count: x.shape[0] });
    return topOne(outputs, 10).reduce((sum, each, n) => sum + (each === Number(y[n])), 0) / x.shape[0];
  });
  const rows = [['float32', '', '', ...float.map(percent), '', '']];
  for (const { weights, activations, method, accumulator } of RUNS) {
    const out = join(folder, 'resnet8');
    const limit = accumulator === undefined ? [] : ['--accumulator', String(accumulator)];
    const bits = ['--weights', String(weights), '--activations', String(activations)];
    const calibrate = ['--calibrate', data('cifar10_calib500', 'x_u8')];
    const made = narrowgate(
      'quantize',
      model,
      '-o',
      out,
      ...calibrate,
      ...bits,
      ...limit,
      '--method',
      method,
      ...PORT,
    );
    const accuracy = SETS.map(
      (set) =>
        narrowgate('run', out, '--inputs', data(set, 'x_u8'), '--labels', data(set, 'y')).json.accuracy,
    );
    const layers = made.json.layers.filter(({ weightBits }) => weightBits !== undefined);
    const widest = Math.max(...made.json.layers.map((layer) => layer.accumulator.exact));
    const sparsity = layers.reduce((sum, layer) => sum + layer.sparsity, 0) / layers.length;
    rows.push([
      `W${weights}A${activations}`,
      accumulator ?? 'none',
      method,
      ...accuracy.map(percent),
      widest,
      percent(sparsity),
    ]);
    console.error(rows.at(-1).join(' '), `${made.seconds.toFixed(0)} s`);
  }
  const head = [
    'network',
    'limit',
    'method',
    '200 of ic01',
    '500 of the test set',
    'widest sum',
    'zero weights',
  ];
  console.log(table(head, rows));
}

async function evaluatorSpeed(table, zoo) {
  console.log('\n## Float32 evaluator, one core\n');
  const rows = [];
  for (const [name, inputs, count, macs] of [
    ['mnist_conv.onnx', 'mnist_t10k_x_u8', 2000, 786_560],
    ['resnet8_float.tflite', 'cifar10_ic01_v0.7_x_u8', 200, 12_501_632],
  ]) {
    const network = await importModel(join(zoo, 'float', name));
    const { data, shape } = readNpy(join(zoo, `data/${inputs}.npy`));
    const width = data.length / shape[0];
    const values = Float32Array.from(data.subarray(0, count * width));
    evaluateFloat(network, { values: values.subarray(0, 20 * width), count: 20 }); // compiled before it is timed
    const start = process.cpuUsage();
    evaluateFloat(network, { values, count });
    const { user } = process.cpuUsage(start);
    rows.push([name, count, Math.round((count / user) * 1e6), Math.round((count * macs) / user)]);
  }
  console.log(table(['network', 'samples', 'samples/s of CPU time', 'million MACs/s'], rows));
}
