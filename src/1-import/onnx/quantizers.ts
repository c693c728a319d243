/** QONNX quantizer nodes: Quant, IntQuant, BipolarQuant, MultiThreshold. Source: qonnx custom_op documentation. */
import { codeRange, quantizeValue } from '../quantize-value.js';
import type { Quantizer, RoundingMode } from '../types.js';
import { alongAxis, perChannel } from './channels.js';
import { broadcastDims, broadcastTo, type Constant } from './constants.js';
import type { OnnxNode, OnnxTensor } from './decode.js';
import type { Handler } from './handler.js';
import { nodeBase } from './image.js';
import { activationOf, BadNode, constantOf, Unsupported, type Value } from './values.js';

export const ROUNDING: Record<string, RoundingMode> = {
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
const MAX_BIAS_BITS = 32; // of constants that are real values from here on

/** The quantizer of a Quant or BipolarQuant node, with its scale as the file shapes it. */
interface QuantizerNode {
  readonly quantizer: Omit<Quantizer, 'scale'>;
  readonly scale: OnnxTensor;
}

/**
 * Read a quantizer node's parameters.
 *
 * @param inputs the node's values: x, scale, and for Quant zero point and bit width
 * @throws BadNode, Unsupported
 */
function readQuantizer(node: OnnxNode, inputs: readonly (Value | undefined)[]): QuantizerNode {
  const scale = constantOf(inputs[1], 'the scale');
  const bad = scale.data.find((s) => !(s > 0 && Number.isFinite(Math.fround(s)) && Math.fround(s) > 0));
  if (bad !== undefined) throw new BadNode('a finite scale above zero', String(bad));
  if (node.op === 'BipolarQuant') return { quantizer: bipolar(), scale };
  const zeroPoint = scalar(constantOf(inputs[2], 'the zero point'), 'zero point');
  const bits = scalar(constantOf(inputs[3], 'the bit width'), 'bit width');
  if (!Number.isInteger(zeroPoint)) throw new BadNode('an integer zero point', String(zeroPoint));
  const most = inputs[0] && 'constant' in inputs[0] ? MAX_BIAS_BITS : MAX_BITS;
  if (!Number.isInteger(bits) || bits < 1 || bits > most)
    throw new BadNode(`a bit width from 1 to ${most}`, String(bits));
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

export function scalar(tensor: Constant, what: string): number {
  const [first] = tensor.data;
  if (tensor.data.length === 0 || tensor.data.some((x) => !Object.is(x, first)))
    throw new Unsupported(`a ${what} that differs between channels`);
  return first;
}

/** Quantize a constant: its values become what the codes stand for, and the codes are kept where they may be weights. */
function quantizeConstant({ quantizer, scale }: QuantizerNode, x: Constant): Constant {
  const invalid = x.data.find((value) => !Number.isFinite(value));
  if (invalid !== undefined) throw new BadNode('finite weights', String(invalid));
  if (broadcastDims(scale.dims, x.dims).join() !== x.dims.join() && scale.data.length !== 1)
    throw new BadNode(`a scale for weights of shape [${x.dims.join(', ')}]`, `[${scale.dims.join(', ')}]`);
  const scales = Float32Array.from(broadcastTo(scale, x.dims));
  const full: Quantizer = { ...quantizer, scale: scales };
  const codes = new Float64Array(x.data.length);
  const data = new Float64Array(x.data.length);
  const { zeroPoint } = quantizer;
  for (let k = 0; k < codes.length; k++) {
    codes[k] = quantizeValue(full, x.data[k], k) - zeroPoint;
    data[k] = Math.fround(codes[k] * scales[k]);
  }
  if (quantizer.bits > MAX_BITS) return { dims: x.dims, data, isFloat: true };
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
    codes: Int32Array.from(codes),
    encoding: quantizer.encoding,
    bits,
    signed,
    narrow: quantizer.narrow && zeroPoint === 0,
  };
  return { dims: x.dims, data, isFloat: true, quantized: { ...kept, scale } };
}

/** QONNX Quant, IntQuant and BipolarQuant. */
export const quantize: Handler = (state, node, inputs) => {
  const { quantizer, scale } = readQuantizer(node, inputs);
  const [value] = inputs;
  if (value && 'constant' in value) {
    const constant = quantizeConstant({ quantizer, scale }, value.constant);
    state.values.set(node.outputs[0], { constant });
    return;
  }
  const given = activationOf(value, 'the input');
  const x = given.dims.length === 2 ? state.asVector(node, given) : given;
  const full: Quantizer = { ...quantizer, scale: perChannel(scale, x, 'scale') };
  state.nodes.push({ op: 'quantize', ...nodeBase(state, node, x), quantizer: full });
  state.declareLike(node.outputs[0], x);
};

/** Thresholds for each channel, axis 1 of the file unless its data_layout says last. */
export const multiThreshold: Handler = (state, node, inputs) => {
  const given = activationOf(inputs[0], 'the input');
  const x = given.dims.length === 2 ? state.asVector(node, given) : given;
  const thresholds = constantOf(inputs[1], 'the thresholds');
  const { rows, base, quantizer } = readMultiThreshold(node, thresholds);
  const last = /^(NHWC|NLC)$/.test(node.attributes.get('data_layout')?.text ?? '');
  const axis = last ? x.dims.length - 1 : 1;
  if (rows !== 1 && rows !== x.dims[axis])
    throw new Unsupported(`${rows} rows of thresholds for a tensor of shape [${x.dims.join(', ')}]`);
  const count = thresholds.data.length / rows;
  const data = new Float64Array(thresholds.data.length);
  const numbers = Float64Array.from({ length: rows }, (_, row) => row);
  const order = perChannel(
    alongAxis({ dims: [rows], data: numbers, isFloat: true }, axis, x.dims.length),
    x,
    'row of thresholds',
  );
  order.forEach((row, channel) => {
    data.set(thresholds.data.subarray(row * count, (row + 1) * count), channel * count);
  });
  const common = nodeBase(state, node, x);
  state.nodes.push({
    op: 'multi-threshold',
    ...common,
    domain: 'real',
    thresholds: data,
    rows,
    base,
    quantizer,
  });
  state.declareLike(node.outputs[0], x);
};

/** MultiThreshold: y = out_scale * count(x >= T[c][k]) + out_bias. Source: FINN MultiThreshold. */
function readMultiThreshold(
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
