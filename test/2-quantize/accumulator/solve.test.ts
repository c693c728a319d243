import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { solveWeights } from '../../../src/2-quantize/accumulator/index.js';
import { formsOf, metricOf, rowMetric, squaredError } from '../../../src/2-quantize/accumulator/moments.js';
import type { AccumulatorMethod, WeightProblem, WeightSolution } from '../../../src/2-quantize/types.js';
import { inputRanges, problem, unsigned } from './problems.js';

const METHODS: readonly AccumulatorMethod[] = ['a2q', 'a2q+', 'axe'];

const problems = fc
  .record({
    perGroup: fc.integer({ min: 1, max: 3 }),
    groups: fc.integer({ min: 1, max: 3 }),
    inputs: fc.integer({ min: 1, max: 24 }),
    bits: fc.integer({ min: 2, max: 8 }),
    input: inputRanges,
    accumulator: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    samples: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
  })
  .map(({ perGroup, ...shape }) => problem({ ...shape, outputs: perGroup * shape.groups }));

/** Ends of a row's sums, from the definition: every input at the end that suits its weight, or not there at all. */
function ends(row: Int32Array, { min, max }: { min: number; max: number }): [number, number] {
  let [low, high] = [0, 0];
  for (const code of row) {
    low += Math.min(0, code * min, code * max);
    high += Math.max(0, code * min, code * max);
  }
  return [low, high];
}

/** Error of each row in the metric of its group. */
function errorsOf(given: WeightProblem, solution: WeightSolution): number[] {
  const { outputs, inputs, groups, values, moments } = given;
  return Array.from({ length: outputs }, (_, output) => {
    const metric = metricOf(inputs, moments, Math.floor(output / (outputs / groups)));
    const part = [output * inputs, (output + 1) * inputs] as const;
    const row = rowMetric(metric, Float64Array.from(values.subarray(...part)));
    return squaredError(row, formsOf(row, [solution.codes.subarray(...part)])[0], solution.scale[output]);
  });
}

describe.each(METHODS)('%s', (method) => {
  it('never leaves the accumulator or the narrow type, with or without search', () => {
    fc.assert(
      fc.property(problems, fc.boolean(), (given, search) => {
        const { codes, scale } = solveWeights(given, method, { search });
        const { bits, inputs, outputs, accumulator, input } = given;
        expect(codes.every((code) => Math.abs(code) <= 2 ** (bits - 1) - 1)).toBe(true);
        expect(scale.every((each) => each > 0 && Number.isFinite(each))).toBe(true);
        if (accumulator === undefined) return;
        for (let output = 0; output < outputs; output++) {
          const [low, high] = ends(codes.subarray(output * inputs, (output + 1) * inputs), input);
          expect(low).toBeGreaterThanOrEqual(-(2 ** (accumulator - 1)));
          expect(high).toBeLessThanOrEqual(2 ** (accumulator - 1) - 1);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('loses no more with the search than with the given scale', () => {
    fc.assert(
      fc.property(problems, (given) => {
        const searched = errorsOf(given, solveWeights(given, method));
        const fixed = errorsOf(given, solveWeights(given, method, { search: false }));
        for (const [row, error] of fixed.entries())
          expect(searched[row]).toBeLessThanOrEqual(error + 1e-9 * Math.abs(error) + 1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it('gives zeros where nothing fits', () => {
    const given = problem({
      outputs: 2,
      inputs: 5,
      groups: 1,
      bits: 4,
      input: unsigned(8),
      accumulator: 2,
      seed: 3,
    });
    expect(solveWeights(given, method).codes.every((code) => code === 0)).toBe(true);
  });

  it('keeps rows of zeros, and their scale', () => {
    const shape = { outputs: 1, inputs: 3, groups: 1, bits: 4, input: unsigned(4), accumulator: 8, seed: 1 };
    const given = { ...problem(shape), values: new Float32Array(3), scale: Float32Array.of(0.5) };
    expect(solveWeights(given, method)).toEqual({ codes: new Int32Array(3), scale: Float32Array.of(0.5) });
  });

  it('rounds to nearest without an accumulator and without moments', () => {
    const shape = { outputs: 1, inputs: 4, groups: 1, bits: 4, input: unsigned(4), seed: 1 };
    const given = {
      ...problem(shape),
      values: Float32Array.of(0.7, -0.26, 0.04, -0.7),
      scale: Float32Array.of(0.1),
    };
    expect([...solveWeights(given, method, { search: false }).codes]).toEqual([7, -3, 0, -7]);
  });

  it('gives the same codes again', () => {
    const given = problem({
      outputs: 4,
      inputs: 30,
      groups: 2,
      bits: 4,
      input: unsigned(4),
      accumulator: 11,
      samples: 40,
      seed: 9,
    });
    expect(solveWeights(given, method)).toEqual(solveWeights(given, method));
  });
});

describe('on a layer with correlated inputs', () => {
  const total = (given: WeightProblem, method: AccumulatorMethod, search = true) =>
    errorsOf(given, solveWeights(given, method, { search })).reduce((sum, error) => sum + error, 0);
  const given = problem({
    outputs: 16,
    inputs: 96,
    groups: 1,
    bits: 4,
    input: unsigned(4),
    accumulator: 10,
    samples: 200,
    seed: 11,
  });

  it('AXE loses less than A2Q+, and A2Q+ less than A2Q', () => {
    expect(total(given, 'axe')).toBeLessThan(total(given, 'a2q+'));
    expect(total(given, 'a2q+')).toBeLessThan(total(given, 'a2q'));
  });

  it('the search more than halves the error of every method', () => {
    for (const method of METHODS) expect(total(given, method)).toBeLessThan(total(given, method, false) / 2);
  });

  it('a wide accumulator costs nothing', () => {
    for (const method of METHODS) {
      const wide = total({ ...given, accumulator: 32 }, method);
      const without = total({ ...given, accumulator: undefined }, method);
      expect(wide).toBeLessThanOrEqual(without * 1.0001);
    }
  });
});
