/** Markdown tables for docs/measurements.md. */

const line = (cells) => `| ${cells.join(' | ')} |`;

/** A whole table. */
export const table = (head, rows) => [head, head.map(() => '---'), ...rows].map(line).join('\n');

/** @param columns names of the columns, in one text: 'network | LUT | sites' */
export function printHead(columns) {
  console.log(table(columns.split(' | '), []));
}

/** Rows are printed one by one where each takes long to measure. */
export function printRow(...cells) {
  console.log(line(cells));
}
