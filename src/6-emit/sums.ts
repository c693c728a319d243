/** A SumModule as Verilog: one wire per value, one register per value and stage that it waits in. */
import type { SumField, SumModule, SumNode, SumOperand, SumReference } from '../5-plan/types.js';
import { renderTemplate } from './templates.js';

/** Verilog of a generated module of sums. */
export function sumsVerilog(module: SumModule): string {
  const { inputs, outputs, nodes, laneBits, stages, name } = module;
  const writer = new Writer(module);
  const inputBits = inputs[0].width;
  inputs.forEach(({ width }, i) => {
    const range = `[${i * inputBits + inputBits - 1}:${i * inputBits}]`;
    writer.line(`wire [${width - 1}:0] ${writer.nameOf(i)} = s_axis_tdata${range};`);
  });
  nodes.forEach((node, k) => {
    writer.node(node, inputs.length + k);
  });
  const lanes = outputs.map((output, r) => writer.output(output, r));
  const registers = writer.registers();
  return renderTemplate('sums.v', {
    name,
    title: describe(module),
    inputTop: inputs.length * inputBits - 1,
    outputTop: outputs.length * laneBits - 1,
    stages,
    stageTop: stages - 1,
    lines: writer.lines,
    registers,
    waiting: registers.filter(({ name: register }) => !register.startsWith('y')),
    lanes: lanes.reverse(), // lane 0 in the low bits: last in a concatenation
    unused: writer.unused().join(', '),
  });
}

function describe({ inputs, outputs, nodes }: SumModule): string {
  const adders = nodes.filter((node) => node.kind !== 'table' || node.below !== undefined).length;
  return `${outputs.length} sums of ${inputs.length} inputs with constant weights, ${adders} adders`;
}

class Writer {
  readonly lines: string[] = [];
  private readonly fields: readonly SumField[];
  private readonly inputs: number;
  private readonly held: number[]; // last stage that each value reaches
  private readonly read = new Map<string, Set<number>>(); // bits read, by wire
  private readonly widths = new Map<string, number>();
  private readonly outputRegisters: { name: string; top: number; next: string }[] = [];
  private readonly stages: number;
  private readonly laneBits: number;

  constructor({ inputs, nodes, stages, laneBits }: SumModule) {
    this.fields = [...inputs, ...nodes];
    this.inputs = inputs.length;
    this.held = this.fields.map(({ stage }) => stage);
    this.stages = stages;
    this.laneBits = laneBits;
  }

  line(text: string): void {
    this.lines.push(text);
  }

  /** The wire of a value: x for inputs, n for nodes. */
  nameOf(from: SumReference): string {
    const name = from < this.inputs ? `x${from}` : `n${from - this.inputs}`;
    this.widths.set(name, this.fields[from].width);
    return name;
  }

  /** The value as a stage sees it: the wire itself, or the register that holds it for that stage. */
  private at(from: SumReference, stage: number): string {
    if (stage > this.held[from]) this.held[from] = stage;
    const name = this.nameOf(from);
    return stage === this.fields[from].stage ? name : `${name}_s${stage}`;
  }

  private mark(name: string, high: number, low: number): void {
    const bits = this.read.get(name) ?? new Set<number>();
    for (let bit = low; bit <= high; bit++) bits.add(bit);
    this.read.set(name, bits);
  }

  /** Bits low and up of a value, extended or cut to `width`. */
  private bits(from: SumReference, stage: number, low: number, width: number): string {
    const field = this.fields[from];
    const name = this.at(from, stage);
    const top = Math.min(field.width, low + width) - 1;
    const missing = width - Math.max(0, top - low + 1);
    const sign = field.signed ? `${name}[${field.width - 1}]` : "1'b0";
    if (field.signed && missing > 0) this.mark(name, field.width - 1, field.width - 1);
    if (top < low) return `{${width}{${sign}}}`;
    this.mark(name, top, low);
    const own = `${name}[${top}:${low}]`;
    return missing > 0 ? `{{${missing}{${sign}}}, ${own}}` : own;
  }

  node(node: SumNode, reference: SumReference): void {
    const name = this.nameOf(reference);
    switch (node.kind) {
      case 'adder':
        this.adder(node, name);
        return;
      case 'bias': {
        const { from, shift, width, stage, negate, constant } = node;
        const size = 2 ** width;
        const start = `${width}'h${(((constant % size) + size) % size).toString(16)}`;
        const value = this.shifted({ from, shift, negate }, stage, width);
        this.line(`wire [${width - 1}:0] ${name} = ${start} ${negate ? '-' : '+'} ${value};`);
        return;
      }
      case 'table':
        this.table(node, name);
        return;
    }
  }

  private shifted({ from, shift }: SumOperand, stage: number, width: number): string {
    if (shift === 0) return this.bits(from, stage, 0, width);
    return `{${this.bits(from, stage, 0, width - shift)}, ${shift}'d0}`;
  }

  private adder({ a, b, width, stage }: SumNode & { kind: 'adder' }, name: string): void {
    const [low, high] = a.shift === 0 ? [a, b] : [b, a];
    const { shift } = high;
    const declared = `wire [${width - 1}:0] ${name}`;
    if (shift === 0 || low.negate) {
      // the negated operand stands second
      const [first, second] = low.negate ? [high, low] : [low, high];
      const sign = second.negate ? '-' : '+';
      this.line(
        `${declared} = ${this.shifted(first, stage, width)} ${sign} ${this.shifted(second, stage, width)};`,
      );
      return;
    }
    // the bits of `low` below the other's shift are bits of the sum
    const above = width - shift;
    const sum = `${this.bits(low.from, stage, shift, above)} ${high.negate ? '-' : '+'} ${this.bits(high.from, stage, 0, above)}`;
    this.line(`wire [${above - 1}:0] ${name}_high = ${sum};`);
    this.line(`${declared} = {${name}_high, ${this.bits(low.from, stage, 0, shift)}};`);
  }

  private table(
    { below, shift, bits, table, width, stage }: SumNode & { kind: 'table' },
    name: string,
  ): void {
    const rowBits = Math.max(1, ...table.map((entry) => Math.floor(Math.log2(Math.max(entry, 1))) + 1));
    const address = bits.map(({ input, bit }) => this.bits(input, stage, bit, 1)).reverse();
    this.line(`wire [${bits.length - 1}:0] ${name}_a = {${address.join(', ')}};`);
    const columns: string[] = [];
    for (let bit = 0; bit < rowBits; bit++) {
      const column = table.map((entry) => Math.floor(entry / 2 ** bit) % 2);
      columns.unshift(booleanFunction(column, `${name}_a`, 0, column.length));
    }
    // every bit of the row is a wire of its own, which is what lets synthesis merge it with the adder's LUT
    columns.forEach((column, k) => {
      this.line(`wire [0:0] ${name}_t${rowBits - 1 - k} = ${column};`);
    });
    const names = columns.map((_, k) => `${name}_t${rowBits - 1 - k}`);
    this.line(`wire [${rowBits - 1}:0] ${name}_row = {${names.join(', ')}};`);
    const declared = `wire [${width - 1}:0] ${name}`;
    const pad = (text: string, have: number, want: number) =>
      want > have ? `{${want - have}'d0, ${text}}` : text;
    if (below === undefined) {
      const row = shift > 0 ? `{${name}_row, ${shift}'d0}` : `${name}_row`;
      this.line(`${declared} = ${pad(row, rowBits + shift, width)};`);
      return;
    }
    const belowBits = this.fields[below].width;
    const above = width - shift;
    const row = `${name}_row`;
    if (belowBits <= shift) {
      const low = this.bits(below, stage, 0, shift);
      this.line(`${declared} = {${pad(row, rowBits, above)}, ${low}};`);
      return;
    }
    // the running sum is the narrower operand, so that it feeds the carry chain directly
    const split = shift + rowBits;
    const narrow = belowBits > split;
    const first = pad(
      this.bits(below, stage, shift, Math.min(rowBits, belowBits - shift)),
      Math.min(rowBits, belowBits - shift),
      above,
    );
    const second = narrow
      ? pad(`${this.bits(below, stage, split, belowBits - split)}, ${row}`, belowBits - shift, above)
      : pad(row, rowBits, above);
    const joined = narrow && above === belowBits - shift ? `{${second}}` : flat(second);
    this.line(`wire [${above - 1}:0] ${name}_high = ${first} + ${joined};`);
    const passed = shift > 0 ? `{${name}_high, ${this.bits(below, stage, 0, shift)}}` : `${name}_high`;
    this.line(`${declared} = ${passed};`);
  }

  /** The lane of an output, from a register of its own. */
  output(output: SumModule['outputs'][number], row: number): string {
    const { laneBits } = this;
    if ('constant' in output) return `${laneBits}'h${output.constant.toString(16)}`;
    const { from, shift, invert } = output;
    if (shift >= laneBits) return `${laneBits}'h0`; // all bits of the value lie beyond the lane
    const field = this.fields[from];
    const width = Math.min(laneBits - shift, field.width);
    const name = `y${row}`;
    const next = this.bits(from, this.stages - 1, 0, width);
    this.outputRegisters.push({ name, top: width - 1, next });
    const missing = laneBits - shift - width;
    const sign = field.signed ? `${name}[${width - 1}]` : "1'b0";
    const wide = missing > 0 ? `{{${missing}{${sign}}}, ${name}}` : name;
    const value = invert ? `~${wide}` : wide;
    return shift > 0 ? `{${value}, ${shift}'d0}` : value;
  }

  /** All registers: values that wait for later stages, then the outputs. */
  registers(): { name: string; top: number; next: string }[] {
    const waiting: { name: string; top: number; next: string }[] = [];
    this.fields.forEach(({ stage, width }, from) => {
      const base = this.nameOf(from);
      for (let s = stage + 1; s <= this.held[from]; s++) {
        const next = s === stage + 1 ? base : `${base}_s${s - 1}`;
        this.mark(next, width - 1, 0);
        const name = `${base}_s${s}`;
        this.widths.set(name, width);
        waiting.push({ name, top: width - 1, next });
      }
    });
    return [...waiting, ...this.outputRegisters];
  }

  /** Bits that nothing reads. Call registers() first. */
  unused(): string[] {
    const names: string[] = [];
    for (const [name, width] of this.widths) {
      const bits = this.read.get(name);
      for (let bit = 0; bit < width; bit++) if (!bits?.has(bit)) names.push(`${name}[${bit}]`);
    }
    return names;
  }
}

/**
 * A truth table as nested selections and exclusive ors of address bits. Synthesis reads it several times faster than
 * the indexed constant that it stands for.
 *
 * @param column from `start` on `size` entries, a power of two, each 0 or 1; the address's first bit is the lowest
 */
function booleanFunction(column: readonly number[], address: string, start: number, size: number): string {
  const half = size / 2;
  const middle = start + half;
  let equal = 0;
  let ones = 0;
  for (let k = 0; k < half; k++) {
    if (column[start + k] === column[middle + k]) equal++;
    ones += column[start + k] + column[middle + k];
  }
  if (size === 1 || ones === 0 || ones === size) return `1'b${column[start]}`;
  const low = booleanFunction(column, address, start, half);
  if (equal === half) return low;
  const bit = `${address}[${Math.log2(half)}]`;
  return equal === 0
    ? `(${bit} ^ ${low})`
    : `(${bit} ? ${booleanFunction(column, address, middle, half)} : ${low})`;
}

/** Braces around a concatenation that has none yet. */
function flat(text: string): string {
  return text.includes(',') && !text.startsWith('{') ? `{${text}}` : text;
}
