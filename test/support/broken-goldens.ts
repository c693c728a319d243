/** Broken model files against golden texts of their messages, the same for every front end. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { formatDiagnostic, NarrowgateError } from '../../src/diagnostics/diagnostic.js';

/** Run what may refuse a file; anything but success or messages with exit code 2 fails the test. */
export function survives(use: () => unknown): void {
  try {
    use();
  } catch (error) {
    if (!(error instanceof NarrowgateError)) throw error;
    expect(error.exitCode).toBe(2);
  }
}

/**
 * Tests that every model is refused with the text in test/cases/<cases>/<name>.txt; UPDATE_GOLDENS=1 writes the texts.
 *
 * @param extension of the model files, with the dot
 */
export function describeBrokenModels(
  cases: string,
  extension: string,
  models: Readonly<Record<string, Uint8Array>>,
  importModel: (file: string) => unknown,
): void {
  const folder = fileURLToPath(new URL(`../cases/${cases}`, import.meta.url));
  const work = mkdtempSync(join(tmpdir(), `${cases}-`));
  afterAll(() => rmSync(work, { recursive: true, force: true }));
  const names = Object.keys(models);

  /** The text of the messages, as a user in the folder of the model reads them. */
  function messages(name: string): string {
    const file = join(work, `model${extension}`);
    writeFileSync(file, models[name]);
    try {
      importModel(file);
    } catch (error) {
      if (!(error instanceof NarrowgateError)) throw error;
      expect(error.exitCode).toBe(2);
      return `${error.diagnostics.map(formatDiagnostic).join('\n')}\n`.replaceAll(`${work}/`, '');
    }
    throw new Error('the broken model was accepted');
  }

  describe('broken models are refused with the text of their golden file', () => {
    test.each(names)('%s', (name) => {
      const golden = join(folder, `${name}.txt`);
      const text = messages(name);
      expect(text, 'a path of this machine in the message').not.toMatch(/\/(tmp|home|work|root)\//);
      if (process.env.UPDATE_GOLDENS === '1') writeFileSync(golden, text);
      expect(existsSync(golden), 'set UPDATE_GOLDENS=1 to write it').toBe(true);
      expect(text).toBe(readFileSync(golden, 'utf8'));
    });

    test('every golden file has its case', () => {
      expect(readdirSync(folder).sort()).toEqual(names.map((name) => `${name}.txt`).sort());
    });
  });
}
