import { expect, test } from 'vitest';
import { foldFloat } from '../../src/2-quantize/fold.js';
import { findPoints } from '../../src/2-quantize/points.js';
import { elementwise, realConv, residualNetwork, smallNetwork } from '../support/float-network.js';
import { imageNetwork, type Link, window } from '../support/image-network.js';

test('the input and the ends of activations; a maximum pool passes codes through, the last layer keeps its sums', () => {
  expect(findPoints(foldFloat(smallNetwork()))).toEqual([
    { tensor: 'x', role: 'input', signed: true, shared: 'x' },
    { tensor: 't2', role: 'activation', signed: false, shared: 't2' },
  ]);
});

test('both sides of an addition, what is concatenated, and averages', () => {
  const points = findPoints(foldFloat(residualNetwork()));
  const [t2, t4] = ['t2', 't4'].map((name) => points.find(({ tensor }) => tensor === name));
  expect(points.map(({ tensor }) => tensor)).toEqual(['x', 't2', 't4', 't6', 't9', 't10', 't12']);
  expect(t2?.scales).toBe('t4');
  expect(t4?.scales).toBe('t4');
  expect(points.filter(({ scales }) => scales !== undefined)).toHaveLength(2);
  expect(t2?.shared).not.toBe(t4?.shared);
  expect(points.filter(({ signed }) => signed).map(({ tensor }) => tensor)).toEqual(['x', 't4']);
  const [a, b] = points.filter(({ tensor }) => tensor === 't9' || tensor === 't10');
  expect(a.shared).toBe(b.shared);
});

test('operations on the input wait for its quantizer, and signs are known through pools', () => {
  const shape = [4, 4, 2];
  const network = imageNetwork(shape, [
    elementwise('divide', shape, { operand: Float32Array.of(255) }),
    realConv(2, shape, 3, 1),
    elementwise('sigmoid', shape),
    [{ op: 'pool', kind: 'average', window: window(2, 0, 2), countPadding: false }, [2, 2, 2]],
    realConv(2, [2, 2, 2], 1, 2),
  ]);
  expect(findPoints(network).map(({ tensor, role, signed }) => [tensor, role, signed])).toEqual([
    ['t0', 'input', true],
    ['t2', 'activation', false],
    ['t3', 'activation', false],
  ]);
});

test('a network that ends in a move or an addition ends in a quantizer', () => {
  const deep = [2, 2, 4];
  const network = imageNetwork(
    [2, 2, 1],
    [realConv(1, deep, 3, 1), [{ op: 'depth-to-space', block: 2, order: 'DCR' }, [4, 4, 1]]],
  );
  expect(findPoints(network).map(({ tensor }) => tensor)).toEqual(['x', 't0']);
  const sum = imageNetwork(
    [2, 2, 1],
    [realConv(1, [2, 2, 1], 3, 1), [{ op: 'add', other: 'x' }, [2, 2, 1]], [{ op: 'softmax' }, [2, 2, 1]]],
  );
  expect(findPoints(sum).map(({ tensor }) => tensor)).toEqual(['x', 't0', 't1']);
});

test('a tensor that is added to itself meets itself', () => {
  const network = imageNetwork(
    [2, 2, 1],
    [realConv(1, [2, 2, 1], 3, 1), [{ op: 'add', other: 't0' }, [2, 2, 1]], realConv(1, [2, 2, 1], 1, 2)],
  );
  expect(findPoints(network).map(({ tensor, scales }) => [tensor, scales])).toEqual([
    ['x', undefined],
    ['t0', 't0'],
    ['t1', undefined],
  ]);
});

test('an input that several paths take is quantized where they part', () => {
  const shape = [2, 2, 1];
  const network = imageNetwork(shape, [
    elementwise('relu', shape),
    elementwise('tanh', shape, { input: 'x' }),
    [{ op: 'concat', others: ['t0'] }, [2, 2, 2]],
    elementwise('relu', [2, 2, 2]),
    realConv(2, shape, 1, 1),
  ]);
  expect(findPoints(network).map(({ tensor }) => tensor)).toEqual(['x', 't0', 't1', 't3']);
});

test('a move behind which an operation cannot go takes codes', () => {
  const shape = [4, 4, 2];
  const pool = (): Link => [
    { op: 'pool', kind: 'maximum', window: window(2, 0, 2), countPadding: false },
    [2, 2, 2],
  ];
  const network = (multiplier: number) =>
    imageNetwork(shape, [
      realConv(2, shape, 3, 1),
      pool(),
      elementwise('multiply', [2, 2, 2], { operand: Float32Array.of(1, multiplier) }),
      realConv(2, [2, 2, 2], 1, 1),
    ]);
  expect(findPoints(network(2)).map(({ tensor }) => tensor)).toEqual(['x', 't2']);
  expect(findPoints(network(-2)).map(({ tensor }) => tensor)).toEqual(['x', 't0', 't2']);
});
