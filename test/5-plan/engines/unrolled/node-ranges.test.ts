import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AdderGraph } from '../../../../src/5-plan/engines/unrolled/adder-graph.js';
import { adderBits, operandRanges } from '../../../../src/5-plan/engines/unrolled/node-ranges.js';
import { solveAdderGraph } from '../../../../src/5-plan/engines/unrolled/solve.js';

/** One node: (a << shiftA) and (b << shiftB), perhaps negated. */
const pair = (shiftA: number, shiftB: number, negateA: boolean, negateB: boolean): AdderGraph => ({
  inputs: 2,
  nodes: [{ a: 0, b: 1, shiftA, shiftB, negateA, negateB }],
  outputs: [{ operand: 2, shift: 0, negate: false }],
});
const NIBBLE = { min: -8, max: 7 };

test('ranges of sums and differences', () => {
  expect(operandRanges(pair(0, 0, false, false), [NIBBLE, NIBBLE])[2]).toEqual({ min: -16, max: 14 });
  expect(operandRanges(pair(1, 0, false, true), [NIBBLE, NIBBLE])[2]).toEqual({ min: -23, max: 22 });
});

test('a part that cancels does not widen the range', () => {
  const graph: AdderGraph = {
    inputs: 2,
    nodes: [
      { a: 0, b: 1, shiftA: 0, shiftB: 0, negateA: false, negateB: false },
      { a: 2, b: 1, shiftA: 0, shiftB: 0, negateA: false, negateB: true }, // x0 again
    ],
    outputs: [{ operand: 3, shift: 0, negate: false }],
  };
  expect(operandRanges(graph, [NIBBLE, NIBBLE])[3]).toEqual(NIBBLE);
});

test('adder bits: low bits that pass unchanged are free, those to be negated are not', () => {
  expect(adderBits(pair(0, 0, false, false), [NIBBLE, NIBBLE])).toBe(5);
  expect(adderBits(pair(2, 0, false, false), [NIBBLE, NIBBLE])).toBe(7 - 2); // -40 .. 35
  expect(adderBits(pair(2, 0, true, false), [NIBBLE, NIBBLE])).toBe(7 - 2); // -36 .. 39
  expect(adderBits(pair(2, 0, false, true), [NIBBLE, NIBBLE])).toBe(7); // -39 .. 36
});

test('the range of an output is that of its row of weights', () => {
  const rows = fc.array(fc.array(fc.integer({ min: -31, max: 31 }), { minLength: 4, maxLength: 4 }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(rows, (weights) => {
      const graph = solveAdderGraph(Int32Array.from(weights.flat()), weights.length, 4, { effort: 0 });
      const ranges = operandRanges(
        graph,
        [0, 1, 2, 3].map(() => ({ min: 0, max: 15 })),
      );
      graph.outputs.forEach(({ operand, shift, negate }, row) => {
        const sums = [-1, 1].map((sign) =>
          weights[row].reduce((sum, w) => sum + (w * sign > 0 ? w * 15 : 0), 0),
        );
        if (operand < 0) expect(sums.map(Math.abs)).toEqual([0, 0]);
        else {
          const { min, max } = ranges[operand];
          const ends = [min, max].map((end) => end * 2 ** shift * (negate ? -1 : 1));
          expect([Math.min(...ends), Math.max(...ends)].map((end) => end + 0)).toEqual(
            sums.map((end) => end + 0),
          );
        }
      });
    }),
  );
});
