/** Exported QDQ files in onnxruntime: how many codes differ from the integer model's, and why. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
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

/** Model, samples, real value of an integer of the samples' file, and what the input port is declared as. */
function networks(zoo) {
  const digits = join(zoo, 'data/mnist_t10k_x_u8.npy');
  const pixel = (code) => Math.fround(code / 255);
  return [
    [join(zoo, 'qonnx/TFC_2W2A.onnx'), digits, pixel, PIXELS],
    [
      join(zoo, 'qdq/kws.onnx'),
      join(zoo, 'data/kws01_first500_x_int8.npy'),
      (code) => Math.fround((code - 83) * 0.5847029),
    ],
    [join(zoo, 'qdq/resnet8.onnx'), join(zoo, 'data/cifar10_ic01_v0.7_x_u8.npy'), (code) => code],
  ];
}

/** The row of the table for one network. */
async function rowOf([model, samples, real, inputPort]) {
  const given = await importModel(model);
  const network = inputPort ? { ...given, inputPort } : given;
  const integer = toInteger(network);
  const { shape, data } = readNpy(samples);
  const count = Math.min(SAMPLES, shape[0]);
  const size = data.length / shape[0];
  const dims =
    network.layout === 'NCHW' || network.input.shape.length < 3 ? integer.inputShape : network.input.shape;
  const reals = Float32Array.from(data.subarray(0, count * size), real);
  const { codes } = inputCodes(integer, { shape: [count, ...integer.inputShape], data: reals }, samples);
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
  return [
    basename(model),
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
export async function measureExport({ table, zoo }) {
  const rows = [];
  for (const network of networks(zoo)) if (existsSync(network[0])) rows.push(await rowOf(network));
  console.log('\n### Exported QDQ files in onnxruntime\n');
  console.log(table(HEAD, rows));
}
