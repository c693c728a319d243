import { describe, expect, test } from 'vitest';
import type { DenseNode, ElementwiseNode } from '../../../src/1-import/types.js';
import { NarrowgateError } from '../../../src/diagnostics/diagnostic.js';
import {
  type Attribute,
  floats,
  type GraphSpec,
  graphOf,
  importSpec,
  node,
  quant,
  scalar,
  smallMlp,
} from '../../support/onnx-builder.js';
import { quantized } from '../../support/quantized.js';

const WEIGHTS = { initializers: [floats('w', [2, 3], [1, 2, 3, -1, -2, -3])] };

function refusals(spec: GraphSpec): string[] {
  try {
    importSpec(spec);
  } catch (error) {
    if (error instanceof NarrowgateError)
      return error.diagnostics.map(({ code, at }) => `${code} ${at?.path}`);
    throw error;
  }
  return [];
}

describe('a network', () => {
  test('of two layers is a chain, named by its nodes, without the batch axis', () => {
    const network = importSpec(smallMlp());
    expect(network.nodes.map(({ op }) => op)).toEqual([
      'quantize',
      'dense',
      'elementwise',
      'quantize',
      'dense',
    ]);
    let current = 'x';
    for (const each of network.nodes) {
      expect(each.input).toBe(current);
      current = each.output;
    }
    expect(network.output).toBe(current);
    expect(network.input.shape).toEqual([3]);
    expect(network.nodes[1].source).toEqual({ file: 'model.onnx', path: 'node MatMul_p1' });
  });

  test('nodes may stand in any order in the file', () => {
    const spec = smallMlp();
    const reversed = importSpec({ ...spec, nodes: [...spec.nodes].reverse() });
    expect(reversed.nodes).toEqual(importSpec(spec).nodes);
  });

  test('what the output does not need is left out, however unsupported', () => {
    const spec = smallMlp();
    spec.nodes.push(
      ...quant('p1', 'unused').nodes,
      node('Conv', ['q1', 'w1q'], ['dead']),
      node('Relu', ['q1'], ['end']),
    );
    spec.initializers.push(...quant('p1', 'unused').initializers);
    expect(importSpec(spec).nodes.map(({ name }) => name)).toEqual(
      importSpec(smallMlp()).nodes.map(({ name }) => name),
    );
  });
});

describe('Gemm', () => {
  test.each([0, 1])('with transB %i and a bias is a dense layer and an addition', (transB) => {
    const spec = graphOf(
      [1, transB ? 3 : 2],
      WEIGHTS,
      quant('w', 'wq'),
      quant('x', 'xq'),
      { initializers: [floats('bias', [transB ? 2 : 3], transB ? [0.5, 1] : [0.5, 1, 2])] },
      { nodes: [node('Gemm', ['xq', 'wq', 'bias'], ['y'], { transB })] },
    );
    const [, dense, add] = importSpec(spec).nodes as [unknown, DenseNode, ElementwiseNode];
    const expected = transB ? [1, 2, 3, -1, -2, -3] : [1, -1, 2, -2, 3, -3];
    expect(Array.from(quantized(dense.weights).codes)).toEqual(expected);
    expect([dense.inputs, dense.outputs]).toEqual(transB ? [3, 2] : [2, 3]);
    expect(add).toMatchObject({ kind: 'add', input: dense.output, output: 'y' });
    expect(Array.from(add.operand ?? [])).toEqual(transB ? [0.5, 1] : [0.5, 1, 2]);
  });

  test('with a weight scale per output', () => {
    const spec = graphOf(
      [1, 3],
      WEIGHTS,
      quant('x', 'xq'),
      { initializers: [floats('s', [2, 1], [0.5, 1]), scalar('z', 0), scalar('b', 4)] },
      { nodes: [node('Quant', ['w', 's', 'z', 'b'], ['wq'])] },
      { nodes: [node('Gemm', ['xq', 'wq'], ['y'], { transB: 1 })] },
    );
    const [, dense] = importSpec(spec).nodes as [unknown, DenseNode];
    expect(Array.from(quantized(dense.weights).codes)).toEqual([2, 4, 6, -1, -2, -3]);
    expect(quantized(dense.weights).scale).toEqual(Float32Array.of(0.5, 1));
  });
});

describe('Gemm with factors', () => {
  const gemm = (attributes: Readonly<Record<string, Attribute>>, inputs = ['xq', 'wq', 'bias']) =>
    importSpec(
      graphOf([1, 2], WEIGHTS, quant('w', 'wq'), quant('x', 'xq'), {
        initializers: [floats('bias', [3], [0.1, 1, -2])],
        nodes: [node('Gemm', inputs, ['y'], attributes)],
      }),
    );

  test('scales the sums by alpha, and the bias by beta in float32', () => {
    const network = gemm({ alpha: { f: 0.3 }, beta: { f: 0.7 } });
    const [, dense, multiply, add] = network.nodes as [unknown, DenseNode, ElementwiseNode, ElementwiseNode];
    expect(multiply).toMatchObject({ kind: 'multiply', input: dense.output, output: add.input });
    expect(multiply.operand).toEqual(Float32Array.of(0.3));
    const beta = Math.fround(0.7);
    expect(add.operand).toEqual(Float32Array.of(Math.fround(0.1) * beta, beta, -2 * beta));
    expect(network.output).toBe('y');
  });

  test('alpha without a bias makes the output itself; beta without a bias is nothing', () => {
    const network = gemm({ alpha: { f: -2 }, beta: { f: 3 } }, ['xq', 'wq']);
    expect(network.nodes.map(({ op }) => op)).toEqual(['quantize', 'dense', 'elementwise']);
    expect(network.nodes.at(-1)).toMatchObject({ kind: 'multiply', output: 'y' });
  });
});

test('Sub of two tensors adds the second with its sign turned', () => {
  const parts = [quant('x', 'a'), quant('x', 'b', { scale: 0.5 })];
  const network = importSpec(graphOf([1, 2], ...parts, { nodes: [node('Sub', ['a', 'b'], ['y'])] }));
  expect(network.nodes.slice(2)).toMatchObject([
    { op: 'elementwise', kind: 'negate', input: 'b', output: 'y:negated' },
    { op: 'add', name: 'Sub_y', input: 'a', other: 'y:negated', output: 'y' },
  ]);
  const same = importSpec(graphOf([1, 2], quant('x', 'a'), { nodes: [node('Sub', ['a', 'a'], ['y'])] }));
  expect(same.nodes.at(-1)).toMatchObject({ input: 'a', other: 'y:negated' });
});

test.each<[string, Record<string, Attribute>, object]>([
  ['Elu', {}, { kind: 'elu', attributes: { alpha: 1 } }],
  ['Elu', { alpha: { f: 0.5 } }, { kind: 'elu', attributes: { alpha: 0.5 } }],
  ['Selu', {}, { kind: 'selu', attributes: { alpha: Math.fround(1.6732632), gamma: Math.fround(1.050701) } }],
  ['Selu', { alpha: { f: 2 }, gamma: { f: 0.5 } }, { kind: 'selu', attributes: { alpha: 2, gamma: 0.5 } }],
  ['Softplus', {}, { kind: 'softplus' }],
  ['Softsign', {}, { kind: 'softsign' }],
])('%s with %j is an operation on each element', (op, attributes, expected) => {
  const { nodes } = importSpec(graphOf([1, 2], { nodes: [node(op, ['x'], ['y'], attributes)] }));
  expect(nodes).toMatchObject([expected]);
});

test.each<[string, Record<string, Attribute>]>([
  ['Elu', { alpha: { f: -1 } }],
  ['Selu', { alpha: { f: -1 } }],
  ['Selu', { gamma: { f: -1 } }],
])('%s with %j is not monotone', (op, attributes) => {
  expect(() => importSpec(graphOf([1, 2], { nodes: [node(op, ['x'], ['y'], attributes)] }))).toThrow(
    /is not monotone/,
  );
});

describe('elementwise operators', () => {
  const through = (...parts: Parameters<typeof graphOf>[1][]) =>
    importSpec(graphOf([1, 2], ...parts)).nodes as ElementwiseNode[];

  test.each([
    ['Add', ['x', 'c'], 'add'],
    ['Add', ['c', 'x'], 'add'],
    ['Sub', ['x', 'c'], 'subtract'],
    ['Sub', ['c', 'x'], 'reverse-subtract'],
    ['Mul', ['c', 'x'], 'multiply'],
    ['Div', ['x', 'c'], 'divide'],
  ])('%s of %j is %s', (op, inputs, kind) => {
    const [each] = through({
      nodes: [node(op, inputs, ['y'])],
      initializers: [floats('c', [1, 2], [1, 2])],
    });
    expect(each).toMatchObject({ kind, operand: Float32Array.of(1, 2) });
  });

  test('BatchNormalization rounds its constants as onnxruntime does', () => {
    const { fround } = Math;
    const [scale, bias, mean, variance] = [0.7, 0.1, 0.3, 0.9].map(fround);
    const names = ['scale', 'bias', 'mean', 'variance'];
    const [each] = through({
      nodes: [node('BatchNormalization', ['x', ...names], ['y'], { epsilon: { f: 1e-3 } })],
      initializers: [scale, bias, mean, variance].map((value, k) => floats(names[k], [2], [value, value])),
    });
    const multiplier = fround(scale * fround(1 / fround(Math.sqrt(fround(variance + fround(1e-3))))));
    expect(each.kind).toBe('normalize');
    expect(Array.from(each.multiplier ?? [])).toEqual([multiplier, multiplier]);
    expect(each.operand?.[1]).toBe(fround(bias - fround(mean * multiplier)));
  });

  test('Clip takes its bounds from inputs or attributes, each may be absent', () => {
    const [a] = through({
      nodes: [node('Clip', ['x', '', 'high'], ['y'])],
      initializers: [scalar('high', 6)],
    });
    expect(a).toMatchObject({ minimum: Number.NEGATIVE_INFINITY, maximum: 6 });
    const [b] = through({ nodes: [node('Clip', ['x'], ['y'], { min: { f: -1 }, max: { f: 1 } })] });
    expect(b).toMatchObject({ minimum: -1, maximum: 1 });
  });

  test('Max and Min with a constant are the sides of a Clip', () => {
    const found = through({
      nodes: [node('Max', ['low', 'x'], ['a']), node('Min', ['a', 'high'], ['y'])],
      initializers: [scalar('low', 0), floats('high', [1], [6])],
    });
    expect(found).toMatchObject([
      { kind: 'clip', minimum: 0, maximum: Infinity },
      { kind: 'clip', minimum: -Infinity, maximum: 6 },
    ]);
    const two = { initializers: [floats('c', [2], [0, 1])] };
    expect(refusals(graphOf([1, 2], { nodes: [node('Max', ['x', 'c'], ['y'])] }, two))).toEqual([
      'onnx_unsupported node Max_y',
    ]);
    expect(refusals(graphOf([1, 2], { nodes: [node('Max', ['x', 'x'], ['y'])] }))).toEqual([
      'onnx_unsupported node Max_y',
    ]);
  });

  test('PRelu with one slope is a leaky ReLU, also when it is written for each channel', () => {
    const of = (slopes: number[]) =>
      graphOf([1, 2], {
        nodes: [node('PRelu', ['x', 'slope'], ['y'])],
        initializers: [floats('slope', [slopes.length], slopes)],
      });
    for (const slopes of [[0.25], [0.25, 0.25]])
      expect(importSpec(of(slopes)).nodes).toMatchObject([
        { kind: 'leaky-relu', attributes: { alpha: 0.25 } },
      ]);
    for (const slopes of [[0.25, 0.5], [-0.25]])
      expect(refusals(of(slopes))).toEqual(['onnx_unsupported node PRelu_y']);
  });
});

test('LogSoftmax is left to the host as Softmax is', () => {
  const end = (op: string) => importSpec(graphOf([1, 2], { nodes: [node(op, ['x'], ['y'])] })).nodes[0];
  expect(end('LogSoftmax')).toMatchObject({ op: 'softmax', logarithm: true });
  expect(end('Softmax')).not.toHaveProperty('logarithm');
});

test.each([
  ['Hardmax', /the host can compute it/],
  ['HardSwish', /monotone/],
  ['Erf', /monotone/],
])('%s is refused with what to do instead', (op, hint) => {
  expect(() => importSpec(graphOf([1, 4], { nodes: [node(op, ['x'], ['y'])] }))).toThrow(hint);
});

test('every unsupported node is reported at once, and none that only follows one', () => {
  const spec = graphOf([1, 4], quant('x', 'xq'), {
    nodes: [
      node('Frobnicate', ['xq'], ['a'], {}, 'com.example'),
      node('Relu', ['a'], ['b']),
      node('Celu', ['xq'], ['c']),
      node('Add', ['b', 'c'], ['d']),
      node('Div', ['one', 'xq'], ['e']),
      node('Concat', ['d', 'e'], ['y']),
    ],
    initializers: [scalar('one', 1)],
  });
  expect(refusals(spec)).toEqual([
    'onnx_unsupported node Frobnicate_a',
    'onnx_unsupported node Celu_c',
    'onnx_unsupported node Div_e',
  ]);
});

test.each(['constructor', 'toString', '__proto__'])('an operator called %s is just unknown', (op) => {
  expect(refusals(graphOf([1, 4], { nodes: [{ op, inputs: ['x'], outputs: ['y'], name: 'odd' }] }))).toEqual([
    'onnx_unsupported node odd',
  ]);
  const constant = {
    nodes: [{ op, inputs: ['k'], outputs: ['c'], name: 'odd' }, node('Add', ['x', 'c'], ['y'])],
  };
  expect(refusals(graphOf([1, 4], constant, { initializers: [scalar('k', 1)] }))).toEqual([
    'onnx_unsupported node odd',
  ]);
});
