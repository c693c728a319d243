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

/**
 * Fill T[k-1] = smallest x with level(x) >= k for low < k <= high, where level(min) = low and level(max) = high.
 *
 * Most functions are lines with rounding. So the x of a level in the middle is guessed from the ends, which are best taken
 * at thresholds: the guess is then right or one off, where halving takes the logarithm of the distance of two thresholds.
 */
function bisect(
  level: (x: number) => number,
  { min, max }: Interval,
  low: number,
  high: number,
  thresholds: Float64Array,
): void {
  if (low === high) return;
  const first = firstOf(level, { min, max }, low + 1);
  const last = high > low + 1 ? firstOf(level, { min: first, max }, high) : first;
  thresholds.fill(first, low, level(first));
  thresholds.fill(last, level(last - 1), high);
  between(level, { min: first, max: last - 1 }, level(first), level(last - 1), thresholds);
}

/** The smallest x of at least a level, by halving; max has it, min does not, or is the smallest. */
function firstOf(level: (x: number) => number, { min, max }: Interval, wanted: number): number {
  if (level(min) >= wanted) return min;
  let [below, reached] = [min, max];
  while (reached - below > 1) {
    const middle = Math.floor((below + reached) / 2);
    if (level(middle) >= wanted) reached = middle;
    else below = middle;
  }
  return reached;
}

/** The same as bisect, where a level begins at min and another one ends at max, or where the guesses before were wrong. */
function between(
  level: (x: number) => number,
  { min, max }: Interval,
  low: number,
  high: number,
  thresholds: Float64Array,
): void {
  if (low >= high) return;
  const wanted = (low + high + 1) >> 1;
  const guess = min + Math.ceil(((max + 1 - min) * (wanted - low)) / (high - low + 1));
  let at = Math.min(Math.max(guess, min + 1), max); // of the threshold, if the levels before and at it differ
  let [before, here] = [level(at - 1), level(at)];
  if (before === here && here < wanted && at < max) [at, before, here] = [at + 1, here, level(at + 1)];
  else if (before === here && here >= wanted && at > min + 1)
    [at, before, here] = [at - 1, level(at - 2), before];
  thresholds.fill(at, before, here);
  between(level, { min, max: at - 1 }, low, before, thresholds);
  between(level, { min: at, max }, here, high, thresholds);
}

/** One row instead of many equal ones. */
export function shareRows(table: StepTable): StepTable {
  const width = table.levels - 1;
  if (table.rows === 1) return table;
  for (let k = width; k < table.thresholds.length; k++)
    if (table.thresholds[k] !== table.thresholds[k % width]) return table;
  return { ...table, rows: 1, thresholds: table.thresholds.slice(0, width) };
}
