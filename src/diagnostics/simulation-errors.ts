/** Messages about external tools and about what happens in the simulators. */
import { define } from './diagnostic.js';

export const toolMissing = define(
  'tool_missing',
  3,
  'A program that the command needs is not installed, or an environment variable names one that cannot run.',
  (tool: string, purpose: string, install: string, variable: string, named: string | undefined) => ({
    message: named
      ? `expected ${tool} (${purpose}) at '${named}', as ${variable} says, but it cannot be run`
      : `expected ${tool} (${purpose}) on the PATH, but found none that runs`,
    hint: named
      ? `correct or unset ${variable}, or ${install}`
      : `${install}, or name the program in ${variable}`,
  }),
);

export const toolTimedOut = define(
  'tool_timed_out',
  1,
  'An external program ran longer than it was allowed to and was stopped.',
  (tool: string, seconds: number) => ({
    message: `${tool} was stopped after ${seconds} s`,
    hint: 'simulate fewer samples; a loop without delay in edited Verilog also has this effect',
  }),
);

export const simulationCompileFailed = define(
  'simulation_compile_failed',
  1,
  'A simulator could not compile the generated Verilog. Unless files were edited, this is a bug of narrowgate.',
  (simulator: string, directory: string, firstErrors: readonly string[]) => ({
    message: `${simulator} could not compile '${directory}':\n    ${firstErrors.join('\n    ')}`,
    hint: 'build the directory again; if nothing in it was edited, report this as a bug',
  }),
);

export const simulationBroke = define(
  'simulation_broke',
  1,
  'A simulation ended by itself before its verdict: a crash, or $finish or $stop in the design.',
  (simulator: string, device: string, how: string) => ({
    message: `${simulator} ended early while simulating ${device}: ${how}`,
    hint: 'look for $finish, $stop or a missing memory image in rtl/, or build the directory again',
  }),
);

/** Where a run was when it ended. */
export interface RunPosition {
  readonly cycle: number;
  readonly accepted: number; // input beats
  readonly beats: number; // input beats there are
  readonly received: number; // output beats
  readonly expected: number; // output beats there should be
}

/** The position in words. */
function reached({ accepted, beats, received, expected }: RunPosition): string {
  return `${received} of ${expected} output beats, input ${accepted} of ${beats} beats accepted`;
}

export const simulationNoProgress = define(
  'simulation_no_progress',
  1,
  'A simulation stood still: for many cycles no beat was accepted at the input or the output.',
  (simulator: string, device: string, cycles: number, at: RunPosition) => ({
    message: `${device} made no progress for ${cycles} cycles after ${reached(at)} (${simulator}, cycle ${at.cycle})`,
    hint: 'the stream after which a beat is missing shows in the probes; a slow engine may need a longer timeout',
  }),
);

export const simulationProtocol = define(
  'simulation_protocol',
  1,
  'The stream contract was broken: a beat once offered stays valid and unchanged until it is accepted, no handshake signal or accepted beat is unknown (x), and no more beats come than expected.',
  (simulator: string, device: string, what: string, at: RunPosition) => ({
    message: `${device} broke the stream contract in cycle ${at.cycle} of ${simulator}: ${what}, after ${reached(at)}`,
    hint: 'look at the last register before m_axis of that device in that cycle',
  }),
);

export const simulationDeadlock = define(
  'simulation_deadlock',
  1,
  'Two branches of a network wait for each other: the FIFO where they meet is too shallow.',
  (
    simulator: string,
    { join, waitsFor, full, depth }: { join: string; waitsFor: string; full: string; depth: number },
  ) => ({
    message: `${simulator}: the network stands still: layer '${join}' waits for '${waitsFor}', while its FIFO of ${depth} beats for '${full}' is full`,
    hint: `build again; a FIFO whose DEPTH was changed by hand is too shallow at the input of '${join}' that '${full}' feeds`,
  }),
);
