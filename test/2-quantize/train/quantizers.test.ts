import { jit, numpy as np, valueAndGrad } from '@jax-js/jax';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { fits } from '../../../src/2-quantize/accumulator/budget.js';
import { rowCodes } from '../../../src/2-quantize/train/finish.js';
import {
  excessNorm,
  quantizeActivation,
  quantizeWeights,
  settleZeros,
  type WeightRule,
} from '../../../src/2-quantize/train/quantizers.js';
import { startBackEnd } from '../../../src/2-quantize/train/trainer.js';
import type { Tensor } from '../../../src/2-quantize/train/windows.js';

beforeAll(startBackEnd);

const array = (...values: number[]) => np.array(Float32Array.from(values));
const row = (...values: number[]) => array(...values).reshape([1, values.length]);
const read = (tensor: Tensor) => [...(tensor.dataSync() as Float32Array)];

// The worked example of the paper's quantizer: v, M = 4, N = 4 unsigned, P = 8, s = 0.125, g = 2.5.
const V = [0.5, -1, 0.25, 0.75];
const SCALE = 0.125;
const NORM = 2.5;
const A2Q: WeightRule = { kind: 'a2q', bits: 4, budget: 127 / 16 };
const PLUS: WeightRule = { kind: 'a2q+', bits: 4, budget: 254 / 15 };

describe('weights', () => {
  test.each([
    ['a2q', A2Q, [1, -3, 0, 2]],
    ['a2q+', PLUS, [2, -7, 0, 4]],
    ['nearest', { kind: 'nearest', bits: 4 }, [4, -7, 2, 6]],
  ] as const)(
    '%s gives the codes of the worked example, in the graph and in double precision',
    (_, rule, codes) => {
      const made = quantizeWeights(row(...V), array(Math.log2(SCALE)), array(Math.log2(NORM)), rule);
      expect(read(made)).toEqual(codes.map((code) => code * SCALE));
      expect([...rowCodes(Float64Array.from(V), SCALE, NORM, rule)]).toEqual(codes);
    },
  );

  test('a row of zeros stays one', () => {
    for (const rule of [A2Q, PLUS]) {
      expect(read(quantizeWeights(row(0, 0), array(-3), array(0), rule))).toEqual([0, 0]);
      expect([...rowCodes(new Float64Array(2), SCALE, NORM, rule)]).toEqual([0, 0]);
    }
  });

  test('any parameters give codes within the accumulator', () => {
    const values = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        values,
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 1, max: 8 }),
        (v, accumulator, bits) => {
          const input = { bits, signed: false, min: 0, max: 2 ** bits - 1 };
          for (const rule of [
            { kind: 'a2q', bits: 6, budget: (2 ** (accumulator - 1) - 1) / 2 ** bits },
            { kind: 'a2q+', bits: 6, budget: (2 ** accumulator - 2) / (2 ** bits - 1) },
          ] as const)
            expect(fits(rowCodes(Float64Array.from(v), 2 ** -6, 1e3, rule), input, accumulator)).toBe(true);
        },
      ),
    );
  });

  test('rounding passes the gradient, clipping only inside of the range', () => {
    const sum = (v: Tensor) => np.sum(quantizeWeights(v, array(0), undefined, { kind: 'nearest', bits: 3 }));
    const [, gradient] = jit((v: Tensor) => valueAndGrad(sum)(v))(row(0.4, 2.2, 5, -5));
    expect(read(gradient)).toEqual([1, 1, 0, 0]);
  });

  test('the penalty is what norms exceed their budget by, and has a gradient where the quantizer has none', () => {
    const penalty = (scale: Tensor, norm: Tensor) => excessNorm(scale, norm, A2Q.budget);
    const g = Math.log2(NORM);
    const [value, [, byNorm]] = valueAndGrad(penalty, { argnums: [0, 1] })(array(-3, -3), array(g, -9)) as [
      Tensor,
      [Tensor, Tensor],
    ];
    expect(value.dataSync()[0]).toBeCloseTo(1.5078125, 5);
    const [over, within] = read(byNorm);
    expect(over).toBeCloseTo(NORM * Math.LN2, 4);
    expect(within).toBe(0);
    const flat = (norm: Tensor) => np.sum(quantizeWeights(row(...V), array(-3), norm, A2Q));
    expect(read(valueAndGrad(flat)(array(g))[1])).toEqual([0]);
  });

  test('weights of code zero are drawn towards zero, others stay', () => {
    // |v| = 1 + 0.25 + 0.01, allowed 2 codes: one code is worth 0.63.
    const settled = settleZeros(row(1, -0.25, 0.01), array(0), array(1), 100, array(0.1).reshape([]));
    expect(read(settled)).toEqual([1, Math.fround(-0.15), 0].map((value) => expect.closeTo(value, 6)));
  });
});

describe('activations', () => {
  const values = array(-1, 0.3, 0.375, 0.6, 9);

  test('codes are rounded half to even and clipped', () => {
    const unsigned = quantizeActivation(values.ref, np.array(-2), { minimum: 0, maximum: 3 });
    expect(read(unsigned)).toEqual([0, 0.25, 0.5, 0.5, 0.75]);
    const signed = quantizeActivation(values.ref, np.array(-2), { minimum: -2, maximum: 1 });
    expect(read(signed)).toEqual([-0.5, 0.25, 0.25, 0.25, 0.25]);
  });

  test('the scale learns: from clipped values by the end of the range, from others by what rounding changed', () => {
    const sum = (scale: Tensor) => np.sum(quantizeActivation(values.ref, scale, { minimum: 0, maximum: 3 }));
    const [slope] = read(valueAndGrad(sum)(np.array(-2))[1]);
    const rounding = 1 - 1.2 + (2 - 1.5) + (2 - 2.4);
    expect(slope).toBeCloseTo((rounding + 3) * 0.25 * Math.LN2, 5);
  });
});
