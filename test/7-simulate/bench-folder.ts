import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const FIXED = ['harness.cpp', 'bench_icarus.v', 'stream_probe.v'];

/** A build directory with the bench of these tests; its path has a space, which no tool may stumble on. */
export function benchFolder(ports?: { inputBits: number; outputBits: number }): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'narrowgate-test-')), 'build 1');
  cpSync(join(HERE, 'bench'), folder, { recursive: true });
  for (const file of FIXED) cpSync(join(HERE, '../../sim', file), join(folder, 'sim', file));
  if (ports) {
    const bench = join(folder, 'sim/bench.v');
    const text = readFileSync(bench, 'utf8')
      .replace('IN_BITS  = 200', `IN_BITS  = ${ports.inputBits}`)
      .replace('OUT_BITS = 200', `OUT_BITS = ${ports.outputBits}`);
    writeFileSync(bench, text);
  }
  return folder;
}

export function removeBenchFolder(folder: string): void {
  rmSync(join(folder, '..'), { recursive: true, force: true });
}
