import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { importJson } from '../../../src/1-import/json/index.js';
import { NarrowgateError } from '../../../src/diagnostics/diagnostic.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'damaged-json-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

for (const folder of ['model-format', 'model-format-graph'])
  for (const name of readdirSync(join(EXAMPLES, folder)))
    if (name.endsWith('.npy')) copyFileSync(join(EXAMPLES, folder, name), join(work, name));
const models = ['tiny-mlp', 'model-format', 'model-format-graph'].map((name) =>
  readFileSync(join(EXAMPLES, name, 'model.json'), 'utf8'),
);

type Container = Record<string, unknown>;

/** Every object and array of a JSON value, with each of its keys. */
function places(value: unknown): { container: Container; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Container;
  return Object.keys(container).flatMap((key) => [{ container, key }, ...places(container[key])]);
}

const replacement = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(0, -1, 1, 33, 2 ** 31, 2 ** 53, 1e300, '', 'relu', '1/255', '../x', [], {}, [[]], [[1]]),
);

test('one value replaced or removed gives a network or messages, never a crash', { timeout: 60_000 }, () => {
  const file = join(work, 'model.json');
  fc.assert(
    fc.property(
      fc.constantFrom(...models),
      fc.nat(),
      fc.option(replacement, { nil: undefined }),
      (text, at, put) => {
        const model: unknown = JSON.parse(text);
        const all = places(model);
        const { container, key } = all[at % all.length];
        if (put === undefined) delete container[key];
        else container[key] = put;
        writeFileSync(file, JSON.stringify(model));
        try {
          expect(importJson(file).nodes.length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof NarrowgateError)) throw error;
          expect(error.diagnostics.length).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 300) },
  );
});
