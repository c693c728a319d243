/** Trainings that a bench runs once: results and networks are kept in out/bench-train. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const CACHE = join(root, 'out', 'bench-train');

/** Code that an accuracy depends on, and the file that says which version of jax-js runs. */
const CODE = ['dist/1-import', 'dist/2-quantize', 'dist/3-integer', 'dist/shared', 'package-lock.json'];

/** How quantized networks are trained, in the benches and in examples/. Chosen by bench-recipe.mjs. */
export const RECIPE = ['--epochs', '4', '--learning-rate', '2e-3'];

/** The JSON result of a command. */
export function narrowgate(...args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'dist/cli/main.js'), ...args, '--json', '--quiet'],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(`narrowgate ${args.join(' ')}: exit ${status}\n${stderr}`);
  return JSON.parse(stdout);
}

/** Hash of what is in files and folders, by their names below the repository. */
export function contentHash(...paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)))
      if (entry.isDirectory()) add(join(path, entry.name));
      else hash.update(relative(root, join(path, entry.name))).update(readFileSync(join(path, entry.name)));
  };
  for (const path of paths)
    if (path.endsWith('.json')) hash.update(readFileSync(join(root, path)));
    else add(join(root, path));
  return hash.digest('hex');
}

let code;

/**
 * The result of a piece of work, from the cache if it is there. The key is the name, which has to say all inputs, and the
 * code that does the work.
 *
 * @param name the command and what its files hold
 * @param cached whether to run nothing; the result is undefined then if it is not there
 * @param work gets the folder that a network belongs in, beside the result
 */
export function remember(name, cached, work) {
  code ??= contentHash(...CODE);
  mkdirSync(CACHE, { recursive: true });
  const key = createHash('sha256').update(`${name} ${code}`).digest('hex').slice(0, 20);
  const file = join(CACHE, `${key}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).result;
  if (cached) return undefined;
  process.stderr.write(`${name}\n`);
  const result = work(join(CACHE, `${key}.network`));
  writeFileSync(`${file}.new`, JSON.stringify({ name, code, result }));
  renameSync(`${file}.new`, file);
  return result;
}
