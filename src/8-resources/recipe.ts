/**
 * The Yosys script of each target, as steps.
 *
 * For xc7 and xcup it is `synth_xilinx` with the flags below, cut at its own labels, without the last step of block
 * RAM: memory_libmap has chosen the primitive then, and its kind and size are what is counted. Turning it into the
 * vendor's cell reads large libraries and permutes every initial bit, and changes no figure.
 */
import type { Target } from '../5-plan/types.js';

/** The file in Yosys's working directory that receives the netlist. */
export const NETLIST_FILE = 'narrowgate-netlist.json';

/** One command line of the script. */
export interface Step {
  readonly command: string;
}

/** The synthesis command of a target, as reports cite it. */
export const SYNTHESIS_COMMANDS: Readonly<Record<Target, string>> = {
  xc7: 'synth_xilinx -family xc7 -nodsp -noiopad -nowidelut -flatten',
  xcup: 'synth_xilinx -family xcup -nodsp -noiopad -nowidelut -flatten',
  ice40: 'synth_ice40',
};

/** What `synth_xilinx` runs at its label map_memory (Yosys 0.55, seen with `echo on`; a test holds it). */
export const XILINX_MEMORY = {
  xc7: {
    libmap:
      'memory_libmap -logic-cost-rom 0.015625 -lib +/xilinx/lutrams_xc5v.txt -lib +/xilinx/brams_xc4v.txt' +
      ' -D HAS_SIZE_36 -D HAS_CASCADE -D HAS_CONFLICT_BUG -D HAS_MIXWIDTH_SDP -no-auto-huge',
    lutRam: 'techmap -map +/xilinx/lutrams_xc5v_map.v',
  },
  xcup: {
    libmap:
      'memory_libmap -logic-cost-rom 0.015625 -lib +/xilinx/lutrams_xcu.txt -lib +/xilinx/brams_xc4v.txt' +
      ' -D HAS_SIZE_36 -D HAS_MIXWIDTH_SDP -D HAS_ADDRCE -lib +/xilinx/urams.txt -no-auto-huge',
    lutRam: 'techmap -map +/xilinx/lutrams_xc5v_map.v',
  },
} as const;

/**
 * The script that synthesises `top` and writes NETLIST_FILE.
 *
 * @param files names of all files in the working directory; those that end in .v are read
 */
export function synthesisSteps(target: Target, top: string, files: readonly string[]): Step[] {
  return [
    readStep(files),
    ...(target === 'ice40' ? ice40Steps(top) : xilinxSteps(target, top)),
    ...JOIN_BOUNDARIES,
    ...writeSteps(top),
  ];
}

/** Which timing of synth_ice40's technology mapping: HX or UltraPlus. */
export type Ice40Speed = 'hx' | 'u';

/**
 * The script that synthesises a whole network below `top`, flat, and writes NETLIST_FILE for place and route. The
 * network is mapped by itself: what `top` holds beside it neither changes it nor mixes with it.
 *
 * @param network module name of the network, which `top` instantiates
 */
export function placementSteps(
  speed: Ice40Speed,
  top: string,
  network: string,
  files: readonly string[],
): Step[] {
  return [
    readStep(files),
    { command: `hierarchy -check -top ${top}` },
    ...KEEP_BOUNDARIES,
    { command: `setattr -mod -set keep_hierarchy 1 ${network}` },
    { command: `${SYNTHESIS_COMMANDS.ice40} -device ${speed} -top ${top}` },
    { command: `setattr -mod -unset keep_hierarchy ${network}` },
    ...JOIN_BOUNDARIES,
    ...writeSteps(top),
  ];
}

function readStep(files: readonly string[]): Step {
  const sources = files.filter((file) => file.endsWith('.v')).map((file) => `"${file}"`);
  return { command: `read_verilog ${sources.join(' ')}` };
}

function writeSteps(top: string): Step[] {
  return [{ command: `select ${top}` }, { command: `write_json -selected ${NETLIST_FILE}` }];
}

/**
 * Modules of hw/ marked (* registered_boundary *) are mapped by themselves and joined afterwards: registers lie at their
 * borders, so nothing could be optimised across them, equal ones are mapped once, and a change in one module does not
 * shift the noise of technology mapping in another.
 */
const KEEP_BOUNDARIES: readonly Step[] = [
  { command: 'setattr -mod -set keep_hierarchy 1 A:registered_boundary' },
];
const JOIN_BOUNDARIES: readonly Step[] = [
  { command: 'setattr -mod -unset keep_hierarchy A:registered_boundary' },
  { command: 'flatten' },
  { command: 'opt_clean' },
];

function ice40Steps(top: string): Step[] {
  return [
    { command: `hierarchy -check -top ${top}` },
    ...KEEP_BOUNDARIES,
    { command: `${SYNTHESIS_COMMANDS.ice40} -top ${top}` },
  ];
}

function xilinxSteps(target: 'xc7' | 'xcup', top: string): Step[] {
  const command = SYNTHESIS_COMMANDS[target];
  const memory = XILINX_MEMORY[target];
  return [
    { command: 'read_verilog -lib +/xilinx/cells_sim.v' },
    { command: `hierarchy -check -top ${top}` },
    ...KEEP_BOUNDARIES,
    { command: `${command} -run prepare:map_memory` },
    { command: memory.libmap },
    { command: memory.lutRam },
    { command: `${command} -run map_ffram:` },
  ];
}
