/**
 * Programs in process groups of their own, so that whatever they start ends with them: iverilog, make and verilator run
 * others, which would go on writing and computing when only the first is killed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';

export interface GroupOptions {
  readonly cwd?: string;
  readonly timeoutSeconds?: number; // none: unlimited
  readonly cancelSignal?: AbortSignal;
  readonly maxBuffer?: number; // characters of output, beyond which the program is ended
}

export interface GroupRun {
  readonly exitCode: number | undefined; // undefined: ended by a signal, or not started
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly all: string; // both, in the order in which they came
  readonly timedOut: boolean;
  readonly problem?: string; // why it could not be run to its end
  readonly missing: boolean; // there is no such program
}

/** Between the signal that a program may clean up after and the one that it cannot catch, in milliseconds. */
const GRACE = 1000;

/** Between two looks at what still runs, in milliseconds. */
const POLL = 10;

const running = new Set<number>(); // process groups
const ending = new Set<number>(); // groups in their grace

process.on('exit', endAllNow);

/** Run a program to its end; it and all it started are ended after the timeout, on the signal, and with this process. */
export async function runInGroup(
  command: string,
  args: readonly string[],
  { cwd, timeoutSeconds, cancelSignal, maxBuffer }: GroupOptions = {},
): Promise<GroupRun> {
  const child = execa(command, args, {
    cwd,
    maxBuffer,
    all: true,
    reject: false,
    stdin: 'ignore',
    detached: true, // a group of its own
  });
  const group = child.pid;
  let timedOut = false;
  const end = () => {
    if (group !== undefined) endGroup(group);
  };
  const timer =
    timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end();
        }, timeoutSeconds * 1000);
  cancelSignal?.addEventListener('abort', end);
  if (group !== undefined) running.add(group);
  try {
    const run = await child;
    const { exitCode, signal, stdout = '', stderr = '', all = '' } = run;
    const problem = exitCode === undefined && !signal ? run.shortMessage : undefined;
    return { exitCode, signal, stdout, stderr, all, timedOut, problem, missing: run.code === 'ENOENT' };
  } finally {
    clearTimeout(timer);
    cancelSignal?.removeEventListener('abort', end);
    if (group !== undefined) {
      if (signalGroup(group, 0)) endGroup(group); // what it left running
      running.delete(group);
    }
  }
}

/** End everything that runInGroup has running. */
export function endProcessGroups(): void {
  for (const group of running) endGroup(group);
}

function endGroup(group: number): void {
  if (!signalGroup(group, 'SIGTERM')) return;
  ending.add(group);
  setTimeout(() => {
    ending.delete(group);
    signalGroup(group, 'SIGKILL');
  }, GRACE).unref();
}

/** End all groups before this process does. Compilers remove their temporary files on SIGTERM, which takes a moment. */
function endAllNow(): void {
  const groups = new Set([...running, ...ending]);
  if (groups.size === 0) return;
  for (const group of groups) signalGroup(group, 'SIGTERM');
  const deadline = performance.now() + GRACE;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (isAnyRunning(groups) && performance.now() < deadline) Atomics.wait(clock, 0, 0, POLL);
  for (const group of groups) signalGroup(group, 'SIGKILL');
}

/** Whether a process of the groups still runs; those that have ended stay in their group until they are waited for. */
function isAnyRunning(groups: ReadonlySet<number>): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [state, , group] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return groups.has(Number(group)) && state !== 'Z';
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

/** @returns whether the group has a process */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
