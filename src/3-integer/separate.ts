/**
 * A function of two integers as a step function of a weighted sum: the smallest weights (a, b) and the thresholds, so
 * that f(x, y) >= k exactly where a*x + b*y >= T[k].
 */

/** f on a grid, one function per row, all with the same weights. */
export interface Grid {
  readonly x: Int32Array; // ascending
  readonly y: Int32Array; // ascending
  readonly levels: Int32Array; // [rows][x][y], 0 or more; monotone in x and in y
  readonly rows: number;
  readonly count: number; // levels, more than the largest
}

export interface Separation {
  readonly weights: readonly [number, number];
  readonly thresholds: Float64Array; // [rows][count - 1], -Infinity always reached, Infinity never
  readonly deviating: number; // points of which the step function is one level off
}

/** Weights among which the closest are taken where none are right everywhere: so many of the simplest, and of the last tried. */
const COMPARED = 8;

/** Part of all points that may deviate: on ties, of which one side is taken; more is another function than a sum. */
const MOST_DEVIATING = 0.25;

type Fraction = readonly [number, number];

/** For each level a sum and the point of the grid where it is reached. */
interface Extremes {
  readonly sums: Float64Array; // [count]
  readonly points: Int32Array; // [count]
}

/**
 * Find the weights, the simplest that are right everywhere.
 *
 * Where float32 arithmetic rounds equal sums to different levels at a tie, none are. Then the bounds meet at the ratio of the
 * scales, and of the points on a tie the majority decides.
 *
 * For every two points p, q with f(p) < f(q) the weights must satisfy a*(q.x - p.x) + b*(q.y - p.y) > 0, which bounds
 * b / a from one side. So the possible b / a are an interval, and the simplest fraction in it has the smallest weights.
 * The interval starts as all positive fractions and shrinks by the constraints that a candidate violates.
 *
 * @returns undefined when no weights give every point its level or one next to it
 */
export function separate(grid: Grid): Separation | undefined {
  const signs = [risesAlongX(grid), risesAlongY(grid)] as const;
  let low: Fraction = [0, 1]; // b / a, both counted along the rising directions
  let high: Fraction = [1, 0];
  const weightsOf = ([b, a]: Fraction) => [a * signs[0], b * signs[1]] as const;
  const tried: (readonly [number, number])[] = [];
  for (;;) {
    if (low[0] * high[1] >= high[0] * low[1])
      return closest(grid, [...tried, weightsOf(low), weightsOf(high)]);
    const weights = weightsOf(simplestBetween(low, high));
    tried.push(weights);
    const thresholds = new Float64Array(grid.rows * (grid.count - 1));
    let violated = false;
    for (let row = 0; row < grid.rows; row++)
      separateRow(grid, row, weights, thresholds, (below, above) => {
        violated = true;
        const width = grid.y.length;
        const dx = signs[0] * (grid.x[Math.floor(above / width)] - grid.x[Math.floor(below / width)]);
        const dy = signs[1] * (grid.y[above % width] - grid.y[below % width]);
        if (dx > 0 && dy < 0) high = lesser(high, reduced(dx, -dy));
        else if (dx < 0 && dy > 0) low = greater(low, reduced(-dx, dy));
        else high = [0, 1]; // not monotone: nothing is left
      });
    if (!violated) return { weights, thresholds, deviating: 0 };
  }
}

/** Thresholds of a row; calls back with two points of the grid wherever a level's sums reach into a higher one's. */
function separateRow(
  { x, y, levels, count }: Grid,
  row: number,
  [a, b]: readonly [number, number],
  thresholds: Float64Array,
  onViolation: (below: number, above: number) => void,
): void {
  const least = extremes(count, Number.POSITIVE_INFINITY); // of this level or a higher one, once swept
  const most = extremes(count, Number.NEGATIVE_INFINITY); // of this level or a lower one
  const first = row * x.length * y.length;
  for (let i = 0, point = 0; i < x.length; i++) {
    const ax = a * x[i];
    for (let j = 0; j < y.length; j++, point++) {
      const sum = ax + b * y[j];
      const level = levels[first + point];
      if (sum < least.sums[level]) put(least, level, sum, point);
      if (sum > most.sums[level]) put(most, level, sum, point);
    }
  }
  for (let k = count - 2; k >= 0; k--)
    if (least.sums[k + 1] < least.sums[k]) put(least, k, least.sums[k + 1], least.points[k + 1]);
  for (let k = 1; k < count; k++)
    if (most.sums[k - 1] > most.sums[k]) put(most, k, most.sums[k - 1], most.points[k - 1]);
  for (let k = 1; k < count; k++) {
    const below = most.sums[k - 1];
    const above = least.sums[k];
    thresholds[row * (count - 1) + k - 1] = below === Number.NEGATIVE_INFINITY ? below : above;
    if (below >= above) onViolation(most.points[k - 1], least.points[k]);
  }
}

/** Of several weights those with which the fewest points deviate. */
function closest(grid: Grid, candidates: readonly (readonly [number, number])[]): Separation | undefined {
  let best: Separation | undefined;
  for (const [index, weights] of candidates.entries()) {
    if (index >= COMPARED && index < candidates.length - COMPARED) continue;
    const separation = byMajority(grid, weights);
    if (separation && (!best || separation.deviating < best.deviating)) best = separation;
  }
  return best;
}

/** Thresholds with which as many points as can be have their level. */
function byMajority(grid: Grid, [a, b]: readonly [number, number]): Separation | undefined {
  const { x, y, levels, rows, count } = grid;
  const thresholds = new Float64Array(rows * (count - 1)).fill(Number.POSITIVE_INFINITY);
  let deviating = 0;
  for (let row = 0; row < rows; row++) {
    const pointsOf = new Map<number, number[]>(); // of each sum
    let point = row * x.length * y.length;
    for (const ax of x)
      for (const by of y) {
        const sum = a * ax + b * by;
        const points = pointsOf.get(sum);
        if (points) points.push(levels[point++]);
        else pointsOf.set(sum, [levels[point++]]);
      }
    let reached: number | undefined;
    const own = thresholds.subarray(row * (count - 1), (row + 1) * (count - 1));
    for (const sum of [...pointsOf.keys()].sort((p, q) => p - q)) {
      const found = pointsOf.get(sum) ?? [];
      const level = Math.max(reached ?? 0, majority(found));
      own.fill(reached === undefined ? Number.NEGATIVE_INFINITY : sum, reached ?? 0, level);
      reached = level;
      for (const each of found) {
        if (Math.abs(each - level) > 1) return undefined;
        if (each !== level) deviating++;
      }
    }
  }
  return deviating <= MOST_DEVIATING * levels.length ? { weights: [a, b], thresholds, deviating } : undefined;
}

/** The most frequent of levels. */
function majority(levels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const level of levels) counts.set(level, (counts.get(level) ?? 0) + 1);
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}

function extremes(count: number, sum: number): Extremes {
  return { sums: new Float64Array(count).fill(sum), points: new Int32Array(count) };
}

function put({ sums, points }: Extremes, level: number, sum: number, point: number): void {
  sums[level] = sum;
  points[level] = point;
}

/** 1 where the function rises from the first x to the last or stays, -1 where it falls. */
function risesAlongX({ x, y, levels, rows }: Grid): number {
  let change = 0;
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < y.length; j++) {
      const at = row * x.length * y.length + j;
      change += levels[at + (x.length - 1) * y.length] - levels[at];
    }
  return change < 0 ? -1 : 1;
}

function risesAlongY({ x, y, levels, rows }: Grid): number {
  let change = 0;
  for (let line = 0; line < rows * x.length; line++)
    change += levels[(line + 1) * y.length - 1] - levels[line * y.length];
  return change < 0 ? -1 : 1;
}

function reduced(numerator: number, denominator: number): Fraction {
  let [a, b] = [numerator, denominator];
  while (b > 0) [a, b] = [b, a % b];
  return [numerator / a, denominator / a];
}

function lesser(p: Fraction, q: Fraction): Fraction {
  return p[0] * q[1] <= q[0] * p[1] ? p : q;
}

function greater(p: Fraction, q: Fraction): Fraction {
  return p[0] * q[1] >= q[0] * p[1] ? p : q;
}

/** The fraction with the smallest terms strictly between two others: a walk down the Stern-Brocot tree. */
function simplestBetween(low: Fraction, high: Fraction): Fraction {
  let left: Fraction = [0, 1];
  let right: Fraction = [1, 0];
  for (;;) {
    const middle: Fraction = [left[0] + right[0], left[1] + right[1]];
    if (middle[0] * low[1] <= low[0] * middle[1]) left = middle;
    else if (middle[0] * high[1] >= high[0] * middle[1]) right = middle;
    else return middle;
  }
}
