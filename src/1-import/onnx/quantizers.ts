/** QONNX quantizer nodes: Quant, IntQuant, BipolarQuant, MultiThreshold. Source: qonnx custom_op documentation. */
import { codeRange, quantizeValue } from '../quantize-value.js';
import type { Quantizer, RoundingMode } from '../types.js';
import { broadcastDims, broadcastTo, type Constant } from './constants.js';
import type { OnnxNode, OnnxTensor } from './decode.js';
import { BadNode, constantOf, Unsupported, type Value } from './values.js';

const ROUNDING: Record<string, RoundingMode> = {
  ROUND: 'half-even',
  HALF_EVEN: 'half-even',
  CEIL: 'ceil',
  FLOOR: 'floor',
  UP: 'up',
  DOWN: 'down',
  ROUND_TO_ZERO: 'down',
  HALF_UP: 'half-up',
  HALF_DOWN: 'half-down',
};
const MAX_BITS = 24; // every code is exact in float32

/** The quantizer of a Quant or BipolarQuant node, with its scale as the file shapes it. */
export interface QuantizerNode {
  readonly quantizer: Omit<Quantizer, 'scale'>;
  readonly scale: OnnxTensor;
}

/**
 * Read a quantizer node's parameters.
 *
 * @param inputs the node's values: x, scale, and for Quant zero point and bit width
 * @throws BadNode, Unsupported
 */
export function readQuantizer(node: OnnxNode, inputs: readonly (Value | undefined)[]): QuantizerNode {
  const scale = constantOf(inputs[1], 'the scale');
  const bad = scale.data.find((s) => !(s > 0 && Number.isFinite(Math.fround(s)) && Math.fround(s) > 0));
  if (bad !== undefined) throw new BadNode('a finite scale above zero', String(bad));
  if (node.op === 'BipolarQuant') return { quantizer: bipolar(), scale };
  const zeroPoint = scalar(constantOf(inputs[2], 'the zero point'), 'zero point');
  const bits = scalar(constantOf(inputs[3], 'the bit width'), 'bit width');
  if (!Number.isInteger(zeroPoint)) throw new BadNode('an integer zero point', String(zeroPoint));
  if (!Number.isInteger(bits) || bits < 1 || bits > MAX_BITS)
    throw new BadNode(`a bit width from 1 to ${MAX_BITS}`, String(bits));
  const signed = (node.attributes.get('signed')?.number ?? 1) !== 0;
  const narrow = (node.attributes.get('narrow')?.number ?? 0) !== 0;
  const mode = node.attributes.get('rounding_mode')?.text || 'ROUND';
  const rounding = ROUNDING[mode.toUpperCase()];
  if (!rounding) throw new BadNode(`a rounding_mode of ${Object.keys(ROUNDING).join(', ')}`, `'${mode}'`);
  if (bits === 1 && signed) {
    if (zeroPoint !== 0) throw new Unsupported('a 1-bit signed quantizer with a zero point');
    return { quantizer: bipolar(), scale };
  }
  if (bits === 1 && narrow) throw new BadNode('at least 2 bits for a narrow range', '1');
  return { quantizer: { encoding: 'integer', bits, signed, narrow, zeroPoint, rounding }, scale };
}

function bipolar(): Omit<Quantizer, 'scale'> {
  return { encoding: 'bipolar', bits: 1, signed: true, narrow: false, zeroPoint: 0, rounding: 'half-even' };
}

function scalar(tensor: Constant, what: string): number {
  const [first] = tensor.data;
  if (tensor.data.length === 0 || tensor.data.some((x) => !Object.is(x, first)))
    throw new Unsupported(`a ${what} that differs between channels`);
  return first;
}

/** Quantize a constant: its values become what the codes stand for, and the codes are kept. */
export function quantizeConstant({ quantizer, scale }: QuantizerNode, x: Constant): Constant {
  const invalid = x.data.find((value) => !Number.isFinite(value));
  if (invalid !== undefined) throw new BadNode('finite weights', String(invalid));
  if (broadcastDims(scale.dims, x.dims).join() !== x.dims.join() && scale.data.length !== 1)
    throw new BadNode(`a scale for weights of shape [${x.dims.join(', ')}]`, `[${scale.dims.join(', ')}]`);
  const scales = Float32Array.from(broadcastTo(scale, x.dims));
  const full: Quantizer = { ...quantizer, scale: scales };
  const codes = new Int32Array(x.data.length);
  const data = new Float64Array(x.data.length);
  const { zeroPoint } = quantizer;
  for (let k = 0; k < codes.length; k++) {
    codes[k] = quantizeValue(full, x.data[k], k) - zeroPoint;
    data[k] = Math.fround(codes[k] * scales[k]);
  }
  const { min, max } = codeRange(quantizer);
  const signed = quantizer.encoding === 'bipolar' || min - zeroPoint < 0;
  let { bits } = quantizer;
  if (zeroPoint !== 0)
    while (
      signed
        ? -(2 ** (bits - 1)) > min - zeroPoint || 2 ** (bits - 1) <= max - zeroPoint
        : 2 ** bits <= max - zeroPoint
    )
      bits++;
  const kept = {
    codes,
    encoding: quantizer.encoding,
    bits,
    signed,
    narrow: quantizer.narrow && zeroPoint === 0,
  };
  return { dims: x.dims, data, isFloat: true, quantized: { ...kept, scale } };
}

/** A quantizer for an activation: one scale, or one per element of the last axis. */
export function activationQuantizer({ quantizer, scale }: QuantizerNode, dims: readonly number[]): Quantizer {
  return { ...quantizer, scale: perChannel(scale, dims, 'scale') };
}

/**
 * A constant that meets an activation, as [1] or one value per channel. Channels are the last axis of a matrix; for
 * higher ranks every element of the sample counts as a channel of its own.
 */
export function perChannel(constant: OnnxTensor, dims: readonly number[], what: string): Float32Array {
  if (constant.data.length === 1) return Float32Array.of(constant.data[0]);
  const rank = Math.max(dims.length, constant.dims.length);
  const fits =
    constant.dims.length <= dims.length &&
    constant.dims.every((n, axis) => n === 1 || n === dims[axis + rank - constant.dims.length]);
  if (!fits)
    throw new Unsupported(`a ${what} of shape [${constant.dims.join(', ')}] against [${dims.join(', ')}]`);
  return Float32Array.from(broadcastTo(constant, dims));
}

/** MultiThreshold: y = out_scale * count(x >= T[c][k]) + out_bias. Source: FINN MultiThreshold. */
export function readMultiThreshold(
  node: OnnxNode,
  thresholds: Constant,
): { rows: number; base: number; quantizer: Quantizer } {
  const [rows, count] = thresholds.dims;
  if (thresholds.dims.length !== 2 || !count)
    throw new BadNode('thresholds of shape [channels, steps]', `[${thresholds.dims.join(', ')}]`);
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < count; k++) {
      const value = thresholds.data[r * count + k];
      if (Number.isNaN(value)) throw new BadNode('thresholds that are numbers', 'NaN');
      if (k > 0 && value < thresholds.data[r * count + k - 1])
        throw new BadNode(
          'thresholds in ascending order',
          `${value} after ${thresholds.data[r * count + k - 1]} in row ${r}`,
        );
    }
  const scale = node.attributes.get('out_scale')?.number ?? 1;
  const bias = node.attributes.get('out_bias')?.number ?? 0;
  const bottom = bias / scale;
  if (!(scale > 0) || !Number.isFinite(scale)) throw new BadNode('an out_scale above zero', String(scale));
  if (count === 1 && bottom === -0.5)
    return { rows, base: -1, quantizer: { ...bipolar(), scale: Float32Array.of(scale / 2) } };
  if (!Number.isInteger(bottom))
    throw new Unsupported(`out_bias ${bias} is no multiple of out_scale ${scale}`);
  const signed = bottom < 0;
  let bits = 1;
  while (
    signed ? -(2 ** (bits - 1)) > bottom || 2 ** (bits - 1) <= bottom + count : 2 ** bits <= bottom + count
  )
    bits++;
  const quantizer: Quantizer = {
    encoding: 'integer',
    bits,
    signed,
    narrow: false,
    zeroPoint: 0,
    rounding: 'half-even',
    scale: Float32Array.of(scale),
  };
  return { rows, base: bottom, quantizer };
}
