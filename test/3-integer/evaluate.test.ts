import { expect, test } from 'vitest';
import { evaluate, evaluateBatches, evaluateDense, evaluateStep } from '../../src/3-integer/evaluate.js';
import { bipolar, chain, dense, signed, step, unsigned } from '../support/integer-layers.js';

test('dense: 32-bit arithmetic and doubles agree, and sums past 2^31 stay exact', () => {
  const rows = [
    [7, -8, 3],
    [-1, 0, 5],
  ];
  const layer = dense(rows, signed(4));
  const small = Int32Array.of(1, 2, 3, -4, 5, -6);
  const expected = [0, 14, -86, -26];
  const narrow = evaluateDense(layer, small, 2);
  expect(narrow).toBeInstanceOf(Int32Array);
  expect(Array.from(narrow)).toEqual(expected);
  expect(Array.from(evaluateDense(layer, Float64Array.from(small), 2))).toEqual(expected);
  const large = Int32Array.of(2 ** 30, -(2 ** 30), 2 ** 30, 1, 1, 1);
  const wide = evaluateDense(layer, large, 2);
  expect(Array.from(wide)).toEqual([18 * 2 ** 30, 4 * 2 ** 30, 2, 4]);
});

test('dense: the largest sums on both sides of 2^31', () => {
  for (const value of [2 ** 30 - 1, 2 ** 30]) {
    const sums = evaluateDense(dense([[1, 1]], signed(2)), Int32Array.of(value, value), 1);
    expect(sums[0]).toBe(2 * value);
  }
});

test('dense: many samples and odd counts of inputs and samples', () => {
  for (const [inputs, outputs, count] of [
    [1, 1, 1],
    [3, 5, 7],
    [9, 2, 5],
    [16, 6, 4],
  ]) {
    const weight = (o: number, i: number) => ((o * 7 + i * 5) % 15) - 7;
    const rows = Array.from({ length: outputs }, (_, o) =>
      Array.from({ length: inputs }, (__, i) => weight(o, i)),
    );
    const x = Int32Array.from({ length: count * inputs }, (_, k) => ((k * 11) % 31) - 15);
    const y = evaluateDense(dense(rows, signed(4)), x, count);
    for (let n = 0; n < count; n++)
      for (let o = 0; o < outputs; o++) {
        const sum = rows[o].reduce((total, w, i) => total + w * x[n * inputs + i], 0);
        expect(y[n * outputs + o]).toBe(sum);
      }
  }
});

test('step: rows by channel, never and always, base and stride', () => {
  const rows = [
    [-Infinity, 0, 5],
    [1, 2, Infinity],
  ];
  const x = Int32Array.of(-9, -9, 0, 1, 4, 2, 5, 99);
  expect(Array.from(evaluateStep(step(rows), x))).toEqual([1, 0, 2, 1, 2, 2, 3, 2]);
  expect(Array.from(evaluateStep(step(rows, { base: -3, stride: 2 }), x))).toEqual([
    -1, -3, 1, -1, 1, 1, 3, 1,
  ]);
  expect(Array.from(evaluateStep(step([[0]], { channels: 2 }), Int32Array.of(-1, 0)))).toEqual([0, 1]);
});

test('step: reversed is the function of -x', () => {
  const falling = step([[-2, 3]], { reversed: true });
  // level(-x): -x >= -2 is x <= 2, -x >= 3 is x <= -3
  expect(Array.from(evaluateStep(falling, Int32Array.of(-4, -3, -2, 2, 3)))).toEqual([2, 2, 1, 1, 0]);
});

test('a network keeps every tensor, and wraps only where it is told to', () => {
  const layer = dense(
    [
      [3, -1],
      [1, 1],
    ],
    signed(3),
  );
  const network = chain(
    unsigned(4),
    2,
    [
      layer,
      step([
        [0, 10],
        [5, 9],
      ]),
    ],
    { codes: unsigned(2) },
  );
  const x = Int32Array.of(15, 0, 2, 15);
  const { tensors, output } = evaluate(network, x, 2);
  expect(Array.from(tensors.get('sums') ?? [])).toEqual([45, 15, -9, 17]);
  expect(Array.from(output)).toEqual([2, 2, 0, 2]);
  const wrap = new Map([['fc1', (sum: number) => sum & 15]]);
  const wrapped = evaluate(network, x, 2, wrap);
  expect(Array.from(wrapped.tensors.get('sums') ?? [])).toEqual([13, 15, 7, 1]);
  expect(Array.from(wrapped.output)).toEqual([2, 2, 1, 0]);
});

test('batches give the same outputs as one evaluation', () => {
  const network = chain(bipolar, 3, [dense([[1, -1, 1]], bipolar)]);
  const count = 600;
  const x = Int32Array.from({ length: 3 * count }, (_, k) => ((k * k) % 7 > 3 ? 1 : -1));
  const joined = new Float64Array(count);
  let total = 0;
  evaluateBatches(network, x, count, (output, first, samples) => {
    joined.set(output, first);
    total += samples;
  });
  expect(total).toBe(count);
  expect(joined).toEqual(Float64Array.from(evaluate(network, x, count).output));
});

test('step: many values, found by parts of the thresholds’ range, are the same as one by one', () => {
  const rows = [
    [-Infinity, -40, -40, 3, 1000, Infinity],
    [-5, -4, -3, -2, -1, 0],
    [-Infinity, -Infinity, -Infinity, Infinity, Infinity, Infinity],
  ];
  for (const reversed of [false, true]) {
    const many = step(rows, { reversed, base: -3 });
    const x = Int32Array.from({ length: 6000 }, (_, k) => Math.floor(k / 3) - 950);
    const y = evaluateStep(many, x);
    x.forEach((value, k) => {
      const own = reversed ? -value : value;
      expect(y[k]).toBe(-3 + rows[k % 3].filter((threshold) => own >= threshold).length);
    });
  }
});
