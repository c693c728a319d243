/** LUTs of a unit by what they are for, from a netlist whose modules are still apart. */
import type { Target } from '../5-plan/types.js';
import { countResources } from './count.js';
import type { Netlist } from './types.js';

export const PART_NAMES = ['array', 'thresholds', 'memory', 'streams'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** LUTs, sites not included: carry chains are not cut at the borders of modules. */
export type PartLuts = Readonly<Record<PartName, number>>;

/** Raise it when a module changes its part. */
export const PARTS_VERSION = '; parts 1';

/**
 * What the library's modules are for; those that are not named belong to the module that instantiates them, and a
 * unit's own glue to its streams.
 */
const MODULES: readonly (readonly [name: string, part: PartName])[] = [
  ['matrix_vector', 'array'],
  ['dsp_matrix_vector', 'array'],
  ['stream_add', 'array'],
  ['pool', 'array'],
  ['global_pool', 'array'],
  ['threshold_parallel', 'thresholds'],
  ['threshold_search', 'thresholds'],
  ['threshold_sequential', 'thresholds'],
  ['scale_shift', 'thresholds'],
  ['scale_sequential', 'thresholds'],
  ['rom', 'memory'],
  ['ram', 'memory'],
  ['vector_buffer', 'memory'],
  ['sliding_window', 'memory'],
  ['row_buffer', 'memory'],
  ['stream_fifo', 'memory'],
];

/** A module that is generated for the sums of one layer. */
const SUMS = /_sums$/;

/** Patterns of Yosys that select the modules above, with parameters or without. */
export const PART_MODULES: readonly string[] = [
  ...MODULES.flatMap(([name]) => [name, `*\\${name}`, `*\\${name}\\*`]),
  '*_sums',
];

/** @returns undefined when the netlist has no module `top` */
export function countParts({ modules }: Netlist, top: string, target: Target): PartLuts | undefined {
  if (!modules[top]) return undefined;
  const total = { array: 0, thresholds: 0, memory: 0, streams: 0 };
  const visit = (name: string, part: PartName) => {
    total[part] += countResources(modules[name], target).lut;
    for (const { type } of Object.values(modules[name].cells))
      if (modules[type]) visit(type, partOf(type) ?? part);
  };
  visit(top, 'streams');
  return total;
}

/** Of a module's name in a netlist: its own, or `$paramod...\name`, with parameters behind it or a hash before. */
function partOf(module: string): PartName | undefined {
  const names = module.split('\\');
  return (
    MODULES.find(([name]) => names.includes(name))?.[1] ??
    (names.some((name) => SUMS.test(name)) ? 'array' : undefined)
  );
}

export function isPartLuts(entry: unknown): entry is PartLuts {
  if (typeof entry !== 'object' || entry === null) return false;
  const record = entry as Record<string, unknown>;
  return PART_NAMES.every((name) => typeof record[name] === 'number' && record[name] >= 0);
}
