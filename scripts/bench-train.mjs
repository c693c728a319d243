/**
 * Accuracy on MNIST within narrow accumulators: after training (A2Q, A2Q+, AXE) and with training (A2Q, A2Q+).
 *
 *   node scripts/bench-train.mjs [mlp] [cnn] [--seeds N] [--accumulators 32,16,14,12,10] [--bits 4,2] [--trained a2q,a2q+] [--cached]
 *
 * Each result is kept in out/bench-train under the hash of its command, of the float network and of the code, so the bench can be
 * stopped and started again; the network is beside it. --cached runs nothing and prints what is there. The recipes are chosen by
 * bench-recipe.mjs, which never sees the test digits.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdsAnyRow } from '../dist/2-quantize/accumulator/budget.js';
import { readNpy } from '../dist/shared/npy.js';
import { table } from './markdown-table.mjs';
import { mnist } from './mnist.mjs';
import { contentHash, narrowgate, RECIPE, remember } from './training-runs.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const AFTER = ['a2q', 'a2q+', 'axe'];

/** Everything there is to measure. */
const ALL = {
  networks: ['mlp', 'cnn'],
  seeds: 3,
  accumulators: ['32', '16', '14', '12', '10'],
  bits: ['4', '2'],
  trained: ['a2q', 'a2q+'],
};

/** @param asked networks, seeds, accumulators, bits; trained: methods to train with; cached: run nothing */
export function measureTraining(asked = {}) {
  const { networks, seeds, accumulators, bits, trained: methods, cached = false } = { ...ALL, ...asked };
  const files = mnist();
  const test = ['--inputs', files.testInputs, '--labels', files.testLabels];
  const speeds = [];
  for (const network of networks) {
    const float = join(root, 'examples', `mnist-${network}`, 'float');
    const identity = contentHash(`examples/mnist-${network}/float`);
    const compute = (name, work) => remember(`${name} ${identity}`, cached, work);
    const reference = compute(`float ${network}`, (out) => floatAccuracy(float, files, out));
    if (!reference) continue;
    console.log(
      `\n## MNIST ${network.toUpperCase()}: accuracy on the 10,000 test digits, by accumulator (float: ${percent(reference.accuracy)})\n`,
    );
    for (const width of bits) {
      const rows = accumulators.map((accumulator) => {
        const asked = ['--weights', width, '--activations', width, '--input-bits', width];
        const limits = limitsAnything(float, Number(width), Number(accumulator));
        const trainWithin = [...asked, '--accumulator', limits ? accumulator : '32'];
        asked.push('--accumulator', accumulator);
        const after = AFTER.map((method) => {
          const options = [...asked, '--method', method];
          return compute(`quantize ${network} ${options.join(' ')}`, (out) =>
            quantized(float, options, files, test, out),
          );
        });
        const during = methods.map((method) =>
          Array.from({ length: seeds }, (_, seed) => {
            const way = ['--method', limits ? method : 'a2q', ...RECIPE, '--seed', String(seed + 1)];
            const options = [...trainWithin, ...way];
            return compute(`train ${network} ${options.join(' ')}`, (out) =>
              trained(float, options, files, out),
            );
          }).filter(Boolean),
        );
        for (const each of during.flat()) speeds.push([network, each.samplesPerSecond]);
        return [
          accumulator,
          ...after.map((each) => (each ? percent(each.accuracy) : '')),
          ...during.map((each) => spread(each.map(({ accuracy }) => accuracy))),
          ...during.map((each) =>
            each.length > 0 ? percent(mean(each.map(({ sparsity }) => sparsity))) : '',
          ),
          kept(during.at(-1), reference),
        ];
      });
      const names = methods.map((method) => method.toUpperCase());
      const head = [
        `W${width}A${width}: bits`,
        ...['A2Q after training', 'A2Q+ after', 'AXE after'],
        ...names.map((name) => `${name} trained`),
        ...names.map((name) => `zeros, ${name}`),
        `of float, ${names.at(-1)} trained`,
      ];
      console.log(`${table(head, rows)}\n`);
    }
  }
  for (const network of networks) {
    const own = speeds.filter(([name]) => name === network).map(([, speed]) => speed);
    if (own.length > 0)
      console.log(
        `Trainer, ${network}: up to ${Math.round(Math.max(...own)).toLocaleString('en')} digits/s.`,
      );
  }
}

/** Whether an accumulator is too narrow for some weights: else all trainings of a seed are the same one, and one is run. */
function limitsAnything(float, bits, accumulator) {
  const { layers } = JSON.parse(readFileSync(join(float, 'model.json'), 'utf8'));
  return layers
    .filter(({ weights }) => weights)
    .some(({ weights }) => {
      const { shape } = readNpy(join(float, weights.file));
      const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
      const input = { min: 0, max: 2 ** bits - 1 };
      return !holdsAnyRow(inputs, 2 ** (bits - 1) - 1, input, accumulator);
    });
}

const percent = (part) => `${(100 * part).toFixed(2)} %`;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function spread(values) {
  if (values.length === 0) return '';
  const range = Math.max(...values) - Math.min(...values);
  return values.length === 1
    ? percent(values[0])
    : `${percent(mean(values))} (${values.length} seeds, range ${(100 * range).toFixed(2)})`;
}

function kept(results, reference) {
  return results.length === 0
    ? ''
    : percent(mean(results.map(({ accuracy }) => accuracy)) / reference.accuracy);
}

/** One epoch with a learning rate of zero changes nothing, and measures. */
function floatAccuracy(float, files, out) {
  const data = ['--inputs', files.testInputs, '--labels', files.testLabels];
  const test = ['--test-inputs', files.testInputs, '--test-labels', files.testLabels];
  return narrowgate('train', float, '-o', out, ...data, ...test, '--epochs', '1', '--learning-rate', '0');
}

function quantized(float, options, files, test, out) {
  narrowgate('quantize', float, '-o', out, '--calibrate', files.trainInputs, ...options);
  const { accuracy } = narrowgate('run', out, ...test);
  return { accuracy };
}

function trained(float, options, files, out) {
  const data = ['--inputs', files.trainInputs, '--labels', files.trainLabels];
  const test = ['--test-inputs', files.testInputs, '--test-labels', files.testLabels];
  return narrowgate('train', float, '-o', out, ...data, ...test, ...options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const value = (option, otherwise) => (args.includes(option) ? args[args.indexOf(option) + 1] : otherwise);
  const named = ['mlp', 'cnn'].filter((name) => args.includes(name));
  measureTraining({
    networks: named.length > 0 ? named : ['mlp', 'cnn'],
    seeds: Number(value('--seeds', '1')),
    accumulators: value('--accumulators', '32,16,14,12,10').split(','),
    bits: value('--bits', '4,2').split(','),
    trained: value('--trained', 'a2q,a2q+').split(','),
    cached: args.includes('--cached'),
  });
}
