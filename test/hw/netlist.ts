/** Benches on the netlist that Yosys makes of a module, with Yosys' own models of the cells. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type Figures, literal, memoryText, type Patterns, runBench } from './bench.js';
import { SOURCE_NAMES, type Yosys } from './yosys.js';

const SYNTHESIS = 'synth_xilinx -family xc7 -nodsp -noiopad -nowidelut -flatten';

/** Idle and stall pattern: a netlist simulates slowly, so once freely and once with both. */
const PATTERNS: Patterns = [
  [0, 0],
  [3, 1],
];

/** Synthesise the module of a bench for xc7, and run the bench on the netlist. */
export async function runNetlist(bench: Bench, yosys: Yosys, patterns = PATTERNS): Promise<Figures> {
  const { module, parameters, memories = {} } = bench;
  const settings = Object.entries(parameters).map(([name, value]) => `-set ${name} ${literal(value)}`);
  const script = [
    `read_verilog ${SOURCE_NAMES}`,
    `chparam ${settings.join(' ')} ${module}`,
    `hierarchy -check -top ${module}`,
    SYNTHESIS,
    'check -assert',
    'write_verilog -noattr out.v',
  ].join('\n');
  const files = Object.fromEntries(
    Object.entries(memories).map(([name, words]) => [name, memoryText(words)] as const),
  );
  const { ok, output, written } = await yosys.run(script, files);
  if (!ok) throw new Error(`${yosys.name} on ${module}:\n${output}`);
  const directory = await mkdtemp(join(tmpdir(), 'narrowgate-netlist-'));
  try {
    const netlist = join(directory, 'netlist.v');
    await writeFile(netlist, withParameters(written, bench));
    return await runBench({ ...bench, design: [netlist, yosys.xilinxCells] }, patterns);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The bench sets the module's parameters, and a netlist has none left: give it some without effect. */
function withParameters(netlist: string, { module, parameters }: Bench): string {
  const header = `module ${module}(`;
  if (!netlist.includes(`\n${header}`))
    throw new Error(`Expected module ${module} in the netlist, found none`);
  const unused = Object.keys(parameters).map((name) => `parameter ${name} = 0`);
  return netlist.replace(header, `module ${module} #(${unused.join(', ')}) (`);
}
