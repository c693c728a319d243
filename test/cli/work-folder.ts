/** Folders that tests work in, and what stands in them. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './compiled-cli.js';

export const TINY = join(ROOT, 'examples/tiny-mlp/model.json');

/** A new folder that holds the smallest example as tiny-mlp/model.json. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'narrowgate-test-'));
  cpSync(join(ROOT, 'examples/tiny-mlp'), join(folder, 'tiny-mlp'), { recursive: true });
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** One hash over names and contents of everything in a folder. */
export function digest(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
    hash.update(`\n${name}\n`);
    if (statSync(join(folder, name)).isFile()) hash.update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex');
}

/** An array of a .npy file as a test writes it down. */
export interface ArrayText {
  readonly descr: string; // '|u1', '<f4', ...
  readonly shape: readonly number[];
  readonly values?: readonly (number | null)[]; // repeated to fill the shape; null is NaN
  readonly fortran?: boolean;
  readonly cut?: number; // bytes missing at the end
}

const WRITERS: Readonly<Record<string, (view: DataView, at: number, value: number) => void>> = {
  '|u1': (view, at, value) => view.setUint8(at, value),
  '|i1': (view, at, value) => view.setInt8(at, value),
  '<i4': (view, at, value) => view.setInt32(at, value, true),
  '<i8': (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  '<f2': (view, at, value) => view.setUint16(at, value, true), // the bits of a half
  '<f4': (view, at, value) => view.setFloat32(at, value, true),
  '<f8': (view, at, value) => view.setFloat64(at, value, true),
  '>i4': (view, at, value) => view.setInt32(at, value),
};

/** Write a .npy file, also such as narrowgate refuses. */
export function writeArray(file: string, { descr, shape, values = [0], fortran, cut = 0 }: ArrayText): void {
  const order = fortran ? 'True' : 'False';
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${tuple}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const count = shape.reduce((product, n) => product * n, 1);
  const size = Number(descr.slice(2));
  const view = new DataView(new ArrayBuffer(count * size));
  for (let k = 0; k < count; k++) WRITERS[descr](view, k * size, values[k % values.length] ?? Number.NaN);
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  const bytes = Buffer.concat([magic, Buffer.from(header, 'latin1'), Buffer.from(view.buffer)]);
  writeFileSync(file, bytes.subarray(0, bytes.length - cut));
}
