/** Operators on each element: arithmetic with constants, activation functions, batch normalisation, sums of two tensors. */
import { SELU } from '../float32.js';
import { normalizeConstants } from '../normalize.js';
import type { ElementwiseKind, ElementwiseNode } from '../types.js';
import { alongAxis, perChannel } from './channels.js';
import { clipActivation, clipConstant } from './clip-codes.js';
import type { OnnxNode } from './decode.js';
import type { Handler } from './handler.js';
import { nodeBase } from './image.js';
import {
  type Activation,
  activationOf,
  BadNode,
  constantOf,
  type ImportState,
  Unsupported,
} from './values.js';
import { sameView } from './view.js';

export function elementwise(
  state: ImportState,
  node: OnnxNode,
  x: Activation,
  kind: ElementwiseKind,
  rest: Partial<Pick<ElementwiseNode, 'operand' | 'multiplier' | 'minimum' | 'maximum' | 'attributes'>> = {},
): void {
  for (const constants of [rest.operand, rest.multiplier])
    if (constants?.some((value) => !Number.isFinite(value)))
      throw new BadNode('finite constants', 'NaN or infinity');
  state.nodes.push({ op: 'elementwise', ...nodeBase(state, node, x), kind, ...rest });
  state.declareLike(node.outputs[0], x);
}

/** x op constant or constant op x. */
export function binary(kind: ElementwiseKind, swapped?: ElementwiseKind): Handler {
  return (state, node, inputs) => {
    const [a, b] = inputs;
    const left = a && 'activation' in a;
    if (left && b && 'activation' in b) {
      if (kind === 'add') return sum(state, node, a.activation, b.activation);
      if (kind === 'subtract') return sum(state, node, a.activation, negated(state, node, b.activation));
      throw new Unsupported(
        'both inputs come from the network',
        'of two tensors only the sum and the difference have hardware',
      );
    }
    const x = activationOf(left ? inputs[0] : inputs[1], 'an input');
    const constant = constantOf(left ? inputs[1] : inputs[0], 'the other input');
    const chosen = left ? kind : swapped;
    if (!chosen) throw new Unsupported('a constant divided by an activation is not monotone');
    if (chosen === 'divide' && constant.data.includes(0)) throw new BadNode('divisors other than zero', '0');
    const wide = x.dims.length === 2 ? state.asVector(node, x) : x;
    elementwise(state, node, wide, chosen, { operand: perChannel(constant, wide, 'constant') });
  };
}

/** Both tensors element by element, without broadcasting. */
function sum(state: ImportState, node: OnnxNode, x: Activation, y: Activation): void {
  if (x.dims.join() !== y.dims.join())
    throw new Unsupported(
      `a sum of shapes [${x.dims.join(', ')}] and [${y.dims.join(', ')}]`,
      'both tensors need the same shape',
    );
  if (!sameView(x.view, y.view))
    throw new Unsupported('a sum of two tensors of which one was transposed', 'transpose both or none');
  const other =
    x.shape.join() === y.shape.join() ? y : state.reshape(node, y, x.shape, `${node.outputs[0]}:other`);
  state.nodes.push({ op: 'add', ...nodeBase(state, node, x), other: other.tensor });
  state.declareLike(node.outputs[0], x);
}

/** A tensor with the sign turned: x - y is x + -y in float32 too. */
function negated(state: ImportState, node: OnnxNode, y: Activation): Activation {
  const output = state.unusedTensor(`${node.outputs[0]}:negated`);
  const name = state.unusedName(`${node.name}:negate`);
  const base = { name, source: state.source(node), input: y.tensor, output };
  state.nodes.push({ op: 'elementwise', ...base, kind: 'negate' });
  return state.declareLike(output, y);
}

export function unary(kind: ElementwiseKind): Handler {
  return (state, node, inputs) => elementwise(state, node, activationOf(inputs[0], 'the input'), kind);
}

export const leakyRelu: Handler = (state, node, inputs) => {
  const alpha = node.attributes.get('alpha')?.number ?? Math.fround(0.01);
  if (!(alpha >= 0)) throw new Unsupported(`a slope of ${alpha} is not monotone`);
  elementwise(state, node, activationOf(inputs[0], 'the input'), 'leaky-relu', { attributes: { alpha } });
};

export const elu: Handler = (state, node, inputs) => {
  const alpha = node.attributes.get('alpha')?.number ?? 1;
  if (!(alpha >= 0)) throw new Unsupported(`an alpha of ${alpha} is not monotone`);
  elementwise(state, node, activationOf(inputs[0], 'the input'), 'elu', { attributes: { alpha } });
};

export const selu: Handler = (state, node, inputs) => {
  const alpha = node.attributes.get('alpha')?.number ?? SELU.alpha;
  const gamma = node.attributes.get('gamma')?.number ?? SELU.gamma;
  if (!(alpha >= 0 && gamma >= 0))
    throw new Unsupported(`an alpha of ${alpha} with a gamma of ${gamma} is not monotone`);
  elementwise(state, node, activationOf(inputs[0], 'the input'), 'selu', { attributes: { alpha, gamma } });
};

/** With one slope for all channels, which is a leaky ReLU. */
export const pRelu: Handler = (state, node, inputs) => {
  const x = activationOf(inputs[0], 'the input');
  const slopes = constantOf(inputs[1], 'the slope');
  const [alpha] = slopes.data;
  if (slopes.data.length === 0 || slopes.data.some((slope) => slope !== alpha))
    throw new Unsupported('slopes that differ between channels', 'train with one slope, or with a ReLU');
  if (!(alpha >= 0)) throw new Unsupported(`a slope of ${alpha} is not monotone`);
  elementwise(state, node, x, 'leaky-relu', { attributes: { alpha } });
};

/** Max and Min with one constant: half a Clip, as older exporters write ReLU and ReLU6. */
export function limit(side: 'minimum' | 'maximum'): Handler {
  return (state, node, inputs) => {
    const activations = inputs.flatMap((value) => (value && 'activation' in value ? [value.activation] : []));
    if (activations.length !== 1 || inputs.length !== 2)
      throw new Unsupported('only supported of one tensor and one constant');
    const constant = constantOf(
      inputs.find((value) => value && 'constant' in value),
      'the limit',
    );
    const [value] = constant.data;
    if (constant.data.length !== 1 || Number.isNaN(value))
      throw new Unsupported(
        `a limit of shape [${constant.dims.join(', ')}]`,
        'use one limit for all elements',
      );
    const limits = { minimum: -Infinity, maximum: Infinity, [side]: value };
    elementwise(state, node, activations[0], 'clip', limits);
  };
}

export const hardSigmoid: Handler = (state, node, inputs) => {
  const alpha = node.attributes.get('alpha')?.number ?? Math.fround(0.2);
  const beta = node.attributes.get('beta')?.number ?? 0.5;
  if (!(alpha >= 0)) throw new Unsupported(`a slope of ${alpha} is not monotone`);
  const attributes = { alpha, beta };
  elementwise(state, node, activationOf(inputs[0], 'the input'), 'hard-sigmoid', { attributes });
};

export const clip: Handler = (state, node, inputs) => {
  const [x] = inputs;
  if (x && 'constant' in x) {
    state.values.set(node.outputs[0], { constant: clipConstant(inputs, x.constant) });
    return;
  }
  if (x && 'activation' in x && x.activation.codes) {
    clipActivation(state, node, inputs, x.activation);
    return;
  }
  const bound = (index: number, name: string, missing: number) =>
    inputs[index]
      ? constantOf(inputs[index], `the ${name}`).data[0]
      : (node.attributes.get(name)?.number ?? missing);
  const [minimum, maximum] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)];
  if (!(minimum <= maximum)) throw new BadNode('min <= max', `${minimum} and ${maximum}`);
  elementwise(state, node, activationOf(inputs[0], 'the input'), 'clip', { minimum, maximum });
};

export const batchNormalization: Handler = (state, node, inputs) => {
  const given = activationOf(inputs[0], 'the input');
  const x = given.dims.length === 2 ? state.asVector(node, given) : given;
  const constants = ['scale', 'bias', 'mean', 'variance'].map((what, k) =>
    constantOf(inputs[k + 1], `the ${what}`),
  );
  const channels = x.dims[1];
  const wrong = constants.find((each) => each.data.length !== channels);
  if (wrong) throw new BadNode(`${channels} values per constant`, String(wrong.data.length));
  const negative = constants[3].data.find((v) => !(v >= 0));
  if (negative !== undefined) throw new BadNode('variances of zero or more', String(negative));
  const [scale, bias, mean, variance] = constants.map(({ data }) => data);
  const epsilon = node.attributes.get('epsilon')?.number ?? 1e-5;
  const { multiplier, operand } = normalizeConstants(scale, bias, mean, variance, epsilon);
  const placed = (values: Float32Array) =>
    perChannel(
      alongAxis({ dims: [channels], data: Float64Array.from(values), isFloat: true }, 1, x.dims.length),
      x,
      'batch norm',
    );
  elementwise(state, node, x, 'normalize', { multiplier: placed(multiplier), operand: placed(operand) });
};
