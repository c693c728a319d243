import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../../src/5-plan/engines/unrolled/random.js';
import {
  canonicalDigits,
  digitCount,
  randomDigits,
  type SignedDigit,
} from '../../../../src/5-plan/engines/unrolled/signed-digits.js';

const integers = fc.oneof(
  fc.integer({ min: -128, max: 127 }),
  fc.integer(),
  fc.maxSafeInteger().map((value) => Math.trunc(value / 4) + 0), // no -0,
);
const sum = (digits: readonly SignedDigit[]) =>
  digits.reduce((total, { shift, negative }) => total + (negative ? -1 : 1) * 2 ** shift, 0);

test('canonical digits make up the integer; no two are adjacent', () => {
  fc.assert(
    fc.property(integers, (value) => {
      const digits = canonicalDigits(value);
      expect(sum(digits)).toBe(value);
      expect(digits).toHaveLength(digitCount(value));
      for (let k = 1; k < digits.length; k++)
        expect(digits[k].shift - digits[k - 1].shift).toBeGreaterThanOrEqual(2);
    }),
  );
});

test('random digits make up the integer and are as few, at different shifts', () => {
  fc.assert(
    fc.property(integers, fc.integer(), (value, seed) => {
      const digits = randomDigits(value, seededRandom(seed));
      expect(sum(digits)).toBe(value);
      expect(digits).toHaveLength(digitCount(value));
      expect(new Set(digits.map(({ shift }) => shift)).size).toBe(digits.length);
    }),
  );
});

test('digit counts are the least: no sum of fewer powers of two gives the integer', () => {
  const powers = Array.from({ length: 9 }, (_, k) => [2 ** k, -(2 ** k)]).flat();
  const fewest = new Map([[0, 0]]);
  for (let count = 1; count <= 4; count++)
    for (const value of [...fewest.keys()])
      for (const power of powers)
        if (!fewest.has(value + power) && fewest.get(value) === count - 1) fewest.set(value + power, count);
  for (let value = -128; value < 128; value++) expect(digitCount(value)).toBe(fewest.get(value));
});

test('3 is drawn both as 4 - 1 and as 2 + 1', () => {
  const random = seededRandom(1);
  const forms = new Set(
    Array.from({ length: 20 }, () =>
      randomDigits(3, random)
        .map(({ shift }) => shift)
        .join(),
    ),
  );
  expect([...forms].sort()).toEqual(['0,1', '0,2']);
});
