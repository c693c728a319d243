/** What a comparison says: the row to compare with, the best row, the savings. */
import type { CompareReport, CompareRow } from './types.js';

export interface Comparison {
  readonly rows: readonly CompareRow[]; // from the widest accumulators to the narrowest
  readonly widest: CompareRow;
  readonly best: CompareRow; // fewest LUTs of those that passed, else of all; of equals the last given
}

/** @returns undefined when there is nothing to compare */
export function compareRows({ rows }: CompareReport): Comparison | undefined {
  if (rows.length === 0) return undefined;
  const sorted = [...rows].sort((a, b) => totalBits(b) - totalBits(a)); // stable: equal ones as given
  const passed = sorted.filter((row) => row.passed);
  const candidates = passed.length > 0 ? passed : sorted;
  const best = candidates.reduce((least, row) => (row.lut <= least.lut ? row : least));
  return { rows: sorted, widest: sorted[0], best };
}

/** Part of `before` that is saved, in percent; negative when it grew; undefined when there was nothing. */
export function savedPercent(before: number, after: number): number | undefined {
  return before > 0 ? ((before - after) / before) * 100 : undefined;
}

/** '-27.3 %', '0.0 %', '+4.0 %'. */
export function formatChange(before: number, after: number): string {
  const saved = savedPercent(before, after);
  if (saved === undefined) return before === after ? '0.0 %' : 'new';
  const sign = saved >= 0.05 ? '-' : saved <= -0.05 ? '+' : '';
  return `${sign}${Math.abs(saved).toFixed(1)} %`;
}

/** '12,345' and '1,234.5': the same on every machine. */
export function formatCount(value: number): string {
  const [whole, fraction] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** The name of a policy in running text. */
export function policyName(accumulator: string): string {
  return /^\d+$/.test(accumulator) ? `${accumulator}-bit` : accumulator;
}

/** '9 to 13', or '32' when all layers agree. */
export function formatBits(bits: readonly number[]): string {
  if (bits.length === 0) return '-';
  const [min, max] = [Math.min(...bits), Math.max(...bits)];
  return min === max ? String(min) : `${min} to ${max}`;
}

export function formatAccuracy(accuracy: number | undefined): string {
  return accuracy === undefined ? '-' : `${(accuracy * 100).toFixed(2)} %`;
}

function totalBits({ bits }: CompareRow): number {
  return bits.reduce((sum, each) => sum + each, 0);
}
