import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignedStarts } from '../../src/5-plan/aligned-starts.js';

/** Rows whose spans fit `bits`. */
const problems = fc.integer({ min: 1, max: 20 }).chain((bits) =>
  fc.tuple(
    fc.constant(bits),
    fc.array(
      fc
        .tuple(fc.integer({ min: -(2 ** 22), max: 2 ** 22 }), fc.integer({ min: 0, max: 2 ** bits - 1 }))
        .map(([min, span]) => ({ min, max: min + span })),
      { minLength: 1, maxLength: 12 },
    ),
  ),
);

/** Low bits in which all values agree. */
function agreeing(values: readonly number[], bits: number): number {
  let low = 0;
  while (low < bits && values.every((value) => (value - values[0]) % 2 ** (low + 1) === 0)) low += 1;
  return low;
}

test('every row stays within the accumulator', () => {
  fc.assert(
    fc.property(problems, ([bits, rows]) => {
      for (const [r, start] of alignedStarts(rows, bits).entries()) {
        expect(rows[r].min + start).toBeGreaterThanOrEqual(0);
        expect(rows[r].max + start).toBeLessThan(2 ** bits);
      }
    }),
  );
});

test('no starts agree in more low bits', () => {
  const small = fc.integer({ min: 1, max: 5 }).chain((bits) =>
    fc.tuple(
      fc.constant(bits),
      fc.array(
        fc
          .tuple(fc.integer({ min: -40, max: 40 }), fc.integer({ min: 0, max: 2 ** bits - 1 }))
          .map(([min, span]) => ({ min, max: min + span })),
        { minLength: 1, maxLength: 5 },
      ),
    ),
  );
  fc.assert(
    fc.property(small, ([bits, rows]) => {
      const found = agreeing(alignedStarts(rows, bits), bits);
      for (let low = found + 1; low <= bits; low++)
        for (let base = 0; base < 2 ** low; base++) {
          const fits = rows.every(({ min, max }) => {
            const start = -min + ((((base + min) % 2 ** low) + 2 ** low) % 2 ** low);
            return max + start < 2 ** bits;
          });
          expect(fits, `base ${base} modulo 2^${low}`).toBe(false);
        }
    }),
  );
});

test('one start for all rows where one serves them', () => {
  expect(
    alignedStarts(
      [
        { min: -3, max: 4 },
        { min: -5, max: 2 },
      ],
      4,
    ),
  ).toEqual([5, 5]);
});
