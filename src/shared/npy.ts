import { readFileSync, writeFileSync } from 'node:fs';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/file-errors.js';

export type NpyData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** 64-bit integers as doubles: still known as integers, exact to 2^53. */
export class Integers64 extends Float64Array {}

/** A NumPy array in memory: C order, little-endian. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

const READERS: Record<string, (buffer: ArrayBuffer) => NpyData> = {
  '|b1': (buffer) => new Uint8Array(buffer),
  '|i1': (buffer) => new Int8Array(buffer),
  '|u1': (buffer) => new Uint8Array(buffer),
  '<i2': (buffer) => new Int16Array(buffer),
  '<u2': (buffer) => new Uint16Array(buffer),
  '<i4': (buffer) => new Int32Array(buffer),
  '<u4': (buffer) => new Uint32Array(buffer),
  '<i8': (buffer) => Integers64.from(new BigInt64Array(buffer), Number),
  '<f4': (buffer) => new Float32Array(buffer),
  '<f8': (buffer) => new Float64Array(buffer),
};
const ITEM_BYTES: Record<string, number> = {
  '|b1': 1,
  '|i1': 1,
  '|u1': 1,
  '<i2': 2,
  '<u2': 2,
  '<i4': 4,
  '<u4': 4,
  '<i8': 8,
  '<f4': 4,
  '<f8': 8,
};

/** True when the element type holds integers only. */
export function isIntegerArray(data: NpyData): boolean {
  return data instanceof Integers64 || !(data instanceof Float32Array || data instanceof Float64Array);
}

/**
 * Read a .npy file, format versions 1.0 to 3.0. 64-bit integers, NumPy's default, come as Integers64.
 *
 * @throws file_not_readable, npy_malformed, npy_unsupported
 * Source: NumPy Enhancement Proposal 1.
 */
export function readNpy(path: string): NpyArray {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    fail(errors.fileNotReadable(path, error));
  }
  return parseNpy(bytes, path);
}

/** Parse the bytes of a .npy file; `path` is for messages. */
export function parseNpy(bytes: Buffer, path: string): NpyArray {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY')
    fail(errors.npyMalformed(path, 'it does not begin with the NumPy magic string'));
  const major = bytes[6];
  const headerStart = major === 1 ? 10 : 12;
  if (bytes.length < headerStart) fail(errors.npyMalformed(path, 'the header is cut short'));
  const headerLength = major === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const start = headerStart + headerLength;
  const header = bytes.toString('latin1', headerStart, start);
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || shapeText === undefined)
    fail(errors.npyMalformed(path, 'the header lacks descr, fortran_order or shape'));
  if (order === 'True') fail(errors.npyUnsupported(path, 'Fortran order', 'numpy.ascontiguousarray'));
  const read = READERS[descr];
  if (!read) fail(errors.npyUnsupported(path, `element type ${descr}`, 'astype to int8 .. int32 or float32'));
  const shape = shapeText
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map(Number);
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0))
    fail(errors.npyMalformed(path, `shape (${shapeText})`));
  const count = shape.reduce((product, n) => product * n, 1);
  const expected = count * ITEM_BYTES[descr];
  if (bytes.length - start < expected)
    fail(
      errors.npyMalformed(
        path,
        `shape (${shapeText}) needs ${expected} bytes of data, found ${Math.max(0, bytes.length - start)}`,
      ),
    );
  const copy = new ArrayBuffer(expected);
  new Uint8Array(copy).set(bytes.subarray(start, start + expected));
  return { shape, data: read(copy) };
}

/** Write a .npy file, version 1.0, C order. */
export function writeNpy(
  path: string,
  shape: readonly number[],
  data: Int8Array | Uint8Array | Int32Array | Float32Array,
): void {
  writeFileSync(path, formatNpy(shape, data));
}

/** The bytes of a .npy file, version 1.0, C order, data aligned to 64 bytes. */
export function formatNpy(
  shape: readonly number[],
  data: Int8Array | Uint8Array | Int32Array | Float32Array,
): Buffer {
  const descr =
    data instanceof Int8Array
      ? '|i1'
      : data instanceof Uint8Array
        ? '|u1'
        : data instanceof Int32Array
          ? '<i4'
          : '<f4';
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const prefix = Buffer.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    header.length & 255,
    header.length >> 8,
  ]);
  return Buffer.concat([
    prefix,
    Buffer.from(header, 'latin1'),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ]);
}
