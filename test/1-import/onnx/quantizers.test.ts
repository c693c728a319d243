import { describe, expect, test } from 'vitest';
import type {
  DenseNode,
  MultiThresholdNode,
  QuantizedWeights,
  QuantizeNode,
} from '../../../src/1-import/types.js';
import { NarrowgateError } from '../../../src/diagnostics/diagnostic.js';
import {
  type Attribute,
  floats,
  type GraphSpec,
  graphOf,
  importSpec,
  node,
  quant,
  type RawTensor,
  scalar,
} from '../../support/onnx-builder.js';
import { quantized } from '../../support/quantized.js';

const GENERAL = 'qonnx.custom_op.general';

function activationQuantizer(attributes: Record<string, Attribute>, rest: Parameters<typeof quant>[2] = {}) {
  const network = importSpec(graphOf([1, 3], quant('x', 'y', rest, attributes)));
  return (network.nodes[0] as QuantizeNode).quantizer;
}

/** Integer weights [outputs][inputs] and their scale after a quantizer node on the weights [inputs, outputs]. */
function weightsAfter(values: number[], dims: number[], parts: Partial<GraphSpec>): QuantizedWeights {
  const spec = graphOf([1, dims[0]], { initializers: [floats('w', dims, values)] }, parts, quant('x', 'xq'), {
    nodes: [node('MatMul', ['xq', 'wq'], ['y'])],
  });
  const dense = importSpec(spec).nodes.find((each): each is DenseNode => each.op === 'dense');
  return quantized((dense as DenseNode).weights);
}

function refusal(spec: GraphSpec): string[] {
  try {
    importSpec(spec);
  } catch (error) {
    if (error instanceof NarrowgateError) return error.diagnostics.map(({ message }) => message);
    throw error;
  }
  return [];
}

test('a bias of up to 32 bits is float32(code * scale)', () => {
  const spec = (bits: number) =>
    graphOf(
      [1, 2],
      quant('x', 'xq'),
      { initializers: [floats('w', [2, 2], [1, 2, 3, -1]), floats('b', [2], [-0.1, 123456.789])] },
      quant('w', 'wq', { bits: 4 }),
      quant('b', 'bq', { bits, scale: 2 ** -13 }),
      { nodes: [node('MatMul', ['xq', 'wq'], ['p']), node('Add', ['p', 'bq'], ['y'])] },
    );
  const bias = importSpec(spec(32)).nodes.at(-1);
  const value = Math.fround(123456.789);
  expect(bias).toMatchObject({ op: 'elementwise', operand: Float32Array.of(-819 / 8192, value) });
  expect(refusal(spec(33))).toEqual([expect.stringMatching(/a bit width from 1 to 32, found 33/)]);
});

test('an activation has at most 24 bits', () => {
  const message = /a bit width from 1 to 24, found 25/;
  expect(refusal(graphOf([1, 3], quant('x', 'y', { bits: 25 })))).toEqual([expect.stringMatching(message)]);
});

describe('Quant of an activation', () => {
  test('attributes and inputs become the quantizer; absent ones have the defaults of QONNX', () => {
    expect(activationQuantizer({}, { scale: 0.125, zeroPoint: 2, bits: 5 })).toEqual({
      encoding: 'integer',
      bits: 5,
      signed: true,
      narrow: false,
      zeroPoint: 2,
      rounding: 'half-even',
      scale: Float32Array.of(0.125),
    });
    expect(activationQuantizer({ signed: 0, narrow: 1 })).toMatchObject({ signed: false, narrow: true });
  });

  test.each([
    ['ROUND', 'half-even'],
    ['round', 'half-even'],
    ['HALF_EVEN', 'half-even'],
    ['Ceil', 'ceil'],
    ['FLOOR', 'floor'],
    ['UP', 'up'],
    ['DOWN', 'down'],
    ['ROUND_TO_ZERO', 'down'],
    ['HALF_UP', 'half-up'],
    ['half_down', 'half-down'],
  ])('rounding_mode %s is %s', (mode, rounding) => {
    expect(activationQuantizer({ rounding_mode: mode }).rounding).toBe(rounding);
  });

  test('1 bit signed is bipolar, 1 bit unsigned is not', () => {
    expect(activationQuantizer({}, { bits: 1 })).toMatchObject({ encoding: 'bipolar', bits: 1 });
    expect(activationQuantizer({ signed: 0 }, { bits: 1 })).toMatchObject({ encoding: 'integer', bits: 1 });
  });

  test('a scale per channel is laid out over the last axis', () => {
    const spec = graphOf(
      [1, 3],
      { nodes: [node('IntQuant', ['x', 's', 'z', 'b'], ['y'], {}, 'onnx.brevitas')] },
      { initializers: [floats('s', [1, 3], [1, 2, 4]), scalar('z', 0), scalar('b', 4)] },
    );
    expect((importSpec(spec).nodes[0] as QuantizeNode).quantizer.scale).toEqual(Float32Array.of(1, 2, 4));
  });

  test.each(['onnx.brevitas', 'finn.custom_op.general', GENERAL, ''])('of domain "%s" is known', (domain) => {
    const spec = graphOf([1, 3], { nodes: [node('BipolarQuant', ['x', 's'], ['y'], {}, domain)] });
    const { nodes } = importSpec({ ...spec, initializers: [scalar('s', 0.5)] });
    expect(nodes[0]).toMatchObject({
      op: 'quantize',
      quantizer: { encoding: 'bipolar', scale: Float32Array.of(0.5) },
    });
  });
});

describe('Quant of weights', () => {
  test('codes are clamped and rounded half to even, and stored by output', () => {
    const { codes, bits, signed, narrow } = weightsAfter(
      [0.25, 0.75, -0.25, 5, -5, 1.25],
      [3, 2],
      quant('w', 'wq', { scale: 0.5, bits: 3 }, { narrow: 1 }),
    );
    expect({ bits, signed, narrow }).toEqual({ bits: 3, signed: true, narrow: true });
    // columns of [[0.5, 1.5], [-0.5, 10], [-10, 2.5]] after the clamp to -3 .. 3
    expect(Array.from(codes)).toEqual([0, 0, -3, 2, 3, 2]);
  });

  test.each([
    ['CEIL', [1, 0, 2, 0]],
    ['FLOOR', [0, -1, 1, -1]],
    ['UP', [1, -1, 2, -1]],
    ['DOWN', [0, 0, 1, 0]],
    ['HALF_UP', [1, -1, 2, 0]],
    ['HALF_DOWN', [0, 0, 1, 0]],
    ['ROUND', [0, 0, 2, 0]],
  ])('with rounding_mode %s', (mode, expected) => {
    const { codes } = weightsAfter(
      [0.5, -0.5, 1.5, -0.25],
      [4, 1],
      quant('w', 'wq', {}, { rounding_mode: mode }),
    );
    expect(Array.from(codes)).toEqual(expected);
  });

  test('1 bit signed and BipolarQuant give -1 and +1, zero +1', () => {
    const bipolarNode = {
      nodes: [node('BipolarQuant', ['w', 'ws'], ['wq'], {}, 'finn.custom_op.general')],
      initializers: [scalar('ws', 0.25)],
    };
    for (const parts of [quant('w', 'wq', { bits: 1, scale: 0.25 }), bipolarNode]) {
      const weights = weightsAfter([0, -0.1, 3, -3], [4, 1], parts);
      expect(weights).toMatchObject({ encoding: 'bipolar', bits: 1, scale: Float32Array.of(0.25) });
      expect(Array.from(weights.codes)).toEqual([1, -1, 1, -1]);
    }
  });

  test('a zero point leaves the codes, and their type grows to hold the difference', () => {
    const weights = weightsAfter([0, 1, 12, -3], [4, 1], quant('w', 'wq', { zeroPoint: 3 }, { signed: 0 }));
    expect(Array.from(weights.codes)).toEqual([0, 1, 12, -3]);
    expect(weights).toMatchObject({ signed: true, bits: 5 }); // 0 .. 15 less 3 is -3 .. 12
  });

  const perChannel = (
    dims: number[],
    values: number[],
  ): Partial<GraphSpec> & { initializers: RawTensor[] } => ({
    nodes: [node('Quant', ['w', 's', 'z', 'b'], ['wq'], {}, GENERAL)],
    initializers: [floats('s', dims, values), scalar('z', 0), scalar('b', 4)],
  });

  test.each([[[1, 2]], [[2]]])('a scale of shape %j is one per output', (dims) => {
    const weights = weightsAfter([1, 1, 2, 4], [2, 2], perChannel(dims, [1, 0.5]));
    expect(Array.from(weights.codes)).toEqual([1, 2, 2, 7]);
    expect(weights.scale).toEqual(Float32Array.of(1, 0.5));
  });

  test('a scale per input is refused: its products cannot be summed', () => {
    const spec = graphOf(
      [1, 2],
      { initializers: [floats('w', [2, 2], [1, 1, 2, 4])] },
      perChannel([2, 1], [1, 0.5]),
      quant('x', 'xq'),
      { nodes: [node('MatMul', ['xq', 'wq'], ['y'])] },
    );
    expect(refusal(spec)).toEqual([expect.stringContaining('a weight scale of shape [2, 1]')]);
  });

  test.each([
    { dims: [2, 1], outputScale: [1, 0.5] },
    { dims: [2], outputScale: undefined }, // along the last axis, which the transpose makes the inputs
    { dims: [1, 2], outputScale: undefined },
  ])('Transpose after a scale of shape $dims of square weights', ({ dims, outputScale }) => {
    const spec = graphOf(
      [1, 2],
      { initializers: [floats('w', [2, 2], [1, 1, 2, 4])] },
      perChannel(dims, [1, 0.5]),
      quant('x', 'xq'),
      { nodes: [node('Transpose', ['wq'], ['wt']), node('MatMul', ['xq', 'wt'], ['y'])] },
    );
    if (!outputScale) {
      expect(refusal(spec)).toEqual([expect.stringContaining('a weight scale of shape')]);
      return;
    }
    const [, dense] = importSpec(spec).nodes as [QuantizeNode, DenseNode];
    expect(Array.from(quantized(dense.weights).scale)).toEqual(outputScale);
    expect(Array.from(quantized(dense.weights).codes)).toEqual([1, 1, 4, 7]);
  });
});

describe('MultiThreshold', () => {
  const imported = (attributes: Record<string, Attribute>, dims: number[], values: number[]) =>
    importSpec(
      graphOf([1, 2], {
        nodes: [node('MultiThreshold', ['x', 't'], ['y'], attributes, 'qonnx.custom_op.general')],
        initializers: [floats('t', dims, values)],
      }),
    ).nodes[0] as MultiThresholdNode;

  test('thresholds by row, out_scale and out_bias as type of the codes', () => {
    const threshold = imported({ out_scale: { f: 0.5 }, out_bias: { f: -1 } }, [2, 3], [1, 2, 3, 4, 5, 6]);
    expect(threshold).toMatchObject({ rows: 2, base: -2, domain: 'real' });
    expect(threshold.quantizer).toMatchObject({ bits: 2, signed: true, scale: Float32Array.of(0.5) });
    expect(Array.from(threshold.thresholds)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('without attributes codes count from zero; one row serves all channels', () => {
    const threshold = imported({}, [1, 4], [0, 0, 1, 2]);
    expect(threshold).toMatchObject({ rows: 1, base: 0, quantizer: { bits: 3, signed: false } });
  });

  test('one threshold with scale 2 and bias -1 is bipolar', () => {
    const threshold = imported({ out_scale: { f: 2 }, out_bias: { f: -1 } }, [1, 1], [0]);
    expect(threshold.quantizer).toMatchObject({ encoding: 'bipolar', scale: Float32Array.of(1) });
  });
});
