/**
 * How training is set up, chosen without the test digits: networks are trained on the first 50,000 of the training digits, the
 * float network that they start from too, and judged on the other 10,000.
 *
 *   node scripts/bench-recipe.mjs [mlp] [cnn] [--accumulator 10] [--only NAME,NAME] [--cached]
 *
 * Each result is kept as those of bench-train.mjs are.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readNpy, writeNpy } from '../dist/shared/npy.js';
import { FLOAT } from '../examples/train.mjs';
import { mnist } from './mnist.mjs';
import { contentHash, narrowgate, RECIPE, remember } from './training-runs.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const HELD_OUT = 10_000;

/** What differs from the recipe; a later option wins. */
const VARIATIONS = {
  recipe: [],
  'learning rate 1e-3': ['--learning-rate', '1e-3'],
  'learning rate 4e-3': ['--learning-rate', '4e-3'],
  'settling 0': ['--settling', '0'],
  'settling 1': ['--settling', '1'],
  'weight decay 0.1': ['--weight-decay', '0.1'],
};

/** The recipe with some options in the place of its own. */
function changed(recipe, options) {
  const all = new Map();
  for (const list of [recipe, options])
    for (let i = 0; i < list.length; i += 2) all.set(list[i], list[i + 1]);
  return [...all].flat();
}

/** Samples of a .npy file from one to another, as a file of their own. */
function part(file, from, to) {
  const out = file.replace(/\.npy$/, `_${from}_${to}.npy`);
  if (existsSync(out)) return out;
  const { shape, data } = readNpy(file);
  const size = data.length / shape[0];
  writeNpy(out, [to - from, ...shape.slice(1)], data.slice(from * size, to * size));
  return out;
}

function heldOut() {
  const { trainInputs, trainLabels } = mnist();
  const count = readNpy(trainLabels).shape[0];
  const first = (file) => part(file, 0, count - HELD_OUT);
  const last = (file) => part(file, count - HELD_OUT, count);
  return [
    ...['--inputs', first(trainInputs), '--labels', first(trainLabels)],
    ...['--test-inputs', last(trainInputs), '--test-labels', last(trainLabels)],
  ];
}

/** The float network's folder, trained on what is not held out by the command of examples/. */
function floatNetwork(network, data) {
  const folder = join(root, 'out', 'bench-recipe');
  const untrained = join(folder, `${network}.json`);
  const out = join(folder, `${network}-float`);
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, [join(root, 'examples/architectures.mjs'), network, untrained]);
  const name = `validate float ${network} ${FLOAT[network]} ${contentHash(`out/bench-recipe/${network}.json`)}`;
  if (!existsSync(out) || remember(name, true) === undefined)
    remember(name, false, () =>
      narrowgate('train', untrained, '-o', out, ...data, ...FLOAT[network].split(' ')),
    );
  return { out, accuracy: remember(name, true).accuracy };
}

/** @param asked networks, accumulator, only: names of variations; cached: run nothing */
export function measureRecipes({ networks = ['mlp'], accumulator = '10', only, cached = false } = {}) {
  const data = heldOut();
  for (const network of networks) {
    const float = floatNetwork(network, data);
    console.log(
      `\n## MNIST ${network.toUpperCase()}, W4A4, ${accumulator} bits, A2Q+: accuracy on the ${HELD_OUT.toLocaleString('en')} held-out training digits (float: ${percent(float.accuracy)})\n`,
    );
    console.log('| recipe | accuracy |\n| --- | --- |');
    for (const [name, options] of Object.entries(VARIATIONS)) {
      if (only && !only.includes(name)) continue;
      const command = [
        ...['--weights', '4', '--activations', '4', '--input-bits', '4'],
        ...['--accumulator', accumulator, '--method', 'a2q+'],
        ...changed(RECIPE, options),
      ];
      const identity = contentHash(`out/bench-recipe/${network}-float`);
      const result = remember(`validate ${network} ${command.join(' ')} ${identity}`, cached, (out) =>
        narrowgate('train', float.out, '-o', out, ...data, ...command),
      );
      const what = name === 'recipe' ? `recipe (${RECIPE.join(' ')})` : name;
      if (result) console.log(`| ${what} | ${percent(result.accuracy)} |`);
    }
  }
}

const percent = (share) => `${(100 * share).toFixed(2)} %`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const value = (option) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined);
  const named = ['mlp', 'cnn'].filter((name) => args.includes(name));
  measureRecipes({
    networks: named.length > 0 ? named : ['mlp'],
    accumulator: value('--accumulator') ?? '10',
    only: value('--only')?.split(','),
    cached: args.includes('--cached'),
  });
}
