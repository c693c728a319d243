import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ElementwiseNode } from '../../src/1-import/types.js';
import { direction, evaluateElementwise } from '../../src/3-integer/float32.js';

const { fround } = Math;

function operation(kind: ElementwiseNode['kind'], rest: Partial<ElementwiseNode> = {}): ElementwiseNode {
  return {
    op: 'elementwise',
    name: kind,
    source: { file: '', path: '' },
    input: 'x',
    output: 'y',
    kind,
    ...rest,
  };
}
const of = (...values: number[]) => Float32Array.from(values);

test.each<[ElementwiseNode, number, number]>([
  [operation('add', { operand: of(1, 2) }), 3, 5],
  [operation('subtract', { operand: of(1, 2) }), 3, 1],
  [operation('reverse-subtract', { operand: of(1, 2) }), 3, -1],
  [operation('multiply', { operand: of(1, 2) }), 3, 6],
  [operation('divide', { operand: of(1, 2) }), 3, 1.5],
  [operation('normalize', { multiplier: of(1, 2), operand: of(0, -1) }), 3, 5],
  [operation('add', { operand: of(7) }), 3, 10],
  [operation('relu'), -3, 0],
  [operation('relu'), 3, 3],
  [operation('leaky-relu', { attributes: { alpha: 0.25 } }), -3, -0.75],
  [operation('leaky-relu', { attributes: { alpha: 0.25 } }), 3, 3],
  [operation('clip', { minimum: -1, maximum: 2 }), 3, 2],
  [operation('clip', { minimum: -1, maximum: 2 }), -3, -1],
  [operation('hard-sigmoid', { attributes: { alpha: 0.25, beta: 0.5 } }), 1, 0.75],
  [operation('hard-sigmoid'), -3, 0],
  [operation('sigmoid'), 0, 0.5],
  [operation('tanh'), 1, fround(Math.tanh(1))],
  [operation('elu', { attributes: { alpha: 0.5 } }), -1, fround(0.5 * (Math.exp(-1) - 1))],
  [operation('elu'), 3, 3],
  [operation('selu', { attributes: { alpha: 2, gamma: 1.5 } }), 2, 3],
  [operation('selu', { attributes: { alpha: 2, gamma: 1.5 } }), -40, -3],
  [operation('selu'), 1, fround(1.050701)],
  [operation('softplus'), 0, fround(Math.LN2)],
  [operation('softplus'), 1000, 1000],
  [operation('softplus'), -1000, 0],
  [operation('softsign'), -3, -0.75],
  [operation('softsign'), Infinity, 1],
  [operation('sign'), -3, -1],
  [operation('negate'), 3, -3],
])('%j of %d in channel 1', (node, x, expected) => {
  expect(evaluateElementwise(node, x, 1)).toBe(expected);
});

test('normalize rounds the product before it adds', () => {
  const [multiplier, operand, x] = [0.1, 0.3, 0.7].map(fround);
  const node = operation('normalize', { multiplier: of(multiplier), operand: of(operand) });
  expect(evaluateElementwise(node, x, 0)).toBe(fround(fround(x * multiplier) + operand));
  let differs = 0;
  for (let k = 1; k < 1000; k++) {
    const value = fround(k / 7);
    const once = fround(value * multiplier + operand);
    if (evaluateElementwise(node, value, 0) !== once) differs++;
  }
  expect(differs).toBeGreaterThan(10); // a fused multiply-add would give other results
});

test('direction is what two values of x show', () => {
  const constant = fc.float({ min: -8, max: 8, noNaN: true });
  const kinds = [
    'add',
    'subtract',
    'reverse-subtract',
    'multiply',
    'normalize',
    'relu',
    'leaky-relu',
    'clip',
    'sigmoid',
    'hard-sigmoid',
    'tanh',
    'elu',
    'selu',
    'softplus',
    'softsign',
    'sign',
    'negate',
  ] as const;
  fc.assert(
    fc.property(fc.constantFrom(...kinds), constant, constant, constant, constant, (kind, c, m, a, b) => {
      const node = operation(kind, {
        operand: of(c),
        multiplier: of(m),
        minimum: -1,
        maximum: 1,
        attributes: { alpha: 0.2, beta: 0.5 },
      });
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((x) => evaluateElementwise(node, x, 0));
      const sign = direction(node, 0);
      expect(sign * (high - low)).toBeGreaterThanOrEqual(0);
      if (sign === 0) expect(high + 0).toBe(low + 0);
    }),
  );
});
