import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorModules, errorsPage } from '../../scripts/errors-page.mjs';
import { catalogue } from '../../src/diagnostics/diagnostic.js';

const root = join(import.meta.dirname, '..', '..');

it('docs/errors.md says what the catalogue says', async () => {
  for (const name of errorModules()) await import(join(root, 'src', 'diagnostics', `${name}.ts`));
  const committed = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
  expect(committed, 'run `make docs`').toBe(errorsPage(catalogue()));
});
