/**
 * Requantisation as multiply, add, shift, clip: the smallest constants that reproduce a step function exactly.
 *
 * level(u) = clip(floor((u * m + b) / 2^s), 0, levels - 1) equals the step function on lo .. hi when, for every
 * threshold T_k inside the range, T_k * m + b >= k * 2^s and (T_k - 1) * m + b <= k * 2^s - 1. Where ties go to even
 * results, a result of k >= 1 needs one more in the sum when k is odd: k * 2^s itself is the tie that goes to k - 1.
 */

/** A step function of u in lo .. hi: thresholds[k - 1] is the smallest u of level k; 0: always, > hi: never. */
export interface LevelFunction {
  readonly thresholds: ArrayLike<number>;
  readonly lo: number;
  readonly hi: number;
}

export interface ScaleShift {
  readonly tiesEven: boolean; // a sum of k * 2^s with k odd gives k - 1
  readonly first: 0 | 1; // result of level 0
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
  readonly odd: 0 | 1; // added to the bound: 1 where the tie does not reach it
}

/** How a result is taken from the sum, in the order of preference: ties to even cost a LUT or two more. */
const ROUNDINGS = [
  { tiesEven: false, first: 0 },
  { tiesEven: true, first: 0 },
  { tiesEven: true, first: 1 },
] as const;
type Rounding = (typeof ROUNDINGS)[number];

/** The constants with the smallest multipliers; undefined when no shift up to `maxShift` will do. */
export function findScaleShift(rows: readonly LevelFunction[], maxShift: number): ScaleShift | undefined {
  let best: ScaleShift | undefined;
  for (const rounding of ROUNDINGS) {
    const found = withRounding(rows, maxShift, rounding);
    if (found && (!best || found.multiplierBits < best.multiplierBits)) best = found;
    if (best?.multiplierBits === 1) break;
  }
  return best;
}

function withRounding(
  rows: readonly LevelFunction[],
  maxShift: number,
  rounding: Rounding,
): ScaleShift | undefined {
  const constraints = rows.map((row) => constraintsOf(row, rounding));
  for (let shift = rounding.tiesEven ? 1 : 0; shift <= maxShift; shift++) {
    const unit = 2 ** shift;
    const slopes: { least: number; most: number }[] = [];
    for (const each of constraints) {
      const range = slopeRange(each, unit);
      if (!range) break;
      slopes.push(range);
    }
    if (slopes.length < rows.length) continue;
    // one multiplier for all rows, where there is one, is a constant and no operand
    const common = slopes.reduce((most, { least }) => Math.max(most, least), 0);
    const shared = slopes.every(({ most }) => common <= most);
    const multipliers = Float64Array.from(slopes, ({ least }) => (shared ? common : least));
    const biases = Float64Array.from(constraints, (each, row) => biasOf(each, unit, multipliers[row]));
    const largest = multipliers.reduce((a, b) => Math.max(a, b), 1);
    const magnitude = biases.reduce((a, b) => Math.max(a, b < 0 ? -b : b + 1), 1);
    return {
      ...rounding,
      shift,
      multipliers,
      biases,
      multiplierBits: Math.ceil(Math.log2(largest + 1)),
      biasBits: Math.ceil(Math.log2(magnitude)) + 1,
    };
  }
  return undefined;
}

interface Constraints {
  readonly lower: readonly Constraint[];
  readonly upper: readonly Constraint[];
}

function constraintsOf({ thresholds, lo, hi }: LevelFunction, { tiesEven, first }: Rounding): Constraints {
  const lower: Constraint[] = [];
  const upper: Constraint[] = [];
  for (let k = 1; k <= thresholds.length; k++) {
    const threshold = thresholds[k - 1];
    const bound = k + first;
    const odd = tiesEven && bound % 2 === 1 ? 1 : 0;
    if (threshold <= hi) lower.push({ at: Math.max(threshold, lo), bound, odd });
    if (threshold > lo) upper.push({ at: Math.min(threshold - 1, hi), bound, odd });
  }
  return { lower, upper };
}

/** The multipliers that meet all constraints with some bias, at scale 2^s. */
function slopeRange(
  { lower, upper }: Constraints,
  unit: number,
): { least: number; most: number } | undefined {
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  for (const low of lower)
    for (const high of upper) {
      // low.at * m + b >= low.bound * unit + low.odd and high.at * m + b <= high.bound * unit + high.odd - 1
      const run = low.at - high.at;
      const rise = (low.bound - high.bound) * unit + low.odd - high.odd + 1;
      if (run > 0) least = Math.max(least, Math.ceil(rise / run));
      else if (run < 0) most = Math.min(most, Math.floor(rise / run));
      else if (rise > 0) return undefined;
    }
  return least <= most ? { least, most } : undefined;
}

/** The smallest bias for a multiplier. */
function biasOf({ lower, upper }: Constraints, unit: number, multiplier: number): number {
  return lower.length
    ? lower.reduce(
        (b, { at, bound, odd }) => Math.max(b, bound * unit + odd - at * multiplier),
        Number.NEGATIVE_INFINITY,
      )
    : upper.reduce((b, { at, bound, odd }) => Math.min(b, bound * unit + odd - 1 - at * multiplier), 0);
}
