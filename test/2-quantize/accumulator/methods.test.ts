import { describe, expect, it } from 'vitest';
import { a2qCodes, a2qSpentCodes } from '../../../src/2-quantize/accumulator/a2q.js';
import { a2qPlusCodes, a2qPlusQuantizer } from '../../../src/2-quantize/accumulator/a2q-plus.js';
import { axeCodes, planFeedback } from '../../../src/2-quantize/accumulator/axe.js';
import { sumRange } from '../../../src/2-quantize/accumulator/budget.js';
import {
  l1Norm,
  l1Threshold,
  projectOntoHalves,
  projectOntoL1Ball,
  scaleToBudget,
} from '../../../src/2-quantize/accumulator/projection.js';
import { uniform, unsigned } from './problems.js';

/** The worked example: v = 0.5, -1, 0.25, 0.75 in units of s = 0.125, 4-bit codes, 4-bit unsigned inputs, 8-bit sums. */
const worked = Float64Array.of(4, -8, 2, 6);

describe('A2Q on the worked row', () => {
  it('scales to the budget and rounds towards zero', () => {
    const scaled = scaleToBudget(worked, 7.9375);
    expect([...scaled].map((each) => Number(each.toFixed(5)))).toEqual([1.5875, -3.175, 0.79375, 2.38125]);
    const codes = a2qCodes(worked, 7, unsigned(4), 8);
    expect([...codes]).toEqual([1, -3, 0, 2]);
    expect(sumRange(codes, unsigned(4))).toEqual({ min: -45, max: 45 });
  });

  it('spends what is left on the largest fraction', () => {
    expect([...a2qSpentCodes(worked, 7, unsigned(4), 8)]).toEqual([1, -3, 1, 2]);
    // Room for all: rounding to nearest.
    expect([...a2qSpentCodes(Float64Array.of(1.4, -2.5, 0.6), 7, unsigned(4), 12)]).toEqual([1, -3, 1]);
  });

  it('keeps the narrow range', () => {
    expect([...a2qCodes(worked, 7, unsigned(4), 20)]).toEqual([4, -7, 2, 6]);
  });
});

describe('A2Q+ on the worked row', () => {
  it('is the quantizer of the paper', () => {
    const codes = a2qPlusQuantizer(worked, 7, unsigned(4), 8);
    expect([...codes]).toEqual([2, -7, 0, 4]);
    expect(sumRange(codes, unsigned(4))).toEqual({ min: -105, max: 90 });
  });

  it('takes the closest centred row after training', () => {
    // Less the mean of 1: 3, -9, 1, 5; half of T+ is 8.4667, which takes 0.1778 from each positive one and 0.5333 from the negative.
    const projected = projectOntoHalves(Float64Array.of(3, -9, 1, 5), 254 / 15);
    expect([...projected].map((each) => Number(each.toFixed(4)))).toEqual([2.8222, -8.4667, 0.8222, 4.8222]);
    expect([...a2qPlusCodes(worked, 7, unsigned(4), 8)]).toEqual([2, -7, 0, 4]);
  });
});

describe('the projection onto the L1 ball', () => {
  const row = Float64Array.of(0.5, -1, 0.25, 0.75);

  it('has the worked threshold and row', () => {
    expect(l1Threshold(row, 0.9921875)).toBeCloseTo(0.4192708, 7);
    const projected = projectOntoL1Ball(row, 0.9921875);
    expect([...projected].map((each) => Number(each.toFixed(7)))).toEqual([
      0.0807292, -0.5807292, 0, 0.3307292,
    ]);
    const error = (other: Float64Array) => row.reduce((sum, value, i) => sum + (value - other[i]) ** 2, 0);
    expect(error(projected)).toBeCloseTo(0.58986, 5);
    expect(error(scaleToBudget(row, 0.9921875))).toBeCloseTo(0.68205, 5);
  });

  it('keeps a row that is inside, and leaves nothing without a radius', () => {
    expect(projectOntoL1Ball(row, 2.5)).toBe(row);
    expect([...projectOntoL1Ball(row, 0)]).toEqual([0, 0, 0, 0]);
  });

  it('keeps centred rows centred, and is the closest of them', () => {
    const next = uniform(5);
    const values = Float64Array.from({ length: 9 }, () => 4 * next());
    const mean = values.reduce((sum, value) => sum + value, 0) / 9;
    const centred = values.map((value) => value - mean);
    const projected = projectOntoHalves(centred, 6);
    expect(projected.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 10);
    expect(l1Norm(projected)).toBeCloseTo(6, 10);
    const distance = (other: Float64Array) =>
      centred.reduce((sum, value, i) => sum + (value - other[i]) ** 2, 0);
    for (let trial = 0; trial < 500; trial++) {
      const step = Float64Array.from({ length: 9 }, () => 0.2 * next());
      const drift = step.reduce((sum, value) => sum + value, 0) / 9;
      const other = projected.map((value, i) => value + step[i] - drift);
      if (l1Norm(other) <= 6) expect(distance(other)).toBeGreaterThanOrEqual(distance(projected) - 1e-9);
    }
  });
});

describe('AXE', () => {
  const published = { shrink: true, feedClamping: false };

  it('clamps to what is left of the accumulator', () => {
    const plan = planFeedback({ inputs: 4 });
    const codes = axeCodes(Float64Array.of(6.4, -2.6, 3.3, 1.2), 7, unsigned(4), 8, plan, published);
    expect([...codes]).toEqual([6, -3, 2, 0]);
    expect(sumRange(codes, unsigned(4))).toEqual({ min: -45, max: 120 });
  });

  it('without a limit rounds as OPTQ does with the inverse of the moments', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { moments, weights } = correlated(6, seed);
      const plan = planFeedback({ inputs: 6, moments });
      const codes = axeCodes(weights, 7, unsigned(4), undefined, plan, published);
      expect([...codes]).toEqual(optq(weights, moments, 7));
    }
  });

  it('carries the error from block to block', () => {
    let [whole, carried, apart] = [0, 0, 0];
    for (let seed = 1; seed <= 30; seed++) {
      const { moments, weights } = correlated(12, seed);
      const error = (codes: ArrayLike<number>) => quadratic(moments, weights, codes);
      const metric = { inputs: 12, moments };
      const run = (columns: number) =>
        axeCodes(weights, 7, unsigned(4), undefined, planFeedback(metric, columns), published);
      whole += error(run(12));
      carried += error(run(4));
      apart += error(weights.map((value) => Math.max(-7, Math.min(7, Math.round(value)))));
    }
    expect(whole).toBeLessThan(carried);
    expect(carried).toBeLessThan(apart * 0.8);
  });
});

function correlated(inputs: number, seed: number): { moments: Float64Array; weights: Float64Array } {
  const next = uniform(seed);
  const moments = new Float64Array(inputs * inputs);
  for (let sample = 0; sample < 3 * inputs; sample++) {
    const shared = 2 * next();
    const x = Array.from({ length: inputs }, (_, i) => shared + (1 + i / inputs) * next());
    for (let i = 0; i < inputs; i++) for (let j = 0; j < inputs; j++) moments[i * inputs + j] += x[i] * x[j];
  }
  return { moments, weights: Float64Array.from({ length: inputs }, () => 6 * next()) };
}

function quadratic(moments: Float64Array, weights: Float64Array, codes: ArrayLike<number>): number {
  const size = weights.length;
  let sum = 0;
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      sum += (weights[i] - codes[i]) * moments[i * size + j] * (weights[j] - codes[j]);
  return sum;
}

/** OPTQ as published, with an inverse of what is left after each column instead of a factor. */
function optq(weights: Float64Array, moments: Float64Array, largest: number): number[] {
  const size = weights.length;
  const left = [...weights.keys()].sort((a, b) => moments[b * size + b] - moments[a * size + a]);
  const current = weights.slice();
  const codes = new Array<number>(size).fill(0);
  while (left.length > 0) {
    const inverse = invert(left.map((i) => left.map((j) => moments[i * size + j])));
    const column = left[0];
    const rounded = Math.sign(current[column]) * Math.round(Math.abs(current[column]));
    codes[column] = Math.max(-largest, Math.min(largest, rounded)) + 0;
    const error = (current[column] - codes[column]) / inverse[0][0];
    for (const [k, other] of left.entries()) current[other] -= error * inverse[0][k];
    left.shift();
  }
  return codes;
}

/** Gauss-Jordan. */
function invert(matrix: number[][]): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < size; i++) {
    const pivot = rows[i][i];
    rows[i] = rows[i].map((value) => value / pivot);
    for (let k = 0; k < size; k++) {
      const factor = rows[k][i];
      if (k !== i) rows[k] = rows[k].map((value, j) => value - factor * rows[i][j]);
    }
  }
  return rows.map((row) => row.slice(size));
}
