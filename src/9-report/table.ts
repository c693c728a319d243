/** The comparison in a terminal. */
import { compareRows, formatAccuracy, formatBits, formatChange, formatCount } from './compare.js';
import type { CompareReport, CompareRow } from './types.js';

interface Column {
  readonly title: string;
  readonly left?: boolean; // texts; numbers are set to the right
  readonly cell: (row: CompareRow) => string;
}

/** Rows in the order they were asked for; widths of columns follow their contents. */
export function renderTable(report: CompareReport): string {
  const comparison = compareRows(report);
  if (!comparison) return 'nothing to compare\n';
  const { widest } = comparison;
  const columns: Column[] = [
    { title: 'accumulator', left: true, cell: ({ accumulator }) => accumulator },
    { title: 'bits', cell: ({ bits }) => formatBits(bits) },
    { title: 'LUT', cell: ({ lut }) => formatCount(lut) },
    { title: 'change', cell: ({ lut }) => formatChange(widest.lut, lut) },
    { title: 'sites', cell: ({ sites }) => formatCount(sites) },
    { title: 'FF', cell: ({ ff }) => formatCount(ff) },
    { title: 'carry', cell: ({ carry }) => formatCount(carry) },
    { title: 'BRAM', cell: ({ bram }) => formatCount(bram) },
    { title: 'DSP', cell: ({ dsp }) => formatCount(dsp) },
    { title: 'interval', cell: ({ interval }) => formatCount(interval) },
    { title: 'latency', cell: ({ latency }) => formatCount(latency) },
    { title: 'accuracy', cell: ({ accuracy }) => formatAccuracy(accuracy) },
    { title: 'verified', left: true, cell: verification },
  ];
  const shown = columns.filter(
    ({ title }) => title !== 'accuracy' || report.rows.some((row) => row.accuracy !== undefined),
  );
  const lines = [
    shown.map(({ title }) => title),
    ...report.rows.map((row) => shown.map(({ cell }) => cell(row))),
  ];
  const widths = shown.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        shown[column].left ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
  text.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return `${text.join('\n')}\n`;
}

function verification({ passed, vectors }: CompareRow): string {
  if (!passed) return 'MISMATCH';
  return vectors > 0 ? `${formatCount(vectors)} vectors` : 'not simulated';
}
