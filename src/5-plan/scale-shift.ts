/**
 * Requantisation as multiply, add, shift, clip: the smallest constants that reproduce a step function exactly.
 *
 * level(u) = clip(floor((u * m + b) / 2^s), 0, levels - 1) equals the step function on lo .. hi when, for every
 * threshold T_k inside the range, T_k * m + b >= k * 2^s and (T_k - 1) * m + b <= k * 2^s - 1. Where ties go to even
 * results, a result of k >= 1 needs one more in the sum when k is odd: k * 2^s itself is the tie that goes to k - 1.
 * Where rounding is away from zero, thresholds above zero lie on another line than those below: levels beyond a pivot
 * have c added to the sum.
 *
 * The line thus passes above some points and below others. Constants of a shift, doubled, are constants of the next
 * shift, so that a row's smallest shift is found by bisection; the shift of all rows is the largest of these.
 */
import {
  biasRange,
  hullsOf,
  type Points,
  type Separation,
  type SlopeRange,
  slopeRange,
} from './separating-line.js';

/** A step function of u in lo .. hi: thresholds[k - 1] is the smallest u of level k; 0: always, > hi: never. */
export interface LevelFunction {
  readonly thresholds: ArrayLike<number>;
  readonly lo: number;
  readonly hi: number;
}

/** The constants of one row, were it alone. */
export interface RowBits {
  readonly shift: number; // the smallest that has constants
  readonly multiplierBits: number; // of the smallest multiplier at that shift
}

export interface ScaleShift {
  readonly tiesEven: boolean; // a sum of k * 2^s with k odd gives k - 1
  readonly first: 0 | 1; // result of level 0
  readonly pivot: number; // extras are added for levels beyond this one; 0: there are none
  readonly shift: number;
  readonly multipliers: Float64Array; // [rows], unsigned
  readonly biases: Float64Array; // [rows], signed
  readonly extras: Float64Array; // [rows], 0 .. 2^shift - 1
  readonly multiplierBits: number;
  readonly biasBits: number; // with the zeros
  readonly zeros: number; // low bits of every bias and extra that are 0, at most `shift`
  readonly rows: readonly RowBits[];
}

/** How a result is taken from the sum. */
interface Rounding {
  readonly tiesEven: boolean;
  readonly first: 0 | 1;
  readonly pivot: number;
}

/** In the order of preference: ties to even cost a LUT or two more. */
const ROUNDINGS: readonly Rounding[] = [
  { tiesEven: false, first: 0, pivot: 0 },
  { tiesEven: true, first: 0, pivot: 0 },
  { tiesEven: true, first: 1, pivot: 0 },
];

/** Multipliers of a row among which the bias with the most zeros is looked for. */
const MOST_TRIED = 32;

/** Pivots of which it is found out whether both lines can have one slope, and of those for which constants are sought. */
const MOST_JOINED = 32;
const MOST_PIVOTS = 5;

/** The constants with the smallest multipliers; undefined when no shift up to `maxShift` will do. */
export function findScaleShift(rows: readonly LevelFunction[], maxShift: number): ScaleShift | undefined {
  const points = rows.map(pointsOf);
  let best: ScaleShift | undefined;
  for (const rounding of ROUNDINGS) {
    const found = withRounding(points, maxShift, rounding);
    if (found && (!best || found.multiplierBits < best.multiplierBits)) best = found;
    if (best?.multiplierBits === 1) break;
  }
  return best;
}

/** The constants with the smallest shift for one line a row, else for two that meet at a pivot. */
export function findLines(rows: readonly LevelFunction[], maxShift: number): ScaleShift | undefined {
  const points = rows.map(pointsOf);
  return withRounding(points, maxShift, ROUNDINGS[0]) ?? findPivotedShift(points, maxShift);
}

/** The constants with the smallest shift for two lines of one slope in every row, which meet at a level common to all. */
function findPivotedShift(rows: readonly RowPoints[], maxShift: number): ScaleShift | undefined {
  const most = rows.reduce((levels, { above }) => Math.max(levels, above.length - 1), 0);
  let [from, to] = [1, most - 1];
  for (const row of rows) {
    const levels = row.above.length - 1;
    const one = (first: number, last: number) =>
      feasible([partBetween(row, ROUNDINGS[0], first, last)], maxShift);
    to = lastOf(from, to, (pivot) => one(1, Math.min(pivot, levels)));
    from = to + 1 - lastOf(1, to + 1 - from, (back) => one(to + 2 - back, levels));
    if (from > to) return undefined;
  }
  // both parts have lines by themselves; they are to have one slope
  let pivots = spread(
    Array.from({ length: to - from + 1 }, (_, k) => from + k),
    MOST_JOINED,
  );
  for (const row of rows) {
    const parts = partsAtPivots(row, pivots);
    pivots = pivots.filter((_, n) => feasible(parts[n], maxShift));
  }
  let best: ScaleShift | undefined;
  for (const pivot of spread(pivots, MOST_PIVOTS)) {
    if (best?.shift === 0) break;
    const found = withRounding(rows, best ? best.shift - 1 : maxShift, { ...ROUNDINGS[0], pivot });
    best = found ?? best;
  }
  return best;
}

/** At most so many of the values, evenly. */
function spread(values: readonly number[], most: number): number[] {
  const count = Math.min(most, values.length);
  return Array.from({ length: count }, (_, n) => values[Math.floor(((n + 0.5) * values.length) / count)]);
}

/** The largest number in from .. to that passes a test which those below it pass too; from - 1 if none does. */
function lastOf(from: number, to: number, passes: (value: number) => boolean): number {
  let [low, high] = [from - 1, to];
  if (low < high && passes(to)) return to; // of many rows, most pass wherever those before them did
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function withRounding(
  rows: readonly RowPoints[],
  maxShift: number,
  rounding: Rounding,
): ScaleShift | undefined {
  const lines: Separation[][] = [];
  const least = rounding.tiesEven ? 1 : 0;
  const own: RowBits[] = [];
  for (const row of rows) {
    const parts = partsOf(row, rounding);
    const found = smallestShift(parts, least, maxShift);
    if (!found) return undefined;
    lines.push(parts);
    own.push(found);
  }
  const shift = own.reduce((most, each) => Math.max(most, each.shift), least);
  const slopes: SlopeRange[] = [];
  for (const parts of lines) {
    const range = commonSlopes(parts, shift);
    if (typeof range !== 'object') return undefined; // its numbers have become too large to be exact
    slopes.push(range);
  }
  // one multiplier for all rows, where there is one, is a constant and no operand
  const common = slopes.reduce((most, range) => Math.max(most, range.least), 0);
  const shared = slopes.every(({ most }) => common <= most);
  const multiplierBits = bitsOf(common);
  const widest = 2 ** multiplierBits - 1;
  const chosen: Chosen[] = [];
  for (const [row, parts] of lines.entries()) {
    const { least: low, most } = slopes[row];
    const found = shared
      ? constantsOf(parts, common, shift)
      : bestConstants(parts, low, Math.min(most, widest), shift);
    if (!found) return undefined;
    chosen.push(found);
  }
  const biases = Float64Array.from(chosen, ({ bias }) => bias);
  const magnitude = biases.reduce((a, b) => Math.max(a, b < 0 ? -b : b + 1), 1);
  return {
    ...rounding,
    shift,
    multipliers: Float64Array.from(chosen, ({ multiplier }) => multiplier),
    biases,
    extras: Float64Array.from(chosen, ({ extra }) => extra),
    multiplierBits,
    biasBits: Math.ceil(Math.log2(magnitude)) + 1,
    zeros: chosen.reduce((zeros, each) => Math.min(zeros, each.zeros), shift),
    rows: own,
  };
}

/** Bits of an unsigned constant, at least 1. */
function bitsOf(value: number): number {
  return Math.ceil(Math.log2(Math.max(value, 1) + 1));
}

/** Where a row's line has to pass, by level; level 0 is not used. */
interface RowPoints {
  readonly above: Float64Array; // [levels + 1], u at which the level is reached
  readonly below: Float64Array; // [levels + 1], u at which it is not yet
  readonly lastAbove: number; // beyond this level none is reached
  readonly firstBelow: number; // all levels before this one are reached everywhere
}

function pointsOf({ thresholds, lo, hi }: LevelFunction): RowPoints {
  const levels = thresholds.length;
  const [above, below] = [new Float64Array(levels + 1), new Float64Array(levels + 1)];
  let [lastAbove, firstBelow] = [0, levels + 1];
  for (let level = levels; level > 0; level--) {
    const threshold = thresholds[level - 1];
    if (threshold <= hi && lastAbove === 0) lastAbove = level;
    if (threshold > lo) firstBelow = level;
    above[level] = Math.max(threshold, lo);
    below[level] = Math.min(threshold - 1, hi);
  }
  return { above, below, lastAbove, firstBelow };
}

/** The points that the line of the levels up to the pivot separates, and those of the levels beyond. */
function partsOf(row: RowPoints, rounding: Rounding): Separation[] {
  const levels = row.above.length - 1;
  const { pivot } = rounding;
  return pivot === 0 ? [partBetween(row, rounding, 1, levels)] : partsAtPivots(row, [pivot])[0];
}

/** The same of each of some ascending pivots, where ties do not go to even results. */
function partsAtPivots(
  { above, below, lastAbove, firstBelow }: RowPoints,
  pivots: readonly number[],
): Separation[][] {
  const levels = above.length - 1;
  const ends = pivots.map((pivot) => Math.min(pivot, levels));
  const reached = ends.map((end) => Math.min(end, lastAbove));
  const begins = ends.map((end) => end + 1).reverse();
  const notReached = begins.map((begin) => Math.max(begin, firstBelow));
  const upTo = [hullsOf(above, 1, reached, 1, 'upper'), hullsOf(below, firstBelow, ends, 1, 'lower')];
  const beyond = [
    hullsOf(above, lastAbove, begins, -1, 'upper'),
    hullsOf(below, levels, notReached, -1, 'lower'),
  ];
  const at = (hulls: readonly number[][][], n: number): Separation => ({
    above: pointsAt(hulls[0][n], above, 0, () => 0),
    below: pointsAt(hulls[1][n], below, 0, () => -1),
  });
  return pivots.map((_, n) => [at(upTo, n), at(beyond, pivots.length - 1 - n)]);
}

/** The points that the line of the levels `from` to `to` separates. */
function partBetween(row: RowPoints, { tiesEven, first }: Rounding, from: number, to: number): Separation {
  return {
    above: corners(row.above, from, Math.min(to, row.lastAbove), tiesEven, first, 'upper'),
    below: corners(row.below, Math.max(from, row.firstBelow), to, tiesEven, first, 'lower'),
  };
}

/** Points (u, k * 2^s + odd) that the line passes above, or (u, k * 2^s + odd - 1) that it passes below. */
function corners(
  x: Float64Array,
  from: number,
  to: number,
  tiesEven: boolean,
  first: 0 | 1,
  side: 'upper' | 'lower',
): Points {
  const less = side === 'upper' ? 0 : 1;
  if (!tiesEven) return pointsAt(hullsOf(x, from, [to], 1, side)[0], x, first, () => -less);
  // at any scale the points of one parity are the same but for a constant: only the corners of their hull matter
  const levels = [from, from + 1].flatMap((start) => hullsOf(x, start, [to], 2, side)[0]);
  return pointsAt(levels, x, first, (result) => (result % 2) - less);
}

function pointsAt(
  levels: readonly number[],
  x: Float64Array,
  first: 0 | 1,
  addTo: (result: number) => number,
): Points {
  return {
    x: Float64Array.from(levels, (level) => x[level]),
    k: Float64Array.from(levels, (level) => level + first),
    add: Float64Array.from(levels, (level) => addTo(level + first)),
  };
}

/** The slopes that all parts can have. */
function commonSlopes(parts: readonly Separation[], shift: number): SlopeRange | 'inexact' | undefined {
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  for (const part of parts) {
    const range = slopeRange(part, 2 ** shift);
    if (typeof range !== 'object') return range;
    least = Math.max(least, range.least);
    most = Math.min(most, range.most);
  }
  return least <= most ? { least, most } : undefined;
}

function feasible(parts: readonly Separation[], maxShift: number): boolean {
  return smallestShift(parts, maxShift, maxShift) !== undefined;
}

/** The smallest shift from `least` on at which there are constants. */
function smallestShift(parts: readonly Separation[], least: number, maxShift: number): RowBits | undefined {
  let high = maxShift;
  let found = commonSlopes(parts, high);
  while (found === 'inexact' && high > 0) found = commonSlopes(parts, --high);
  if (typeof found !== 'object') return undefined;
  for (let low = Math.min(least, high); low < high; ) {
    const middle = (low + high) >> 1;
    const range = commonSlopes(parts, middle);
    if (typeof range === 'object') {
      high = middle;
      found = range;
    } else low = middle + 1;
  }
  return { shift: high, multiplierBits: bitsOf(found.least) };
}

interface Chosen {
  readonly multiplier: number;
  readonly bias: number;
  readonly extra: number;
  readonly zeros: number; // low bits of bias and extra that are 0, at most the shift
}

/** Of a row's multipliers one whose bias ends in many zeros: those in the middle have the most room. */
function bestConstants(
  parts: readonly Separation[],
  least: number,
  most: number,
  shift: number,
): Chosen | undefined {
  let best = constantsOf(parts, least, shift);
  if (best?.zeros === shift) return best;
  const from = Math.max(least + 1, Math.floor((least + most) / 2) - MOST_TRIED / 2);
  for (let multiplier = from; multiplier <= Math.min(most, from + MOST_TRIED); multiplier++) {
    const each = constantsOf(parts, multiplier, shift);
    if (each && (!best || each.zeros > best.zeros)) best = each;
  }
  return best;
}

/** Bias and extra with the most zeros for a multiplier. */
function constantsOf(parts: readonly Separation[], multiplier: number, shift: number): Chosen | undefined {
  const unit = 2 ** shift;
  const [low, high] = biasRange(parts[0], unit, multiplier);
  if (parts.length === 1) {
    const { value: bias, zeros } = roundest(low, high, shift);
    return { multiplier, bias, extra: 0, zeros };
  }
  const [lowBeyond, highBeyond] = biasRange(parts[1], unit, multiplier);
  if (Math.max(low, lowBeyond - unit + 1) > Math.min(high, highBeyond)) return undefined; // the lines are too far apart
  const { value: bias, zeros } = roundest(
    Math.max(low, lowBeyond - unit + 1),
    Math.min(high, highBeyond),
    shift,
  );
  const extra = roundest(Math.max(0, lowBeyond - bias), Math.min(unit - 1, highBeyond - bias), shift);
  return { multiplier, bias, extra: extra.value, zeros: Math.min(zeros, extra.zeros) };
}

/** The number in from .. to that ends in the most zeros, counted up to `most`. */
function roundest(from: number, to: number, most: number): { value: number; zeros: number } {
  if (from <= 0 && to >= 0) return { value: 0, zeros: most };
  for (let zeros = most; zeros > 0; zeros--) {
    const unit = 2 ** zeros;
    const value = from > 0 ? Math.ceil(from / unit) * unit : Math.floor(to / unit) * unit;
    if (value >= from && value <= to) return { value, zeros };
  }
  return { value: from > 0 ? from : to, zeros: 0 };
}
