/**
 * QuantizeLinear and DequantizeLinear. Between the two a tensor of the file holds codes; the Network's tensor holds the
 * real values they stand for, so only the first of a pair makes a node. Source: ONNX operator specification.
 */

import { quantizeValue } from '../quantize-value.js';
import type { Quantizer } from '../types.js';
import { alongAxis, perChannel } from './channels.js';
import { broadcastTo, type Constant, type QuantizedConstant, wrapAxis } from './constants.js';
import { INTEGERS, type IntegerElement, type OnnxNode, type OnnxTensor } from './decode.js';
import type { Handler, Inputs } from './handler.js';
import { nodeBase } from './image.js';
import { type Activation, BadNode, type Codes, constantOf, type ImportState, Unsupported } from './values.js';

const { fround } = Math;
const UINT8: IntegerElement = INTEGERS[2];

/** Scale and zero point of a node, shaped to broadcast to its input. */
interface Parameters {
  readonly scale: OnnxTensor;
  readonly zeroPoint?: OnnxTensor;
}

function readParameters(node: OnnxNode, inputs: Inputs, dims: readonly number[]): Parameters {
  const scale = constantOf(inputs[1], 'the scale');
  const zeroPoint = inputs[2] && constantOf(inputs[2], 'the zero point');
  const bad = scale.data.find((s) => !(fround(s) > 0 && Number.isFinite(fround(s))));
  if (bad !== undefined) throw new BadNode('a finite scale above zero', String(bad));
  if ((node.attributes.get('block_size')?.number ?? 0) !== 0) throw new Unsupported('a scale per block');
  if (scale.data.length === 0 || (zeroPoint && zeroPoint.data.length !== scale.data.length))
    throw new BadNode('as many zero points as scales', `${zeroPoint?.data.length} and ${scale.data.length}`);
  const axis = scale.data.length === 1 ? 0 : wrapAxis(node.attributes.get('axis')?.number ?? 1, dims.length);
  if (scale.dims.length > 1 && scale.data.length > 1)
    throw new Unsupported(`a scale of shape [${scale.dims.join(', ')}]`, 'use one scale, or one per channel');
  if (scale.data.length > 1 && scale.data.length !== dims[axis])
    throw new BadNode(`${dims[axis]} scales along axis ${axis}`, String(scale.data.length));
  const shaped = (each: Constant) => alongAxis(each, axis, dims.length);
  return { scale: shaped(scale), zeroPoint: zeroPoint && shaped(zeroPoint) };
}

/** The one zero point of an activation. */
function singleZeroPoint({ zeroPoint }: Parameters): number {
  if (!zeroPoint) return 0;
  const [first] = zeroPoint.data;
  if (zeroPoint.data.some((z) => z !== first))
    throw new Unsupported('a zero point that differs between channels');
  return first;
}

function codeElement(node: OnnxNode, { zeroPoint }: Parameters): IntegerElement {
  const declared = node.attributes.get('output_dtype')?.number ?? 0;
  const element = zeroPoint ? zeroPoint.integer : declared ? INTEGERS[declared] : UINT8;
  if (!element || element.bits > 16)
    throw new Unsupported('codes that are no integers of 2 to 16 bits', 'use int8 or uint8');
  return element;
}

function linear(element: IntegerElement, scale: Float32Array, zeroPoint: number): Quantizer {
  return {
    encoding: 'integer',
    narrow: false,
    ...element,
    scale,
    zeroPoint,
    rounding: 'half-even',
    zeroPointAdded: 'after-rounding',
  };
}

export const quantizeLinear: Handler = (state, node, inputs) => {
  const [x] = inputs;
  if (x && 'constant' in x) {
    state.values.set(node.outputs[0], { constant: quantizeConstant(node, inputs, x.constant) });
    return;
  }
  if (!x || !('activation' in x)) throw new BadNode('an input', 'none');
  const { activation } = x;
  const parameters = readParameters(node, inputs, activation.dims);
  const element = codeElement(node, parameters);
  const given = activation.dims.length === 2 ? state.asVector(node, activation) : activation;
  const left = state.followsSoftmax(given.tensor); // to the host, as the softmax is
  if (!left) pushQuantizer(state, node, given, parameters, element);
  const quantized = { ...element, scale: perChannel(parameters.scale, given, 'scale') };
  state.alias(node.outputs[0], {
    ...given,
    tensor: left ? given.tensor : node.outputs[0],
    codes: { ...quantized, zeroPoint: singleZeroPoint(parameters) },
  });
};

function pushQuantizer(
  state: ImportState,
  node: OnnxNode,
  x: Activation,
  parameters: Parameters,
  element: IntegerElement,
): void {
  const zeroPoint = singleZeroPoint(parameters);
  checkZeroPoint(element, zeroPoint);
  const quantizer = linear(element, perChannel(parameters.scale, x, 'scale'), zeroPoint);
  state.nodes.push({ op: 'quantize', ...nodeBase(state, node, x), quantizer });
  state.declareLike(node.outputs[0], { ...x, codes: undefined });
}

function checkZeroPoint({ bits, signed }: IntegerElement, zeroPoint: number): void {
  const [min, max] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  if (!(Number.isInteger(zeroPoint) && zeroPoint >= min && zeroPoint <= max))
    throw new BadNode(`a zero point from ${min} to ${max}`, String(zeroPoint));
}

export const dequantizeLinear: Handler = (state, node, inputs) => {
  const [x] = inputs;
  if (x && 'constant' in x) {
    state.values.set(node.outputs[0], { constant: dequantizeConstant(node, inputs, x.constant) });
    return;
  }
  if (!x || !('activation' in x)) throw new BadNode('an input', 'none');
  const { codes, ...real } = x.activation;
  if (!codes) throw new Unsupported('its input is no codes', 'put a QuantizeLinear before it');
  const parameters = readParameters(node, inputs, real.dims);
  if (!codes.scale) {
    const given = real.dims.length === 2 ? state.asVector(node, real) : real;
    pushQuantizer(state, node, given, parameters, codes);
    return;
  }
  const scale = perChannel(parameters.scale, x.activation, 'scale');
  if (scale.join() !== spread(codes, scale.length).join() || singleZeroPoint(parameters) !== codes.zeroPoint)
    throw new Unsupported(
      'another scale or zero point than the QuantizeLinear before it',
      'give both nodes of a pair the same scale and zero point',
    );
  state.alias(node.outputs[0], real);
};

function spread({ scale = new Float32Array(1) }: Codes, length: number): Float32Array {
  return scale.length === 1 ? new Float32Array(length).fill(scale[0]) : scale;
}

/** Integer input of the network taken as real values: codes of scale 1. */
export const cast: Handler = (state, node, inputs) => {
  const [x] = inputs;
  if (!x || !('activation' in x)) throw new BadNode('an input', 'none');
  const to = node.attributes.get('to')?.number ?? 0;
  if (to !== 1 && to !== 11)
    throw new Unsupported('a cast to integers', 'quantize with QuantizeLinear or Quant');
  const { codes } = x.activation;
  if (codes?.scale) throw new Unsupported('a cast of codes', 'put a DequantizeLinear there');
  if (!codes) return state.alias(node.outputs[0], x.activation);
  const one = { dims: [], data: Float64Array.of(1), isFloat: true };
  pushQuantizer(state, node, { ...x.activation, codes: undefined }, { scale: one }, codes);
};

/** Codes of a constant, in the type of the zero point. */
function quantizeConstant(node: OnnxNode, inputs: Inputs, x: Constant): Constant {
  const parameters = readParameters(node, inputs, x.dims);
  const element = codeElement(node, parameters);
  const invalid = x.data.find((value) => !Number.isFinite(value));
  if (invalid !== undefined) throw new BadNode('finite weights', String(invalid));
  const scale = Float32Array.from(broadcastTo(parameters.scale, x.dims));
  const zeros = parameters.zeroPoint && broadcastTo(parameters.zeroPoint, x.dims);
  const data = x.data.map((value, k) =>
    quantizeValue(linear(element, scale.subarray(k, k + 1), zeros?.[k] ?? 0), value, 0),
  );
  return { dims: x.dims, data, isFloat: false, integer: element };
}

/**
 * Real values of constant codes, which keep the codes less the zero point. Codes of 32 bits are biases: real values
 * float32(code) * scale.
 */
function dequantizeConstant(node: OnnxNode, inputs: Inputs, x: Constant): Constant {
  if (!x.integer) throw new Unsupported('its input is no codes of 2 to 32 bits');
  const { scale, zeroPoint } = readParameters(node, inputs, x.dims);
  const scales = broadcastTo(scale, x.dims);
  const zeros = zeroPoint && broadcastTo(zeroPoint, x.dims);
  const codes = Int32Array.from(x.data, (code, k) => code - (zeros?.[k] ?? 0));
  const data = Float64Array.from(codes, (code, k) => fround(fround(code) * fround(scales[k])));
  const result: Constant = { dims: x.dims, data, isFloat: true };
  if (x.integer.bits > 16) return result;
  const quantized: QuantizedConstant = { codes, ...centredType(x.integer, zeroPoint), scale };
  return { ...result, quantized };
}

/** The type of codes less their zero points. */
function centredType(
  { bits, signed, narrow = false }: IntegerElement,
  zeroPoint: OnnxTensor | undefined,
): Pick<QuantizedConstant, 'encoding' | 'bits' | 'signed' | 'narrow'> {
  const [min, max] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  let [low, high] = [min, max];
  for (const zero of zeroPoint?.data ?? []) {
    checkZeroPoint({ bits, signed }, zero);
    [low, high] = [Math.min(low, min - zero), Math.max(high, max - zero)];
  }
  const all = zeroPoint?.data ?? [0];
  if (all.every((zero) => zero === 0)) return { encoding: 'integer', bits, signed, narrow };
  if (all.every((zero) => zero === all[0])) [low, high] = [min - all[0], max - all[0]];
  let width = bits;
  while (low < 0 ? -(2 ** (width - 1)) > low || 2 ** (width - 1) <= high : 2 ** width <= high) width++;
  return { encoding: 'integer', bits: width, signed: low < 0, narrow: false };
}
