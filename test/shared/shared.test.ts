import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { countBits, hull, signedBits, typeInterval, unsignedBits } from '../../src/shared/interval.js';
import { parse, stringify } from '../../src/shared/json.js';
import { formatNpy, isIntegerArray, parseNpy, readNpy, writeNpy } from '../../src/shared/npy.js';
import { writeFolder, writeWhole } from '../../src/shared/output-folder.js';
import { temporaryFolder } from '../support/build-case.js';

const work = temporaryFolder('shared');
afterAll(work.remove);

describe('widths', () => {
  test('signed, by hand', () => {
    const widths: [number, number, number][] = [
      [0, 0, 1],
      [-1, 0, 1],
      [0, 1, 2],
      [-2, 1, 2],
      [-128, 127, 8],
      [-129, 0, 9],
      [0, 128, 9],
      [-(2 ** 47), 2 ** 47 - 1, 48],
    ];
    for (const [min, max, bits] of widths) expect(signedBits({ min, max }), `${min} .. ${max}`).toBe(bits);
    expect([0, 1, 2, 255, 256].map(unsignedBits)).toEqual([1, 1, 2, 8, 9]);
    expect([1, 2, 3, 4, 5, 256, 257].map(countBits)).toEqual([1, 1, 2, 2, 3, 8, 9]);
  });

  test('a type’s interval needs exactly its bits', () => {
    for (let bits = 2; bits <= 48; bits++) {
      expect(signedBits(typeInterval(bits, true))).toBe(bits);
      expect(unsignedBits(typeInterval(bits, false).max)).toBe(bits);
      expect(typeInterval(bits, true, true).min).toBe(typeInterval(bits, true).min + 1);
    }
  });

  test('the hull holds every interval and both its ends', () => {
    expect(
      hull([
        { min: 3, max: 4 },
        { min: -1, max: 0 },
        { min: 0, max: 9 },
      ]),
    ).toEqual({ min: -1, max: 9 });
  });
});

describe('JSON with typed arrays and maps', () => {
  test('comes back equal', () => {
    const value = {
      small: Int32Array.of(1, -128, 127),
      wide: Int32Array.of(1, 128),
      floats: Float32Array.of(0.1, -0),
      doubles: Float64Array.of(Number.NEGATIVE_INFINITY, 0.1, 2 ** 53),
      map: new Map<string, unknown>([['a', { b: Int32Array.of(5) }]]),
      nested: [{ $text: 'not an array', other: 1 }, null, 'x'],
    };
    expect(parse(stringify(value))).toEqual(value);
    expect(stringify(value)).toContain('$Int32Array:8');
  });
});

/** The bytes of a .npy file with a given header text. */
function npy(header: string, data: Uint8Array, version = 1): Buffer {
  const text = Buffer.from(`${header}\n`, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.from([version, 0]), length, text, data]);
}
const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

describe('.npy', () => {
  test.each([
    ['|b1', Uint8Array.of(0, 1), [0, 1], true],
    ['|i1', Uint8Array.of(255, 1), [-1, 1], true],
    ['|u1', Uint8Array.of(255, 1), [255, 1], true],
    ['<i2', new Uint8Array(Int16Array.of(-300, 1).buffer), [-300, 1], true],
    ['<u2', new Uint8Array(Uint16Array.of(65535, 1).buffer), [65535, 1], true],
    ['<i4', new Uint8Array(Int32Array.of(-70000, 1).buffer), [-70000, 1], true],
    ['<u4', new Uint8Array(Uint32Array.of(2 ** 32 - 1, 1).buffer), [2 ** 32 - 1, 1], true],
    ['<i8', new Uint8Array(BigInt64Array.of(-(2n ** 40n), 1n).buffer), [-(2 ** 40), 1], true],
    ['<f4', new Uint8Array(Float32Array.of(0.5, 1).buffer), [0.5, 1], false],
    ['<f8', new Uint8Array(Float64Array.of(0.1, 1).buffer), [0.1, 1], false],
  ])('%s', (descr, bytes, values, integer) => {
    for (const version of [1, 2]) {
      const { shape, data } = parseNpy(npy(header(descr, '(2,)'), bytes, version), 'x.npy');
      expect(shape).toEqual([2]);
      expect(Array.from(data)).toEqual(values);
      expect(isIntegerArray(data), 'integers hold codes, floats real values').toBe(integer);
      expect(isIntegerArray(data.subarray(1))).toBe(integer);
    }
  });

  test('what is written is read again, aligned to 64 bytes', () => {
    const array = fc.oneof(
      fc.int8Array().map((data) => data),
      fc.uint8Array(),
      fc.int32Array(),
      fc.float32Array({ noNaN: true }),
    );
    fc.assert(
      fc.property(array, fc.integer({ min: 1, max: 3 }), (data, ones) => {
        const shape = [...new Array<number>(ones).fill(1), data.length];
        const bytes = formatNpy(shape, data);
        expect((bytes.length - data.byteLength) % 64).toBe(0);
        const read = parseNpy(bytes, 'x.npy');
        expect(read.shape).toEqual(shape);
        expect(Array.from(read.data)).toEqual(Array.from(data));
      }),
    );
    writeNpy(join(work.path, 'a.npy'), [3], Int32Array.of(1, 2, 3));
    expect(readNpy(join(work.path, 'a.npy'))).toEqual({ shape: [3], data: Int32Array.of(1, 2, 3) });
  });

  test.each([
    ['npy_malformed', Buffer.alloc(0)],
    ['npy_malformed', Buffer.from('PK\x03\x04 an .npz file is a zip file', 'latin1')],
    ['npy_malformed', npy(header('|u1', '(2,)'), Uint8Array.of(1)).subarray(0, 30)],
    ['npy_malformed', npy(header('|u1', '(2,)'), Uint8Array.of(1))],
    ['npy_malformed', npy(header('|u1', '(-2,)'), Uint8Array.of(1))],
    ['npy_malformed', npy(header('|u1', '(two,)'), Uint8Array.of(1))],
    ['npy_malformed', npy("{'descr': '|u1'}", Uint8Array.of(1))],
    ['npy_unsupported', npy(header('|u1', '(1, 1)', 'True'), Uint8Array.of(1))],
    ['npy_unsupported', npy(header('>f4', '(1,)'), new Uint8Array(4))],
    ['npy_unsupported', npy(header('<c8', '(1,)'), new Uint8Array(8))],
  ])('%s', (code, bytes) => {
    expect(() => parseNpy(bytes, 'x.npy')).toThrow(NarrowgateError);
    expect(() => parseNpy(bytes, 'x.npy')).toThrow(new RegExp(`^${code}: [\\s\\S]*at x\\.npy`));
  });

  test('a file that is not there', () => {
    expect(() => readNpy(join(work.path, 'nothing.npy'))).toThrow(/file_not_readable/);
  });
});

describe('output', () => {
  const files = (text: string) =>
    new Map([
      ['marker', 'written by narrowgate'],
      ['deep/er/file', text],
    ]);

  test('a folder is replaced as a whole, but for what is kept', () => {
    const folder = join(work.path, 'out');
    writeFolder(folder, new Map([...files('one'), ['old', 'x'], ['cache/result', 'kept']]), 'marker');
    writeFolder(folder, files('two'), 'marker', ['cache']);
    expect(readdirSync(folder).sort()).toEqual(['cache', 'deep', 'marker']);
    expect(readFileSync(join(folder, 'deep/er/file'), 'utf8')).toBe('two');
    expect(readFileSync(join(folder, 'cache/result'), 'utf8')).toBe('kept');
    expect(readdirSync(work.path).filter((name) => name.startsWith('.out'))).toEqual([]);
  });

  test('a folder that is not ours is not touched', () => {
    const folder = join(work.path, 'theirs');
    mkdirSync(folder);
    writeFileSync(join(folder, 'thesis.txt'), 'years of work');
    expect(() => writeFolder(folder, files('x'), 'marker')).toThrow(/folder_not_ours/);
    expect(readdirSync(folder)).toEqual(['thesis.txt']);
  });

  test('a place that cannot be written is a message, and leaves nothing behind', () => {
    const blocked = join(work.path, 'file');
    writeFileSync(blocked, '');
    expect(() => writeFolder(join(blocked, 'out'), files('x'), 'marker')).toThrow(/folder_not_writable/);
    expect(() => writeWhole(join(blocked, 'y.npy'), 'x')).toThrow(NarrowgateError);
    expect(readFileSync(blocked, 'utf8')).toBe('');
  });
});
