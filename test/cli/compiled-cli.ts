/** The command line as users run it: compiled once from the sources as they are, and started as a process. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
/** What the package holds beside dist/. */
const BESIDE = ['hw', 'sim', 'templates', 'schema', 'node_modules', 'package.json'];
const KEPT_HOURS = 1;

function sourceHash(): string {
  const hash = createHash('sha256').update(ROOT);
  for (const name of readdirSync(join(ROOT, 'src'), { recursive: true }).map(String).sort())
    if (name.endsWith('.ts')) hash.update(`\n${name}\n`).update(readFileSync(join(ROOT, 'src', name)));
  return hash.digest('hex').slice(0, 16);
}

/** The path of main.js, compiled for these sources or found from an earlier test file. */
function compile(): string {
  const shelf = join(tmpdir(), 'narrowgate-test-cli');
  const place = join(shelf, sourceHash());
  const main = join(place, 'dist/cli/main.js');
  if (existsSync(main)) return main;
  mkdirSync(shelf, { recursive: true });
  for (const name of readdirSync(shelf))
    if (Date.now() - statSync(join(shelf, name)).mtimeMs > KEPT_HOURS * 3_600_000)
      rmSync(join(shelf, name), { recursive: true, force: true });
  const unfinished = mkdtempSync(join(shelf, 'unfinished-'));
  for (const name of BESIDE) symlinkSync(join(ROOT, name), join(unfinished, name));
  const args = [TSC, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(unfinished, 'dist')];
  execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    renameSync(unfinished, place);
  } catch {
    rmSync(unfinished, { recursive: true, force: true }); // another test file was faster
  }
  return main;
}

export const MAIN = compile();

export interface CliRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process group once it runs. */
  readonly started?: (group: number) => void;
  /** Called with all of stderr so far and the process group, to send it a signal. */
  readonly watch?: (stderr: string, group: number) => void;
}

/** Start the command line in a process group of its own and wait for its end. */
export function narrowgate(
  args: readonly string[],
  { cwd, env, started, watch }: CliOptions = {},
): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    if (child.pid !== undefined) started?.(child.pid);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
      if (child.pid !== undefined) watch?.(stderr, child.pid);
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
