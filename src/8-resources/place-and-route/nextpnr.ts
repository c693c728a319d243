/** nextpnr-ice40 from npm, in a worker thread. */
import { pathToFileURL } from 'node:url';
import { startWorker, type ToolWorker } from '../worker.js';
import type { NextpnrPackage } from './package.js';

export interface NextpnrRun {
  readonly netlist: string; // JSON of Yosys
  readonly args: readonly string[];
}

/** What nextpnr wrote, or all that it said before it stopped. */
export type NextpnrResult =
  | { readonly report: string; readonly placed: string } // both JSON
  | { readonly error: string; readonly log: string };

/** The worker's program. Each line of nextpnr's log becomes a note. */
const WORKER_PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const FILES = ['--json', 'netlist.json', '--report', 'report.json', '--write', 'placed.json'];
const text = (content) => (typeof content === 'string' ? content : new TextDecoder().decode(content));
parentPort.on('message', async ({ netlist, args }) => {
  const decoder = new TextDecoder();
  let log = '';
  let noted = 0;
  const collect = (bytes) => {
    if (!bytes) return;
    log += decoder.decode(bytes, { stream: true });
    for (let end = log.indexOf('\\n', noted); end >= 0; end = log.indexOf('\\n', noted)) {
      parentPort.postMessage({ note: log.slice(noted, end) });
      noted = end + 1;
    }
  };
  const answer = (result) => parentPort.postMessage({ result });
  try {
    const { runNextpnrIce40 } = await import(workerData.module);
    const options = { stdout: collect, stderr: collect };
    const tree = await runNextpnrIce40([...FILES, ...args], { 'netlist.json': netlist }, options);
    answer({ report: text(tree['report.json']), placed: text(tree['placed.json']) });
  } catch (error) {
    answer({ error: String(error && error.message), log });
  }
});
`;

/** A nextpnr that places one netlist at a time. */
export type NextpnrWorker = ToolWorker<NextpnrRun, NextpnrResult>;

/** @param onNote gets each line of nextpnr's log */
export function startNextpnr({ module }: NextpnrPackage, onNote: (line: string) => void): NextpnrWorker {
  return startWorker<NextpnrRun, NextpnrResult>({
    program: WORKER_PROGRAM,
    workerData: { module: pathToFileURL(module).href },
    crashed: (error) => ({ error, log: '' }),
    onNote,
  });
}
