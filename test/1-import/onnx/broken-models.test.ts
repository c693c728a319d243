import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { importOnnx } from '../../../src/1-import/onnx/index.js';
import { toInteger } from '../../../src/3-integer/convert.js';
import { boundNetwork } from '../../../src/4-bounds/bounds.js';
import { formatDiagnostic, NarrowgateError } from '../../../src/diagnostics/diagnostic.js';
import { brokenOnnx } from '../../support/broken-onnx.js';
import { encodeOnnx, smallConv, smallMlp } from '../../support/onnx-builder.js';

const CASES = fileURLToPath(new URL('../../cases/broken-onnx', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'broken-onnx-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const names = Object.keys(brokenOnnx);

/** The text of the messages, as a user in the folder of the model reads them. */
function messages(name: string): string {
  const file = join(work, 'model.onnx');
  writeFileSync(file, brokenOnnx[name]);
  try {
    importOnnx(file);
  } catch (error) {
    if (!(error instanceof NarrowgateError)) throw error;
    expect(error.exitCode).toBe(2);
    return `${error.diagnostics.map(formatDiagnostic).join('\n')}\n`.replaceAll(`${work}/`, '');
  }
  throw new Error('the broken model was accepted');
}

describe('broken models are refused with the text of their golden file', () => {
  test.each(names)('%s', (name) => {
    const golden = join(CASES, `${name}.txt`);
    const text = messages(name);
    expect(text, 'a path of this machine in the message').not.toMatch(/\/(tmp|home|work|root)\//);
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(golden, text);
    expect(existsSync(golden), 'set UPDATE_GOLDENS=1 to write it').toBe(true);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  test('every golden file has its case', () => {
    expect(readdirSync(CASES).sort()).toEqual(names.map((name) => `${name}.txt`).sort());
  });
});

/** Import and convert; anything but success or a NarrowgateError fails the test. */
function survives(bytes: Uint8Array): void {
  const file = join(work, 'damaged.onnx');
  writeFileSync(file, bytes);
  try {
    boundNetwork(toInteger(importOnnx(file)));
  } catch (error) {
    if (!(error instanceof NarrowgateError)) throw error;
    expect(error.exitCode).toBe(2);
  }
}

test.each([
  ['dense', smallMlp],
  ['convolutional', smallConv],
] as const)(
  'a good %s model with damaged bytes, or cut anywhere, gives a network or messages, never a crash',
  (_, make) => {
    const good = encodeOnnx(make());
    survives(good);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: good.length }),
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
        (length, changes) => {
          const bytes = Uint8Array.from(good);
          for (const [at, byte] of changes) bytes[at] = byte;
          survives(changes.length ? bytes : bytes.subarray(0, length));
        },
      ),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 400) },
    );
  },
);
