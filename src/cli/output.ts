/** Results go to stdout, everything else to stderr. */
import { type Diagnostic, formatDiagnostic } from '../diagnostics/diagnostic.js';

export interface Output {
  readonly json: boolean;
  /** The command's result: one JSON value with --json, else the text. */
  result(value: object, text: string): void;
  /** A step of long work; silent with --quiet. */
  progress(text: string): void;
  /** What the user should know although work goes on; not silent. */
  warning(diagnostic: Diagnostic): void;
  /** Progress that the next line takes the place of; only on a terminal. */
  transient(text: string): void;
}

export function createOutput(json: boolean, quiet: boolean): Output {
  const overwrites = !quiet && process.stderr.isTTY === true;
  const clear = overwrites ? '\r\x1b[K' : '';
  return {
    json,
    result: (value, text) => process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`),
    progress: (text) => {
      if (!quiet) process.stderr.write(`${clear}${text}\n`);
    },
    warning: (diagnostic) => {
      process.stderr.write(`${clear}warning ${formatDiagnostic(diagnostic)}\n`);
    },
    transient: (text) => {
      if (overwrites) process.stderr.write(`${clear}${text}`);
    },
  };
}

/** Columns aligned by their widest cell; numbers to the right. */
export function alignTable(rows: readonly (readonly (string | number | undefined)[])[]): string {
  const texts = rows.map((row) => row.map((cell) => (cell === undefined ? '' : String(cell))));
  const widths = texts[0].map((_, column) => Math.max(...texts.map((row) => row[column].length)));
  const numeric = texts[0].map((_, column) =>
    texts.slice(1).every((row) => /^[\d.,%+-]*$/.test(row[column])),
  );
  return texts
    .map((row) =>
      row
        .map((cell, c) => (numeric[c] ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
