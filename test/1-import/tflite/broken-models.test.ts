import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeTflite } from '../../../src/1-import/tflite/decode.js';
import { importTflite, importTfliteGraph } from '../../../src/1-import/tflite/index.js';
import type { Network } from '../../../src/1-import/types.js';
import { toInteger } from '../../../src/3-integer/convert.js';
import { boundNetwork } from '../../../src/4-bounds/bounds.js';
import { formatDiagnostic, NarrowgateError } from '../../../src/diagnostics/diagnostic.js';
import { brokenTflite } from '../../support/broken-tflite.js';
import { encodeTflite, smallNetwork } from '../../support/tflite-builder.js';

const CASES = fileURLToPath(new URL('../../cases/broken-tflite', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'broken-tflite-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const names = Object.keys(brokenTflite);

/** The text of the messages, as a user in the folder of the model reads them. */
function messages(name: string): string {
  const file = join(work, 'model.tflite');
  writeFileSync(file, brokenTflite[name]);
  try {
    importTflite(file);
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

/** Import, and use what comes; anything but success or a NarrowgateError fails the test. */
function survives(bytes: Uint8Array, use: (network: Network) => unknown = () => undefined): void {
  try {
    use(importTfliteGraph(decodeTflite(bytes, 'damaged.tflite'), 'double'));
  } catch (error) {
    if (!(error instanceof NarrowgateError)) throw error;
    expect(error.exitCode).toBe(2);
  }
}

const good = encodeTflite(smallNetwork());

test('a good model cut anywhere gives messages, never a crash', () => {
  for (let length = 0; length < good.length; length += 7) survives(good.subarray(0, length));
});

test('every byte set to its extremes, and every bit flipped, gives a network or messages', () => {
  for (let at = 0; at < good.length; at++) {
    const bytes = good.slice();
    for (const byte of [0, 127, 128, 255, good[at] ^ (1 << (at % 8))]) {
      bytes[at] = byte;
      survives(bytes);
    }
  }
});

test('damaged words in several places give a network with bounds, or messages', () => {
  const word = fc.tuple(fc.nat(good.length - 4), fc.oneof(fc.integer(), fc.integer({ min: -300, max: 300 })));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, aligned) => {
      const bytes = good.slice();
      const view = new DataView(bytes.buffer);
      for (const [at, value] of changes) view.setInt32(aligned ? at & ~3 : at, value, true);
      survives(bytes, (network) => boundNetwork(toInteger(network)));
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 500) },
  );
});
