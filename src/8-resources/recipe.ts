/**
 * The Yosys script of each target, as steps.
 *
 * For xc7 and xcup it is `synth_xilinx` with the flags below, cut at its own labels, without the last step of block
 * RAM: memory_libmap has chosen the primitive then, and its kind and size are what is counted. Turning it into the
 * vendor's cell reads large libraries and permutes every initial bit, and changes no figure.
 */
import type { Target } from '../5-plan/types.js';
import { PART_MODULES } from './parts.js';

/** The file in Yosys's working directory that receives the netlist. */
export const NETLIST_FILE = 'narrowgate-netlist.json';

/** The library's module for DSP blocks: a unit that has it is given their mapping. */
const DSP_SOURCE = 'dsp_lane.v';

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
 * The script that synthesises `top` and writes NETLIST_FILE. Modules and instances of hw/ that are marked
 * (* operand_side *) are left out: the netlist has empty modules for them, with their parameters. See operands.ts.
 *
 * @param files names of all files in the working directory; those that end in .v are read
 */
export function synthesisSteps(target: Target, top: string, files: readonly string[]): Step[] {
  const steps = targetSteps(target, top, files);
  return [
    readStep(files),
    ...afterHierarchy(steps, LEAVE_OPERANDS),
    ...JOIN_BOUNDARIES,
    // a module with a body again, though without contents, so that it is written
    { command: 'setattr -mod -unset blackbox =A:operand_side' },
    { command: `select ${top} A:operand_side` },
    { command: `write_json -selected ${NETLIST_FILE}` },
  ];
}

/** The script that synthesises `top` with all that is below it, and writes NETLIST_FILE. */
export function wholeSteps(target: Target, top: string, files: readonly string[]): Step[] {
  return [readStep(files), ...targetSteps(target, top, files), ...JOIN_BOUNDARIES, ...writeSteps(top)];
}

/**
 * The same with the library's parts kept apart, so that LUTs can be counted by what they are for.
 *
 * @param files names of all files in the working directory; those that end in .v are read
 */
export function partSteps(target: Target, top: string, files: readonly string[]): Step[] {
  const apart = PART_MODULES.map((pattern) => ({
    command: `setattr -mod -set keep_hierarchy 1 ${pattern}`,
  }));
  return [
    readStep(files),
    ...afterHierarchy(targetSteps(target, top, files), apart),
    { command: 'select *' }, // without the cells' own modules
    { command: `write_json -selected ${NETLIST_FILE}` },
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

function targetSteps(target: Target, top: string, files: readonly string[]): Step[] {
  return target === 'ice40' ? ice40Steps(top) : xilinxSteps(target, top, files.includes(DSP_SOURCE));
}

/** Steps with others once the modules have their parameters. */
function afterHierarchy(steps: readonly Step[], others: readonly Step[]): Step[] {
  const [boundaries] = KEEP_BOUNDARIES;
  return steps.flatMap((step) => (step === boundaries ? [step, ...others] : [step]));
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

/** Modules that are marked, and those of marked instances. */
const LEAVE_OPERANDS: readonly Step[] = [
  { command: 'setattr -mod -set operand_side 1 a:operand_side %M' },
  { command: 'blackbox A:operand_side' },
];

function ice40Steps(top: string): Step[] {
  return [
    { command: `hierarchy -check -top ${top}` },
    ...KEEP_BOUNDARIES,
    { command: `${SYNTHESIS_COMMANDS.ice40} -top ${top}` },
  ];
}

function xilinxSteps(target: 'xc7' | 'xcup', top: string, dsp: boolean): Step[] {
  const command = SYNTHESIS_COMMANDS[target];
  const memory = XILINX_MEMORY[target];
  const begin = dsp
    ? [
        { command: `${command} -run prepare:map_dsp` },
        ...dspSteps(target),
        { command: `${command} -run coarse:map_memory` },
      ]
    : [{ command: `${command} -run prepare:map_memory` }];
  return [
    { command: 'read_verilog -lib +/xilinx/cells_sim.v' },
    ...(dsp && target === 'xcup' ? [{ command: 'read_verilog -lib +/xilinx/cells_xtra.v' }] : []), // DSP48E2
    { command: `hierarchy -check -top ${top}` },
    ...KEEP_BOUNDARIES,
    ...begin,
    { command: memory.libmap },
    { command: memory.lutRam },
    { command: `${command} -run map_ffram:` },
  ];
}

/**
 * What `synth_xilinx` runs at its label map_dsp, for the modules marked (* dsp_block *) only, and for products of any
 * width. xilinx_dsp packs the registers and the adder of a DSP48E1 only; a DSP48E2 holds all that a DSP48E1 does, so on
 * xcup the cell goes by that name while it is packed.
 */
function dspSteps(target: 'xc7' | 'xcup'): Step[] {
  const { width, map, name } = {
    xc7: { width: 25, map: 'xc7_dsp_map.v', name: '$__MUL25X18' },
    xcup: { width: 27, map: 'xcu_dsp_map.v', name: '$__MUL27X18' },
  }[target];
  const least = ['A_MINWIDTH', 'B_MINWIDTH', 'Y_MINWIDTH'].map((each) => `-D DSP_${each}=1`).join(' ');
  const most = `-D DSP_A_MAXWIDTH=${width} -D DSP_B_MAXWIDTH=18 -D DSP_A_MAXWIDTH_PARTIAL=18`;
  const pack = 'xilinx_dsp -family xc7 A:dsp_block';
  return [
    {
      command: `techmap -map +/mul2dsp.v -map +/xilinx/${map} ${most} ${least} -D DSP_SIGNEDONLY=1 -D DSP_NAME=${name} A:dsp_block`,
    },
    { command: 'setattr -unset mul2dsp a:mul2dsp' },
    { command: 'opt_expr -fine A:dsp_block' },
    ...(target === 'xc7'
      ? [{ command: pack }]
      : [
          { command: 'chtype -set DSP48E1 t:DSP48E2' },
          { command: pack },
          { command: 'chtype -set DSP48E2 t:DSP48E1' },
        ]),
  ];
}
