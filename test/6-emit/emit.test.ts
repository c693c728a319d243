import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Compilation, generate } from '../../src/compile.js';
import { compile, PROJECT, TINY_MLP, temporaryFolder, writeBuild } from '../support/build-case.js';

const work = temporaryFolder('emit');
afterAll(work.remove);
let first: Compilation;
beforeAll(async () => {
  first = await compile(TINY_MLP);
});

test('the same model gives the same bytes again', async () => {
  const second = await compile(TINY_MLP);
  expect([...second.files.keys()]).toEqual([...first.files.keys()]);
  for (const [path, text] of first.files) expect(second.files.get(path), path).toBe(text);
});

test('the same model in another folder gives the same Verilog, ROMs and certificate', async () => {
  const { writeFileSync } = await import('node:fs');
  const copy = join(work.path, 'model.json');
  writeFileSync(copy, readFileSync(TINY_MLP));
  const second = await compile(copy);
  for (const [path, text] of first.files)
    if (path !== 'network.json') expect(second.files.get(path), path).toBe(text);
});

test('no file holds a time or a path of this machine', () => {
  for (const [path, text] of first.files) {
    if (path === 'network.json') continue; // names the model file as the user gave it, for messages
    expect(text, path).not.toMatch(/\b20\d\d-\d\d-\d\d\b|\d\d:\d\d:\d\d/);
    for (const folder of [PROJECT, '/home/', '/tmp/']) expect(text.includes(folder), path).toBe(false);
  }
});

test('network.json names the model as the user gave it, so nothing absolute unless the user did', async () => {
  const relative = await compile('examples/tiny-mlp/model.json');
  expect(relative.files.get('network.json')).not.toContain(PROJECT);
});

test('build.json and network.json remember whose rounding a TFLite network reproduces', () => {
  const { bounded } = first;
  const network = { ...bounded.network, tfliteRounding: 'single' } as const;
  const { files } = generate({ ...bounded, network }, { target: 'xc7', accumulator: { overflow: 'refuse' } });
  for (const name of ['build.json', 'network.json'])
    expect(JSON.parse(files.get(name) ?? '{}'), name).toMatchObject({ tfliteRounding: 'single' });
  expect(JSON.parse(first.files.get('build.json') ?? '{}')).not.toHaveProperty('tfliteRounding');
});

describe('the files', () => {
  test('are those that build.json lists', () => {
    const record = JSON.parse(first.files.get('build.json') ?? '') as { files: string[] };
    expect(record.files).toEqual([...first.files.keys()].sort());
  });

  test('hold every ROM that the Verilog reads, with the right number of words', () => {
    for (const { memories } of first.plan.units)
      for (const { file, words, width } of memories) {
        const text = first.files.get(`rtl/${file}`);
        expect(text?.split('\n').filter(Boolean)).toEqual(words);
        for (const word of words) expect(word).toMatch(new RegExp(`^[0-9a-f]{${Math.ceil(width / 4)}}$`));
      }
    const all = [...first.files].filter(([path]) => path.endsWith('.mem')).map(([path]) => path);
    const read = first.plan.units.flatMap(({ memories }) => memories.map(({ file }) => `rtl/${file}`));
    expect(all.sort()).toEqual(read.sort());
  });

  test('hold every module that is instantiated, once', () => {
    const modules = [...first.files]
      .filter(([path]) => path.startsWith('rtl/') && path.endsWith('.v'))
      .flatMap(([, text]) => [...text.matchAll(/^module (\w+)/gm)].map(([, name]) => name));
    expect(new Set(modules).size).toBe(modules.length);
    for (const unit of first.plan.units)
      for (const name of [
        unit.module,
        ...[...unit.before, ...unit.array, ...unit.after].map((p) => p.module),
      ])
        expect(modules).toContain(name);
    expect(modules).toContain(first.plan.top);
  });
});

test('Verilator finds nothing to warn of with -Wall', async () => {
  const folder = writeBuild(join(work.path, 'lint'), first);
  const command = process.env.NARROWGATE_VERILATOR ?? 'verilator';
  const version = await execa(command, ['--version'], { reject: false });
  expect(version.exitCode, `Verilator is needed for this test (${command}): apt-get install verilator`).toBe(
    0,
  );
  const sources = [...first.files.keys()]
    .filter((path) => path.startsWith('rtl/') && path.endsWith('.v'))
    .map((path) => path.slice('rtl/'.length));
  const result = await execa(command, ['--lint-only', '-Wall', '--top-module', first.plan.top, ...sources], {
    cwd: join(folder, 'rtl'),
    reject: false,
    all: true,
  });
  expect(result.all).toBe('');
  expect(result.exitCode).toBe(0);
});
