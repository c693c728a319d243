import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AdderGraph,
  depthOf,
  evaluateAdderGraph,
  minimumDepth,
  naiveAdders,
} from '../../../../src/5-plan/engines/unrolled/adder-graph.js';
import { seededRandom } from '../../../../src/5-plan/engines/unrolled/random.js';
import { solveAdderGraph } from '../../../../src/5-plan/engines/unrolled/solve.js';

interface Matrix {
  readonly rows: readonly (readonly number[])[];
  readonly inputs: number;
}

const flat = ({ rows }: Matrix) => Int32Array.from(rows.flat());
const solve = (matrix: Matrix, options: { maxDepth?: number; effort?: number }) =>
  solveAdderGraph(flat(matrix), matrix.rows.length, matrix.inputs, options);

/** The matrix that a graph computes: its outputs for the unit vectors, as rows. */
function matrixOf(graph: AdderGraph): number[][] {
  const columns = Array.from({ length: graph.inputs }, (_, i) =>
    evaluateAdderGraph(
      graph,
      Array.from({ length: graph.inputs }, (_, k) => (k === i ? 1 : 0)),
    ),
  );
  return graph.outputs.map((_, row) => columns.map((column) => column[row]));
}

function expectWellFormed({ inputs, nodes, outputs }: AdderGraph): void {
  nodes.forEach(({ a, b, shiftA, shiftB, negateA, negateB }, k) => {
    for (const operand of [a, b]) expect(operand >= 0 && operand < inputs + k).toBe(true);
    expect(Math.min(shiftA, shiftB)).toBe(0);
    expect(negateA && negateB).toBe(false);
  });
  for (const { operand, shift } of outputs) {
    expect(operand >= -1 && operand < inputs + nodes.length).toBe(true);
    expect(shift).toBeGreaterThanOrEqual(0);
  }
  const used = new Set([...nodes.flatMap(({ a, b }) => [a, b]), ...outputs.map(({ operand }) => operand)]);
  nodes.forEach((_, k) => {
    expect(used.has(inputs + k)).toBe(true);
  });
}

/** Matrices of any width of weight, with rows that repeat others scaled by 0 or +-2^k. */
const matrices: fc.Arbitrary<Matrix> = fc
  .record({ inputs: fc.integer({ min: 1, max: 9 }), bits: fc.integer({ min: 1, max: 9 }) })
  .chain(({ inputs, bits }) =>
    fc.record({
      inputs: fc.constant(inputs),
      fresh: fc.array(
        fc.array(fc.integer({ min: -(2 ** bits), max: 2 ** bits - 1 }), {
          minLength: inputs,
          maxLength: inputs,
        }),
        { minLength: 1, maxLength: 8 },
      ),
      copies: fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, -1, 2, -4, 8)), { maxLength: 3 }),
      empty: fc.option(fc.nat(), { nil: undefined }), // a column of zeros
    }),
  )
  .map(({ inputs, fresh, copies, empty }) => {
    const copied = copies.map(([index, factor]) => fresh[index % fresh.length].map((w) => w * factor + 0));
    const rows = [...fresh, ...copied].map((row) =>
      row.map((w, k) => (empty !== undefined && k === empty % inputs ? 0 : w)),
    );
    return { rows, inputs };
  });

const normal = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((w) => (w === 0 ? 0 : w)));

describe('laws', () => {
  test('the graph computes the matrix, within the depth, with no more adders than without sharing', () => {
    fc.assert(
      fc.property(matrices, fc.nat({ max: 3 }), fc.constantFrom(0, 20_000), (matrix, slack, effort) => {
        const weights = flat(matrix);
        const least = minimumDepth(weights, matrix.rows.length, matrix.inputs);
        const graph = solve(matrix, { maxDepth: least + slack, effort });
        expect(matrixOf(graph)).toEqual(normal(matrix.rows));
        expectWellFormed(graph);
        expect(depthOf(graph)).toBeLessThanOrEqual(least + slack);
        expect(depthOf(graph)).toBeGreaterThanOrEqual(least);
        expect(graph.nodes.length).toBeLessThanOrEqual(
          naiveAdders(weights, matrix.rows.length, matrix.inputs),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('a longer search is no worse than greedy sharing', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const adders = [0, 50_000].map((effort) => solve(matrix, { effort }).nodes.length);
        expect(adders[1]).toBeLessThanOrEqual(adders[0]);
      }),
      { numRuns: 40 },
    );
  });

  test('rows that are multiples of others by +-2^k cost nothing', () => {
    fc.assert(
      fc.property(matrices, fc.constantFrom(1, -1, 2, -8), (matrix, factor) => {
        const doubled = {
          ...matrix,
          rows: [...matrix.rows, ...matrix.rows.map((row) => row.map((w) => w * factor))],
        };
        const [once, twice] = [matrix, doubled].map((each) => solve(each, { effort: 0 }).nodes.length);
        expect(twice).toBe(once);
      }),
      { numRuns: 60 },
    );
  });
});

describe('small matrices', () => {
  const adders = (rows: number[][], maxDepth?: number) =>
    solve({ rows, inputs: rows[0].length }, { maxDepth }).nodes.length;

  test('1x1: zero, a power of two, the largest and the smallest weights', () => {
    for (const [weight, expected] of [
      [0, 0],
      [1, 0],
      [-1, 0],
      [64, 0],
      [-(2 ** 31), 0],
      [3, 1],
      [-7, 1],
      [45, 2], // 5 * 9, from four digits
      [2 ** 31 - 1, 1],
    ]) {
      const graph = solve({ rows: [[weight]], inputs: 1 }, { effort: 100_000 });
      expect(matrixOf(graph)).toEqual([[weight]]);
      expect(graph.nodes.length).toBe(expected);
    }
  });

  test('no rows, and rows of zeros', () => {
    expect(solveAdderGraph(new Int32Array(0), 0, 3)).toEqual({ inputs: 3, nodes: [], outputs: [] });
    const zero = { operand: -1, shift: 0, negate: false };
    expect(solveAdderGraph(new Int32Array(6), 2, 3)).toEqual({ inputs: 3, nodes: [], outputs: [zero, zero] });
  });

  test('what rows have in common is computed once', () => {
    expect(
      adders([
        [1, 1, 1, 0],
        [1, 1, 0, 1],
        [-1, -1, 0, 0],
      ]),
    ).toBe(3);
    expect(
      adders([
        [1, 1, 0],
        [2, 2, 1],
        [4, 4, -1],
      ]),
    ).toBe(3);
  });

  test('at the least depth, sharing that would be deeper is left out', () => {
    const rows = [
      [1, 1, 0, 0],
      [1, 1, 1, 1],
      [1, 1, 1, 2],
    ];
    expect(depthOf(solve({ rows, inputs: 4 }, { maxDepth: 2 }))).toBe(2);
    expect(depthOf(solve({ rows, inputs: 4 }, { maxDepth: 0 }))).toBe(2); // impossible: the least instead
  });
});

test('the same matrix gives the same graph', () => {
  const random = seededRandom(3);
  const weights = Int32Array.from({ length: 12 * 12 }, () => random.below(32) - 16);
  const [first, second] = [0, 1].map(() => solveAdderGraph(weights, 12, 12, { effort: 300_000 }));
  expect(second).toEqual(first);
});

test('a random matrix of 16 inputs, 32 outputs and 4-bit weights', () => {
  const random = seededRandom(7);
  const weights = Int32Array.from({ length: 32 * 16 }, () => random.below(16) - 8);
  const naive = naiveAdders(weights, 32, 16);
  const [greedy, searched] = [0, 3_000_000].map((effort) => solveAdderGraph(weights, 32, 16, { effort }));
  expect(greedy.nodes.length).toBeLessThan(0.65 * naive);
  expect(searched.nodes.length).toBeLessThan(0.95 * greedy.nodes.length);
});
