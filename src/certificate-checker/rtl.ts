/** What the checker reads from a build folder's Verilog and ROM images. Shares no code with the compiler. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something in the folder is not as the certificate says. */
export class Doubt extends Error {}

export class RtlFolder {
  private readonly directory: string;
  private readonly roms = new Map<string, readonly string[]>();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Lines of a ROM image, which is read once: all neurons of a processing element lie in one. */
  rom(file: string): readonly string[] {
    const known = this.roms.get(file);
    if (known) return known;
    const lines = this.read(file)
      .split('\n')
      .filter((line) => line !== '');
    this.roms.set(file, lines);
    return lines;
  }

  /** Parameters of the instance of `library` inside rtl/<module>.v; undefined when there is none. */
  parameters(module: string, library: string): Parameters | undefined {
    const match = new RegExp(`^ *${library} #\\(([\\s\\S]*?)\\n *\\) \\w+ \\(`, 'm').exec(
      this.read(`${module}.v`),
    );
    if (!match) return undefined;
    const values = new Map<string, string>();
    for (const [, name, value] of match[1].matchAll(/\.(\w+)\(([^)]*)\)/g)) values.set(name, value);
    return new Parameters(`${module}.v ${library}`, values);
  }

  /** Text of rtl/<module>.v; undefined when there is none. */
  module(module: string): string | undefined {
    const file = join(this.directory, 'rtl', `${module}.v`);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  private read(file: string): string {
    try {
      return readFileSync(join(this.directory, 'rtl', file), 'utf8');
    } catch {
      throw new Doubt(`rtl/${file} cannot be read`);
    }
  }
}

/** Verilog constants by parameter name. */
export class Parameters {
  private readonly where: string;
  private readonly values: ReadonlyMap<string, string>;

  constructor(where: string, values: ReadonlyMap<string, string>) {
    this.where = where;
    this.values = values;
  }

  number(name: string, absent?: number): number {
    const given = this.values.get(name);
    if (given === undefined && absent !== undefined) return absent;
    const text = given ?? '';
    const based = /^\d+'h([0-9a-f]+)$/.exec(text);
    const value = based ? Number.parseInt(based[1], 16) : Number(text === '' ? Number.NaN : text);
    if (!Number.isSafeInteger(value)) throw new Doubt(`${this.where}: parameter ${name} is '${text}'`);
    return value;
  }

  /** Number `index` of a vector of fields of `width` bits, 0 in the low bits; undefined where there is no such vector. */
  field(name: string, index: number, width: number): number | undefined {
    const given = this.values.get(name);
    if (given === undefined) return undefined;
    const [, size, word] = /^(\d+)'h([0-9a-f]+)$/.exec(given) ?? [];
    if (word === undefined || (index + 1) * width > Number(size))
      throw new Doubt(`${this.where}: parameter ${name} is '${given}'`);
    return bitsOf(word, index * width, width);
  }

  text(name: string): string {
    return (this.values.get(name) ?? '').replace(/^"|"$/g, '');
  }
}

/** `width` bits of a hexadecimal word from bit `from` up, as an unsigned number (width at most 48). */
export function bitsOf(word: string, from: number, width: number): number {
  let value = 0;
  for (let bit = width - 1; bit >= 0; bit--) {
    const at = from + bit;
    const digit = word.length - 1 - (at >> 2);
    const nibble = digit < 0 ? 0 : Number.parseInt(word[digit], 16);
    value = value * 2 + ((nibble >> (at & 3)) & 1);
  }
  return value;
}

/** A number's bits as two's complement. */
export function toSigned(value: number, width: number): number {
  return value >= 2 ** (width - 1) ? value - 2 ** width : value;
}

/** n as three decimal digits. */
export function digits(n: number, count: number): string {
  return String(n).padStart(count, '0');
}
