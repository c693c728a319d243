/** Lines x * m + b with integers m >= 0 and b that pass above some points and below others. All numbers are integers. */

/** Points (x, k * unit + add); the unit is the line's. */
export interface Points {
  readonly x: Float64Array;
  readonly k: Float64Array;
  readonly add: Float64Array;
}

/** y <= x * m + b for the points `above` which the line passes, y >= x * m + b for those `below` which it does. */
export interface Separation {
  readonly above: Points;
  readonly below: Points;
}

export interface SlopeRange {
  readonly least: number;
  readonly most: number; // may be infinite
}

/** Products and sums stay below this, so that they are exact in a double. */
const MOST_EXACT = 2 ** 52;

/**
 * The corners of hulls of the points (x[k], k), k = from, from + stride, .. to, with x ascending, on their upper or their
 * lower side: the only ones that a line above all of them, or below, can touch, whatever the unit.
 *
 * @param ends the `to` of each hull, in the order in which k meets them; hulls that end before `from` are empty
 * @param stride negative: k goes downwards
 * @returns k of each corner, [ends, corners]
 */
export function hullsOf(
  x: Float64Array,
  from: number,
  ends: readonly number[],
  stride: number,
  side: 'upper' | 'lower',
): number[][] {
  const sign = (side === 'upper') === stride > 0 ? 1 : -1;
  const hull: number[] = [];
  let k = from;
  return ends.map((to) => {
    for (; stride > 0 ? k <= to : k >= to; k += stride) {
      const [atX, last] = [x[k], hull.length - 1];
      if (last >= 0 && x[hull[last]] === atX) {
        if (sign < 0) continue; // the point before is the lower one, or the upper one
        hull.pop();
      }
      for (let n = hull.length; n >= 2; n--) {
        const [a, b] = [hull[n - 2], hull[n - 1]];
        if (sign * ((x[b] - x[a]) * (k - a) - (b - a) * (atX - x[a])) < 0) break;
        hull.pop();
      }
      hull.push(k);
    }
    return hull.slice();
  });
}

/**
 * All m >= 0 for which there is a b: they are an interval.
 *
 * For every pair of a point above which and one below which the line passes, m * run >= rise with run and rise the
 * differences of their coordinates. Newton's method on the least slack of all pairs, which is concave in m, meets only
 * some of the pairs.
 *
 * @returns undefined: there is none; inexact: the numbers are too large to tell
 */
export function slopeRange(line: Separation, unit: number): SlopeRange | 'inexact' | undefined {
  const { above, below } = line;
  const [lastAbove, lastBelow] = [above.x.length - 1, below.x.length - 1];
  if (lastAbove < 0 || lastBelow < 0) return { least: 0, most: Number.POSITIVE_INFINITY };
  const furthest = Math.max(1, maximum(above.x), maximum(below.x));
  const end = Math.floor(MOST_EXACT / furthest);
  if (maximum(above.k) * unit > MOST_EXACT || maximum(below.k) * unit > MOST_EXACT) return 'inexact';
  const least = newton(line, unit, 0, 1, end);
  if (typeof least !== 'number') return least;
  // the pair that bounds m from above by the longest run, if any does
  const [first, last] = [above.x.indexOf(minimum(above.x)), below.x.indexOf(maximum(below.x))];
  const run = below.x[last] - above.x[first];
  if (run <= 0) return { least, most: Number.POSITIVE_INFINITY };
  const start = Math.floor((height(below, last, unit) - height(above, first, unit)) / run);
  if (start > end) return 'inexact';
  const most = newton(line, unit, start, -1, end);
  if (typeof most !== 'number') return most;
  return most < least ? undefined : { least, most };
}

/** The first m from `start` on, upwards or downwards, that has a b. */
function newton(
  { above, below }: Separation,
  unit: number,
  start: number,
  direction: 1 | -1,
  end: number,
): number | 'inexact' | undefined {
  for (let m = start; m >= 0; ) {
    if (m > end) return 'inexact';
    const low = extreme(above, unit, m, 1);
    const high = extreme(below, unit, m, -1);
    const run = above.x[low] - below.x[high];
    const rise = height(above, low, unit) - height(below, high, unit);
    if (m * run >= rise) return m;
    if (run * direction <= 0) return undefined; // the slack falls in this direction
    m = direction > 0 ? Math.ceil(rise / run) : Math.floor(rise / run);
  }
  return undefined;
}

/** The least and the largest b of a slope; infinite where nothing bounds it. */
export function biasRange(
  { above, below }: Separation,
  unit: number,
  m: number,
): [low: number, high: number] {
  const low = above.x.length ? extreme(above, unit, m, 1) : -1;
  const high = below.x.length ? extreme(below, unit, m, -1) : -1;
  return [
    low < 0 ? Number.NEGATIVE_INFINITY : height(above, low, unit) - above.x[low] * m,
    high < 0 ? Number.POSITIVE_INFINITY : height(below, high, unit) - below.x[high] * m,
  ];
}

function height({ k, add }: Points, at: number, unit: number): number {
  return k[at] * unit + add[at];
}

/** Index of the largest (sign 1) or least (-1) y - x * m. */
function extreme({ x, k, add }: Points, unit: number, m: number, sign: 1 | -1): number {
  let best = 0;
  let bestValue = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < x.length; at++) {
    const value = sign * (k[at] * unit + add[at] - x[at] * m);
    if (value > bestValue) {
      bestValue = value;
      best = at;
    }
  }
  return best;
}

function maximum(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

function minimum(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}
