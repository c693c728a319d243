/** Thresholds of a monotone integer function by bisection over its proven domain. */
import type { Interval } from '../shared/interval.js';

/** Codes per channel as a step function: see IntegerStep. */
export interface StepTable {
  readonly rows: number;
  readonly levels: number;
  readonly thresholds: Float64Array; // [rows * (levels - 1)]
  readonly base: number;
}

/** Number of thresholds T with x >= T, among `count` ascending ones from `at` on. */
export function levelOf(thresholds: Float64Array, at: number, count: number, x: number): number {
  let low = 0; // the level lies in low .. high
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x >= thresholds[at + middle]) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Find the thresholds of non-decreasing functions from integers to codes, one function per row.
 *
 * @param evaluate code of x in row r; non-decreasing in x, a multiple of `stride` above the lowest code
 * @param domains [rows], the x each row can meet
 * @param stride distance between neighbouring codes
 * @returns one row only when all rows agree wherever their domains meet the thresholds
 */
export function findThresholds(
  evaluate: (x: number, row: number) => number,
  domains: readonly Interval[],
  stride: number,
): StepTable {
  const lowest = domains.map(({ min }, row) => evaluate(min, row));
  const highest = domains.map(({ max }, row) => evaluate(max, row));
  const base = lowest.reduce((a, b) => Math.min(a, b));
  const top = highest.reduce((a, b) => Math.max(a, b));
  const levels = Math.max(2, (top - base) / stride + 1);
  const rows = domains.length;
  const thresholds = new Float64Array(rows * (levels - 1));
  for (let row = 0; row < rows; row++) {
    const at = row * (levels - 1);
    const [low, high] = [(lowest[row] - base) / stride, (highest[row] - base) / stride];
    thresholds.fill(Number.NEGATIVE_INFINITY, at, at + low);
    thresholds.fill(Number.POSITIVE_INFINITY, at + high, at + levels - 1);
    const level = (x: number) => (evaluate(x, row) - base) / stride;
    bisect(level, domains[row], low, high, thresholds.subarray(at, at + levels - 1));
  }
  return shareRows({ rows, levels, thresholds, base });
}

/** Fill T[k-1] = smallest x with level(x) >= k for low < k <= high, where level(min) = low and level(max) = high. */
function bisect(
  level: (x: number) => number,
  { min, max }: Interval,
  low: number,
  high: number,
  thresholds: Float64Array,
): void {
  if (low === high) return;
  if (max - min === 1) {
    thresholds.fill(max, low, high);
    return;
  }
  const middle = Math.floor((min + max) / 2);
  const between = level(middle);
  bisect(level, { min, max: middle }, low, between, thresholds);
  bisect(level, { min: middle, max }, between, high, thresholds);
}

/** One row instead of many equal ones. */
export function shareRows(table: StepTable): StepTable {
  const width = table.levels - 1;
  if (table.rows === 1) return table;
  for (let k = width; k < table.thresholds.length; k++)
    if (table.thresholds[k] !== table.thresholds[k % width]) return table;
  return { ...table, rows: 1, thresholds: table.thresholds.slice(0, width) };
}
