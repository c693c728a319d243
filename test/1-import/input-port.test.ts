/** The input port that the user asks for beside the one that the model file declares. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importModel } from '../../src/1-import/index.js';
import { parsePortType } from '../../src/cli/parse.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'narrowgate-port-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Port of a model that declares `type`, where the command line asks for another. */
async function port(type: object | undefined, asked?: string, scale?: string) {
  const weights = { encoding: 'real', values: [[1, -1]] };
  const model = {
    ...{ format: 'narrowgate-model', version: 1, name: 'port' },
    input: { shape: [2], ...(type && { type }) },
    layers: [{ type: 'dense', name: 'only', weights }],
  };
  const file = join(folder, 'model.json');
  writeFileSync(file, JSON.stringify(model));
  return (await importModel(file, { inputPort: parsePortType(asked, scale) })).inputPort;
}

const PIXELS = { bits: 8, signed: false, scale: '1/255' };
const scaleOf = (numerator: number, denominator: number) => ({ scale: { numerator, denominator } });

test('keeps the declared scale and zero point where the type is the same', async () => {
  expect(await port(PIXELS, 'uint8')).toEqual(await port(PIXELS));
  expect(await port(PIXELS, 'uint8')).toMatchObject(scaleOf(1, 255));
  const centred = { ...PIXELS, zeroPoint: 128 };
  expect(await port(centred, 'uint8')).toMatchObject({ zeroPoint: 128, ...scaleOf(1, 255) });
});

test('takes the scale that is given', async () => {
  expect(await port(PIXELS, 'uint8', '1')).toEqual({ bits: 8, signed: false, ...scaleOf(1, 1) });
});

test('takes the scale that a fixed-point type has of itself', async () => {
  expect(await port(PIXELS, 'fixed<8,4>')).toEqual({ bits: 8, signed: true, ...scaleOf(1, 16) });
});

test('asks for the scale of another type, unless the declared one is 1', async () => {
  await expect(port(PIXELS, 'int8')).rejects.toThrow(
    'input_scale_needed: expected --input-scale beside --input-type int8: the model declares uint8 in steps of 1/255',
  );
  const codes = { bits: 4, signed: false, scale: 1 };
  expect(await port(codes, 'uint8')).toEqual({ bits: 8, signed: false, ...scaleOf(1, 1) });
});

test('is one step per code where the model declares nothing', async () => {
  expect(await port(undefined, 'uint8')).toEqual({ bits: 8, signed: false, ...scaleOf(1, 1) });
});
