import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { importJson } from '../../../src/1-import/json/index.js';
import { formatDiagnostic, NarrowgateError } from '../../../src/diagnostics/diagnostic.js';

const CASES = fileURLToPath(new URL('../../cases/broken-json', import.meta.url));
const names = readdirSync(CASES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** The text of the messages, as a user in the folder of the case reads them. */
function messages(folder: string): string {
  try {
    importJson(join(folder, 'model.json'));
  } catch (error) {
    if (!(error instanceof NarrowgateError)) throw error;
    expect(error.exitCode).toBe(2);
    return `${error.diagnostics.map(formatDiagnostic).join('\n')}\n`.replaceAll(`${folder}/`, '');
  }
  throw new Error('the broken model was accepted');
}

describe('broken models are refused with the text of expected.txt', () => {
  test.each(names)('%s', (name) => {
    const folder = join(CASES, name);
    const golden = join(folder, 'expected.txt');
    const text = messages(folder);
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(golden, text);
    expect(existsSync(golden), 'set UPDATE_GOLDENS=1 to write it').toBe(true);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });
});

test('every message of the catalogue has a place and a hint', () => {
  for (const name of names) {
    const text = readFileSync(join(CASES, name, 'expected.txt'), 'utf8');
    const counts = [/^[a-z_]+: /gm, /^ {2}at /gm, /^ {2}try: /gm].map((line) => text.match(line)?.length);
    expect(new Set(counts).size, `${name}: ${counts}`).toBe(1);
  }
});
