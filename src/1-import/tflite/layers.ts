/** Operators with weights: CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED. */
import type { FixedPointMultiplier, QuantizedWeights, Quantizer, Weights, Window } from '../types.js';
import { readFloats } from './data.js';
import type { TfliteOperator, TfliteTensor } from './decode.js';
import { activate, beforeActivation, elementwise, requantize } from './emit.js';
import { optionsOf } from './options.js';
import {
  biasOf,
  type Fused,
  fixedPoint,
  fusedActivation,
  int8QuantizerOf,
  isQuantized,
  weightsOf,
} from './quantization.js';
import { OPTIONS } from './schema.js';
import {
  type Activation,
  BadOperator,
  checkType,
  elements,
  type ImportState,
  imageShape,
  nodeName,
  Unsupported,
} from './values.js';
import { readWindow } from './window.js';

const { fround } = Math;

/** What the kinds of layers have in common. */
interface Layer {
  readonly weights: TfliteTensor;
  readonly outputAxis: number; // of the weights
  readonly outputs: number;
  readonly order?: (codes: Int32Array) => Int32Array; // to [outputs][...]
  readonly shape: readonly number[]; // of the result
  readonly fused: Fused;
  readonly floatProduct: boolean; // the kernel multiplies input and weight scale in float32
  readonly emit: (weights: Weights, output: string) => string; // adds the node
}

export function conv(state: ImportState, operator: TfliteOperator): void {
  const { table } = optionsOf(operator, OPTIONS.conv);
  const x = state.activation(operator, 0);
  const weights = weightTensor(state, operator, 4);
  const [outputs, kernelHeight, kernelWidth, groupChannels] = weights.shape;
  const [height, width, channels] = imageShape(x);
  if (channels % groupChannels !== 0 || outputs % (channels / groupChannels) !== 0)
    throw new BadOperator(
      `weights for ${channels} input channels`,
      `weights of shape [${weights.shape.join(', ')}]`,
    );
  const kernel = { height: kernelHeight, width: kernelWidth };
  const { window, positions } = readWindow(table, OPTIONS.conv, { height, width }, kernel);
  layer(state, operator, x, {
    weights,
    outputAxis: 0,
    outputs,
    shape: [positions.height, positions.width, outputs],
    fused: fusedActivation(table?.int8(OPTIONS.conv.activation) ?? 0),
    floatProduct: false,
    emit: emitConv(state, operator, x, window, channels / groupChannels, outputs, positions),
  });
}

export function depthwise(state: ImportState, operator: TfliteOperator): void {
  const { table } = optionsOf(operator, OPTIONS.depthwise);
  const x = state.activation(operator, 0);
  const weights = weightTensor(state, operator, 4);
  const [one, kernelHeight, kernelWidth, outputs] = weights.shape;
  const [height, width, channels] = imageShape(x);
  if (one !== 1 || outputs % channels !== 0)
    throw new BadOperator(
      `weights of shape [1, height, width, multiple of ${channels}]`,
      `[${weights.shape.join(', ')}]`,
    );
  const kernel = { height: kernelHeight, width: kernelWidth };
  const { window, positions } = readWindow(table, OPTIONS.depthwise, { height, width }, kernel);
  layer(state, operator, x, {
    weights,
    outputAxis: 3,
    outputs,
    order: (codes) => transpose(codes, kernelHeight * kernelWidth, outputs),
    shape: [positions.height, positions.width, outputs],
    fused: fusedActivation(table?.int8(OPTIONS.depthwise.activation) ?? 0),
    floatProduct: false,
    emit: emitConv(state, operator, x, window, channels, outputs, positions),
  });
}

export function fullyConnected(state: ImportState, operator: TfliteOperator): void {
  const fields = OPTIONS.fullyConnected;
  const { table } = optionsOf(operator, fields);
  const x = state.activation(operator, 0);
  const weights = weightTensor(state, operator, 2);
  const [outputs, inputs] = weights.shape;
  if ((table?.int8(fields.weightsFormat) ?? 0) !== 0)
    throw new Unsupported(
      'weights in their default order',
      'shuffled weights',
      'convert the model without them',
    );
  if (elements(x.shape) !== inputs) {
    if (x.shape.at(-1) === inputs)
      throw new Unsupported(
        'one vector of inputs',
        `${elements(x.shape) / inputs} vectors of ${inputs}`,
        'flatten in front of the layer, or use a 1x1 CONV_2D',
      );
    throw new BadOperator(
      `weights for ${elements(x.shape)} inputs`,
      `weights of shape [${weights.shape.join(', ')}]`,
    );
  }
  const keep = (table?.int8(fields.keepDimensions) ?? 0) !== 0;
  const shape = [outputs];
  if (keep && x.shape.length > 1)
    throw new Unsupported(
      'an output [1, units]',
      'an output that keeps the axes of the input',
      'flatten in front of the layer',
    );
  layer(state, operator, x, {
    weights,
    outputAxis: 0,
    outputs,
    shape,
    fused: fusedActivation(table?.int8(fields.activation) ?? 0),
    floatProduct: true,
    emit: (each, output) => {
      const name = nodeName(operator);
      const source = state.source(operator);
      const input = flatten(state, operator, x, inputs);
      return state.add({ op: 'dense', name, source, input, output, inputs, outputs, weights: each }, shape);
    },
  });
}

function weightTensor(state: ImportState, operator: TfliteOperator, rank: number): TfliteTensor {
  const weights = state.constant(operator, 1);
  if (!weights) throw new BadOperator('weights', 'none');
  if (weights.shape.length !== rank || weights.shape.some((n) => n < 1))
    throw new BadOperator(`weights of ${rank} axes`, `shape [${weights.shape.join(', ')}]`);
  return weights;
}

function emitConv(
  state: ImportState,
  operator: TfliteOperator,
  x: Activation,
  window: Window,
  groups: number,
  outputs: number,
  positions: { readonly height: number; readonly width: number },
): Layer['emit'] {
  const base = { name: nodeName(operator), source: state.source(operator), input: x.name };
  return (weights, output) =>
    state.add({ op: 'conv', ...base, output, window, groups, outputs, weights }, [
      positions.height,
      positions.width,
      outputs,
    ]);
}

function layer(state: ImportState, operator: TfliteOperator, x: Activation, given: Layer): void {
  const output = state.output(operator);
  if (isQuantized(x.tensor)) integerLayer(state, operator, x, given, output);
  else floatLayer(state, operator, given, output);
  state.finish(operator, nodeName(operator), given.shape);
}

function integerLayer(
  state: ImportState,
  operator: TfliteOperator,
  x: Activation,
  { weights: tensor, outputAxis, outputs, order, shape, fused, floatProduct, emit }: Layer,
  output: TfliteTensor,
): void {
  const input = int8QuantizerOf(x.tensor);
  const quantizer = int8QuantizerOf(output);
  const weights = weightsOf(tensor, outputAxis, order);
  const bias = biasOf(state.constant(operator, 2), outputs);
  const multiplier = productMultiplier(state, input, weights, quantizer, floatProduct);
  const sums = { tensor: emit(weights, `${nodeName(operator)}:sum`), shape };
  const arithmetic = { kind: 'multiply', bias, ...multiplier } as const;
  requantize(state, operator, sums, quantizer, fused, arithmetic, nodeName(operator));
}

/**
 * input scale * weight scale / output scale.
 * Source: TFLite kernel_util.cc, PopulateConvolutionQuantizationParams (all in double) and, for fully connected layers
 * with one scale, GetQuantizedConvolutionMultipler (product in float32); XNNPACK (all in float32).
 */
function productMultiplier(
  state: ImportState,
  input: Quantizer,
  weights: QuantizedWeights,
  output: Quantizer,
  floatProduct: boolean,
): FixedPointMultiplier {
  const [from, to] = [input.scale[0], output.scale[0]];
  const single = floatProduct && weights.scale.length === 1;
  const product = (scale: number) => (single ? fround(from * scale) : from * scale);
  return fixedPoint(
    Array.from(weights.scale, (scale) => product(scale) / to),
    Array.from(weights.scale, (scale) => fround(fround(from * scale) / to)),
    state.rounding,
  );
}

function floatLayer(
  state: ImportState,
  operator: TfliteOperator,
  { weights: tensor, outputs, order, shape, fused, emit }: Layer,
  output: TfliteTensor,
): void {
  checkType(output, 'FLOAT32');
  const read = readFloats(tensor);
  const values = order ? reorder(read, order) : read;
  const bias = state.constant(operator, 2);
  const operand = bias && readFloats(bias);
  if (operand && operand.length !== outputs)
    throw new BadOperator(`${outputs} biases`, String(operand.length));
  const real = beforeActivation(operator, fused);
  const products = emit({ encoding: 'real', values }, operand ? `${nodeName(operator)}:product` : real);
  const sum = operand
    ? elementwise(state, operator, ':bias', { tensor: products, shape }, real, { kind: 'add', operand })
    : products;
  activate(state, operator, { tensor: sum, shape }, fused);
}

/** Floats in the order that a function gives integers. */
function reorder(values: Float32Array, order: (codes: Int32Array) => Int32Array): Float32Array {
  return Float32Array.from(order(Int32Array.from(values.keys())), (from) => values[from]);
}

/** [rows][columns] -> [columns][rows]. */
function transpose(codes: Int32Array, rows: number, columns: number): Int32Array {
  const result = new Int32Array(codes.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) result[c * rows + r] = codes[r * columns + c];
  return result;
}

function flatten(state: ImportState, operator: TfliteOperator, x: Activation, inputs: number): string {
  if (x.shape.length === 1) return x.name;
  const name = `${nodeName(operator)}:flatten`;
  const output = `${name}:output`;
  return state.add({ op: 'reshape', name, source: state.source(operator), input: x.name, output }, [inputs]);
}
