/** Weights within an accumulator, after training: the three methods behind one function. */
import type { AccumulatorMethod, WeightProblem, WeightSolution } from '../types.js';
import { a2qCodes, a2qSpentCodes } from './a2q.js';
import { a2qPlusCodes, a2qPlusSpentCodes } from './a2q-plus.js';
import { axeCodes, type FeedbackPlan, planFeedback } from './axe.js';
import { centredL1Budget, fits, holdsAnyRow, l1Budget } from './budget.js';
import { metricOf, rowMetric } from './moments.js';
import { l1Norm } from './projection.js';
import { largestCode, toNearest, towardsZero } from './rounding.js';
import { type CodesOf, inUnits, scaleFactors, searchScale } from './scale-search.js';

/** From so many inputs on AXE is tried in one way only: the time of a try grows with their square. */
const WIDE = 1024;

export interface SolverOptions {
  /**
   * Search the scale of each row, and spend what rounding left of a budget (on by default). Without it the given scales
   * stay, and A2Q and A2Q+ are the projections of their papers, codes included.
   */
  readonly search?: boolean;
}

/**
 * Quantize the weights of one layer, so that no sum of a row can leave the accumulator, over all inputs of the range, in
 * any order. Without an accumulator, or with one that holds any row, A2Q and A2Q+ are rounding to nearest, and AXE is OPTQ.
 *
 * @param problem values [outputs][inputs]; its scales are taken as a start
 * @returns codes of the narrow type and the real value of one code, per output. Where nothing fits, codes are zero.
 */
export function solveWeights(
  given: WeightProblem,
  method: AccumulatorMethod,
  { search = true }: SolverOptions = {},
): WeightSolution {
  const problem = withoutIdleLimit(given);
  const { outputs, inputs, groups } = problem;
  const codes = new Int32Array(outputs * inputs);
  const scale = Float32Array.from(problem.scale);
  const perGroup = outputs / groups;
  for (let group = 0; group < groups; group++) {
    const metric = metricOf(inputs, problem.moments, group);
    const plan = method === 'axe' ? planFeedback(metric) : undefined;
    const codesOf = codesOfRow(problem, method, plan, search);
    for (let output = group * perGroup; output < (group + 1) * perGroup; output++) {
      const weights = Float64Array.from(problem.values.subarray(output * inputs, (output + 1) * inputs));
      // Of zeros there is nothing to scale.
      if (weights.every((weight) => weight === 0)) continue;
      const start = problem.scale[output];
      if (search) {
        const factors = scaleFactors(l1Norm(weights) / start / rowBudget(problem, method));
        const row = searchScale(weights, start, factors, rowMetric(metric, weights), codesOf);
        codes.set(row.codes, output * inputs);
        scale[output] = row.scale;
      } else codes.set(codesOf(inUnits(weights, start), 1)[0], output * inputs);
    }
  }
  assertFits(problem, codes);
  return { codes, scale };
}

function withoutIdleLimit(problem: WeightProblem): WeightProblem {
  const { bits, inputs, input, accumulator } = problem;
  if (accumulator === undefined || !holdsAnyRow(inputs, largestCode(bits), input, accumulator))
    return problem;
  return { ...problem, accumulator: undefined };
}

/** The ways of a method, the published one first. */
function codesOfRow(
  { bits, inputs, input, accumulator }: WeightProblem,
  method: AccumulatorMethod,
  plan: FeedbackPlan | undefined,
  search: boolean,
): CodesOf {
  const largest = largestCode(bits);
  if (plan) {
    const published = { shrink: true, feedClamping: false };
    const limited = search && accumulator !== undefined;
    const searched = (inputs > WIDE ? [true] : [true, false]).map((shrink) => ({
      shrink,
      feedClamping: true,
    }));
    return (values, factor) => {
      const ways = !limited ? [published] : factor === 1 ? [published, ...searched] : searched;
      return ways.map((way) => axeCodes(values, largest, input, accumulator, plan, way));
    };
  }
  // with two bits it is often best that fewer weights are one
  if (accumulator === undefined)
    return (values) => [toNearest(values, largest), ...(search ? [towardsZero(values, largest)] : [])];
  const ways =
    method === 'a2q'
      ? [a2qCodes, ...(search ? [a2qSpentCodes] : [])]
      : [a2qPlusCodes, ...(search ? [a2qPlusSpentCodes] : [])];
  return (values) => ways.map((way) => way(values, largest, input, accumulator));
}

/** Budget of the L1 norm of a row's codes, for how far the search of its scale has to go. */
function rowBudget({ input, accumulator }: WeightProblem, method: AccumulatorMethod): number {
  if (accumulator === undefined) return Infinity;
  return method === 'a2q' ? l1Budget(accumulator, input) : centredL1Budget(accumulator, input);
}

/** The guarantee is not argued but checked. */
function assertFits({ outputs, inputs, input, accumulator }: WeightProblem, codes: Int32Array): void {
  if (accumulator === undefined) return;
  for (let output = 0; output < outputs; output++)
    if (!fits(codes.subarray(output * inputs, (output + 1) * inputs), input, accumulator))
      throw new Error(`row ${output} does not fit ${accumulator} bits`);
}
