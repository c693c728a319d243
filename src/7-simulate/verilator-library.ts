/**
 * Objects of Verilator's own library (verilated*.o). They are the same for every bench and take more than half of
 * the time that a small bench takes to compile, so they are kept between compilations.
 */
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../shared/cache-folder.js';

const LIBRARY_OBJECT = /^verilated.*\.o$/;

/** Where objects for this key are kept. */
function shelf(key: readonly string[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([process.arch, process.platform, ...key]))
    .digest('hex');
  return join(cacheFolder(), `verilator-${hash.slice(0, 16)}`);
}

/**
 * Put kept objects, if any, where make looks for them.
 *
 * @param key everything that determines the objects: versions of Verilator and compiler, flags
 */
export async function takeLibrary(key: readonly string[], buildFolder: string): Promise<void> {
  const from = shelf(key);
  const objects = await readdir(from).catch(() => []);
  for (const name of objects) await copyFile(join(from, name), join(buildFolder, name));
}

/** Keep the objects of a finished compilation. A folder that cannot be written costs time only. */
export async function keepLibrary(key: readonly string[], buildFolder: string): Promise<void> {
  const to = shelf(key);
  const unfinished = `${to}.${randomUUID()}`;
  try {
    const names = (await readdir(buildFolder)).filter((name) => LIBRARY_OBJECT.test(name));
    await mkdir(unfinished, { recursive: true });
    for (const name of names) await copyFile(join(buildFolder, name), join(unfinished, name));
    await rename(unfinished, to); // fails when they are kept already
  } catch {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
  }
}
