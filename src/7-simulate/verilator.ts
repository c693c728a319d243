import { join } from 'node:path';
import { requireTools } from '../shared/tools.js';
import { compileWith } from './compile.js';
import { verilogPaths } from './sources.js';
import type { CompiledSimulation, CompileOptions } from './types.js';
import { keepLibrary, takeLibrary } from './verilator-library.js';

/** C++ files larger than this many operations are split, so that two processors compile them. */
const SPLIT_OPERATIONS = 20000;
const JOBS = 2;

/**
 * The model and the harness gain 14 times in speed from -O1, and nothing to speak of from -O2 or -Os, which take
 * longer to compile. Initialisation (SLOW) and Verilator's library (GLOBAL) are not hot.
 */
const OPTIMISATION = ['OPT_FAST=-O1', 'OPT_SLOW=-O0', 'OPT_GLOBAL=-O0'];

/**
 * Compile a build directory for Verilator, into DIR/sim/verilator/.
 *
 * @param directory holds rtl/ and sim/ with bench.v, harness.cpp and stream_probe.v
 * @throws tool_missing, simulation_compile_failed
 */
export async function compileVerilator(
  directory: string,
  options: CompileOptions = {},
): Promise<CompiledSimulation> {
  const [verilator, compiler, make] = await requireTools('verilator', 'c++', 'make');
  const library = [verilator.command, verilator.version, compiler.command, compiler.version, ...OPTIMISATION];
  return compileWith(
    {
      simulator: 'verilator',
      version: verilator.version,
      steps: (sources) => [
        {
          command: verilator.command,
          args: [
            ...['--cc', '--exe', '-O3', '-Wno-fatal', '-Wno-lint', '-Wno-style'],
            ...['--top-module', 'bench', '--prefix', 'Vbench', '--Mdir', 'sim'],
            ...['--output-split', String(SPLIT_OPERATIONS), '-Irtl'],
            ...verilogPaths(sources),
            'harness.cpp', // as seen from Mdir, where make compiles
          ],
        },
        {
          command: make.command,
          args: [
            ...['-C', 'sim', '-f', 'Vbench.mk', '-s', '-j', String(JOBS)],
            ...OPTIMISATION,
            ...[`CXX=${compiler.command}`, `LINK=${compiler.command}`],
          ],
          before: (work) => takeLibrary(library, join(work, 'sim')),
          after: (work) => keepLibrary(library, join(work, 'sim')),
        },
      ],
      product: 'sim/Vbench',
      program: 'Vbench',
      start: (command) => ({ command, args: [] }),
    },
    directory,
    options,
  );
}
