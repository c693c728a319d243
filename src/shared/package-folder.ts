import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder, which holds hw/, sim/, templates/ and schema/ beside src/ or dist/. */
export const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
