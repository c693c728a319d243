/** Quantization parameters of TFLite tensors, and what the kernels make of them. */
import { quantizeMultiplier } from '../fixed-point.js';
import type { FixedPointMultiplier, FixedPointRounding, QuantizedWeights, Quantizer } from '../types.js';
import { readIntegers } from './data.js';
import type { TfliteTensor } from './decode.js';
import { ACTIVATIONS } from './schema.js';
import { BadOperator, elements, Unsupported } from './values.js';

const { fround } = Math;

export type Fused = 'NONE' | 'RELU' | 'RELU_N1_TO_1' | 'RELU6';

/** The activation at the end of a kernel. @throws Unsupported */
export function fusedActivation(number: number): Fused {
  const name = ACTIVATIONS[number];
  if (name === 'NONE' || name === 'RELU' || name === 'RELU_N1_TO_1' || name === 'RELU6') return name;
  throw new Unsupported(
    'a fused activation NONE, RELU, RELU6 or RELU_N1_TO_1',
    name ?? `activation ${number}`,
  );
}

/** Whether a tensor carries integer codes of its own quantizer. */
export function isQuantized({ type }: TfliteTensor): boolean {
  return type === 'INT8' || type === 'UINT8';
}

/** The quantizer of an int8 or uint8 activation. @throws BadOperator, Unsupported */
export function quantizerOf(tensor: TfliteTensor): Quantizer {
  const { type, quantization, name } = tensor;
  if (!isQuantized(tensor))
    throw new Unsupported(
      `int8 codes in '${name}'`,
      type.toLowerCase(),
      type === 'INT16' ? 'quantize activations to int8, not int16' : undefined,
    );
  if (!quantization || quantization.custom)
    throw new BadOperator(
      `a scale and a zero point of '${name}'`,
      quantization ? 'a custom quantization' : 'none',
    );
  const { scale, zeroPoint } = quantization;
  if (scale.length !== 1) throw new Unsupported(`one scale for all of '${name}'`, `${scale.length} scales`);
  if (!(scale[0] > 0 && Number.isFinite(scale[0])))
    throw new BadOperator(`a positive scale of '${name}'`, String(scale[0]));
  const [zero = 0] = zeroPoint;
  const signed = type === 'INT8';
  const [minimum, maximum] = signed ? [-128, 127] : [0, 255];
  if (!(zero >= minimum && zero <= maximum))
    throw new BadOperator(`a zero point of '${name}' from ${minimum} to ${maximum}`, String(zero));
  return {
    encoding: 'integer',
    bits: 8,
    signed,
    narrow: false,
    scale,
    zeroPoint: zero,
    rounding: 'half-up', // TfLiteRound: ties away from zero
    zeroPointAdded: 'after-rounding',
  };
}

/** The quantizer of an activation that a kernel computes with. @throws Unsupported for uint8 */
export function int8QuantizerOf(tensor: TfliteTensor): Quantizer {
  if (tensor.type === 'UINT8')
    throw new Unsupported(
      `int8 codes in '${tensor.name}'`,
      'uint8',
      'quantize the model again to int8, which replaced the older uint8 kernels',
    );
  return quantizerOf(tensor);
}

/** Whether two tensors have the same codes for the same values. */
export function sameQuantizer(a: Quantizer, b: Quantizer): boolean {
  return a.scale[0] === b.scale[0] && a.zeroPoint === b.zeroPoint && a.signed === b.signed;
}

/** @throws BadOperator when an operator that only moves codes changes their meaning */
export function checkSameQuantizer(a: TfliteTensor, b: TfliteTensor): void {
  const [x, y] = [quantizerOf(a), quantizerOf(b)];
  const text = ({ scale, zeroPoint }: Quantizer) => `scale ${scale[0]} and zero point ${zeroPoint}`;
  if (!sameQuantizer(x, y)) throw new BadOperator(`${text(x)} of '${a.name}' in '${b.name}'`, text(y));
}

/**
 * Symmetric int8 or int4 weights of a layer.
 *
 * @param outputAxis axis of the tensor that counts output channels
 * @param order places the tensor's codes as [outputs][...]; as they are when left out
 * @throws BadOperator, Unsupported
 */
export function weightsOf(
  tensor: TfliteTensor,
  outputAxis: number,
  order: (codes: Int32Array) => Int32Array = (codes) => codes,
): QuantizedWeights {
  const { type, quantization, shape, name } = tensor;
  if (type !== 'INT8' && type !== 'INT4')
    throw new Unsupported('int8 or int4 weights', type.toLowerCase(), 'quantize the model to int8');
  if (!quantization || quantization.custom || quantization.scale.length === 0)
    throw new BadOperator(`scales of the weights '${name}'`, 'none');
  const { scale, zeroPoint, dimension } = quantization;
  const outputs = shape[outputAxis];
  if (scale.length !== 1 && (scale.length !== outputs || dimension !== outputAxis))
    throw new BadOperator(
      `one scale, or ${outputs} along axis ${outputAxis}`,
      `${scale.length} along axis ${dimension}`,
    );
  const wrong = scale.find((each) => !(each >= 0 && Number.isFinite(each)));
  if (wrong !== undefined) throw new BadOperator(`scales of zero or more of '${name}'`, String(wrong));
  const asymmetric = zeroPoint.find((each) => each !== 0);
  if (asymmetric !== undefined)
    throw new Unsupported(
      `zero point 0 of the weights '${name}'`,
      String(asymmetric),
      'quantize the weights symmetrically, as the int8 specification of TFLite does',
    );
  const bits = type === 'INT4' ? 4 : 8;
  const codes = order(readIntegers(tensor));
  const narrow = !codes.includes(-(2 ** (bits - 1)));
  return { encoding: 'integer', codes, bits, signed: true, narrow, scale };
}

/** int32 biases of a layer, zeros where it has none. @throws BadOperator, Unsupported */
export function biasOf(tensor: TfliteTensor | undefined, outputs: number): Int32Array {
  if (!tensor) return new Int32Array(outputs);
  if (tensor.type !== 'INT32') throw new Unsupported('an int32 bias', tensor.type.toLowerCase());
  if (elements(tensor.shape) !== outputs)
    throw new BadOperator(`${outputs} biases`, String(elements(tensor.shape)));
  return readIntegers(tensor);
}

/** Smallest and largest code that a fused activation lets through. Source: CalculateActivationRangeQuantized. */
export function activationRange(
  fused: Fused,
  { signed, scale, zeroPoint }: Quantizer,
): { minimum: number; maximum: number } {
  const [lowest, highest] = signed ? [-128, 127] : [0, 255];
  const code = (real: number) => {
    const steps = fround(real / scale[0]);
    return zeroPoint + Math.sign(steps) * Math.round(Math.abs(steps));
  };
  switch (fused) {
    case 'NONE':
      return { minimum: lowest, maximum: highest };
    case 'RELU':
      return { minimum: Math.max(lowest, code(0)), maximum: highest };
    case 'RELU6':
      return { minimum: Math.max(lowest, code(0)), maximum: Math.min(highest, code(6)) };
    case 'RELU_N1_TO_1':
      return { minimum: Math.max(lowest, code(-1)), maximum: Math.min(highest, code(1)) };
  }
}

/**
 * Real multipliers as the kernels hold them.
 *
 * @param reals [1] or [channels], zero or positive, in double precision
 * @param singles the same multipliers as a kernel that computes in float32 has them
 * @throws BadOperator for multipliers beyond what the kernels take
 */
export function fixedPoint(
  reals: readonly number[],
  singles: readonly number[],
  rounding: FixedPointRounding,
): FixedPointMultiplier {
  const limit = rounding === 'float' ? 2 ** 8 : 2 ** 30; // XNNPACK refuses 256 and more; a shift is at most 30
  const scale = Float64Array.from(rounding === 'float' ? singles : reals);
  const wide = scale.find((each) => !(each < limit));
  if (wide !== undefined)
    throw new BadOperator(`scales whose ratio, input to output, is below ${limit}`, String(wide));
  const parts = reals.map((real) => quantizeMultiplier(real, rounding));
  return {
    multiplier: Int32Array.from(parts, ({ multiplier }) => multiplier),
    shift: Int32Array.from(parts, ({ shift }) => shift),
    scale,
    rounding,
  };
}
