/** The pinned Yosys from npm, run in worker threads so that two of them use two cores. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '../diagnostics/diagnostic.js';
import { synthesisToolMissing } from '../diagnostics/resource-errors.js';
import type { FileTree } from './file-tree.js';
import { NETLIST_FILE, type Step } from './recipe.js';
import { startWorker, type ToolWorker } from './worker.js';

export interface YosysRun {
  readonly files: FileTree;
  readonly steps: readonly Step[];
}

export type YosysResult = { readonly netlist: string } | { readonly error: string };

/**
 * The worker's program. Every run is a fresh instance of Yosys: its results depend on what it has seen before, and
 * figures must not depend on the order of jobs.
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
  const answer = (result) => parentPort.postMessage({ result });
  try {
    const { runYosys } = await import(workerData.yosys);
    const tree = await runYosys(['-s', SCRIPT], { ...files, [SCRIPT]: script }, { stdout: collect, stderr: collect });
    const netlist = tree[workerData.netlistFile];
    answer({ netlist: typeof netlist === 'string' ? netlist : decoder.decode(netlist) });
  } catch (error) {
    const lines = log.split('\\n').map((line) => line.trim()).filter(Boolean);
    const errors = lines.filter((line) => line.includes('ERROR:')).slice(-3);
    const shown = errors.length > 0 ? errors : [...lines.slice(-2), String(error && error.message)];
    answer({ error: shown.join('; ').slice(-1000) });
  }
});
`;

/** A Yosys that runs one script at a time. */
export type YosysWorker = ToolWorker<YosysRun, YosysResult>;

/** Start Yosys. */
export function startYosys(): YosysWorker {
  return startWorker<YosysRun, YosysResult>({
    program: WORKER_PROGRAM,
    workerData: { yosys: pathToFileURL(yosysModule()).href, netlistFile: NETLIST_FILE },
    crashed: (error) => ({ error }),
  });
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
