import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packWord, weightImages } from '../../src/5-plan/memory.js';
import { bipolar, dense, signed } from '../support/integer-layers.js';

/** The same word through BigInt. */
function packed(fields: readonly number[], bits: number): string {
  const word = fields.reduceRight(
    (high, field) => (high << BigInt(bits)) | BigInt.asUintN(bits, BigInt(field)),
    0n,
  );
  return word.toString(16).padStart(Math.ceil((fields.length * bits) / 4), '0');
}

test('packWord equals the same packing with BigInt', () => {
  const words = fc.integer({ min: 1, max: 50 }).chain((bits) =>
    fc.tuple(
      fc.constant(bits),
      fc.array(fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** bits - 1 }), {
        minLength: 1,
        maxLength: 40,
      }),
    ),
  );
  fc.assert(
    fc.property(words, ([bits, fields]) => {
      expect(packWord(fields, bits)).toBe(packed(fields, bits));
    }),
    { numRuns: 500 },
  );
  expect(packWord([1, 0, 3], 2)).toBe('31');
  expect(packWord([-1], 5)).toBe('1f');
});

test('weight ROMs: a file per processing element, a word per fold and group of lanes, lane 0 low', () => {
  const layer = dense(
    [
      [1, 2, 3, 4],
      [-1, -2, -3, -4],
      [5, 6, 7, 0],
      [-5, -6, -7, -8],
    ],
    signed(4),
  );
  expect(weightImages('net_fc1_weights', layer, 2, 2)).toEqual([
    { file: 'net_fc1_weights_pe000.mem', width: 8, words: ['21', '43', '65', '07'], sized: true },
    { file: 'net_fc1_weights_pe001.mem', width: 8, words: ['ef', 'cd', 'ab', '89'], sized: true },
  ]);
});

test('bipolar weights are one bit, 1 for +1', () => {
  const [image] = weightImages('w', dense([[1, -1, -1, 1, 1, -1]], bipolar), 1, 6);
  expect(image).toEqual({ file: 'w_pe000.mem', width: 6, words: ['19'], sized: true });
});
