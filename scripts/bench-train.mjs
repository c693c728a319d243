/**
 * Accuracy on MNIST within narrow accumulators: after training (A2Q, A2Q+, AXE) and with training (A2Q, A2Q+).
 *
 *   node scripts/bench-train.mjs [mlp] [cnn] [--seeds N] [--accumulators 32,16,14,12,10] [--bits 4,2] [--cached]
 *
 * Each result is kept in out/bench-train under the hash of its command and of the float network, so the bench can be stopped
 * and started again. --cached runs nothing and prints what is there.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mnist } from './mnist.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const CACHE = join(root, 'out', 'bench-train');
const RECIPES = {
  mlp: ['--epochs', '4', '--learning-rate', '2e-3'],
  cnn: ['--epochs', '2', '--learning-rate', '2e-3'],
};
const AFTER = ['a2q', 'a2q+', 'axe'];
const DURING = ['a2q', 'a2q+'];

const ALL = {
  networks: ['mlp', 'cnn'],
  seeds: 3,
  accumulators: ['32', '16', '14', '12', '10'],
  bits: ['4', '2'],
};

/** @param asked networks, seeds, accumulators, bits; cached: run nothing */
export function measureTraining(asked = {}) {
  const { networks, seeds, accumulators, bits, cached = false } = { ...ALL, ...asked };
  mkdirSync(CACHE, { recursive: true });
  const files = mnist();
  const test = ['--inputs', files.testInputs, '--labels', files.testLabels];
  const table = (head, rows) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const speeds = [];
  for (const network of networks) {
    const float = join(root, 'examples', `mnist-${network}`, 'float');
    const identity = contentHash(float);
    const compute = (name, work) => remember(`${name} ${identity}`, cached, work);
    const reference = compute(`float ${network}`, () => floatAccuracy(float, files));
    if (!reference) continue;
    console.log(
      `\n## MNIST ${network.toUpperCase()}: accuracy on the 10,000 test digits, by accumulator (float: ${percent(reference.accuracy)})\n`,
    );
    for (const width of bits) {
      const rows = accumulators.map((accumulator) => {
        const asked = [
          '--weights',
          width,
          '--activations',
          width,
          '--input-bits',
          width,
          '--accumulator',
          accumulator,
        ];
        const after = AFTER.map((method) => {
          const options = [...asked, '--method', method];
          return compute(`quantize ${network} ${options.join(' ')}`, () =>
            quantized(float, options, files, test),
          );
        });
        const during = DURING.map((method) =>
          Array.from({ length: seeds }, (_, seed) => {
            const options = [...asked, '--method', method, ...RECIPES[network], '--seed', String(seed + 1)];
            return compute(`train ${network} ${options.join(' ')}`, () => trained(float, options, files));
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
          kept(during[1], reference),
        ];
      });
      const head = [
        `W${width}A${width}: bits`,
        'A2Q after training',
        'A2Q+ after',
        'AXE after',
        'A2Q trained',
        'A2Q+ trained',
        'zeros, A2Q',
        'zeros, A2Q+',
        'of float, A2Q+ trained',
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

function narrowgate(...args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'dist/cli/main.js'), ...args, '--json', '--quiet'],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(`narrowgate ${args.join(' ')}: exit ${status}\n${stderr}`);
  return JSON.parse(stdout);
}

/** One epoch with a learning rate of zero changes nothing, and measures. */
function floatAccuracy(float, files) {
  const out = join(CACHE, 'float.json');
  const data = ['--inputs', files.testInputs, '--labels', files.testLabels];
  const test = ['--test-inputs', files.testInputs, '--test-labels', files.testLabels];
  return narrowgate('train', float, '-o', out, ...data, ...test, '--epochs', '1', '--learning-rate', '0');
}

function quantized(float, options, files, test) {
  const out = join(CACHE, 'quantized.json');
  narrowgate('quantize', float, '-o', out, '--calibrate', files.trainInputs, ...options);
  const { accuracy } = narrowgate('run', out, ...test);
  return { accuracy };
}

function trained(float, options, files) {
  const data = ['--inputs', files.trainInputs, '--labels', files.trainLabels];
  const test = ['--test-inputs', files.testInputs, '--test-labels', files.testLabels];
  return narrowgate('train', float, '-o', join(CACHE, 'trained.json'), ...data, ...test, ...options);
}

/** The result of a piece of work, from the cache if it is there. */
function remember(name, cached, work) {
  const file = join(CACHE, `${createHash('sha256').update(name).digest('hex').slice(0, 20)}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).result;
  if (cached) return undefined;
  process.stderr.write(`${name}\n`);
  const result = work();
  writeFileSync(`${file}.new`, JSON.stringify({ name, result }));
  renameSync(`${file}.new`, file);
  return result;
}

function contentHash(folder) {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex');
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
    cached: args.includes('--cached'),
  });
}
