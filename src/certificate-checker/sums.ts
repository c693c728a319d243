/**
 * A generated module of sums, read back from its Verilog: wires and registers are interpreted, so
 * that the checker sees what the hardware answers to an input, whatever structure was chosen.
 */
import { Doubt } from './rtl.js';

interface Value {
  readonly value: bigint;
  readonly width: number;
}
type Lookup = (name: string) => Value;
type Expression = (wire: Lookup) => Value;

export interface Sums {
  readonly inputBits: number;
  readonly outputBits: number;
  /** m_axis_tdata for one beat of s_axis_tdata; registers pass their input on. */
  run(input: bigint): bigint;
}

const TOKEN = /\s+|(\d+'[dhb][0-9a-f]+|\d+|[A-Za-z_]\w*|[[\]{}():?^,+\-~])/gy;

/**
 * Prepare a module.
 *
 * @param text of the Verilog file
 * @throws Doubt where the text goes beyond what generated modules consist of
 */
export function interpretSums(text: string): Sums {
  const inputBits = portWidth(text, 'input\\s+wire', 's_axis_tdata');
  const outputBits = portWidth(text, 'output\\s+wire', 'm_axis_tdata');
  const definitions = new Map<string, { width: number; expression: Expression }>();
  const widths = new Map<string, number>([
    ['s_axis_tdata', inputBits],
    ['m_axis_tdata', outputBits],
  ]);
  const body = text.replace(/\/\/.*$/gm, '');
  for (const [, high, name] of body.matchAll(/^\s*(?:reg|wire) \[(\d+):0\] (\w+)/gm))
    widths.set(name, Number(high) + 1);
  const define = (name: string, expression: string) => {
    const width = widths.get(name);
    if (width === undefined || definitions.has(name))
      throw new Doubt(`'${name}' is driven twice or not declared`);
    definitions.set(name, { width, expression: new Parser(expression).parse() });
  };
  for (const [, name, expression] of body.matchAll(/^\s*wire \[\d+:0\] ([xn]\w*) = ([^;]*);/gm))
    define(name, expression);
  for (const [, name, expression] of body.matchAll(/^\s*([xny]\w*) <= ([^;]*);/gm)) define(name, expression);
  const [, lanes] = /assign m_axis_tdata = ([^;]*);/.exec(body) ?? [];
  if (lanes === undefined) throw new Doubt('its sums have no output');
  define('m_axis_tdata', lanes);
  const run = (input: bigint) => {
    const wires = new Map<string, Value>();
    wires.set('s_axis_tdata', { value: input, width: inputBits });
    const find: Lookup = (name) => {
      const known = wires.get(name);
      if (known) return known;
      const definition = definitions.get(name);
      if (!definition) throw new Doubt(`nothing drives '${name}'`);
      definitions.delete(name); // a loop finds nothing
      const found = definition.expression(find);
      definitions.set(name, definition);
      if (found.width !== definition.width)
        throw new Doubt(`'${name}' has ${definition.width} bits, its value ${found.width}`);
      wires.set(name, found);
      return found;
    };
    return find('m_axis_tdata').value;
  };
  return { inputBits, outputBits, run };
}

function portWidth(text: string, direction: string, port: string): number {
  const [, high] = new RegExp(`${direction} \\[(\\d+):0\\] ${port}`).exec(text) ?? [];
  if (high === undefined) throw new Doubt(`its sums have no port ${port}`);
  return Number(high) + 1;
}

/** Recursive descent over: (a ^ b), (a ? b : c), sums and differences of ~term, constant, {list}, {n{term}}, name[...]. */
class Parser {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(text: string) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (!match) throw new Doubt(`its sums say '${text.slice(from, from + 20)}'`);
      if (match[1] !== undefined) this.tokens.push(match[1]);
    }
  }

  parse(): Expression {
    const expression = this.sum();
    if (this.at < this.tokens.length) throw new Doubt(`its sums say '${this.tokens[this.at]}'`);
    return expression;
  }

  private sum(): Expression {
    let left = this.term();
    while (this.tokens[this.at] === '+' || this.tokens[this.at] === '-') {
      const minus = this.tokens[this.at++] === '-';
      const [first, second] = [left, this.term()];
      left = (wire) => {
        const [a, b] = [first(wire), second(wire)];
        if (a.width !== b.width) throw new Doubt(`a sum of ${a.width} and ${b.width} bits`);
        return {
          value: BigInt.asUintN(a.width, minus ? a.value - b.value : a.value + b.value),
          width: a.width,
        };
      };
    }
    return left;
  }

  private term(): Expression {
    const token = this.tokens[this.at++];
    if (token === '~') {
      const inner = this.term();
      return (wire) => {
        const { value, width } = inner(wire);
        return { value: BigInt.asUintN(width, ~value), width };
      };
    }
    if (token === '(') return this.parenthesis();
    if (token === '{') return this.list();
    const sized = /^(\d+)'([dhb])([0-9a-f]+)$/.exec(token ?? '');
    if (sized) {
      const prefix = { d: '', h: '0x', b: '0b' }[sized[2]] ?? '';
      const constant = { value: BigInt(`${prefix}${sized[3]}`), width: Number(sized[1]) };
      return () => constant;
    }
    if (!/^[A-Za-z_]/.test(token ?? '')) throw new Doubt(`its sums say '${token}'`);
    return this.selected(token);
  }

  private parenthesis(): Expression {
    const first = this.sum();
    const operator = this.tokens[this.at++];
    const second = this.sum();
    if (operator === '^') {
      this.close(')');
      return (wire) => {
        const [a, b] = [first(wire), second(wire)];
        if (a.width !== b.width) throw new Doubt(`an exclusive or of ${a.width} and ${b.width} bits`);
        return { value: a.value ^ b.value, width: a.width };
      };
    }
    if (operator !== '?') throw new Doubt(`its sums say '${operator}'`);
    this.close(':');
    const third = this.sum();
    this.close(')');
    return (wire) => (first(wire).value !== 0n ? second(wire) : third(wire));
  }

  private close(token: string): void {
    if (this.tokens[this.at++] !== token) throw new Doubt(`its sums lack a '${token}'`);
  }

  private selected(name: string): Expression {
    if (this.tokens[this.at] !== '[') return (wire) => wire(name);
    this.at++;
    const first = this.tokens[this.at++];
    const second = this.tokens[this.at] === ':' ? this.tokens[this.at + 1] : undefined;
    if (second !== undefined) this.at += 2;
    this.close(']');
    const [high, low] = [Number(first), Number(second ?? first)];
    return (wire) => pick(wire(name), low, high - low + 1);
  }

  private list(): Expression {
    const next = this.tokens[this.at + 1];
    if (/^\d+$/.test(this.tokens[this.at]) && next === '{') {
      const count = Number(this.tokens[this.at]);
      this.at += 2;
      const inner = this.sum();
      this.close('}');
      this.close('}');
      return (wire) => join(new Array<Value>(count).fill(inner(wire)));
    }
    const items = [this.sum()];
    while (this.tokens[this.at] === ',') {
      this.at++;
      items.push(this.sum());
    }
    this.close('}');
    return (wire) => join(items.map((item) => item(wire)));
  }
}

function pick({ value, width }: Value, low: number, count: number): Value {
  if (low + count > width) throw new Doubt(`bit ${low + count - 1} of ${width}`);
  return { value: BigInt.asUintN(count, value >> BigInt(low)), width: count };
}

function join(values: readonly Value[]): Value {
  let [value, width] = [0n, 0];
  for (const each of values) {
    value = (value << BigInt(each.width)) | each.value;
    width += each.width;
  }
  return { value, width };
}
