/** Output that is complete or absent: written beside its place, then renamed. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/file-errors.js';

/**
 * Write files into a folder. An earlier folder of ours is replaced as a whole; anything else is not touched.
 *
 * @param marker a file that only our folders hold
 * @param keep names in the earlier folder to carry over (compiled simulations)
 * @throws folder_not_ours, folder_not_writable
 */
export function writeFolder(
  folder: string,
  files: ReadonlyMap<string, string>,
  marker: string,
  keep: readonly string[] = [],
): void {
  const target = resolve(folder);
  checkReplaceable(folder, marker);
  let temporary: string | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    temporary = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    const made = new Set<string>();
    for (const [path, text] of files) {
      const place = join(temporary, path);
      if (!made.has(dirname(place))) mkdirSync(dirname(place), { recursive: true });
      made.add(dirname(place));
      writeFileSync(place, text);
    }
    for (const name of keep)
      if (existsSync(join(target, name))) {
        mkdirSync(dirname(join(temporary, name)), { recursive: true });
        renameSync(join(target, name), join(temporary, name));
      }
    swap(temporary, target);
  } catch (error) {
    if (temporary) rmSync(temporary, { recursive: true, force: true });
    fail(errors.folderNotWritable(folder, error));
  }
}

/** @throws folder_not_ours when the folder exists, holds something, and lacks the marker */
export function checkReplaceable(folder: string, marker: string): void {
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    fail(errors.folderNotWritable(folder, error));
  }
  if (entries.length > 0 && !entries.includes(marker)) fail(errors.folderNotOurs(folder));
}

function swap(temporary: string, target: string): void {
  if (!existsSync(target)) {
    renameSync(temporary, target);
    return;
  }
  const old = `${temporary}-old`;
  renameSync(target, old);
  renameSync(temporary, target);
  rmSync(old, { recursive: true, force: true });
}

/** Write one file through a temporary name, so that it is whole or absent. */
export function writeWhole(file: string, data: string | Uint8Array): void {
  const temporary = `${file}.${process.pid}.part`;
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    writeFileSync(temporary, data);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    fail(errors.folderNotWritable(file, error));
  }
}
