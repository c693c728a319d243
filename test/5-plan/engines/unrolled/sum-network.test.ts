/** The network keeps what its rows compute, and its bookkeeping, through sharing, rewriting and taking back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { improve } from '../../../../src/5-plan/engines/unrolled/improve.js';
import { evaluationOrder, leastDepths, relevel } from '../../../../src/5-plan/engines/unrolled/order.js';
import { PatternTable } from '../../../../src/5-plan/engines/unrolled/pattern-table.js';
import { seededRandom } from '../../../../src/5-plan/engines/unrolled/random.js';
import { dissolve, inline } from '../../../../src/5-plan/engines/unrolled/rewrite.js';
import { shareAll } from '../../../../src/5-plan/engines/unrolled/share.js';
import { canonicalDigits } from '../../../../src/5-plan/engines/unrolled/signed-digits.js';
import { SumNetwork } from '../../../../src/5-plan/engines/unrolled/sum-network.js';
import { isNegative, shiftOf, term, variableOf } from '../../../../src/5-plan/engines/unrolled/term.js';
import { transposed } from '../../../../src/5-plan/engines/unrolled/transpose.js';

const INPUTS = 5;
const DEPTH = 8;

const matrices = fc.array(
  fc.array(fc.integer({ min: -16, max: 15 }), { minLength: INPUTS, maxLength: INPUTS }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

function networkOf(matrix: readonly (readonly number[])[]): SumNetwork {
  const network = new SumNetwork(INPUTS, matrix.length, new PatternTable(), DEPTH);
  matrix.forEach((weights, row) => {
    weights.forEach((weight, column) => {
      for (const { shift, negative } of canonicalDigits(weight))
        network.addTerm(INPUTS + row, term(column, shift, negative));
    });
  });
  return network;
}

/** The factors of the inputs in each output. */
function matrixOf(network: SumNetwork): number[][] {
  const factors: number[][] = [];
  for (let k = 0; k < network.inputs; k++)
    factors[k] = Array.from({ length: network.inputs }, (_, i) => (i === k ? 1 : 0));
  for (const variable of evaluationOrder(network)) {
    factors[variable] = new Array(network.inputs).fill(0);
    for (const code of network.rows[variable])
      factors[variableOf(code)].forEach((factor, k) => {
        factors[variable][k] += (isNegative(code) ? -1 : 1) * 2 ** shiftOf(code) * factor;
      });
  }
  return factors.slice(network.inputs, network.inputs + network.outputs);
}

/** Everything that must come back when changes are taken back; order aside. */
function stateOf(network: SumNetwork) {
  const sorted = (lists: readonly number[][]) =>
    lists.map((list, k) => [k, [...list].sort((a, b) => a - b)] as const).filter(([k]) => network.live[k]);
  return {
    rows: sorted(network.rows),
    users: sorted(network.users),
    loads: network.loads.filter((_, k) => network.live[k]),
    levels: network.levels.filter((_, k) => network.live[k]),
    adders: network.adders,
  };
}

/** The bookkeeping recomputed from the rows. */
function expectConsistent(network: SumNetwork): void {
  const { rows, users, live, loads, levels, inputs } = network;
  let adders = 0;
  rows.forEach((terms, row) => {
    if (!live[row]) expect([terms, users[row]]).toEqual([[], []]);
    if (row < inputs) return;
    adders += Math.max(0, terms.length - 1);
    const load = terms.reduce((sum, code) => sum + 2 ** levels[variableOf(code)], 0);
    expect(loads[row]).toBe(load);
    if (live[row]) expect(load).toBeLessThanOrEqual(2 ** levels[row]);
    for (const code of terms) expect(users[variableOf(code)]).toContain(row);
  });
  expect(network.adders).toBe(adders);
  expect(users.flat()).toHaveLength(rows.flat().length);
}

const zeroless = (matrix: readonly (readonly number[])[]) =>
  matrix.map((row) => row.map((w) => (w === 0 ? 0 : w)));

describe('sharing', () => {
  test('keeps the matrix, and leaves no pattern that occurs twice', () => {
    fc.assert(
      fc.property(matrices, fc.integer(), (matrix, seed) => {
        const network = networkOf(matrix);
        const before = network.adders;
        shareAll(network, seededRandom(seed));
        expect(matrixOf(network)).toEqual(zeroless(matrix));
        expectConsistent(network);
        expect(network.adders).toBeLessThanOrEqual(before);
        expect(network.patterns.pop(seededRandom(1))).toBeUndefined();
      }),
    );
  });

  test('the most frequent pattern comes first', () => {
    const network = networkOf([
      [1, 1, 1, 0, 0],
      [0, 1, 1, 1, 0],
      [0, 1, 1, 0, 1],
      [1, 1, 0, 0, 0],
    ]);
    const next = network.patterns.pop(seededRandom(1));
    expect(next?.count).toBe(3);
    expect(next && [next.head >>> 8, next.tail]).toEqual([1, 2]);
  });
});

describe('rewriting', () => {
  test('writing sums out keeps the matrix', () => {
    fc.assert(
      fc.property(matrices, fc.integer(), fc.boolean(), (matrix, seed, everywhere) => {
        const network = networkOf(matrix);
        const random = seededRandom(seed);
        shareAll(network, random);
        for (let row = INPUTS; row < network.rows.length; row++) {
          if (everywhere && network.live[row] && network.isShared(row)) dissolve(network, row, random);
          const part = network.rows[row].map(variableOf).find((variable) => variable >= INPUTS);
          if (!everywhere && part !== undefined) inline(network, row, part, random);
        }
        expect(matrixOf(network)).toEqual(zeroless(matrix));
        expectConsistent(network);
        if (everywhere) expect(network.live.lastIndexOf(true)).toBeLessThan(INPUTS + matrix.length);
      }),
    );
  });

  test('a rollback restores everything', () => {
    fc.assert(
      fc.property(matrices, fc.integer(), (matrix, seed) => {
        const network = networkOf(matrix);
        const random = seededRandom(seed);
        shareAll(network, random);
        network.commit();
        const before = stateOf(network);
        for (let row = INPUTS; row < network.rows.length; row += 2)
          if (network.live[row] && network.isShared(row)) dissolve(network, row, random);
        relevel(network, DEPTH, random);
        shareAll(network, random);
        network.rollback();
        expect(stateOf(network)).toEqual(before);
        expectConsistent(network);
      }),
    );
  });
});

describe('searching', () => {
  test('keeps the matrix and the depth, and tells of every better network', () => {
    fc.assert(
      fc.property(matrices, fc.integer(), (matrix, seed) => {
        const network = networkOf(matrix);
        shareAll(network, seededRandom(seed));
        const kept = [network.adders];
        improve(network, seededRandom(seed), { effort: 20_000, temperature: 0.5, depth: DEPTH }, () =>
          kept.push(network.adders),
        );
        expect(matrixOf(network)).toEqual(zeroless(matrix));
        expectConsistent(network);
        for (let k = 1; k < kept.length; k++) expect(kept[k]).toBeLessThan(kept[k - 1]);
        expect(Math.max(...leastDepths(network, evaluationOrder(network)))).toBeLessThanOrEqual(DEPTH);
      }),
      { numRuns: 50 },
    );
  });
});

describe('transposition', () => {
  test('gives a network of the transposed matrix; adders + outputs stay as many', () => {
    fc.assert(
      fc.property(matrices, fc.integer(), (matrix, seed) => {
        const network = networkOf(matrix);
        shareAll(network, seededRandom(seed));
        const result = transposed(network, 40);
        expect(result && matrixOf(result)).toEqual(
          Array.from({ length: INPUTS }, (_, k) => zeroless(matrix).map((row) => row[k])),
        );
        if (!result) return;
        expectConsistent(result);
        const used = (rows: readonly (readonly number[])[]) =>
          rows.filter((row) => row.some((w) => w)).length;
        expect(result.adders + used(matrixOf(result))).toBe(network.adders + used(matrix));
      }),
    );
  });

  test('is refused when it would be too deep', () => {
    const network = networkOf(new Array(8).fill([1, 0, 0, 0, 0])); // transposed: a sum of eight
    expect(transposed(network, 2)).toBeUndefined();
    expect(transposed(network, 3)?.adders).toBe(7);
  });
});
