/**
 * Whole commands as folders: test/cases/cli/<name>/command.json says what is run, expected/ what comes of it.
 * UPDATE_GOLDENS=1 writes expected/ anew.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readNpy } from '../../src/shared/npy.js';
import { narrowgate, ROOT } from './compiled-cli.js';
import { type ArrayText, digest, removeFolder, workFolder, writeArray } from './work-folder.js';

interface Case {
  readonly about: string; // in one line
  readonly args: readonly string[];
  readonly exit: number;
  readonly before?: readonly (readonly string[])[]; // commands that prepare the folder
  readonly arrays?: Readonly<Record<string, ArrayText>>; // .npy files to write
  readonly env?: Readonly<Record<string, string>>;
  readonly show?: readonly string[]; // .npy files whose contents are golden too
}

const CASES = join(ROOT, 'test/cases/cli');
const names = readdirSync(CASES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

describe.concurrent('command line', () => {
  test.for(names)('%s', { timeout: 60_000 }, async (name, { onTestFinished }) => {
    const source = join(CASES, name);
    const command = JSON.parse(readFileSync(join(source, 'command.json'), 'utf8')) as Case;
    const folder = workFolder();
    onTestFinished(() => removeFolder(folder));
    cpSync(source, folder, { recursive: true, filter: (path) => !/\/(expected|command\.json)$/.test(path) });
    for (const [file, text] of Object.entries(command.arrays ?? {})) writeArray(join(folder, file), text);
    for (const args of command.before ?? [])
      expect((await narrowgate(args, { cwd: folder })).exitCode, args.join(' ')).toBe(0);

    const before = digest(folder);
    const run = await narrowgate(command.args, { cwd: folder, env: command.env });
    const actual: Record<string, string> = {
      'stderr.txt': normalise(run.stderr, folder),
      'folder.txt': `${readdirSync(folder).sort().join('\n')}\n`,
      ...stdoutFile(normalise(run.stdout, folder), folder),
    };
    for (const file of command.show ?? []) {
      const { shape, data } = readNpy(join(folder, file));
      actual[`${basename(file)}.txt`] =
        `${data.constructor.name} (${shape.join(', ')}): ${[...data].join(' ')}\n`;
    }
    if (process.env.UPDATE_GOLDENS === '1') writeGoldens(join(source, 'expected'), actual);
    expect(run.exitCode, run.stderr).toBe(command.exit);
    if (command.exit >= 2 && command.args[0] !== 'doctor') {
      expect(run.stdout).toBe('');
      expectDiagnostics(run.stderr);
    }
    if (command.exit === 2) expect(digest(folder), 'an error leaves everything as it was').toBe(before);
    expect(actual).toEqual(readGoldens(join(source, 'expected')));
  });
});

/** Every line is a message, its place or its hint; nothing tells of this program's insides. */
function expectDiagnostics(stderr: string): void {
  expect(stderr).toMatch(/^[a-z][a-z0-9_]*: \S/);
  for (const line of stderr.trimEnd().split('\n'))
    expect(line).toMatch(/^([a-z][a-z0-9_]*: \S.*| {2}at \S.*| {2}try: \S.*)$/);
  expect(stderr).not.toMatch(/node_modules|\.js:\d|\.ts:\d|\n\s+at .*\(.*:\d+:\d+\)|internal: /);
}

/** What differs from run to run or from machine to machine. */
function normalise(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<folder>')
    .replace(/"seconds":[\d.e-]+/g, '"seconds":0')
    .replace(/"version":"[^"]*"/g, '"version":"0"')
    .replace(/\b\d+ files\b/g, 'N files')
    .replace(/\b\d+\.\d s\b/g, '0.0 s');
}

/** One JSON value is laid out, so that a change shows as a line. */
function stdoutFile(text: string, folder: string): Record<string, string> {
  if (!text.startsWith('{')) return { 'stdout.txt': text };
  expect(text.indexOf('\n'), 'one line').toBe(text.length - 1);
  const value = JSON.parse(text) as { directory?: string; files?: string[] };
  if (value.files) value.files = checkedFiles(join(folder, value.directory ?? ''), value.files);
  return { 'stdout.json': `${JSON.stringify(value, undefined, 2)}\n` };
}

/** The files of a build are those that are there; which of the library it takes is no matter of these goldens. */
function checkedFiles(directory: string, files: readonly string[]): string[] {
  const there = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  expect(files).toEqual(there.sort());
  return files.filter((name) => !name.startsWith('rtl/'));
}

function readGoldens(folder: string): Record<string, string> {
  if (!existsSync(folder)) throw new Error('no expected/: set UPDATE_GOLDENS=1 to write it');
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

function writeGoldens(folder: string, files: Readonly<Record<string, string>>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
