/**
 * Requantisation as multiply, add, shift, clip: the smallest constants that reproduce a step function exactly.
 *
 * level(u) = clip(floor((u * m + b) / 2^s), 0, levels - 1) equals the step function on lo .. hi when, for every
 * threshold T_k inside the range, T_k * m + b >= k * 2^s and (T_k - 1) * m + b <= k * 2^s - 1.
 */

/** A step function of u in lo .. hi: thresholds[k - 1] is the smallest u of level k; 0: always, > hi: never. */
export interface LevelFunction {
  readonly thresholds: ArrayLike<number>;
  readonly lo: number;
  readonly hi: number;
}

export interface ScaleShift {
  readonly shift: number;
  readonly multipliers: Float64Array; // [rows], unsigned
  readonly biases: Float64Array; // [rows], signed
  readonly multiplierBits: number;
  readonly biasBits: number;
}

/** u * m + b must satisfy `at * m + b >= bound` or `at * m + b <= bound`. */
interface Constraint {
  readonly at: number;
  readonly bound: number; // in units of 2^s, before the -1 of upper constraints
}

/** Constants for one shift that hold for every row; undefined when this or no shift up to `maxShift` will do. */
export function findScaleShift(rows: readonly LevelFunction[], maxShift: number): ScaleShift | undefined {
  const constraints = rows.map(constraintsOf);
  for (let shift = 0; shift <= maxShift; shift++) {
    const found = constraints.map(({ lower, upper }) => solveRow(lower, upper, 2 ** shift));
    if (found.some((each) => each === undefined)) continue;
    const multipliers = Float64Array.from(found, (each) => each?.multiplier ?? 0);
    const biases = Float64Array.from(found, (each) => each?.bias ?? 0);
    const largest = multipliers.reduce((a, b) => Math.max(a, b), 1);
    const magnitude = biases.reduce((a, b) => Math.max(a, b < 0 ? -b : b + 1), 1);
    return {
      shift,
      multipliers,
      biases,
      multiplierBits: Math.ceil(Math.log2(largest + 1)),
      biasBits: Math.ceil(Math.log2(magnitude)) + 1,
    };
  }
  return undefined;
}

function constraintsOf({ thresholds, lo, hi }: LevelFunction): { lower: Constraint[]; upper: Constraint[] } {
  const lower: Constraint[] = [];
  const upper: Constraint[] = [];
  for (let k = 1; k <= thresholds.length; k++) {
    const threshold = thresholds[k - 1];
    if (threshold <= hi) lower.push({ at: Math.max(threshold, lo), bound: k });
    if (threshold > lo) upper.push({ at: Math.min(threshold - 1, hi), bound: k });
  }
  return { lower, upper };
}

/** The smallest multiplier, and then bias, that meet all constraints at scale 2^s. */
function solveRow(
  lower: readonly Constraint[],
  upper: readonly Constraint[],
  unit: number,
): { multiplier: number; bias: number } | undefined {
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  for (const low of lower)
    for (const high of upper) {
      // low.at * m + b >= low.bound * unit and high.at * m + b <= high.bound * unit - 1
      const run = low.at - high.at;
      const rise = (low.bound - high.bound) * unit + 1;
      if (run > 0) least = Math.max(least, Math.ceil(rise / run));
      else if (run < 0) most = Math.min(most, Math.floor(rise / run));
      else if (rise > 0) return undefined;
    }
  if (least > most) return undefined;
  const multiplier = least;
  const bias = lower.length
    ? lower.reduce(
        (b, { at, bound }) => Math.max(b, bound * unit - at * multiplier),
        Number.NEGATIVE_INFINITY,
      )
    : upper.reduce((b, { at, bound }) => Math.min(b, bound * unit - 1 - at * multiplier), 0);
  return { multiplier, bias };
}
