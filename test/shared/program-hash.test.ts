import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashOfFiles, programHash } from '../../src/shared/program-hash.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'narrowgate-hash-'));
  mkdirSync(join(folder, 'hw'));
  mkdirSync(join(folder, 'report'));
  writeFileSync(join(folder, 'hw/rom.v'), 'module rom;');
  writeFileSync(join(folder, 'hw/ram.v'), 'module ram;');
  writeFileSync(join(folder, 'report/page.js'), 'a');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a hash of files is that of their names and contents, not of their place', () => {
  const before = hashOfFiles([folder]);
  const copy = mkdtempSync(join(tmpdir(), 'narrowgate-hash-'));
  cpSync(folder, copy, { recursive: true });
  expect(hashOfFiles([copy])).toBe(before);
  writeFileSync(join(copy, 'hw/rom.v'), 'module rom; ');
  expect(hashOfFiles([copy])).not.toBe(before);
  writeFileSync(join(copy, 'hw/rom.v'), 'module rom;');
  renameSync(join(copy, 'hw/ram.v'), join(copy, 'hw/sram.v'));
  expect(hashOfFiles([copy])).not.toBe(before);
  rmSync(copy, { recursive: true });
});

test('what is left out does not count', () => {
  const left = join(folder, 'report');
  const before = hashOfFiles([folder], left);
  writeFileSync(join(left, 'page.js'), 'b');
  expect(hashOfFiles([folder], left)).toBe(before);
  expect(hashOfFiles([folder])).not.toBe(before);
});

test('the program has a hash', () => {
  expect(programHash()).toMatch(/^[0-9a-f]{64}$/);
});
