/** A name for the program itself: figures that are kept across runs must not outlive the code that made them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFolder } from './package-folder.js';

/** The compiled code that this runs from; under a test runner the sources. */
const CODE = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Code that shows figures and makes none. */
const SHOWS_ONLY = join(CODE, '9-report');

/** Beside the code: the Verilog library, its templates, and the versions of dependencies. */
const OTHERS = ['hw', 'sim', 'templates', 'package.json'].map((name) => join(packageFolder, name));

let known: string | undefined;

/** @returns a hash of all code, Verilog and templates that figures depend on */
export function programHash(): string {
  known ??= hashOfFiles([CODE, ...OTHERS], SHOWS_ONLY);
  return known;
}

/**
 * @param paths files, or folders with all that is in them
 * @param leftOut a path that does not count
 * @returns the same for the same names and contents, wherever they are
 */
export function hashOfFiles(paths: readonly string[], leftOut?: string): string {
  const hash = createHash('sha256');
  const add = (path: string, name: string) => {
    if (path === leftOut) return;
    if (statSync(path).isDirectory())
      for (const entry of readdirSync(path).sort()) add(join(path, entry), `${name}/${entry}`);
    else {
      const content = readFileSync(path);
      hash.update(`${name} ${content.length}\n`).update(content);
    }
  };
  for (const [index, path] of paths.entries()) add(path, String(index));
  return hash.digest('hex');
}
