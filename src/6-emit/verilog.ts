/** A Plan's chain of units and parts as data for the Verilog templates. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaneCode, Part, Plan, Stream, Unit } from '../5-plan/types.js';
import { packageFolder } from '../shared/package-folder.js';
import { sumsVerilog } from './sums.js';
import { renderTemplate } from './templates.js';

/** Name of the module that holds only the array of a dense unit. */
export function arrayModule(unit: Unit): string {
  return `${unit.module}_array`;
}

function topBit(stream: Stream): number {
  return stream.lanes * stream.laneBits - 1;
}

interface ChainItem {
  readonly module: string;
  readonly instance: string;
  readonly parameters: readonly { name: string; value: number | string }[];
  readonly input: Stream;
  readonly output: Stream;
  readonly last: boolean; // has tlast
}

function partItem(part: Part): ChainItem {
  const parameters = [...part.parameters].map(([name, value]) => ({ name, value }));
  return { ...part, parameters, last: part.module === 'output_port' };
}

/** One module that connects its items in a row. */
function chainModule(module: string, items: readonly ChainItem[]) {
  const signal = (position: number) =>
    position === 0 ? 's_axis' : position === items.length ? 'm_axis' : `stage_${position}`;
  return {
    module,
    inputTop: topBit(items[0].input),
    outputTop: topBit(items[items.length - 1].output),
    last: items[items.length - 1].last,
    wires: items.slice(1).map((item, index) => ({ name: signal(index + 1), top: topBit(item.input) })),
    parts: items.map((item, index) => ({ ...item, from: signal(index), to: signal(index + 1) })),
  };
}

/** Verilog of one unit, file name -> text; a dense unit's array is a module, and a file, of its own. */
export function unitVerilog(unit: Unit): Map<string, string> {
  const before = unit.before.map(partItem);
  const after = unit.after.map(partItem);
  const array = unit.array.map(partItem);
  const title = unit.fold
    ? `layer ${unit.name}: ${unit.fold.pe} PE x ${unit.fold.simd} SIMD, ${unit.accumulator?.bits}-bit accumulators`
    : `${unit.op} ${unit.name}`;
  const render = (module: string, items: readonly ChainItem[], what: string) =>
    renderTemplate('unit.v', { ...chainModule(module, items), title: what });
  const files = new Map(unit.generated.map((each) => [`${each.name}.v`, sumsVerilog(each)] as const));
  const middle: ChainItem[] = [];
  if (array.length) {
    const module = arrayModule(unit);
    const [{ input }, { output }] = [array[0], array[array.length - 1]];
    middle.push({ module, instance: 'array', parameters: [], input, output, last: false });
    files.set(`${module}.v`, render(module, array, `${title}: up to the finished sums`));
  }
  files.set(`${unit.module}.v`, render(unit.module, [...before, ...middle, ...after], title));
  return files;
}

/** Name of the stream that leaves a unit inside the top module; the last one is the port itself. */
export function streamName(plan: Plan, index: number): string {
  return index === plan.units.length - 1 ? 'm_axis' : `${plan.units[index].name}_out`;
}

export function topVerilog(plan: Plan, network: string, inputCode: LaneCode): string {
  return renderTemplate('top.v', {
    ...plan,
    network,
    inputTop: topBit(plan.input),
    outputTop: topBit(plan.output),
    inputCode: inputCode.signed
      ? "two's complement"
      : inputCode.stride === 2
        ? '0 is -1, 1 is +1'
        : 'unsigned',
    outputCode: plan.units[plan.units.length - 1].outputCode.signed ? "two's complement" : 'unsigned',
    wires: plan.units
      .slice(0, -1)
      .map((unit, index) => ({ name: streamName(plan, index), top: topBit(unit.output) })),
    units: plan.units.map((unit, index) => ({
      module: unit.module,
      instance: `unit_${unit.name}`,
      from: index === 0 ? 's_axis' : streamName(plan, index - 1),
      to: streamName(plan, index),
      last: unit.kind === 'output',
    })),
  });
}

/** The bench: the network as device 0, each dense layer's array as device 1, 2, ... in order. */
export function benchVerilog(plan: Plan): string {
  const arrays = plan.units
    .filter((unit) => unit.array.length)
    .map((unit, index) => ({
      select: index + 1,
      module: arrayModule(unit),
      inputTop: topBit(unit.array[0].input),
      outputTop: topBit(unit.array[unit.array.length - 1].output),
    }));
  const devices = [{ select: 0, outputTop: topBit(plan.output) }, ...arrays];
  return renderTemplate('bench.v', {
    top: plan.top,
    networkInputTop: topBit(plan.input),
    inputTop: Math.max(topBit(plan.input), ...arrays.map((each) => each.inputTop)),
    outputTop: Math.max(...devices.map((each) => each.outputTop)),
    arrays,
    devices,
    probes: plan.units
      .slice(0, -1)
      .map((unit, id) => ({ id, name: streamName(plan, id), width: topBit(unit.output) + 1 })),
  });
}

/** Library files that the named modules need, in alphabetical order: name -> text. */
export function libraryFiles(modules: Iterable<string>): Map<string, string> {
  const folder = join(packageFolder, 'hw');
  const available = new Set(readdirSync(folder).filter((file) => file.endsWith('.v')));
  const texts = new Map<string, string>();
  const visit = (module: string) => {
    const file = `${module}.v`;
    if (!available.has(file) || texts.has(file)) return;
    const text = readFileSync(join(folder, file), 'utf8');
    texts.set(file, text);
    for (const [, inner] of text.matchAll(/^\s+(\w+)\s*(?:#\s*\(|\w+\s*\()/gm)) visit(inner);
  };
  for (const module of modules) visit(module);
  return new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
