import { describe, expect, test } from 'vitest';
import type { Network } from '../../src/1-import/types.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate } from '../../src/3-integer/evaluate.js';
import type { IntegerDense, IntegerStep } from '../../src/3-integer/types.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { floats, graphOf, importSpec, node, quant, scalar } from '../support/onnx-builder.js';

type Parts = Parameters<typeof graphOf>[1][];

function network(inputs: number, ...parts: Parts): Network {
  return importSpec(graphOf([1, inputs], ...parts));
}

function refusals(given: Network): string[] {
  try {
    toInteger(given);
  } catch (error) {
    if (error instanceof NarrowgateError)
      return error.diagnostics.map(({ code, at }) => `${code} ${at?.path}`);
    throw error;
  }
  return [];
}

/** Integer weights [1, 2] of one input, named w. */
const weights = (name = 'w') => ({ initializers: [floats(name, [1, 2], [3, -2])] });
const square = { initializers: [floats('s', [2, 2], [1, 2, 3, 1])] };

describe('one step per quantizer', () => {
  test('a negative multiplier negates the row, a zero one makes it constant, thresholds rise', () => {
    const given = network(
      1,
      quant('x', 'xq'),
      { initializers: [floats('w3', [1, 3], [3, 3, 3])] },
      { nodes: [node('MatMul', ['xq', 'w3'], ['p']), node('Mul', ['p', 'factors'], ['m'])] },
      { initializers: [floats('factors', [3], [1, -1, 0])] },
      quant('m', 'y', { scale: 8, bits: 3 }),
    );
    const { nodes } = toInteger(given);
    const [layer, step] = nodes as [IntegerDense, IntegerStep];
    expect(Array.from(layer.weights)).toEqual([3, -3, 3]);
    expect(step).toMatchObject({ rows: 3, reversed: false, base: -3, levels: 7 });
    const codes = Int32Array.from({ length: 16 }, (_, k) => k - 8);
    const { output } = evaluate(toInteger(given), codes, 16);
    const roundEven = (x: number) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
    codes.forEach((x, n) => {
      const expected = [3 * x, -3 * x, 0].map((sum) => roundEven(sum / 8) + 0);
      expect(Array.from(output.slice(3 * n, 3 * n + 3))).toEqual(expected);
    });
  });

  test('a falling function of codes is reversed', () => {
    const given = network(
      1,
      quant('x', 'xq', { bits: 3 }),
      { nodes: [node('Neg', ['xq'], ['n'])] },
      quant('n', 'nq', { bits: 3, scale: 2 }),
      weights(),
      { nodes: [node('MatMul', ['nq', 'w'], ['y'])] },
    );
    const integer = toInteger(given);
    expect(integer.nodes[0]).toMatchObject({ kind: 'step', reversed: true, rows: 1 });
    const { tensors } = evaluate(integer, Int32Array.from([-4, -3, -2, -1, 0, 1, 2, 3]), 8);
    expect(Array.from(tensors.get('nq') ?? [])).toEqual([2, 2, 1, 0, 0, 0, -1, -2]);
  });

  test('a ReLU on codes needs no quantizer of its own', () => {
    const given = network(
      1,
      quant('x', 'xq', { bits: 3 }),
      { nodes: [node('Relu', ['xq'], ['r'])] },
      weights(),
      { nodes: [node('MatMul', ['r', 'w'], ['y'])] },
    );
    const { output } = evaluate(toInteger(given), Int32Array.of(-4, 3), 2);
    expect(Array.from(output)).toEqual([0, 0, 9, -6]);
  });

  test('a single layer whose sums leave is a network', () => {
    const given = network(1, quant('x', 'xq'), weights(), { nodes: [node('MatMul', ['xq', 'w'], ['y'])] });
    const integer = toInteger(given);
    expect(integer.nodes.map(({ kind }) => kind)).toEqual(['dense']);
    expect(integer.hostOutput).toMatchObject({ ordered: true, nodes: [] });
  });

  test('a declared port takes the place of host arithmetic: what stands first becomes a step', () => {
    const given: Network = {
      ...network(
        1,
        { nodes: [node('Mul', ['x', 'two'], ['m'])] },
        { initializers: [scalar('two', 2)] },
        quant('m', 'xq', {}, { signed: 0 }),
        weights(),
        {
          nodes: [node('MatMul', ['xq', 'w'], ['y'])],
        },
      ),
      inputPort: { bits: 8, signed: false, scale: { numerator: 1, denominator: 16 } },
    };
    const integer = toInteger(given);
    expect(integer.hostInput.nodes).toEqual([]);
    expect(integer.nodes.map(({ kind }) => kind)).toEqual(['step', 'dense']);
    const codes = Int32Array.from({ length: 256 }, (_, k) => k);
    const { tensors } = evaluate(integer, codes, 256);
    const expected = Array.from(codes, (code) => {
      const x = code / 8;
      const rounded = x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
      return Math.min(rounded, 15);
    });
    expect(Array.from(tensors.get('xq') ?? [])).toEqual(expected);
  });
});

describe('what cannot be made integer', () => {
  test('an input of unknown type', () => {
    const given = network(1, weights(), { nodes: [node('MatMul', ['x', 'w'], ['y'])] });
    expect(refusals(given)).toEqual(['input_type_needed node MatMul_y']);
  });

  test('a layer after sums without quantizer, and every such layer at once', () => {
    const given = network(
      2,
      quant('x', 'xq'),
      square,
      { nodes: [node('MatMul', ['xq', 's'], ['a']), node('MatMul', ['a', 's'], ['b'])] },
      quant('b', 'bq'),
      { nodes: [node('Sigmoid', ['bq'], ['c']), node('MatMul', ['c', 's'], ['y'])] },
    );
    expect(refusals(given)[0]).toBe('quantizer_needed node MatMul_b');
  });

  test('real values between codes and a layer', () => {
    const given = network(2, quant('x', 'xq'), square, {
      nodes: [node('Sigmoid', ['xq'], ['c']), node('MatMul', ['c', 's'], ['y'])],
    });
    expect(refusals(given)).toEqual(['quantizer_needed node MatMul_y']);
  });

  test('inputs of one dot product with different scales', () => {
    const perChannel = {
      nodes: [node('Quant', ['x', 'scales', 'z', 'b'], ['xq'])],
      initializers: [floats('scales', [1, 2], [1, 2]), scalar('z', 0), scalar('b', 4)],
    };
    const given = network(2, perChannel, square, { nodes: [node('MatMul', ['xq', 's'], ['y'])] });
    expect(refusals(given)).toEqual(['mixed_input_scales node MatMul_y']);
  });

  test('a difference of two tensors has a negative weight', () => {
    const identity = { initializers: [floats('i', [1, 1], [1])] };
    const given = network(
      1,
      quant('x', 'xq'),
      quant('i', 'iq'),
      identity,
      { nodes: [node('MatMul', ['xq', 'iq'], ['p'])] },
      quant('p', 'b', { scale: 2, bits: 3 }),
      { nodes: [node('Sub', ['xq', 'b'], ['d'])] },
      quant('d', 'y', { bits: 5 }),
    );
    const integers = toInteger(given);
    const sum = integers.nodes.find(({ kind }) => kind === 'add');
    expect(sum).toMatchObject({ weights: [1, -2] });
    const codes = Int32Array.from({ length: 16 }, (_, k) => k - 8);
    const half = (x: number) => (Math.abs(x % 2) === 1 ? 2 * Math.round(x / 4) : x / 2);
    const expected = Array.from(codes, (x) => x - 2 * Math.min(Math.max(half(x), -4), 3));
    expect(Array.from(evaluate(integers, codes, 16).output)).toEqual(expected);
  });

  test('a function of codes that rises in one channel and falls in another', () => {
    const given = network(
      2,
      quant('x', 'xq'),
      { nodes: [node('Mul', ['xq', 'f'], ['m'])], initializers: [floats('f', [2], [1, -1])] },
      quant('m', 'mq'),
      square,
      { nodes: [node('MatMul', ['mq', 's'], ['y'])] },
    );
    expect(refusals(given)).toEqual(['mixed_directions node Quant_mq']);
  });

  test('a model without any layer', () => {
    expect(refusals(network(2, quant('x', 'y')))).toEqual(['nothing_to_build ']);
    expect(refusals(network(2, { nodes: [node('Relu', ['x'], ['y'])] }))).toEqual(['nothing_to_build ']);
  });
});
