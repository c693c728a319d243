/** A row of a sweep as texts, in the terminal and in the page. */
import { formatAccuracy, formatBits, formatCount } from '../compare.js';
import { PARTS, type SweepRow } from './types.js';

export const ROW_TITLES = [
  'accumulator',
  'method',
  'weights',
  'activations',
  'accuracy',
  'of float',
  'LUT',
  'sites',
  'FF',
  'BRAM',
  'DSP',
  'needed',
  'zero weights',
  'interval',
  'verified',
] as const;

/** Cells in the order of ROW_TITLES. */
export function formatRow(row: SweepRow, floatAccuracy: number): string[] {
  const { method, weightBits, activationBits, accumulator } = row.point;
  const head = [String(accumulator), method, String(weightBits), String(activationBits)];
  if ('problem' in row) return [...head, ...ROW_TITLES.slice(4, -1).map(() => '-'), 'not possible'];
  const { accuracy, lut, sites, ff, bram, dsp, needed, sparsity, interval } = row.result;
  return [
    ...head,
    formatAccuracy(accuracy),
    floatAccuracy > 0 ? formatAccuracy(accuracy / floatAccuracy) : '-',
    ...[lut, sites, ff, bram, dsp].map(formatCount),
    formatBits(needed),
    `${(100 * sparsity).toFixed(1)} %`,
    formatCount(interval),
    verified(row.result),
  ];
}

/** Numbers that the columns are sorted by; texts sort as they are. */
export function sortKeys(row: SweepRow): (number | string)[] {
  const { method, weightBits, activationBits, accumulator } = row.point;
  const head = [accumulator, method, weightBits, activationBits];
  if ('problem' in row) return [...head, ...ROW_TITLES.slice(4).map(() => -1)];
  const { accuracy, lut, sites, ff, bram, dsp, needed, sparsity, interval, vectors, passed } = row.result;
  const most = Math.max(0, ...needed);
  return [
    ...head,
    accuracy,
    accuracy,
    lut,
    sites,
    ff,
    bram,
    dsp,
    most,
    sparsity,
    interval,
    passed ? vectors : 0,
  ];
}

/** LUTs by part, in the order of PARTS: cells, and numbers to sort by. */
export function partCells(row: SweepRow): { readonly text: string; readonly key: number }[] {
  const parts = 'result' in row ? row.result.parts : undefined;
  return PARTS.map((part) =>
    parts ? { text: formatCount(parts[part]), key: parts[part] } : { text: '-', key: -1 },
  );
}

function verified({ passed, vectors }: { readonly passed: boolean; readonly vectors: number }): string {
  return passed ? `${formatCount(vectors)} vectors` : 'MISMATCH';
}
