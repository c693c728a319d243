/** The pinned Yosys from npm, run in worker threads so that two of them use two cores. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { fail } from '../diagnostics/diagnostic.js';
import { synthesisToolMissing } from '../diagnostics/resource-errors.js';
import { NETLIST_FILE, type Step } from './recipe.js';

/** Files by name; folders nest, as @yowasp/yosys takes them. */
export type FileTree = { [name: string]: FileTree | string };

export interface YosysRun {
  readonly files: FileTree;
  readonly steps: readonly Step[];
}

export type YosysResult = { readonly netlist: string } | { readonly error: string };

/**
 * The worker's program. It is plain JavaScript in a string, because a worker cannot load the TypeScript sources that
 * vitest runs, and a file of its own would not be copied by tsc. Every run is a fresh instance of Yosys: its results
 * depend on what it has seen before, and figures must not depend on the order of jobs.
 */
const WORKER_PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const SCRIPT = 'narrowgate-script.ys';
parentPort.on('message', async ({ files, steps }) => {
  const decoder = new TextDecoder();
  let log = '';
  const script = steps.map((step) => step.command + '\\n').join('');
  const collect = (bytes) => {
    if (bytes) log += decoder.decode(bytes, { stream: true });
  };
  try {
    const { runYosys } = await import(workerData.yosys);
    const tree = await runYosys(['-s', SCRIPT], { ...files, [SCRIPT]: script }, { stdout: collect, stderr: collect });
    const netlist = tree[workerData.netlistFile];
    parentPort.postMessage({ netlist: typeof netlist === 'string' ? netlist : decoder.decode(netlist) });
  } catch (error) {
    const lines = log.split('\\n').map((line) => line.trim()).filter(Boolean);
    const errors = lines.filter((line) => line.includes('ERROR:')).slice(-3);
    const shown = errors.length > 0 ? errors : [...lines.slice(-2), String(error && error.message)];
    parentPort.postMessage({ error: shown.join('; ').slice(-1000) });
  }
});
`;

/** A Yosys that runs one script at a time. */
export interface YosysWorker {
  run(run: YosysRun): Promise<YosysResult>;
  close(): Promise<void>;
}

/** Start Yosys. It ends with this process, or with close(); after a crash the next run starts it anew. */
export function startYosys(): YosysWorker {
  const workerData = { yosys: pathToFileURL(yosysModule()).href, netlistFile: NETLIST_FILE };
  let worker: Worker | undefined;
  const run = (request: YosysRun) =>
    new Promise<YosysResult>((resolve) => {
      worker ??= new Worker(WORKER_PROGRAM, { eval: true, workerData, execArgv: [] });
      const current = worker;
      const settle = (result: YosysResult) => {
        current.off('message', settle).off('error', onError).off('exit', onExit);
        resolve(result);
      };
      const crash = (error: string) => {
        worker = undefined;
        settle({ error });
      };
      const onError = (error: Error) => crash(`its worker failed: ${error.message}`);
      const onExit = (code: number) => crash(`its worker ended with code ${code}`);
      current.on('message', settle).on('error', onError).on('exit', onExit);
      current.postMessage(request);
    });
  return {
    run,
    close: async () => {
      await worker?.terminate();
      worker = undefined;
    },
  };
}

/** Name and version of the tool, as reports cite it. */
export function yosysVersion(): string {
  const manifest = join(dirname(yosysModule()), '..', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return `Yosys (npm @yowasp/yosys ${version})`;
}

function yosysModule(): string {
  try {
    return createRequire(import.meta.url).resolve('@yowasp/yosys');
  } catch {
    return fail(synthesisToolMissing());
  }
}
