/** Synthesis results by the hash of everything that determines them. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from '../5-plan/types.js';
import { COUNTING_VERSION } from './count.js';
import type { Step } from './recipe.js';
import type { Resources, SynthesisJob } from './types.js';

const FIELDS = ['lut', 'sites', 'ff', 'dsp', 'bram', 'carry'] as const;

/** The same key means the same figures. The job's name is not part of it. */
export function cacheKey(
  job: SynthesisJob,
  target: Target,
  steps: readonly Step[],
  toolVersion: string,
): string {
  const files = [...job.files].sort(([a], [b]) => (a < b ? -1 : 1));
  const content = JSON.stringify([COUNTING_VERSION, toolVersion, target, steps, job.top, files]);
  return createHash('sha256').update(content).digest('hex');
}

/** The stored figures, or undefined when there are none that can be read. */
export function readCached(directory: string, key: string): Promise<Resources | undefined> {
  return readEntry(directory, key, isResources);
}

/** Store figures so that no reader ever sees half an entry. */
export function writeCached(directory: string, key: string, resources: Resources): Promise<void> {
  return writeEntry(directory, key, Object.fromEntries(FIELDS.map((field) => [field, resources[field]])));
}

/** A stored value of any kind; undefined when it is absent, damaged or not what `isValid` takes. */
export async function readEntry<Value>(
  directory: string,
  key: string,
  isValid: (entry: unknown) => entry is Value,
): Promise<Value | undefined> {
  try {
    const entry: unknown = JSON.parse(await readFile(entryFile(directory, key), 'utf8'));
    return isValid(entry) ? entry : undefined;
  } catch {
    return undefined; // absent or damaged: work again
  }
}

/** Store a value so that no reader ever sees half an entry. */
export async function writeEntry(directory: string, key: string, value: object): Promise<void> {
  const file = entryFile(directory, key);
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(directory, { recursive: true });
  try {
    await writeFile(temporary, JSON.stringify(value));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function entryFile(directory: string, key: string): string {
  return join(directory, `${key}.json`);
}

function isResources(entry: unknown): entry is Resources {
  if (typeof entry !== 'object' || entry === null) return false;
  const record = entry as Record<string, unknown>;
  return FIELDS.every((field) => typeof record[field] === 'number' && record[field] >= 0);
}
