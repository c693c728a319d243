/** The source files of a bench, and whether what was compiled from them is up to date. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Simulator } from './types.js';

export interface SourceFile {
  readonly path: string; // relative to the build directory, such as rtl/top.v
  readonly bytes: Buffer;
}

/** In sim/: what only the other simulator compiles. */
const OTHERS: Readonly<Record<Simulator, RegExp>> = {
  verilator: /^bench_icarus\.v$/,
  icarus: /\.cpp$/,
};

/** All Verilog and C++ that this simulator compiles, in a fixed order. Memory images are read by each run. */
export async function readSources(directory: string, simulator: Simulator): Promise<SourceFile[]> {
  const paths: string[] = [];
  for (const folder of ['rtl', 'sim'])
    for (const name of (await readdir(join(directory, folder))).sort())
      if (/\.(v|vh|cpp)$/.test(name) && !(folder === 'sim' && OTHERS[simulator].test(name)))
        paths.push(`${folder}/${name}`);
  return Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(join(directory, path)) })));
}

export function verilogPaths(sources: readonly SourceFile[]): string[] {
  return sources.map(({ path }) => path).filter((path) => path.endsWith('.v'));
}

/** Copy the sources, so that a path with spaces or a file changing meanwhile cannot disturb the compilation. */
export async function copySources(sources: readonly SourceFile[], folder: string): Promise<void> {
  for (const name of ['rtl', 'sim']) await mkdir(join(folder, name), { recursive: true });
  await Promise.all(sources.map(({ path, bytes }) => writeFile(join(folder, path), bytes)));
}

/** What a compiled program depends on, as one number: all sources and how they are compiled. */
export function stampOf(sources: readonly SourceFile[], recipe: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  for (const { path, bytes } of sources) hash.update(`\n${path} ${bytes.length}\n`).update(bytes);
  return `${hash.digest('hex')}\n`;
}

/** Whether the program in `folder` was compiled with this stamp. */
export async function isUpToDate(folder: string, program: string, stamp: string): Promise<boolean> {
  const read = await Promise.all([readFile(join(folder, 'stamp'), 'latin1'), readdir(folder)]).catch(
    () => undefined,
  );
  return read?.[0] === stamp && read[1].includes(program);
}

/** Put a finished program and its stamp into `folder`, so that no moment shows half of it. */
export async function install(folder: string, program: string, bytes: Buffer, stamp: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of [
    ['stamp', ''],
    [program, bytes],
    ['stamp', stamp],
  ] as const) {
    const unfinished = join(folder, `${name}.${randomUUID()}`);
    await writeFile(unfinished, content, { mode: name === program ? 0o755 : 0o644 });
    await rename(unfinished, join(folder, name));
  }
}
