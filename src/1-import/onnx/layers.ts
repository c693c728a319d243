/** Operators with weights: MatMul, Gemm, Conv. */
import { windowPositions } from '../window.js';
import { perChannel } from './channels.js';
import type { Constant } from './constants.js';
import type { OnnxNode } from './decode.js';
import { elementwise } from './elementwise.js';
import type { Handler } from './handler.js';
import { declareImage, imageOf, nodeBase, orderOf, readWindow } from './image.js';
import {
  type Activation,
  activationOf,
  BadNode,
  constantOf,
  type ImportState,
  Unsupported,
} from './values.js';
import { isInOrder } from './view.js';
import { weightsOf } from './weights.js';

const UNIT = { height: 1, width: 1 };

function dense(
  state: ImportState,
  node: OnnxNode,
  x: Activation,
  constant: Constant,
  transposed: boolean,
  output: string,
): Activation {
  if (constant.dims.length !== 2 || x.dims.length < 2)
    throw new Unsupported(
      `operands of shape [${x.dims.join(', ')}] and [${constant.dims.join(', ')}]`,
      'flatten to [batch, features] first',
    );
  const [inputs, outputs] = transposed ? [constant.dims[1], constant.dims[0]] : constant.dims;
  const features = x.dims[x.dims.length - 1];
  if (outputs < 1) throw new BadNode('weights for one output or more', `shape [${constant.dims.join(', ')}]`);
  if (inputs !== features) throw new BadNode(`weights for ${features} inputs`, `weights for ${inputs}`);
  const single = x.dims.length === 2;
  const order = single ? orderOf(x) : Int32Array.from({ length: inputs }, (_, i) => i);
  const source = new Int32Array(inputs * outputs);
  for (let o = 0, at = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++, at++) source[o * inputs + order[i]] = transposed ? at : i * outputs + o;
  const weights = weightsOf(constant, outputs, transposed ? 0 : 1, source);
  if (!single) return pointwise(state, node, x, weights, outputs, output);
  const vector = state.asVector(node, x);
  state.nodes.push({ op: 'dense', ...nodeBase(state, node, vector), output, inputs, outputs, weights });
  return state.declare(output, [outputs], [1, outputs]);
}

/** The same dense layer at every position, [.., features] -> [.., outputs]: a convolution with one tap. */
function pointwise(
  state: ImportState,
  node: OnnxNode,
  x: Activation,
  weights: ReturnType<typeof weightsOf>,
  outputs: number,
  output: string,
): Activation {
  const positions = x.dims.slice(1, -1);
  if (!isInOrder(x.view) || positions.length > 2)
    throw new Unsupported(
      `a product along the last axis of [${x.dims.join(', ')}]`,
      'use a Conv with a 1 x 1 kernel',
    );
  const [height, width] = positions.length === 1 ? [1, positions[0]] : positions;
  const shape = [height, width, x.dims[x.dims.length - 1]];
  const image =
    shape.join() === x.shape.join() ? x : state.reshape(node, x, shape, `${node.outputs[0]}:image`);
  const padding = { top: 0, left: 0, bottom: 0, right: 0 };
  const window = { kernel: UNIT, stride: UNIT, dilation: UNIT, padding };
  state.nodes.push({
    op: 'conv',
    ...nodeBase(state, node, image),
    output,
    window,
    groups: 1,
    outputs,
    weights,
  });
  return state.declare(output, [height, width, outputs], [1, ...positions, outputs]);
}

/** Add a bias to the result of a layer, as a node of its own. */
function addBias(state: ImportState, node: OnnxNode, product: Activation, bias: Constant): void {
  elementwise(state, node, product, 'add', { operand: perChannel(bias, product, 'bias') });
}

/** Times a factor, rounded to float32, as onnxruntime scales finished sums. */
function scale(
  state: ImportState,
  node: OnnxNode,
  product: Activation,
  factor: number,
  output: string,
): Activation {
  if (!Number.isFinite(factor)) throw new BadNode('a finite alpha', String(factor));
  const name = state.unusedName(`${node.name}:alpha`);
  const base = { name, source: state.source(node), input: product.tensor, output };
  state.nodes.push({ op: 'elementwise', ...base, kind: 'multiply', operand: Float32Array.of(factor) });
  return state.declareLike(output, product);
}

export const matMul: Handler = (state, node, inputs) => {
  if (inputs[0] && 'constant' in inputs[0])
    throw new Unsupported('weights times activations', 'write x @ W, or use Gemm');
  const x = activationOf(inputs[0], 'the first input');
  dense(state, node, x, constantOf(inputs[1], 'the weights'), false, node.outputs[0]);
};

export const gemm: Handler = (state, node, inputs) => {
  const attribute = (name: string, missing: number) => node.attributes.get(name)?.number ?? missing;
  if (attribute('transA', 0) !== 0) throw new Unsupported('transA');
  const x = activationOf(inputs[0], 'the first input');
  if (x.dims.length !== 2)
    throw new Unsupported(`an input of shape [${x.dims.join(', ')}]`, 'flatten to [batch, features] first');
  const bias = inputs[2] ? constantOf(inputs[2], 'the bias') : undefined;
  const [alpha, beta] = [attribute('alpha', 1), attribute('beta', 1)];
  const [output] = node.outputs;
  const first = bias || alpha !== 1 ? `${output}:product` : output;
  const weights = constantOf(inputs[1], 'the weights');
  let product = dense(state, node, x, weights, attribute('transB', 0) !== 0, first);
  if (alpha !== 1) product = scale(state, node, product, alpha, bias ? `${output}:scaled` : output);
  if (bias) addBias(state, node, product, { ...bias, data: bias.data.map((c) => Math.fround(c * beta)) });
};

export const conv: Handler = (state, node, inputs) => {
  const x = activationOf(inputs[0], 'the first input');
  const constant = constantOf(inputs[1], 'the weights');
  const bias = inputs[2] ? constantOf(inputs[2], 'the bias') : undefined;
  const { dims } = constant;
  if (dims.length !== x.dims.length)
    throw new BadNode(`weights of ${x.dims.length} axes`, `shape [${dims.join(', ')}]`);
  const image = imageOf(state, node, x);
  const [outputs, perGroup, ...taps] = dims;
  const groups = node.attributes.get('group')?.number ?? 1;
  if (!Number.isInteger(groups) || groups < 1) throw new BadNode('a positive group', String(groups));
  if (image.channels % groups !== 0)
    throw new BadNode(`channels divisible by the ${groups} groups`, `${image.channels} channels`);
  if (outputs < 1 || outputs % groups !== 0)
    throw new BadNode(`outputs divisible by the ${groups} groups`, `${outputs} outputs`);
  if (perGroup !== image.channels / groups)
    throw new BadNode(`weights for ${image.channels / groups} channels`, `weights for ${perGroup}`);
  const declared = node.attributes.get('kernel_shape')?.numbers ?? [];
  if (declared.length && declared.join() !== taps.join())
    throw new BadNode(`a kernel_shape of [${taps.join(', ')}] as the weights`, `[${declared.join(', ')}]`);
  const window = readWindow(node, image, taps);
  const { height, width } = window.kernel;
  const source = new Int32Array(outputs * perGroup * height * width);
  let at = 0;
  for (let o = 0; o < outputs; o++)
    for (let tap = 0; tap < height * width; tap++)
      for (let c = 0; c < perGroup; c++) source[at++] = (o * perGroup + c) * height * width + tap;
  const weights = weightsOf(constant, outputs, 0, source);
  if (bias && bias.data.length !== outputs)
    throw new BadNode(`${outputs} values in the bias, one per output`, `shape [${bias.dims.join(', ')}]`);
  const output = bias ? `${node.outputs[0]}:product` : node.outputs[0];
  const base = { ...nodeBase(state, node, image.activation), output };
  state.nodes.push({ op: 'conv', ...base, window, groups, outputs, weights });
  const positions = windowPositions(image, window);
  const product = declareImage(state, output, x, [positions.height, positions.width, outputs]);
  if (bias) addBias(state, node, product, { ...bias, dims: [outputs, ...taps.map(() => 1)] });
};
