/** --fold: which layers a file may name, and how. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseFoldFile } from '../../src/cli/parse.js';
import { temporaryFolder } from '../support/build-case.js';

const work = temporaryFolder('fold-file');
afterAll(work.remove);

function read(content: object, layers: readonly string[]) {
  const file = join(work.path, 'fold.json');
  writeFileSync(file, JSON.stringify(content));
  return [...parseFoldFile(file, layers)];
}

const fold = { pe: 2, simd: 1 };

test("a layer has the model's name or the one that build prints", () => {
  const layers = ['/features/conv1', 'fc'];
  expect(read({ '/features/conv1': fold, fc: fold }, layers)).toEqual([
    ['/features/conv1', fold],
    ['fc', fold],
  ]);
  expect(read({ features_conv1: fold }, layers)).toEqual([['/features/conv1', fold]]);
});

test('a name that two layers print alike names none, and a layer is named once', () => {
  expect(() => read({ conv_1: fold }, ['conv/1', 'conv:1'])).toThrow(
    /a layer 'conv_1' that the model does not have/,
  );
  expect(read({ conv_1: fold }, ['conv/1', 'conv_1'])).toEqual([['conv_1', fold]]);
  expect(() => read({ 'conv/1': fold, conv_1: fold }, ['conv/1'])).toThrow(/found 'conv\/1' twice/);
});
