/**
 * Trains the networks of examples/mnist-mlp and examples/mnist-cnn again, each with the command that made it.
 *
 *   npm run build && node examples/train.mjs [NAME ...]        NAME such as mnist-mlp/float; all by default
 *   node examples/train.mjs --commands                         only prints the commands
 *
 * The same version gives the same files, bit for bit, on one kind of machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RECIPE } from '../scripts/training-runs.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const DIGITS = '--inputs out/mnist/train_x_u8.npy --labels out/mnist/train_y.npy';
const TEST = '--test-inputs out/mnist/test_x_u8.npy --test-labels out/mnist/test_y.npy';

const float = (kind, options) => ({
  name: `mnist-${kind}/float`,
  architecture: kind,
  command: `train out/examples/${kind}.json -o examples/mnist-${kind}/float ${DIGITS} ${TEST} ${options}`,
});

const quantized = (kind, bits, accumulator) => ({
  name: `mnist-${kind}/w${bits}a${bits}-p${accumulator}`,
  command:
    `train examples/mnist-${kind}/float -o examples/mnist-${kind}/w${bits}a${bits}-p${accumulator} ${DIGITS} ${TEST} ` +
    `--weights ${bits} --activations ${bits} --input-bits ${bits} --accumulator ${accumulator} --method a2q+ ${RECIPE.join(' ')}`,
});

/** How the float networks are trained. */
export const FLOAT = {
  mlp: '--epochs 12 --learning-rate 2e-3 --weight-decay 0.3',
  cnn: '--epochs 6 --learning-rate 2e-3 --weight-decay 0.1',
};

const RECIPES = [
  float('mlp', FLOAT.mlp),
  float('cnn', FLOAT.cnn),
  quantized('mlp', 4, 16),
  quantized('mlp', 4, 12),
  quantized('mlp', 4, 10),
  quantized('mlp', 2, 12),
  quantized('cnn', 4, 16),
  quantized('cnn', 4, 12),
];

function run(...args) {
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  if (asked.includes('--commands')) {
    for (const { command } of RECIPES) console.log(`narrowgate ${command}`);
  } else {
    const recipes = RECIPES.filter(({ name }) => asked.length === 0 || asked.includes(name));
    mkdirSync(join(root, 'out', 'examples'), { recursive: true });
    run('scripts/mnist.mjs', 'out/mnist');
    for (const { architecture, command } of recipes) {
      if (architecture) run('examples/architectures.mjs', architecture, `out/examples/${architecture}.json`);
      console.log(`narrowgate ${command}`);
      run('dist/cli/main.js', ...command.split(' '));
    }
  }
}
