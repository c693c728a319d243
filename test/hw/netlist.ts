/** Benches on the netlist that Yosys makes of a module, with Yosys' own models of the cells. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type Figures, literal, memoryText, type Patterns, runBench } from './bench.js';
import { SOURCE_NAMES, type Yosys } from './yosys.js';

const WITHOUT_DSP = 'synth_xilinx -family xc7 -nodsp -noiopad -nowidelut -flatten';
const WITH_DSP = 'synth_xilinx -family xc7 -noiopad -nowidelut -flatten';

/** Idle and stall pattern: a netlist simulates slowly, so once freely and once with both. */
const PATTERNS: Patterns = [
  [0, 0],
  [3, 1],
];

/** Synthesise the module of a bench for xc7 without DSP blocks, and run the bench on the netlist. */
export async function runNetlist(bench: Bench, yosys: Yosys, patterns = PATTERNS): Promise<Figures> {
  return (await runSynthesised(bench, yosys, WITHOUT_DSP, patterns)).figures;
}

/** How often each cell stands in the netlist of the module of a bench, for xc7 without DSP blocks. */
export async function netlistCells(bench: Bench, yosys: Yosys): Promise<Map<string, number>> {
  return cellsOf(await synthesise(bench, yosys, WITHOUT_DSP));
}

/** The same with DSP blocks. @returns also the number of each cell of the netlist */
export function runDspNetlist(
  bench: Bench,
  yosys: Yosys,
): Promise<{ figures: Figures; cells: Map<string, number> }> {
  return runSynthesised(bench, yosys, WITH_DSP, PATTERNS);
}

async function synthesise(bench: Bench, yosys: Yosys, synthesis: string): Promise<string> {
  const { module, parameters, memories = {} } = bench;
  const settings = Object.entries(parameters).map(([name, value]) => `-set ${name} ${literal(value)}`);
  const script = [
    `read_verilog ${SOURCE_NAMES}`,
    `chparam ${settings.join(' ')} ${module}`,
    `hierarchy -check -top ${module}`,
    synthesis,
    'check -assert',
    'write_verilog -noattr out.v',
  ].join('\n');
  const files = Object.fromEntries(
    Object.entries(memories).map(([name, words]) => [name, memoryText(words)] as const),
  );
  const { ok, output, written } = await yosys.run(script, files);
  if (!ok) throw new Error(`${yosys.name} on ${module}:\n${output}`);
  return written;
}

async function runSynthesised(bench: Bench, yosys: Yosys, synthesis: string, patterns: Patterns) {
  const written = await synthesise(bench, yosys, synthesis);
  const directory = await mkdtemp(join(tmpdir(), 'narrowgate-netlist-'));
  try {
    const netlist = join(directory, 'netlist.v');
    await writeFile(netlist, withParameters(written, bench));
    const figures = await runBench({ ...bench, design: [netlist, yosys.xilinxCells] }, patterns);
    return { figures, cells: cellsOf(written) };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** How often each cell stands in a netlist. */
export function cellsOf(netlist: string): Map<string, number> {
  const cells = new Map<string, number>();
  for (const [, type] of netlist.matchAll(/^ {2}([A-Z]\w*) (?:#\(|\S+ \()/gm))
    cells.set(type, (cells.get(type) ?? 0) + 1);
  return cells;
}

/** The bench sets the module's parameters, and a netlist has none left: give it some without effect. */
function withParameters(netlist: string, { module, parameters }: Bench): string {
  const header = `module ${module}(`;
  if (!netlist.includes(`\n${header}`))
    throw new Error(`Expected module ${module} in the netlist, found none`);
  const unused = Object.keys(parameters).map((name) => `parameter ${name} = 0`);
  return netlist.replace(header, `module ${module} #(${unused.join(', ')}) (`);
}
