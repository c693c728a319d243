/** One handler per ONNX operator that meets an activation. A handler adds Network nodes and declares its output. */
import { normalizeConstants } from '../normalize.js';
import type { ElementwiseKind, ElementwiseNode, QuantizedWeights } from '../types.js';
import { type Constant, FoldError, resolveReshape, size } from './constants.js';
import type { OnnxNode } from './decode.js';
import {
  activationQuantizer,
  perChannel,
  quantizeConstant,
  readMultiThreshold,
  readQuantizer,
} from './quantizers.js';
import {
  type Activation,
  activationOf,
  BadNode,
  constantOf,
  type ImportState,
  Unsupported,
  type Value,
} from './values.js';

type Inputs = readonly (Value | undefined)[];
type Handler = (state: ImportState, node: OnnxNode, inputs: Inputs) => void;

function base(state: ImportState, node: OnnxNode, x: Activation) {
  return { name: node.name, source: state.source(node), input: x.tensor, output: node.outputs[0] };
}

function elementwise(
  state: ImportState,
  node: OnnxNode,
  x: Activation,
  kind: ElementwiseKind,
  rest: Partial<Pick<ElementwiseNode, 'operand' | 'multiplier' | 'minimum' | 'maximum' | 'attributes'>> = {},
): void {
  for (const constants of [rest.operand, rest.multiplier])
    if (constants?.some((value) => !Number.isFinite(value)))
      throw new BadNode('finite constants', 'NaN or infinity');
  state.nodes.push({ op: 'elementwise', ...base(state, node, x), kind, ...rest });
  state.activation(node.outputs[0], x.dims);
}

/** x op constant or constant op x. */
function binary(kind: ElementwiseKind, swapped?: ElementwiseKind): Handler {
  return (state, node, inputs) => {
    const left = inputs[0] && 'activation' in inputs[0];
    if (left && inputs[1] && 'activation' in inputs[1])
      throw new Unsupported('both inputs come from the network; branches are not supported yet');
    const x = activationOf(left ? inputs[0] : inputs[1], 'an input');
    const constant = constantOf(left ? inputs[1] : inputs[0], 'the other input');
    const chosen = left ? kind : swapped;
    if (!chosen) throw new Unsupported('a constant divided by an activation is not monotone');
    if (chosen === 'divide' && constant.data.includes(0)) throw new BadNode('divisors other than zero', '0');
    elementwise(state, node, x, chosen, { operand: perChannel(constant, x.dims, 'constant') });
  };
}

function unary(kind: ElementwiseKind): Handler {
  return (state, node, inputs) => elementwise(state, node, activationOf(inputs[0], 'the input'), kind);
}

/** Integer weights of a constant; constants whose values are all integers need no quantizer. */
function weightsOf(
  constant: Constant,
  inputs: number,
  outputs: number,
  transposed: boolean,
): QuantizedWeights {
  const { quantized } = constant;
  const source = quantized ? quantized.codes : constant.data;
  if (!quantized && !constant.data.every((w) => Number.isInteger(w) && Math.abs(w) < 2 ** 23))
    throw new Unsupported('its weights are float', 'quantize the model first (Quant nodes on the weights)');
  const codes = new Int32Array(inputs * outputs);
  if (transposed) codes.set(source);
  else
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) codes[o * inputs + i] = source[i * outputs + o];
  if (!quantized) {
    const [min, max] = codes.reduce(([a, b], w) => [Math.min(a, w), Math.max(b, w)], [0, 0]);
    let bits = 1;
    while (-(2 ** (bits - 1)) > min || 2 ** (bits - 1) <= max) bits++;
    return {
      codes,
      encoding: 'integer',
      bits: Math.max(bits, 2),
      signed: true,
      narrow: false,
      scale: Float32Array.of(1),
    };
  }
  const outputAxis = transposed ? 0 : 1;
  const { scale, ...kept } = quantized;
  const perOutput =
    scale.data.length === outputs &&
    (scale.dims.length < 2 ? !transposed : scale.dims[outputAxis] === outputs);
  if (scale.data.length !== 1 && !perOutput)
    throw new Unsupported(
      `a weight scale of shape [${scale.dims.join(', ')}]`,
      'use one scale, or one per output',
    );
  return { ...kept, codes, scale: Float32Array.from(scale.data) };
}

function dense(
  state: ImportState,
  node: OnnxNode,
  x: Activation,
  constant: Constant,
  transposed: boolean,
  output: string,
): void {
  if (constant.dims.length !== 2 || x.dims.length !== 2)
    throw new Unsupported(
      `operands of shape [${x.dims.join(', ')}] and [${constant.dims.join(', ')}]`,
      'flatten to [batch, features] first',
    );
  const [inputs, outputs] = transposed ? [constant.dims[1], constant.dims[0]] : constant.dims;
  if (outputs < 1) throw new BadNode('weights for one output or more', `shape [${constant.dims.join(', ')}]`);
  if (inputs !== x.dims[1]) throw new BadNode(`weights for ${x.dims[1]} inputs`, `weights for ${inputs}`);
  const weights = weightsOf(constant, inputs, outputs, transposed);
  state.nodes.push({ op: 'dense', ...base(state, node, x), output, inputs, outputs, weights });
  state.activation(output, [x.dims[0], outputs]);
}

const quantize: Handler = (state, node, inputs) => {
  const parameters = readQuantizer(node, inputs);
  const [x] = inputs;
  if (x && 'constant' in x) {
    state.values.set(node.outputs[0], { constant: quantizeConstant(parameters, x.constant) });
    return;
  }
  const activation = activationOf(x, 'the input');
  const quantizer = activationQuantizer(parameters, activation.dims);
  state.nodes.push({ op: 'quantize', ...base(state, node, activation), quantizer });
  state.activation(node.outputs[0], activation.dims);
};

const reshape =
  (target: (x: Activation, node: OnnxNode, inputs: Inputs) => readonly number[]): Handler =>
  (state, node, inputs) => {
    const x = activationOf(inputs[0], 'the input');
    const dims = resolveReshape(x.dims, target(x, node, inputs));
    if (dims[0] !== 1 || x.dims[0] !== 1)
      throw new Unsupported(
        `a reshape that moves the batch axis: [${x.dims.join(', ')}] to [${dims.join(', ')}]`,
      );
    state.nodes.push({ op: 'reshape', ...base(state, node, x) });
    state.activation(node.outputs[0], dims);
  };

/** Operators of QONNX live in these domains, whatever the exporter called them. */
export const QUANTIZER_OPS = new Set(['Quant', 'IntQuant', 'BipolarQuant', 'MultiThreshold']);

export const HANDLERS: Record<string, Handler> = {
  Quant: quantize,
  IntQuant: quantize,
  BipolarQuant: quantize,
  MultiThreshold: (state, node, inputs) => {
    const x = activationOf(inputs[0], 'the input');
    const thresholds = constantOf(inputs[1], 'the thresholds');
    const { rows, base: bottom, quantizer } = readMultiThreshold(node, thresholds);
    const channels = x.dims[x.dims.length - 1];
    if (x.dims.length !== 2 || (rows !== 1 && rows !== channels))
      throw new Unsupported(`${rows} rows of thresholds for a tensor of shape [${x.dims.join(', ')}]`);
    const data = Float64Array.from(thresholds.data);
    state.nodes.push({
      op: 'multi-threshold',
      ...base(state, node, x),
      domain: 'real',
      thresholds: data,
      rows,
      base: bottom,
      quantizer,
    });
    state.activation(node.outputs[0], x.dims);
  },
  MatMul: (state, node, inputs) => {
    if (inputs[0] && 'constant' in inputs[0])
      throw new Unsupported('weights times activations', 'write x @ W, or use Gemm');
    dense(
      state,
      node,
      activationOf(inputs[0], 'the first input'),
      constantOf(inputs[1], 'the weights'),
      false,
      node.outputs[0],
    );
  },
  Gemm: (state, node, inputs) => {
    const attribute = (name: string, missing: number) => node.attributes.get(name)?.number ?? missing;
    if (attribute('transA', 0) !== 0) throw new Unsupported('transA');
    if (attribute('alpha', 1) !== 1)
      throw new Unsupported(`alpha ${attribute('alpha', 1)}`, 'fold it into the weights');
    const x = activationOf(inputs[0], 'the first input');
    const bias = inputs[2] ? constantOf(inputs[2], 'the bias') : undefined;
    const product = bias ? `${node.outputs[0]}:product` : node.outputs[0];
    dense(state, node, x, constantOf(inputs[1], 'the weights'), attribute('transB', 0) !== 0, product);
    if (!bias) return;
    if (attribute('beta', 1) !== 1)
      throw new Unsupported(`beta ${attribute('beta', 1)}`, 'fold it into the bias');
    const sum = state.values.get(product);
    elementwise(state, node, activationOf(sum, 'the product'), 'add', {
      operand: perChannel(bias, activationOf(sum, 'the product').dims, 'bias'),
    });
  },
  Add: binary('add', 'add'),
  Sub: binary('subtract', 'reverse-subtract'),
  Mul: binary('multiply', 'multiply'),
  Div: binary('divide'),
  Relu: unary('relu'),
  Sigmoid: unary('sigmoid'),
  Tanh: unary('tanh'),
  Sign: unary('sign'),
  Neg: unary('negate'),
  LeakyRelu: (state, node, inputs) => {
    const alpha = node.attributes.get('alpha')?.number ?? Math.fround(0.01);
    if (!(alpha >= 0)) throw new Unsupported(`a slope of ${alpha} is not monotone`);
    elementwise(state, node, activationOf(inputs[0], 'the input'), 'leaky-relu', { attributes: { alpha } });
  },
  HardSigmoid: (state, node, inputs) => {
    const alpha = node.attributes.get('alpha')?.number ?? Math.fround(0.2);
    const beta = node.attributes.get('beta')?.number ?? 0.5;
    if (!(alpha >= 0)) throw new Unsupported(`a slope of ${alpha} is not monotone`);
    elementwise(state, node, activationOf(inputs[0], 'the input'), 'hard-sigmoid', {
      attributes: { alpha, beta },
    });
  },
  Clip: (state, node, inputs) => {
    const bound = (index: number, name: string, missing: number) =>
      inputs[index]
        ? constantOf(inputs[index], `the ${name}`).data[0]
        : (node.attributes.get(name)?.number ?? missing);
    const [minimum, maximum] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)];
    if (!(minimum <= maximum)) throw new BadNode('min <= max', `${minimum} and ${maximum}`);
    elementwise(state, node, activationOf(inputs[0], 'the input'), 'clip', { minimum, maximum });
  },
  BatchNormalization: (state, node, inputs) => {
    const x = activationOf(inputs[0], 'the input');
    const constants = ['scale', 'bias', 'mean', 'variance'].map(
      (what, k) => constantOf(inputs[k + 1], `the ${what}`).data,
    );
    const channels = x.dims[1];
    if (x.dims.length !== 2) throw new Unsupported(`a tensor of shape [${x.dims.join(', ')}]`);
    const wrong = constants.find((each) => each.length !== channels);
    if (wrong) throw new BadNode(`${channels} values per constant`, String(wrong.length));
    const negative = constants[3].find((v) => !(v >= 0));
    if (negative !== undefined) throw new BadNode('variances of zero or more', String(negative));
    const [scale, bias, mean, variance] = constants;
    const epsilon = node.attributes.get('epsilon')?.number ?? 1e-5;
    elementwise(state, node, x, 'normalize', normalizeConstants(scale, bias, mean, variance, epsilon));
  },
  Reshape: reshape((_, __, inputs) => Array.from(constantOf(inputs[1], 'the shape').data)),
  Flatten: reshape((x, node) => {
    const axis = node.attributes.get('axis')?.number ?? 1;
    if (axis !== 1) throw new Unsupported(`axis ${axis}`);
    return [1, size(x.dims.slice(1))];
  }),
  Squeeze: reshape((x) => [1, ...x.dims.slice(1).filter((n) => n !== 1)]),
  Identity: (state, node, inputs) => {
    const x = activationOf(inputs[0], 'the input');
    state.values.set(node.outputs[0], { activation: x });
  },
  Dropout: (state, node, inputs) => {
    state.values.set(node.outputs[0], { activation: activationOf(inputs[0], 'the input') });
  },
  Softmax: (state, node, inputs) => {
    const x = activationOf(inputs[0], 'the input');
    state.nodes.push({ op: 'softmax', ...base(state, node, x) });
    state.activation(node.outputs[0], x.dims);
  },
};

export { FoldError };
