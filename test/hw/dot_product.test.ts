import { describe, test } from 'vitest';
import { FREE_RUNNING, runBench } from './bench.js';
import { BIPOLAR, decode, dot, SIGNED, UNSIGNED } from './operands.js';
import { pack, Random } from './words.js';

const BEATS = 100;

describe('dot_product', () => {
  const kinds = [
    [UNSIGNED, 4, SIGNED, 4],
    [UNSIGNED, 1, UNSIGNED, 1],
    [UNSIGNED, 3, UNSIGNED, 5],
    [SIGNED, 1, SIGNED, 1],
    [SIGNED, 8, SIGNED, 2],
    [SIGNED, 4, UNSIGNED, 3],
    [UNSIGNED, 4, BIPOLAR, 1],
    [SIGNED, 4, BIPOLAR, 1],
    [BIPOLAR, 1, SIGNED, 3],
    [BIPOLAR, 1, UNSIGNED, 3],
    [BIPOLAR, 1, BIPOLAR, 1],
    [UNSIGNED, 8, SIGNED, 8],
  ];
  const cases = kinds.flatMap((kind) => [
    [1, 20, ...kind],
    [5, 4, ...kind],
  ]);
  test.each(cases)('SIMD %i, Y_W %i: A kind %i of %i bits, W kind %i of %i bits', async (...values) => {
    const [SIMD, Y_W, A_KIND, A_W, W_KIND, W_W] = values;
    const random = new Random(values.reduce((hash, value) => hash * 31 + value));
    const input: bigint[] = [];
    const expected: bigint[] = [];
    for (let beat = 0; beat < BEATS; beat++) {
      const a = random.words(SIMD, A_W);
      const w = random.words(SIMD, W_W);
      input.push((pack(w, W_W) << BigInt(SIMD * A_W)) | pack(a, A_W));
      const sum = dot(
        a.map((code) => decode(code, A_W, A_KIND)),
        w.map((code) => decode(code, W_W, W_KIND)),
      );
      expected.push(BigInt.asUintN(Y_W, sum));
    }
    const parameters = { SIMD, A_W, A_KIND, W_W, W_KIND, Y_W };
    await runBench({ module: 'dot_product', parameters, input, expected }, FREE_RUNNING);
  });
});
