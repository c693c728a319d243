/** Operators between real values and codes, and on single values: QUANTIZE, DEQUANTIZE, RELU and its like, LEAKY_RELU. */

import { roundHalfEven } from '../quantize-value.js';
import type { FixedPointMultiplier, FixedPointRounding } from '../types.js';
import type { TfliteOperator } from './decode.js';
import { activate, elementwise, requantize, rescale } from './emit.js';
import { optionsOf } from './options.js';
import {
  type Fused,
  fixedPoint,
  int8QuantizerOf,
  isQuantized,
  quantizerOf,
  sameQuantizer,
} from './quantization.js';
import { OPTIONS } from './schema.js';
import { checkType, type ImportState, nodeName, Unsupported } from './values.js';

const { fround } = Math;

/** Real values to codes, or codes to codes of another quantizer. */
export function quantize(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const output = state.output(operator);
  const quantizer = quantizerOf(output);
  const { shape } = x;
  const name = (): string => {
    if (state.left.has(operator.inputs[0])) return x.name; // the host's
    if (!isQuantized(x.tensor)) {
      checkType(x.tensor, 'FLOAT32');
      const base = { name: nodeName(operator), source: state.source(operator), input: x.name };
      return state.add({ op: 'quantize', ...base, output: base.name, quantizer }, shape);
    }
    const from = quantizerOf(x.tensor);
    if (sameQuantizer(from, quantizer)) return x.name;
    return rescale(state, operator, { tensor: x.name, shape, quantizer: from }, quantizer, 'NONE');
  };
  state.finish(operator, name(), shape);
}

/** Codes to the real values that they stand for: the Network's tensors hold those already. */
export function dequantize(state: ImportState, operator: TfliteOperator): void {
  const given = state.graph.tensors[operator.inputs[0] ?? -1];
  if (given?.data)
    throw new Unsupported(
      'codes that are computed',
      `'${given.name}', a ${given.type.toLowerCase()} constant`,
      'quantize the model to int8, or keep float32 weights',
    );
  const x = state.activation(operator, 0);
  if (!isQuantized(x.tensor)) throw new Unsupported('int8 codes', x.tensor.type.toLowerCase());
  checkType(state.output(operator), 'FLOAT32');
  state.finish(operator, x.name, x.shape);
}

export function relu(fused: Fused): (state: ImportState, operator: TfliteOperator) => void {
  return (state, operator) => {
    const x = state.activation(operator, 0);
    const output = state.output(operator);
    const { name: tensor, shape } = x;
    if (isQuantized(x.tensor)) {
      const quantizer = int8QuantizerOf(x.tensor);
      rescale(state, operator, { tensor, shape, quantizer }, int8QuantizerOf(output), fused);
    } else {
      checkType(output, 'FLOAT32');
      activate(state, operator, { tensor, shape }, fused, '');
    }
    state.finish(operator, nodeName(operator), shape);
  };
}

export function leakyRelu(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const output = state.output(operator);
  const alpha = optionsOf(operator, OPTIONS.leakyRelu).table?.float32(OPTIONS.leakyRelu.alpha) ?? 0;
  if (!(alpha >= 0 && Number.isFinite(alpha)))
    throw new Unsupported('a slope of zero or more', String(alpha), 'train with a slope that is monotone');
  const { name, shape } = x;
  const input = { tensor: name, shape };
  const made = nodeName(operator);
  checkType(output, x.tensor.type);
  if (isQuantized(x.tensor)) {
    const [from, to] = [int8QuantizerOf(x.tensor), int8QuantizerOf(output)];
    const slopes = leakySlopes(from.scale[0], to.scale[0], alpha, state.rounding);
    requantize(state, operator, input, to, 'NONE', { kind: 'leaky', ...slopes }, made);
  } else elementwise(state, operator, '', input, made, { kind: 'leaky-relu', attributes: { alpha } });
  state.finish(operator, made, shape);
}

/**
 * Multipliers of codes of zero or more, and of those below. XNNPACK rounds (code * multiplier) / 256 to the nearest with
 * halves up; scales that it does not take are left to the reference kernel.
 *
 * Source: TFLite kernels/activations.cc, LeakyReluPrepare; XNNPACK's xnn_init_qs8_lrelu_scalar_params.
 */
function leakySlopes(
  from: number,
  to: number,
  alpha: number,
  rounding: FixedPointRounding,
): { positive: FixedPointMultiplier; negative: FixedPointMultiplier } {
  const ratio = fround(from / to);
  const below = fround(ratio * alpha);
  if (rounding === 'float' && [ratio, below].every((scale) => scale >= 2 ** -8 && scale <= 2 ** 7)) {
    const inBytes = (scale: number): FixedPointMultiplier => ({
      multiplier: Int32Array.of(roundHalfEven(256 * scale)),
      shift: Int32Array.of(31 - 8),
      scale: Float64Array.of(scale),
      rounding: 'single',
    });
    return { positive: inBytes(ratio), negative: inBytes(below) };
  }
  const kernel = rounding === 'float' ? 'double' : rounding;
  const slope = (scale: number) => fixedPoint([scale], [scale], kernel);
  return { positive: slope(ratio), negative: slope(fround(fround(from * alpha) / to)) };
}
