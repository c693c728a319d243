import { requireTools } from '../shared/tools.js';
import { compileWith } from './compile.js';
import { type SourceFile, verilogPaths } from './sources.js';
import type { CompiledSimulation, CompileOptions } from './types.js';

/**
 * Compile a build directory for Icarus, into DIR/sim/icarus/.
 *
 * @param directory holds rtl/ and sim/ with bench.v, bench_icarus.v and stream_probe.v
 * @throws tool_missing, simulation_compile_failed
 */
export async function compileIcarus(
  directory: string,
  options: CompileOptions = {},
): Promise<CompiledSimulation> {
  const [iverilog, vvp] = await requireTools('iverilog', 'vvp');
  return compileWith(
    {
      simulator: 'icarus',
      version: iverilog.version,
      steps: (sources) => [
        {
          command: iverilog.command,
          args: [
            ...['-g2005', '-s', 'bench_icarus', '-I', 'rtl', '-o', 'bench.vvp'],
            `-Pbench_icarus.IN_BITS=${portBits(sources, 'IN_BITS', 's_axis_tdata')}`,
            `-Pbench_icarus.OUT_BITS=${portBits(sources, 'OUT_BITS', 'm_axis_tdata')}`,
            ...verilogPaths(sources),
          ],
        },
      ],
      product: 'bench.vvp',
      program: 'bench.vvp',
      start: (program) => ({ command: vvp.command, args: ['-n', program] }),
    },
    directory,
    options,
  );
}

/** Width of a port of bench.v, in bits: `parameter IN_BITS = 24`, or the port's own literal range `[23:0]`. */
function portBits(sources: readonly SourceFile[], parameter: string, port: string): number {
  const bench = sources.find(({ path }) => path === 'sim/bench.v')?.bytes.toString('latin1') ?? '';
  const assigned = new RegExp(`\\b${parameter}\\s*=\\s*(\\d+)`).exec(bench);
  if (assigned) return Number(assigned[1]);
  const range = new RegExp(`\\[\\s*(\\d+)\\s*:\\s*0\\s*\\]\\s*${port}\\b`).exec(bench);
  if (range) return Number(range[1]) + 1;
  throw new Error(`sim/bench.v declares neither ${parameter} = <number> nor ${port} with a literal range`);
}
