import { join, resolve } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { simulationBroke } from '../diagnostics/simulation-errors.js';
import { runTool, type ToolRun } from '../shared/tools.js';
import { bytesPerBeat } from './beats.js';
import { writeBeats } from './hex-lines.js';
import { readResult } from './result.js';
import { inTemporaryFolder } from './temporary-folder.js';
import type { RunResult, Simulator, StreamRequest } from './types.js';

const DRAIN_CYCLES = 32;

/** How a compiled bench is started: plusargs are added to `args`. */
export interface Program {
  readonly simulator: Simulator;
  readonly command: string;
  readonly args: readonly string[];
  readonly romFolder: string; // where $readmemh finds its files
}

/**
 * Run beats through a compiled bench.
 *
 * @throws simulation_broke when the simulator ends without a verdict; a bad verdict is RunResult.problem
 */
export function runStream(program: Program, request: StreamRequest): Promise<RunResult> {
  check(request);
  return inTemporaryFolder(async (folder) => {
    const start = performance.now();
    const input = join(folder, 'input.txt');
    const result = join(folder, 'result.txt');
    await writeBeats(input, request.beats, request.inputBits);
    const run = await runTool(program.command, [...program.args, ...plusargs(request, input, result)], {
      cwd: program.romFolder,
      timeoutSeconds: request.timeoutSeconds,
      cancelSignal: request.cancelSignal,
    });
    const read = await readResult(result, request, program.simulator).catch(() => undefined);
    if (!read) fail(simulationBroke(program.simulator, request.device, lastWords(run)));
    return { ...read, seconds: (performance.now() - start) / 1000 };
  });
}

function plusargs(request: StreamRequest, input: string, result: string): string[] {
  const { seed = 1, probePrefix } = request;
  const values = {
    in: input,
    result,
    select: request.select,
    beats: request.beats.length / bytesPerBeat(request.inputBits),
    expected: request.expectedBeats,
    out_bits: request.outputBits,
    timeout: request.timeoutCycles,
    drain: request.drainCycles ?? DRAIN_CYCLES,
    stall_in: request.stallIn ?? 0,
    stall_out: request.stallOut ?? 0,
    seed_in: mix(seed, 1),
    seed_out: mix(seed, 2),
    ...(probePrefix === undefined ? {} : { probe: resolve(probePrefix) }),
  };
  return [
    ...Object.entries(values).map(([name, value]) => `+${name}=${value}`),
    // Registers without reset start at random in Verilator, so that nothing rests on their being zero.
    '+verilator+rand+reset+2',
    `+verilator+seed+${mix(seed, 3) >>> 1 || 1}`,
  ];
}

/** A start value of xorshift32, never 0: the murmur3 finaliser of seed and stream number. */
function mix(seed: number, stream: number): number {
  let state = (Math.imul(seed, 0x9e3779b9) + Math.imul(stream, 0x85ebca6b)) | 0;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0 || 1;
}

/** The caller's mistakes, which the simulators would answer with nonsense. */
function check(request: StreamRequest): void {
  const { beats, inputBits, outputBits, expectedBeats, timeoutCycles, select } = request;
  const { stallIn = 0, stallOut = 0, seed = 1, drainCycles = 0 } = request;
  for (const [name, value, min, max] of [
    ['select', select, 0, 255],
    ['inputBits', inputBits, 1, Number.MAX_SAFE_INTEGER],
    ['outputBits', outputBits, 1, Number.MAX_SAFE_INTEGER],
    ['expectedBeats', expectedBeats, 0, Number.MAX_SAFE_INTEGER],
    ['timeoutCycles', timeoutCycles, 1, Number.MAX_SAFE_INTEGER],
    ['drainCycles', drainCycles, 0, Number.MAX_SAFE_INTEGER],
    ['stallIn', stallIn, 0, 100],
    ['stallOut', stallOut, 0, 100],
    ['seed', seed, 0, 2 ** 32 - 1],
  ] as const)
    if (!Number.isInteger(value) || value < min || value > max)
      throw new RangeError(`${name} must be an integer in ${min} .. ${max}, found ${value}`);
  if (beats.length % bytesPerBeat(inputBits) !== 0)
    throw new RangeError(`${beats.length} bytes are not whole beats of ${inputBits} bits`);
}

/** How the simulator ended, in one line. */
function lastWords({ exitCode, signal, stdout, stderr }: ToolRun): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  const how = signal ? `signal ${signal}` : `exit code ${exitCode}`;
  return [how, ...lines.slice(-3)].join('; ');
}
