import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { simulationCompileFailed } from '../diagnostics/simulation-errors.js';
import { runTool } from '../shared/tools.js';
import { type Program, runStream } from './run.js';
import { copySources, install, isUpToDate, readSources, type SourceFile, stampOf } from './sources.js';
import { inTemporaryFolder } from './temporary-folder.js';
import type { CompiledSimulation, CompileOptions, Simulator } from './types.js';

/** One command of a compilation, run in the folder that holds the copied sources. */
export interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly before?: (work: string) => Promise<void>; // given that folder
  readonly after?: (work: string) => Promise<void>; // when the command succeeded
}

/** How a simulator compiles a bench. */
export interface Recipe {
  readonly simulator: Simulator;
  readonly version: string;
  readonly steps: (sources: readonly SourceFile[]) => readonly Step[];
  readonly product: string; // path of the program that the steps leave behind
  readonly program: string; // its name in DIR/sim/<simulator>/
  readonly start: (program: string) => Pick<Step, 'command' | 'args'>;
}

const SHOWN_ERRORS = 8; // lines

/**
 * Compile a bench unless DIR/sim/<simulator>/ holds the same, compiled earlier.
 *
 * @param directory holds rtl/ and sim/
 * @throws simulation_compile_failed
 */
export async function compileWith(
  recipe: Recipe,
  directory: string,
  { cancelSignal }: CompileOptions,
): Promise<CompiledSimulation> {
  const begin = performance.now();
  const { simulator, version } = recipe;
  const sources = await readSources(directory, simulator);
  const steps = recipe.steps(sources);
  const stamp = stampOf(sources, [version, ...steps.flatMap(({ command, args }) => [command, ...args])]);
  const folder = resolve(directory, 'sim', simulator);
  const compiled = !(await isUpToDate(folder, recipe.program, stamp));
  if (compiled)
    await inTemporaryFolder(async (work) => {
      await copySources(sources, work);
      for (const { command, args, before, after } of steps) {
        await before?.(work);
        const run = await runTool(command, args, { cwd: work, cancelSignal });
        if (run.exitCode !== 0)
          fail(simulationCompileFailed(simulator, directory, firstErrors(`${run.stderr}\n${run.stdout}`)));
        await after?.(work);
      }
      await install(folder, recipe.program, await readFile(join(work, recipe.product)), stamp);
    });
  const program: Program = {
    simulator,
    ...recipe.start(join(folder, recipe.program)),
    romFolder: resolve(directory, 'rtl'),
  };
  return {
    simulator,
    version,
    compiled,
    seconds: (performance.now() - begin) / 1000,
    run: (request) => runStream(program, request),
  };
}

/** The lines that say what is wrong: those with the word error, or else all. */
function firstErrors(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /error/i.test(line) && !/^make/.test(line));
  return (telling.length > 0 ? telling : lines).slice(0, SHOWN_ERRORS);
}
