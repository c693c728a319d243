import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, vi } from 'vitest';
import { endProcessGroups, runInGroup } from '../../src/shared/process-group.js';

vi.setConfig({ testTimeout: 120_000 }); // a bench takes half a second; a busy machine must not fail it

afterEach(endProcessGroups); // a test that timed out leaves nothing running

const root = fileURLToPath(new URL('../..', import.meta.url));
export const hw = join(root, 'hw');
const sim = join(root, 'sim');

/** Values of Verilog parameters; a bigint with a width is written as a sized literal, a string with quotes. */
export type Parameters = Readonly<Record<string, number | string | { value: bigint; width: number }>>;

export interface Bench {
  readonly module: string; // bench sim/<module>_tb.v
  readonly parameters: Parameters;
  readonly input: readonly bigint[]; // words the bench offers
  readonly expected: readonly bigint[]; // words that must come out
  readonly input2?: readonly bigint[]; // the same of the second input and output, where the module has them
  readonly expected2?: readonly bigint[];
  readonly memories?: Readonly<Record<string, readonly bigint[]>>; // file name -> words, for the ROMs
  readonly design?: readonly string[]; // Verilog files to simulate in place of hw/
}

export interface Figures {
  readonly latency: number; // cycles from the first input transfer to the first output word
  readonly cycles: number; // cycles from the first input transfer to the last output transfer
  readonly latency2?: number; // the same of a second output
  readonly cycles2?: number;
}

/** Idle pattern of the source and stall pattern of the sink, as in sim/stream_tb.v. */
export type Patterns = readonly (readonly [idle: number, stall: number, idle2?: number, stall2?: number])[];

const PATTERNS: Patterns = [
  [0, 0],
  [1, 1],
  [2, 0],
  [0, 2],
  [3, 3],
];

/** For modules with two inputs or two outputs: one side waits for the other, both ways round, and both at random. */
const PAIR_PATTERNS: Patterns = [
  [0, 0, 0, 0],
  [1, 1, 1, 1],
  [2, 0, 0, 2],
  [0, 2, 2, 0],
  [3, 0, 1, 3],
  [1, 3, 3, 0],
  [3, 3, 3, 3],
];

/** Enough for a module without a clock. */
export const FREE_RUNNING: Patterns = PATTERNS.slice(0, 1);

/** Compile a bench and run it under every pattern. @returns figures of the run without idle or stall cycles */
export async function runBench(
  bench: Bench,
  patterns = bench.input2 || bench.expected2 ? PAIR_PATTERNS : PATTERNS,
): Promise<Figures> {
  const directory = await mkdtemp(join(tmpdir(), `narrowgate-${bench.module}-`));
  try {
    const { input, expected, input2 = [], expected2 = [] } = bench;
    const streams = {
      'input.mem': input,
      'expected.mem': expected,
      'input2.mem': input2,
      'expected2.mem': expected2,
    };
    for (const [name, words] of Object.entries({ ...bench.memories, ...streams }))
      await writeFile(join(directory, name), memoryText(words));
    await compile(bench, directory);
    const runs: Figures[] = [];
    for (const [index, [idle, stall, idle2 = 0, stall2 = 0]] of patterns.entries()) {
      const choices = { idle, stall, idle2, stall2, seed: index + 1 };
      const plusargs = Object.entries(choices).map(([name, value]) => `+${name}=${value}`);
      runs.push(await simulate(bench, directory, plusargs));
    }
    return runs[0];
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The text of a $readmemh file. */
export function memoryText(words: readonly bigint[]): string {
  return words.map((word) => `${word.toString(16)}\n`).join('');
}

async function compile(bench: Bench, cwd: string): Promise<void> {
  const { module, parameters, input, expected, input2, expected2, design } = bench;
  const top = `${module}_tb`;
  const words = {
    IN_WORDS: input.length,
    OUT_WORDS: expected.length,
    ...(input2 && { IN2_WORDS: input2.length }),
    ...(expected2 && { OUT2_WORDS: expected2.length }),
  };
  const all = { ...parameters, ...words };
  const overrides = Object.entries(all).map(([name, value]) => `-P${top}.${name}=${literal(value)}`);
  const options = [
    '-g2005',
    ...(design ? [] : ['-Wall', '-Wno-timescale', '-y', hw]),
    '-s',
    top,
    '-o',
    'bench.vvp',
  ];
  const sources = [join(sim, 'stream_tb.v'), join(sim, `${top}.v`), ...(design ?? [])];
  const { output } = await tool('iverilog', [...options, ...overrides, ...sources], cwd);
  if (output !== '') throw new Error(`iverilog warns about ${module}:\n${output}`);
}

async function simulate(bench: Bench, cwd: string, plusargs: string[]): Promise<Figures> {
  const { module, parameters } = bench;
  const { output } = await tool('vvp', ['-n', 'bench.vvp', ...plusargs], cwd);
  if (!/^PASS [^\n]*$/.test(output))
    throw new Error(`${module} ${JSON.stringify(parameters, bigints)} ${plusargs}: ${output}`);
  const figure = (name: string) => Number(new RegExp(` ${name}=(\\d+)`).exec(output)?.[1]);
  const figures = { latency: figure('latency'), cycles: figure('cycles') };
  return bench.expected2 ? { ...figures, latency2: figure('latency2'), cycles2: figure('cycles2') } : figures;
}

export interface ToolResult {
  readonly ok: boolean;
  readonly output: string; // stdout and stderr
}

/** Run an installed tool; one that is missing is a failure, not a reason to skip. */
export async function tool(
  name: string,
  args: readonly string[],
  cwd = hw,
  timeout = 60_000, // milliseconds
): Promise<ToolResult> {
  const { exitCode, all, timedOut, missing } = await runInGroup(name, args, {
    cwd,
    timeoutSeconds: timeout / 1000,
  });
  if (missing)
    throw new Error(`Expected '${name}' on the PATH, found none. Install Icarus Verilog and Verilator.`);
  return { ok: exitCode === 0, output: timedOut ? `${all}\n${name} took more than ${timeout} ms` : all };
}

/** Lint one configuration with everything on. */
export function lint(module: string, parameters: Parameters): Promise<ToolResult> {
  const overrides = Object.entries(parameters).map(([name, value]) => `-G${name}=${literal(value)}`);
  return tool('verilator', ['--lint-only', '-Wall', '-y', '.', ...overrides, `${module}.v`]);
}

/** A parameter's value in Verilog. */
export function literal(value: Parameters[string]): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return `"${value}"`;
  return `${value.width}'h${value.value.toString(16)}`;
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
