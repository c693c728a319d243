/** Both ways of building constant sums give W x, in values that fit their fields, in stages of a few adders. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adderSums } from '../../../../src/5-plan/engines/unrolled/adders.js';
import { solveAdderGraph } from '../../../../src/5-plan/engines/unrolled/solve.js';
import {
  operandsOf,
  PATH_ADDERS,
  type SumMatrix,
  sumCost,
  timed,
} from '../../../../src/5-plan/engines/unrolled/sums.js';
import { tableSums } from '../../../../src/5-plan/engines/unrolled/tables.js';
import type { SumModule } from '../../../../src/5-plan/types.js';
import { simulateSums } from '../../../support/plan-simulator.js';

const LANE_BITS = 48;

const matrices = fc
  .tuple(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 2, max: 8 }),
    fc.boolean(),
    fc.integer({ min: 1, max: 40 }),
  )
  .chain(([inputs, outputs, bits, signed, largest]) =>
    fc.record({
      matrix: fc
        .array(fc.integer({ min: -largest, max: largest }), {
          minLength: inputs * outputs,
          maxLength: inputs * outputs,
        })
        .map((weights): SumMatrix => {
          const [min, max] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
          return { weights: Int32Array.from(weights), inputs, outputs, field: { bits, signed, min, max } };
        }),
      picks: fc.array(fc.nat(), { minLength: inputs * 4, maxLength: inputs * 4 }),
    }),
  );

/** The module of a way, with the rows' constants left out of the lanes. */
function build(matrix: SumMatrix, way: 'adders' | 'tables') {
  const greedy = () => solveAdderGraph(matrix.weights, matrix.outputs, matrix.inputs, { effort: 0 });
  const { nodes, rows } = way === 'adders' ? adderSums(matrix, greedy()) : tableSums(matrix);
  const outputs = rows.map(({ from, shift, invert }) =>
    from === undefined ? { constant: 0 } : { from, shift, invert },
  );
  return { module: timed('sums', matrix, { nodes, outputs }, LANE_BITS, way === 'tables'), rows };
}

describe.each(['adders', 'tables'] as const)('%s', (way) => {
  test('every row is its sum', () => {
    fc.assert(
      fc.property(matrices, ({ matrix, picks }) => {
        const { weights, inputs, outputs, field } = matrix;
        const { module, rows } = build(matrix, way);
        for (let n = 0; n < 4; n++) {
          const x = Array.from(
            { length: inputs },
            (_, i) => field.min + (picks[n * inputs + i] % (field.max - field.min + 1)),
          );
          const lanes = simulateSums(
            module,
            x.map((value) => BigInt.asUintN(field.bits, BigInt(value))),
          );
          for (let r = 0; r < outputs; r++) {
            const expected = x.reduce((sum, value, i) => sum + value * weights[r * inputs + i], 0);
            expect(Number(BigInt.asIntN(LANE_BITS, lanes[r])) + rows[r].constant).toBe(expected);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('no stage has more adders in a row than allowed, and operands come from earlier stages or the same', () => {
    fc.assert(
      fc.property(matrices, ({ matrix }) => {
        const { module } = build(matrix, way);
        expect(longestPath(module)).toBeLessThanOrEqual(PATH_ADDERS);
        expect(sumCost(module).lut).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 100 },
    );
  });
});

/** Most adders between two registers. */
function longestPath({ inputs, nodes, stages }: SumModule): number {
  const paths: number[] = inputs.map(() => 0);
  const at = inputs.map(() => 0);
  nodes.forEach((node) => {
    expect(node.stage).toBeLessThan(stages);
    const own = node.kind === 'table' && node.below === undefined ? 0 : 1;
    const before = operandsOf(node).map((from) => {
      expect(at[from]).toBeLessThanOrEqual(node.stage);
      return at[from] === node.stage ? paths[from] : 0;
    });
    paths.push(own + Math.max(0, ...before));
    at.push(node.stage);
  });
  return Math.max(...paths);
}

test('a table costs one LUT a bit, and an adder leaves out the bits that pass', () => {
  const field = { bits: 6, signed: false, min: 0, max: 63 };
  const one = { weights: Int32Array.of(1, 8), inputs: 2, outputs: 1, field };
  // x0 + 8 x1: 63 + 504 = 567 needs 10 bits, of which 3 are x0's own
  expect(sumCost(build(one, 'adders').module)).toMatchObject({ adders: 1, lut: 7, sites: 7 });
  const { module } = build({ ...one, weights: Int32Array.of(1, 0) }, 'tables');
  expect(sumCost(module)).toMatchObject({ adders: 0, lut: 6, sites: 6 });
});
