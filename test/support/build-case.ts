/** Build folders of small models, in temporary folders. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlanOptions } from '../../src/5-plan/plan.js';
import { analyse, type Compilation, generate } from '../../src/compile.js';
import { writeFolder } from '../../src/shared/output-folder.js';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
export const TINY_MLP = join(PROJECT, 'examples/tiny-mlp/model.json');

export async function compile(model: string, options: Partial<PlanOptions> = {}): Promise<Compilation> {
  const accumulator = { policy: undefined, overflow: 'refuse' } as const;
  return generate(await analyse(model), { target: 'xc7', accumulator, ...options });
}

/** A temporary folder that the returned function removes. */
export function temporaryFolder(name: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `narrowgate-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Write a compilation as `build` does. */
export function writeBuild(folder: string, { files }: Compilation): string {
  writeFolder(folder, files, 'build.json');
  return folder;
}

/** Write a model description and return its path. */
export function writeModel(folder: string, model: object): string {
  const file = join(folder, 'model.json');
  writeFileSync(
    file,
    JSON.stringify({ format: 'narrowgate-model', version: 1, name: 'two_layers', ...model }),
  );
  return file;
}
