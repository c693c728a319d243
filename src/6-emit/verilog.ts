/** A Plan's units and parts as data for the Verilog templates. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaneCode, Part, Plan, Stream, StreamSource, Unit } from '../5-plan/types.js';
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
  readonly input2?: Stream;
  readonly output2?: Stream;
  readonly last: boolean; // has tlast
}

function partItem(part: Part): ChainItem {
  const parameters = [...part.parameters].map(([name, value]) => ({ name, value }));
  return { ...part, parameters, last: part.module === 'output_port' };
}

/** A port of an instance and the stream it is connected to. */
interface Connection {
  readonly port: string;
  readonly wire: string;
  readonly last?: boolean; // with tlast
}

/**
 * One module that connects its items in a row.
 *
 * @param side items between the second input and the item that joins, which is number `joinAt` of the row
 */
function chainModule(
  module: string,
  items: readonly ChainItem[],
  side: readonly ChainItem[] = [],
  joinAt = 0,
) {
  const end = items[items.length - 1];
  const signal = (position: number) =>
    position === 0 ? 's_axis' : position === items.length ? 'm_axis' : `stage_${position}`;
  const sideSignal = (position: number) => (position === 0 ? 's2_axis' : `side_${position}`);
  const parts = items.map((item, index) => {
    const connections: Connection[] = [{ port: 's_axis', wire: signal(index) }];
    if (item.input2 && index === joinAt) connections.push({ port: 's2_axis', wire: sideSignal(side.length) });
    connections.push({ port: 'm_axis', wire: signal(index + 1), last: item.last });
    if (item.output2) connections.push({ port: 'm2_axis', wire: 'm2_axis' });
    return { ...item, connections };
  });
  const sideParts = side.map((item, index) => ({
    ...item,
    connections: [
      { port: 's_axis', wire: sideSignal(index) },
      { port: 'm_axis', wire: sideSignal(index + 1) },
    ],
  }));
  return {
    module,
    inputs: [
      { port: 's_axis', top: topBit(items[0].input) },
      ...(items[joinAt].input2
        ? [{ port: 's2_axis', top: topBit(side[0]?.input ?? items[joinAt].input2) }]
        : []),
    ],
    outputs: [
      { port: 'm_axis', top: topBit(end.output), last: end.last },
      ...(end.output2 ? [{ port: 'm2_axis', top: topBit(end.output2), last: false }] : []),
    ],
    wires: [
      ...items.slice(1).map((item, index) => ({ name: signal(index + 1), top: topBit(item.input) })),
      ...side.map((item, index) => ({ name: sideSignal(index + 1), top: topBit(item.output) })),
    ],
    parts: [...sideParts, ...parts],
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
  const side = unit.second?.parts.map(partItem) ?? [];
  const chain = chainModule(
    unit.module,
    [...before, ...middle, ...after],
    side,
    unit.second ? before.length : 0,
  );
  files.set(`${unit.module}.v`, renderTemplate('unit.v', { ...chain, title }));
  return files;
}

/** Name of a stream inside the top module; the last unit's is the port itself. */
export function streamName(plan: Plan, { unit, second }: StreamSource): string {
  if (unit === plan.units[plan.units.length - 1].name) return 'm_axis';
  return second ? `${unit}_out2` : `${unit}_out`;
}

export function topVerilog(plan: Plan, network: string, inputCode: LaneCode): string {
  const inner = plan.units.slice(0, -1);
  const first = ({ name }: Unit): StreamSource => ({ unit: name, second: false });
  const second = ({ name }: Unit): StreamSource => ({ unit: name, second: true });
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
    wires: inner.flatMap((unit) => [
      { name: streamName(plan, first(unit)), top: topBit(unit.output) },
      ...(unit.output2 ? [{ name: streamName(plan, second(unit)), top: topBit(unit.output2) }] : []),
    ]),
    units: plan.units.map((unit) => {
      const connections: Connection[] = unit.from.map((source, index) => ({
        port: index === 0 ? 's_axis' : 's2_axis',
        wire: streamName(plan, source),
      }));
      if (connections.length === 0) connections.push({ port: 's_axis', wire: 's_axis' });
      connections.push({ port: 'm_axis', wire: streamName(plan, first(unit)), last: unit.kind === 'output' });
      if (unit.output2) connections.push({ port: 'm2_axis', wire: streamName(plan, second(unit)) });
      return { module: unit.module, instance: `unit_${unit.name}`, connections };
    }),
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
    probes: plan.units.slice(0, -1).map((unit, id) => ({
      id,
      name: streamName(plan, { unit: unit.name, second: false }),
      width: topBit(unit.output) + 1,
    })),
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
