/** Where the zoo of real models lies: NARROWGATE_ZOO, or ../shared/zoo beside the project. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../support/build-case.js';

const folder = process.env.NARROWGATE_ZOO ?? join(PROJECT, '../shared/zoo');

export const zooMissing = !existsSync(join(folder, 'qonnx'));
export const skipped = `skipped: no zoo of models at ${folder}; name its folder in NARROWGATE_ZOO`;

export function zooFile(path: string): string {
  return join(folder, path);
}
