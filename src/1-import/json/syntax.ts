/**
 * A JSON scanner that only looks for what JSON.parse does not tell: the place of a syntax error, in words that do not
 * change with the version of Node, and keys given twice.
 */
export interface SyntaxError {
  readonly offset: number; // characters from the start
  readonly expected: string;
  readonly found: string;
}

export interface DuplicateKey {
  readonly offset: number;
  readonly key: string;
}

/** Far above what the format needs; keeps hostile files from exhausting the stack. */
const MAX_DEPTH = 64;
/** Characters; a double needs at most 767 digits. Regular expressions are kept from longer ones. */
const MAX_NUMBER_LENGTH = 1000;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const NUMBER_CHARACTERS = new Set([...'+-.0123456789eE'].map((character) => character.charCodeAt(0)));
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /[A-Za-z_$][\w$]{0,40}/y;

/** The first syntax error of a JSON text, if any, and all keys that are given twice in one object. */
export function scanJson(text: string): { error?: SyntaxError; duplicates: DuplicateKey[] } {
  const scanner = new Scanner(text);
  try {
    scanner.document();
    return { duplicates: scanner.duplicates };
  } catch (error) {
    if (error instanceof Stop) return { error: error.where, duplicates: [] };
    throw error;
  }
}

/** Line and column, both from 1, of a character offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before[before.length - 1].length + 1 };
}

class Stop extends Error {
  readonly where: SyntaxError;
  constructor(where: SyntaxError) {
    super();
    this.where = where;
  }
}

class Scanner {
  readonly duplicates: DuplicateKey[] = [];
  private readonly text: string;
  private position = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): void {
    this.value(0);
    this.space();
    if (this.position < this.text.length) this.stop('the end of the file');
  }

  private value(depth: number): void {
    this.space();
    const first = this.text[this.position];
    if (first === '{' || first === '[') {
      if (depth >= MAX_DEPTH) this.stop(`at most ${MAX_DEPTH} levels of nesting`, 'one more');
      if (first === '{') this.object(depth + 1);
      else this.array(depth + 1);
    } else if (first === '"') this.string();
    else if (!this.skipNumber() && !this.skipWord()) this.stop('a value');
  }

  private object(depth: number): void {
    const keys = new Set<string>();
    this.position++;
    if (this.take('}')) return;
    do {
      this.space();
      const offset = this.position;
      if (this.text[offset] !== '"') this.stop('a key in double quotes');
      this.string();
      const key: string = JSON.parse(this.text.slice(offset, this.position));
      if (keys.has(key)) this.duplicates.push({ offset, key });
      keys.add(key);
      if (!this.take(':')) this.stop('a colon after the key');
      this.value(depth);
    } while (this.take(','));
    if (!this.take('}')) this.stop("',' or '}'");
  }

  private array(depth: number): void {
    this.position++;
    if (this.take(']')) return;
    do this.value(depth);
    while (this.take(','));
    if (!this.take(']')) this.stop("',' or ']'");
  }

  private string(): void {
    for (let at = this.position + 1; ; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 34) {
        this.position = at + 1;
        return;
      }
      if (code === 92) {
        ESCAPE.lastIndex = at;
        if (!ESCAPE.test(this.text)) this.stopAt(at, 'an escape that JSON knows');
        at = ESCAPE.lastIndex - 1;
      } else if (Number.isNaN(code))
        this.stop('a string that is closed', 'a string that is still open at the end');
      else if (code < 32) this.stopAt(at, 'a string without line breaks or control characters');
    }
  }

  private skipNumber(): boolean {
    let end = this.position;
    while (NUMBER_CHARACTERS.has(this.text.charCodeAt(end))) end++;
    if (end === this.position || end - this.position > MAX_NUMBER_LENGTH) return false;
    if (!NUMBER.test(this.text.slice(this.position, end))) return false;
    this.position = end;
    return true;
  }

  private skipWord(): boolean {
    WORD.lastIndex = this.position;
    const word = WORD.exec(this.text)?.[0];
    if (word !== 'true' && word !== 'false' && word !== 'null') return false;
    this.position += word.length;
    return true;
  }

  private take(character: string): boolean {
    this.space();
    if (this.text[this.position] !== character) return false;
    this.position++;
    return true;
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.position++;
    }
  }

  private stop(expected: string, found?: string): never {
    throw new Stop({ offset: this.position, expected, found: found ?? this.next() });
  }

  private stopAt(offset: number, expected: string): never {
    this.position = offset;
    this.stop(expected);
  }

  private next(): string {
    if (this.position >= this.text.length) return 'the end of the file';
    WORD.lastIndex = this.position;
    const character = String.fromCodePoint(this.text.codePointAt(this.position) ?? 0);
    if (character === '\\') return JSON.stringify(this.text.slice(this.position, this.position + 2));
    return JSON.stringify(WORD.exec(this.text)?.[0] ?? character);
  }
}
