/**
 * The scale of a row, and with it its codes. A scale from the largest weight wastes codes when most of the row has to
 * shrink: a larger scale turns the same weights into smaller codes, which fit. With few bits a smaller one, which clips,
 * is often best.
 */
import { formsOf, type RowMetric, squaredError } from './moments.js';

/** Codes of one row of weights in units of the given scale times a factor; several when a method has several ways. */
export type CodesOf = (values: Float64Array, factor: number) => Int32Array[];

export interface ScaledRow {
  readonly codes: Int32Array;
  readonly scale: number; // float32
  readonly error: number; // squared, in the row's metric
}

/** Factors of the given scale below it, where weights are clipped. */
const CLIPPING = [0.5, 0.6, 0.7, 0.8, 0.9];

/** Steps from the given scale to the one at which the row is within its budget without shrinking, and past it. */
const STRETCHING_STEPS = 8;

/**
 * @param stretch how far the row is over its budget at the given scale, 1 when it is not
 * @returns factors of the given scale, 1 among them
 */
export function scaleFactors(stretch: number): number[] {
  const factors = [...CLIPPING, 1];
  if (stretch > 1) {
    const last = Math.min(stretch * 1.25, 2 ** 20);
    for (let step = 1; step <= STRETCHING_STEPS; step++) factors.push(last ** (step / STRETCHING_STEPS));
  }
  return factors;
}

/**
 * The candidate with the least error in the row's metric. Each candidate's scale is the best for its codes, which is a
 * closed form, or the scale they were made with. The given scale is a candidate, so the search never does worse than it.
 *
 * @param weights [inputs], real
 * @param scale given, real value of one code
 * @param factors of the given scale, 1 among them
 */
export function searchScale(
  weights: Float64Array,
  scale: number,
  factors: readonly number[],
  row: RowMetric,
  codesOf: CodesOf,
): ScaledRow {
  return factors
    .map((factor) => bestOf(codesOf(inUnits(weights, scale * factor), factor), scale * factor, row))
    .reduce((best, each) => (each.error < best.error ? each : best));
}

/** The best of a method's ways at one scale. */
function bestOf(ways: Int32Array[], scale: number, row: RowMetric): ScaledRow {
  const candidates = formsOf(row, ways).flatMap((form, way) =>
    [scale, form.cross / form.energy].map(Math.fround).flatMap((rounded) => {
      if (!(rounded > 0) || !Number.isFinite(rounded)) return [];
      return [{ codes: ways[way], scale: rounded, error: squaredError(row, form, rounded) }];
    }),
  );
  // A scale beyond what float32 holds is no candidate.
  const none: ScaledRow = { codes: ways[0], scale, error: Infinity };
  return candidates.reduce((best, each) => (each.error < best.error ? each : best), none);
}

/** Weights as multiples of a scale. */
export function inUnits(weights: Float64Array, scale: number): Float64Array {
  return weights.map((weight) => weight / scale);
}
