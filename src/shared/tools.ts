/** External programs: finding them, their versions, and running them. */
import { fail } from '../diagnostics/diagnostic.js';
import { toolMissing, toolTimedOut } from '../diagnostics/simulation-errors.js';
import { runInGroup } from './process-group.js';

export type ToolName = 'verilator' | 'iverilog' | 'vvp' | 'c++' | 'make';

/** A tool that was found and answered. */
export interface Tool {
  readonly name: ToolName;
  readonly command: string;
  readonly version: string;
}

export interface ToolStatus {
  readonly name: string;
  readonly found: boolean;
  readonly version?: string;
  readonly hint?: string;
}

interface KnownTool {
  readonly commands: readonly string[]; // tried in this order
  readonly variable: string; // environment variable that names the program instead
  readonly versionFlag: string;
  readonly purpose: string;
  readonly install: string;
}

const KNOWN_TOOLS: Readonly<Record<ToolName, KnownTool>> = {
  verilator: {
    commands: ['verilator'],
    variable: 'NARROWGATE_VERILATOR',
    versionFlag: '--version',
    purpose: 'the fast simulator',
    install: 'apt-get install verilator',
  },
  iverilog: {
    commands: ['iverilog'],
    variable: 'NARROWGATE_IVERILOG',
    versionFlag: '-V',
    purpose: 'the compiler of the Icarus simulator',
    install: 'apt-get install iverilog',
  },
  vvp: {
    commands: ['vvp'],
    variable: 'NARROWGATE_VVP',
    versionFlag: '-V',
    purpose: 'the run time of the Icarus simulator',
    install: 'apt-get install iverilog',
  },
  'c++': {
    commands: ['g++', 'c++', 'clang++'],
    variable: 'NARROWGATE_CXX',
    versionFlag: '--version',
    purpose: 'compiles what Verilator writes',
    install: 'apt-get install g++',
  },
  make: {
    commands: ['make', 'gmake'],
    variable: 'NARROWGATE_MAKE',
    versionFlag: '--version',
    purpose: 'compiles what Verilator writes',
    install: 'apt-get install make',
  },
};

const VERSION_SECONDS = 20; // a cold start from a slow disk stays well below

const versions = new Map<string, Promise<string | undefined>>();

/** The version that a program reports, or undefined when it cannot be run. */
function version(command: string, flag: string): Promise<string | undefined> {
  let found = versions.get(command);
  if (!found) {
    found = runInGroup(command, [flag], { timeoutSeconds: VERSION_SECONDS }).then(
      ({ exitCode, stdout, stderr }) =>
        exitCode === 0 ? (/\d+\.\d+[\w.-]*/.exec(`${stdout}\n${stderr}`)?.[0] ?? 'unknown') : undefined, // vvp uses stderr
    );
    versions.set(command, found);
  }
  return found;
}

/** The tool as it would be run, or undefined when there is none. */
async function findTool(name: ToolName): Promise<Tool | undefined> {
  const { commands, variable, versionFlag } = KNOWN_TOOLS[name];
  const named = process.env[variable];
  for (const command of named ? [named] : commands) {
    const reported = await version(command, versionFlag);
    if (reported) return { name, command, version: reported };
  }
  return undefined;
}

/**
 * The tools, ready to be run.
 *
 * @throws tool_missing, one for each that is not there
 */
export async function requireTools<Names extends readonly ToolName[]>(
  ...names: Names
): Promise<{ [Index in keyof Names]: Tool }> {
  const tools = await Promise.all(names.map(findTool));
  const missing = names.filter((_, index) => !tools[index]);
  if (missing.length > 0)
    fail(
      ...missing.map((name) => {
        const { purpose, install, variable } = KNOWN_TOOLS[name];
        return toolMissing(name, purpose, install, variable, process.env[variable] || undefined);
      }),
    );
  return tools as { [Index in keyof Names]: Tool };
}

/** Which tools are there, for `doctor`. */
export function toolStatus(): Promise<ToolStatus[]> {
  const names = Object.keys(KNOWN_TOOLS) as ToolName[];
  return Promise.all(
    names.map(async (name) => {
      const tool = await findTool(name);
      if (tool) return { name, found: true, version: tool.version };
      const { install, purpose, variable } = KNOWN_TOOLS[name];
      return { name, found: false, hint: `${purpose}: ${install}, or name the program in ${variable}` };
    }),
  );
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly timeoutSeconds?: number; // none: unlimited
  readonly cancelSignal?: AbortSignal;
}

export interface ToolRun {
  readonly exitCode: number | undefined; // undefined: ended by a signal
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a tool may print before it is stopped, in characters. */
const MAX_OUTPUT = 16_000_000;

/**
 * Run a program to its end. It, and what it started, is killed when this process exits, on the signal, and after the
 * timeout.
 *
 * @returns also when the program failed; what that means is the caller's to say
 * @throws tool_timed_out; the signal's reason when cancelled
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolRun> {
  const { cwd, timeoutSeconds, cancelSignal } = options;
  cancelSignal?.throwIfAborted();
  const run = await runInGroup(command, args, { cwd, timeoutSeconds, cancelSignal, maxBuffer: MAX_OUTPUT });
  cancelSignal?.throwIfAborted();
  if (run.timedOut) fail(toolTimedOut(command, timeoutSeconds ?? 0));
  const { exitCode, signal, stdout, stderr, problem } = run;
  return { exitCode, signal, stdout, stderr: problem === undefined ? stderr : `${stderr}\n${problem}` };
}
