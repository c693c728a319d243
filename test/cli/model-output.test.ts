import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { importJson } from '../../src/1-import/json/index.js';
import type { DenseNode } from '../../src/1-import/types.js';
import { writeModel } from '../../src/cli/model-output.js';
import { formatJsonNetwork } from '../../src/export/json/index.js';
import { conv, imageNetwork, quantize, window } from '../support/image-network.js';

const work = mkdtempSync(join(tmpdir(), 'model-output-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const network = imageNetwork(
  [4, 4, 1],
  [quantize(4, [4, 4, 1]), conv(new Array<number>(144).fill(1), 16, window(3), [2, 2, 16])],
);

test('a folder holds one .json file and the arrays it names; the name of another ending in .json is one file', () => {
  const folder = join(work, 'folder');
  writeModel(folder, network);
  const names = readdirSync(folder).sort();
  expect(names.filter((name) => name.endsWith('.json'))).toEqual(['model.json']);
  expect(names).toContain('n1.weights.npy');
  expect(importJson(join(folder, 'model.json')).nodes.length).toBe(network.nodes.length);
  writeModel(join(work, 'one.json'), network);
  expect(readFileSync(join(work, 'one.json'), 'utf8')).toBe(formatJsonNetwork(network));
});

test('an earlier model is replaced, and what else lies in the folder stays', () => {
  const folder = join(work, 'again');
  writeModel(folder, network);
  writeFileSync(join(folder, 'calibration.npy'), 'mine');
  const small = importJson('examples/tiny-mlp/model.json');
  writeModel(folder, small);
  expect(readdirSync(folder).filter((name) => name !== 'calibration.npy')).not.toContain('n1.weights.npy');
  expect(readFileSync(join(folder, 'calibration.npy'), 'utf8')).toBe('mine');
  const dense = importJson(join(folder, 'model.json')).nodes.find((node) => node.op === 'dense') as DenseNode;
  expect(dense.name).toBe(small.nodes.find((node) => node.op === 'dense')?.name);
});

test('a folder with other things and no model of ours is left alone', () => {
  const folder = join(work, 'others');
  writeModel(folder, network);
  writeFileSync(join(folder, 'model.json'), '{}');
  expect(() => writeModel(folder, network)).toThrow(/folder_not_ours/);
  expect(existsSync(join(folder, 'n1.weights.npy'))).toBe(true);
});
