/** Where in the user's input a message points. */
export interface Location {
  readonly file: string; // as the user gave it
  readonly path: string; // JSON path, node name, tensor name, command-line option; '' for the whole file
}

/** One message: what was expected and found, where, and what to try. */
export interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly at?: Location;
  readonly hint?: string;
  readonly exitCode: ExitCode;
}

/** 0: a warning, work goes on; 1: the check failed; 2: bad usage or input; 3: a needed tool is missing. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a catalogue entry composes from its arguments. */
export interface Message {
  readonly message: string;
  readonly at?: Location;
  readonly hint?: string;
}

export interface CatalogueEntry {
  readonly code: string;
  readonly explanation: string; // for docs/errors.md
  readonly exitCode: ExitCode;
}

const entries = new Map<string, CatalogueEntry>();

/**
 * Add a message to the catalogue.
 *
 * @returns a function that builds the diagnostic from the entry's arguments
 */
export function define<Arguments extends unknown[]>(
  code: string,
  exitCode: ExitCode,
  explanation: string,
  compose: (...args: Arguments) => Message,
): (...args: Arguments) => Diagnostic {
  if (entries.has(code)) throw new Error(`diagnostic ${code} is defined twice`);
  entries.set(code, { code, explanation, exitCode });
  return (...args) => ({ code, exitCode, ...compose(...args) });
}

/** All catalogue entries in alphabetical order. */
export function catalogue(): CatalogueEntry[] {
  return [...entries.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** An error that is the user's to mend: it carries every message found before stopping. */
export class NarrowgateError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.name = 'NarrowgateError';
    this.diagnostics = diagnostics;
  }
  get exitCode(): ExitCode {
    return this.diagnostics[0]?.exitCode ?? 2;
  }
}

/** Stop with one or several messages. */
export function fail(...diagnostics: Diagnostic[]): never {
  throw new NarrowgateError(diagnostics);
}

/** The message as the user reads it: `code: message`, then where, then what to try. */
export function formatDiagnostic({ code, message, at, hint }: Diagnostic): string {
  const lines = [`${code}: ${message}`];
  if (at) lines.push(`  at ${[at.file, at.path].filter(Boolean).join(' ')}`);
  if (hint) lines.push(`  try: ${hint}`);
  return lines.join('\n');
}
