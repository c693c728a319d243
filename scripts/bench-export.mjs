/** Exported QDQ files in onnxruntime: how many codes differ from the integer model's, and why. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModel } from '../dist/1-import/index.js';
import { onnxSchema } from '../dist/1-import/onnx/schema.js';
import { toInteger } from '../dist/3-integer/convert.js';
import { evaluate } from '../dist/3-integer/evaluate.js';
import { inputCodes, outputReals, topOne } from '../dist/3-integer/host.js';
import { writeOnnx } from '../dist/export/onnx/index.js';
import { readNpy } from '../dist/shared/npy.js';
import { compareCodes, isAtThreshold, optimizedOutputs } from './export-codes.mjs';

const PIXELS = { signed: false, bits: 8, scale: { numerator: 1, denominator: 255 } };
const SAMPLES = 1000;

/** Networks for MNIST that were trained here, float ones left out. */
function examples() {
  return ['mnist-mlp', 'mnist-cnn'].flatMap((name) => {
    const folder = new URL(`../examples/${name}/`, import.meta.url);
    if (!existsSync(folder)) return [];
    const made = readdirSync(folder).filter(
      (each) => each !== 'float' && existsSync(new URL(`${each}/model.json`, folder)),
    );
    return made.sort().map((each) => fileURLToPath(new URL(each, folder)));
  });
}

/**
 * Model, samples, real value of an integer of the samples' file (of codes of the port, where it is not given), and what
 * the input port is declared as.
 */
function networks(zoo, folder, narrowgate) {
  const digits = join(zoo, 'data/mnist_t10k_x_u8.npy');
  const pixel = (code) => Math.fround(code / 255);
  const float = join(zoo, 'float/mnist_conv.onnx');
  const quantized = [8, 4, 2].map((bits) => {
    const out = join(folder, `mnist_conv_W${bits}A${bits}`);
    const widths = ['--weights', `${bits}`, '--activations', `${bits}`];
    narrowgate('quantize', float, '-o', out, '--calibrate', digits, ...widths, '--input-type', 'uint8');
    return [out, digits, (code) => code];
  });
  return [
    ...examples().map((model) => [model, digits]),
    ...quantized,
    [join(zoo, 'qonnx/TFC_2W2A.onnx'), digits, pixel, PIXELS],
    [
      join(zoo, 'qdq/kws.onnx'),
      join(zoo, 'data/kws01_first500_x_int8.npy'),
      (code) => Math.fround((code - 83) * 0.5847029),
    ],
    [join(zoo, 'qdq/resnet8.onnx'), join(zoo, 'data/cifar10_ic01_v0.7_x_u8.npy'), (code) => code],
  ];
}

/** The row of the table for one network, and its first differences in words. */
async function measure([model, samples, given, declared]) {
  const imported = await importModel(model);
  const network = declared ? { ...imported, inputPort: declared } : imported;
  const { scale, zeroPoint = 0 } = network.inputPort ?? {};
  const real = given ?? ((code) => Math.fround(((code - zeroPoint) * scale.numerator) / scale.denominator));
  const integer = toInteger(network);
  const dims = integer.inputShape;
  const { shape, data } = readNpy(samples);
  const count = Math.min(SAMPLES, shape[0]);
  const reals = Float32Array.from(data.subarray(0, (count * data.length) / shape[0]), real);
  const { codes } = inputCodes(integer, { shape: [count, ...dims], data: reals }, samples);
  const { tensors, output } = evaluate(integer, codes, count);
  const outputs = output.length / count;
  const golden = outputReals(integer.hostOutput, output, outputs);
  const bytes = writeOnnx(network, 'qdq');
  const compared = await compareCodes(bytes, onnxSchema, reals, dims, tensors);
  const { rows, first } = compared;
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const ours = topOne(golden, outputs);
  const others = (found) => topOne(found, outputs).filter((each, n) => each !== ours[n]).length;
  const optimized = await optimizedOutputs(bytes, reals, dims);
  const name = model.includes('examples')
    ? `${basename(dirname(model))}/${basename(model)}`
    : basename(model);
  const row = [
    name,
    count,
    rows.length,
    sum('codes').toLocaleString('en-GB'),
    sum('differing').toLocaleString('en-GB'),
    new Set(first.map(({ sample }) => sample)).size,
    `${first.filter((each) => isAtThreshold(integer, tensors, each)).length} of ${first.length}`,
    Math.max(0, ...rows.map(({ largest }) => largest)),
    others(compared.outputs),
    others(optimized),
  ];
  const list = first.map(
    ({ tensor, sample, element, expected, found }) =>
      `- ${name}: sample ${sample}, ${tensor}[${element}] is ${expected}, ${found} in onnxruntime`,
  );
  return { row, list };
}

const HEAD = [
  'model',
  'samples',
  'tensors',
  'codes',
  'differing',
  'samples with any',
  'first differences next to a threshold',
  'largest',
  'other classes',
  'with optimizations',
];

/** @param zoo folder of models and samples */
export async function measureExport({ narrowgate, table, zoo, folder }) {
  const rows = [];
  const lists = [];
  for (const network of networks(zoo, folder, narrowgate)) {
    if (!existsSync(network[0])) continue;
    const { row, list } = await measure(network);
    rows.push(row);
    lists.push(...list);
  }
  console.log('\n### Exported QDQ files in onnxruntime\n');
  console.log(table(HEAD, rows));
  console.log(`\n${lists.join('\n')}`);
}
