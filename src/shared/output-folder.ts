/** Output that is complete or absent: written beside its place or in a folder of its own there, then renamed. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/file-errors.js';

/**
 * Write files into a folder. What an earlier folder of ours holds is replaced as a whole; anything else is not touched.
 *
 * @param marker a file that our folders hold and that names this program
 * @param keep names in the earlier folder to carry over (compiled simulations)
 * @throws folder_not_ours, folder_not_writable
 */
export function writeFolder(
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  marker: string,
  keep: readonly string[] = [],
): void {
  checkReplaceable(folder, marker);
  const target = resolve(folder);
  let staging: string | undefined;
  try {
    const exists = existsSync(target);
    makeFolder(dirname(target));
    // Inside an existing folder: it may be a mount point, a link, or where the user's shell stands.
    staging = mkdtempSync(
      exists ? join(target, '.narrowgate-') : join(dirname(target), `.${basename(target)}-`),
    );
    const fresh = join(staging, 'new');
    writeFiles(fresh, files);
    if (exists) replaceEntries(target, staging, fresh, keep);
    else renameSync(fresh, target);
  } catch (error) {
    fail(errors.folderNotWritable(folder, error));
  } finally {
    if (staging) rmSync(staging, { recursive: true, force: true });
  }
}

/** @throws folder_not_ours when the folder exists, holds something, and lacks the marker */
export function checkReplaceable(folder: string, marker: string): void {
  const target = resolve(folder);
  let entries: string[];
  try {
    entries = readdirSync(target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    fail(errors.folderNotWritable(folder, error));
  }
  if (entries.length > 0 && !isOurs(join(target, marker))) fail(errors.folderNotOurs(folder));
}

/**
 * What can be known before long work of whether its output can be written.
 *
 * @throws folder_not_writable
 */
export function checkWritable(place: string): void {
  try {
    let folder = resolve(place);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) folder = dirname(folder);
    while (!existsSync(folder)) folder = dirname(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    fail(errors.folderNotWritable(place, error));
  }
}

/** Other programs have files of the same name; ours name this program. */
function isOurs(marker: string): boolean {
  try {
    return readFileSync(marker, 'utf8').includes('narrowgate');
  } catch {
    return false;
  }
}

/** A folder and those above it. Node's own recursive mkdir never returns for a path such as /proc/a/b. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function writeFiles(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  const made = new Set<string>();
  for (const [path, text] of files) {
    const place = join(folder, path);
    if (!made.has(dirname(place))) mkdirSync(dirname(place), { recursive: true });
    made.add(dirname(place));
    writeFileSync(place, text);
  }
}

/** Exchange what a folder holds for what `fresh` holds; after a failure it holds what it held before. */
function replaceEntries(target: string, staging: string, fresh: string, keep: readonly string[]): void {
  const old = join(staging, 'old');
  mkdirSync(old);
  const moved: [from: string, to: string][] = [];
  const move = (from: string, to: string) => {
    renameSync(from, to);
    moved.push([from, to]);
  };
  try {
    for (const name of readdirSync(target))
      if (name !== basename(staging)) move(join(target, name), join(old, name));
    for (const name of readdirSync(fresh)) move(join(fresh, name), join(target, name));
    for (const name of keep)
      if (existsSync(join(old, name)) && existsSync(dirname(join(target, name))))
        move(join(old, name), join(target, name));
  } catch (error) {
    for (const [from, to] of moved.reverse()) renameSync(to, from);
    throw error;
  }
}

/** Write one file through a temporary name, so that it is whole or absent. Devices and pipes are written to. */
export function writeWhole(file: string, data: string | Uint8Array): void {
  let temporary: string | undefined;
  try {
    makeFolder(dirname(resolve(file)));
    const known = statSync(file, { throwIfNoEntry: false });
    if (known && !known.isFile() && !known.isDirectory()) {
      writeFileSync(file, data);
      return;
    }
    const target = known ? realpathSync(file) : resolve(file); // a link stays a link
    temporary = `${target}.${process.pid}.part`;
    writeFileSync(temporary, data);
    renameSync(temporary, target);
  } catch (error) {
    if (temporary) rmSync(temporary, { force: true });
    fail(errors.folderNotWritable(file, error));
  }
}
