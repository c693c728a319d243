/** What stands in the output folder is whole, and an earlier one stays as it was until then. */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeFolder, writeWhole } from '../../src/shared/output-folder.js';
import { narrowgate } from './compiled-cli.js';
import { digest, removeFolder, workFolder } from './work-folder.js';

const MODEL = 'tiny-mlp/model.json';
let folder: string;
beforeEach(() => {
  folder = workFolder();
});
afterEach(() => removeFolder(folder));

test('an earlier build is untouched by whatever goes wrong, and nothing is left beside it', async () => {
  expect((await narrowgate(['build', MODEL, '-o', 'out'], { cwd: folder })).exitCode).toBe(0);
  const text = readFileSync(join(folder, MODEL), 'utf8');
  writeFileSync(join(folder, 'cut.json'), text.slice(0, 700));
  writeFileSync(join(folder, 'range.json'), text.replace('[1, 2, 3, 1,', '[1, 2, 9, 1,'));
  writeFileSync(join(folder, 'fold.json'), '{"hidden": {"pe": 3, "simd": 1}}');
  const before = digest(join(folder, 'out'));
  const names = readdirSync(folder);
  const wrong = [
    ['build', 'cut.json', '-o', 'out'],
    ['build', 'range.json', '-o', 'out'],
    ['build', MODEL, '-o', 'out', '--accumulator', '4'],
    ['build', MODEL, '-o', 'out', '--fold', 'fold.json'],
    ['build', 'nowhere.json', '-o', 'out'],
    ['compare', MODEL, '-o', 'out'],
  ];
  const runs = await Promise.all(wrong.map((args) => narrowgate(args, { cwd: folder })));
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(wrong.map(() => 2));
  expect(digest(join(folder, 'out'))).toBe(before);
  expect(readdirSync(folder)).toEqual(names);
});

test('a build into the current folder, and again', async () => {
  const out = join(folder, 'here');
  mkdirSync(out);
  const { ino, mode } = statSync(out);
  for (const accumulator of ['32', 'minimal'])
    expect(
      (
        await narrowgate(['build', join(folder, MODEL), '-o', '.', '--accumulator', accumulator], {
          cwd: out,
        })
      ).exitCode,
    ).toBe(0);
  expect(statSync(out)).toMatchObject({ ino, mode });
  const names = readdirSync(out).sort();
  expect(names).toEqual(['build.json', 'certificate.json', 'network.json', 'rtl', 'sim']);
});

test('two builds of the same are equal byte by byte', async () => {
  for (const out of ['one', 'two']) await narrowgate(['build', MODEL, '-o', out], { cwd: folder });
  expect(digest(join(folder, 'two'))).toBe(digest(join(folder, 'one')));
});

describe('writeFolder', () => {
  const files = new Map([
    ['mark', 'narrowgate'],
    ['rtl/a.v', 'a'],
  ]);

  test('removes what an earlier output had, carries over what is kept', () => {
    const out = join(folder, 'out');
    writeFolder(out, new Map([...files, ['rtl/old.v', 'old'], ['sim/b', 'b'], ['sim/kept/c', 'c']]), 'mark');
    writeFolder(out, new Map([...files, ['sim/b', 'new']]), 'mark', ['sim/kept', 'sim/absent']);
    const names = readdirSync(out, { recursive: true }).map(String).sort();
    expect(names).toEqual(['mark', 'rtl', 'rtl/a.v', 'sim', 'sim/b', 'sim/kept', 'sim/kept/c']);
    expect(readFileSync(join(out, 'sim/b'), 'utf8')).toBe('new');
  });

  test('what fails half way leaves everything as it was', () => {
    const out = join(folder, 'out');
    writeFolder(out, files, 'mark');
    const before = digest(out);
    const impossible = new Map([...files, ['x', ''], ['x/y', '']]);
    expect(() => writeFolder(out, impossible, 'mark')).toThrow('folder_not_writable');
    expect(() => writeFolder(join(folder, 'new'), impossible, 'mark')).toThrow('folder_not_writable');
    expect(digest(out)).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['out', 'tiny-mlp']);
  });

  test('new folders have the usual permissions', () => {
    writeFolder(join(folder, 'a/b'), files, 'mark');
    expect(statSync(join(folder, 'a/b')).mode & 0o777).toBe(0o777 & ~process.umask());
  });

  test('a link to a folder stays a link', () => {
    mkdirSync(join(folder, 'disk'));
    symlinkSync('disk', join(folder, 'out'));
    writeFolder(join(folder, 'out'), files, 'mark');
    expect(readlinkSync(join(folder, 'out'))).toBe('disk');
    expect(readdirSync(join(folder, 'disk')).sort()).toEqual(['mark', 'rtl']);
  });
});

describe('writeWhole', () => {
  test('a link to a file stays a link', () => {
    writeFileSync(join(folder, 'file'), 'old');
    symlinkSync('file', join(folder, 'link'));
    writeWhole(join(folder, 'link'), 'new');
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
  });

  test('devices are written to, not replaced', () => {
    writeWhole('/dev/null', 'x');
    expect(() => writeWhole('/dev/full', 'x')).toThrow('no space left on the disk');
    for (const device of ['/dev/null', '/dev/full']) expect(lstatSync(device).isCharacterDevice()).toBe(true);
  });
});
