import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packBeats, unpackBeats } from '../../src/7-simulate/beats.js';

test('lane 0 stands in the low bits, beats start at whole bytes', () => {
  const stream = { lanes: 3, laneBits: 3 };
  expect([...packBeats([1, 2, 3, -1, 0, 4], stream)]).toEqual([0b11_010_001, 0b0, 0b00_000_111, 0b1]);
});

test('fields wider than a 32-bit integer keep all bits', () => {
  const stream = { lanes: 2, laneBits: 41 };
  const bytes = packBeats([0x1fe_dcba_9876, -2], stream);
  const bits = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  expect(bits).toBe(((2n ** 41n - 2n) << 41n) | 0x1fe_dcba_9876n);
});

test('values that do not fit are taken modulo the lane', () => {
  expect([...packBeats([257, -257, 2 ** 40 + 5], { lanes: 1, laneBits: 8 })]).toEqual([1, 255, 5]);
});

test('unpacking returns what was packed, for every lane width', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 48 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (laneBits, lanes, fractions, signed) => {
        const modulus = 2 ** laneBits;
        const fields = Array.from({ length: fractions.length * lanes }, (_, index) => {
          const code = Math.floor(((fractions[index % fractions.length] + index / 7) % 1) * modulus);
          return signed ? code - modulus / 2 : code;
        });
        const stream = { lanes, laneBits };
        expect([...unpackBeats(packBeats(fields, stream), stream, signed)]).toEqual(fields);
      },
    ),
  );
});

test('fields that do not fill beats are refused', () => {
  expect(() => packBeats([1, 2, 3], { lanes: 2, laneBits: 4 })).toThrow('whole beats');
});
