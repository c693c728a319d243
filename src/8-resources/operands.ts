/**
 * The operand side of a unit: buffers and windows of activations, and ROMs of weights. No accumulator has a part in it, so
 * it is synthesised by itself, from nothing but its own modules and parameters. Technology mapping depends, by a few
 * LUTs, on all that is in the same run; this way that noise is the same for every width of the accumulators.
 */
import { basename } from 'node:path';
import type { Netlist, NetlistModule, Resources, SynthesisJob } from './types.js';

const TOP = 'operand_side';

/**
 * The job that synthesises the modules that a unit's netlist has left empty.
 *
 * @param netlist by synthesisSteps
 * @returns undefined where there are none
 */
export function operandJob({ modules }: Netlist, unit: SynthesisJob): SynthesisJob | undefined {
  const empty = Object.values(modules[unit.top]?.cells ?? {}).flatMap(({ type }) => modules[type] ?? []);
  if (empty.length === 0) return undefined;
  const instances = empty
    .map((module) => ({ module, text: `${sourceName(module)} #(${parametersText(module)})` }))
    .sort((a, b) => (a.text < b.text ? -1 : 1)); // the order of a netlist's cells depends on the rest of the unit
  const files = new Map([[`${TOP}.v`, wrapper(instances)]]);
  addSources(files, empty.map(sourceName), unit.files);
  for (const { parameter_default_values: values = {} } of empty)
    for (const value of Object.values(values)) {
      const name = textOf(value);
      const memory = unit.files.get(name);
      if (memory !== undefined) files.set(name, memory);
    }
  return { name: unit.name, top: TOP, files };
}

/** The resources of two halves of a unit, registers between them. */
export function sumResources(a: Resources, b: Resources): Resources {
  return {
    lut: a.lut + b.lut,
    sites: a.sites + b.sites,
    ff: a.ff + b.ff,
    dsp: a.dsp + b.dsp,
    bram: a.bram + b.bram,
    carry: a.carry + b.carry,
  };
}

/** The name of a module in its source, without parameters. */
function sourceName({ attributes = {} }: NetlistModule): string {
  const { hdlname } = attributes;
  if (!hdlname) throw new Error('a module on the operand side has parameters, and so a name in its source');
  return hdlname;
}

/** All parameters, as an instance gives them. */
function parametersText({ parameter_default_values: values = {} }: NetlistModule): string {
  const literal = (value: string) => {
    if (!/^[01]+$/.test(value)) return JSON.stringify(value.trimEnd()); // Yosys marks text that looks like bits by a space
    return value.length === 32 ? String(Number.parseInt(value, 2) | 0) : `${value.length}'b${value}`;
  };
  return Object.entries(values)
    .map(([name, value]) => `.${name}(${literal(value)})`)
    .sort()
    .join(', ');
}

/** The text that a parameter's value is, if it is one: what Verilog has put together from several comes as bits. */
function textOf(value: string): string {
  if (!/^[01]+$/.test(value)) return value;
  const bytes = value.match(/[01]{8}/g) ?? [];
  return String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** A module with an instance of each and a port for each of theirs; clocks are one. */
function wrapper(instances: readonly { readonly module: NetlistModule; readonly text: string }[]): string {
  const ports = ['input wire clk'];
  const bodies = instances.map(({ module, text }, k) => {
    const connections = Object.entries(module.ports ?? {}).map(([port, { direction, bits }]) => {
      if (port === 'clk') return '.clk(clk)';
      ports.push(`${direction} wire [${bits.length - 1}:0] u${k}_${port}`);
      return `.${port}(u${k}_${port})`;
    });
    return `    ${text} u${k} (${connections.join(', ')});\n`;
  });
  return `module ${TOP} (\n    ${ports.join(',\n    ')}\n);\n${bodies.join('')}endmodule\n`;
}

/** The files of modules and of what they instantiate: a file has the name of its module. */
function addSources(
  files: Map<string, string>,
  names: readonly string[],
  available: ReadonlyMap<string, string>,
): void {
  for (const name of names) {
    const file = [...available.keys()].find((each) => basename(each) === `${name}.v`);
    const text = file === undefined ? undefined : available.get(file);
    if (file === undefined || text === undefined || files.has(file)) continue;
    files.set(file, text);
    const words = new Set(text.replace(/\/\/.*/g, '').match(/[A-Za-z_]\w*/g));
    addSources(files, [...words], available);
  }
}
