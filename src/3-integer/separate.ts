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
}

type Fraction = readonly [number, number];

/** For each level a sum and the point of the grid where it is reached. */
interface Extremes {
  readonly sums: Float64Array; // [count]
  readonly points: Int32Array; // [count]
}

/**
 * Find the weights.
 *
 * For every two points p, q with f(p) < f(q) the weights must satisfy a*(q.x - p.x) + b*(q.y - p.y) > 0, which bounds
 * b / a from one side. So the possible b / a are an interval, and the simplest fraction in it has the smallest weights.
 * The interval starts as all positive fractions and shrinks by the constraints that a candidate violates.
 *
 * @returns undefined when no weights do
 */
export function separate(grid: Grid): Separation | undefined {
  const signs = [risesAlongX(grid), risesAlongY(grid)] as const;
  let low: Fraction = [0, 1]; // b / a, both counted along the rising directions
  let high: Fraction = [1, 0];
  for (;;) {
    if (low[0] * high[1] >= high[0] * low[1]) return undefined;
    const [b, a] = simplestBetween(low, high);
    const weights = [a * signs[0], b * signs[1]] as const;
    const thresholds = new Float64Array(grid.rows * (grid.count - 1));
    let violated = false;
    for (let row = 0; row < grid.rows; row++)
      separateRow(grid, row, weights, thresholds, (below, above) => {
        violated = true;
        const width = grid.y.length;
        const dx = signs[0] * (grid.x[Math.floor(above / width)] - grid.x[Math.floor(below / width)]);
        const dy = signs[1] * (grid.y[above % width] - grid.y[below % width]);
        if (dx > 0 && dy < 0) high = lesser(high, [dx, -dy]);
        else if (dx < 0 && dy > 0) low = greater(low, [-dx, dy]);
        else high = [0, 1]; // not monotone: nothing is left
      });
    if (!violated) return { weights, thresholds };
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
