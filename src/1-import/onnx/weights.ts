/** Constants of the file as the weights of a layer. */
import type { Weights } from '../types.js';
import type { Constant } from './constants.js';
import { BadNode, Unsupported } from './values.js';

/**
 * Weights of a layer: codes when a quantizer made them or all of them are integers (bipolar when all are -1 or 1), else real.
 *
 * @param outputs and the axis of the constant that counts them
 * @param source for each weight in the Network's order its index in the constant
 */
export function weightsOf(
  constant: Constant,
  outputs: number,
  outputAxis: number,
  source: Int32Array,
): Weights {
  const { quantized, data } = constant;
  if (quantized) {
    const codes = source.map((at) => quantized.codes[at]);
    const { scale, ...kept } = quantized;
    const rank = constant.dims.length;
    const axis = outputAxis - rank + scale.dims.length;
    if (scale.data.length !== 1 && !(scale.data.length === outputs && scale.dims[axis] === outputs))
      throw new Unsupported(
        `a weight scale of shape [${scale.dims.join(', ')}]`,
        'use one scale, or one per output',
      );
    return { ...kept, codes, scale: Float32Array.from(scale.data) };
  }
  const invalid = data.find((w) => !Number.isFinite(w));
  if (invalid !== undefined) throw new BadNode('finite weights', String(invalid));
  if (!data.every((w) => Number.isInteger(w) && Math.abs(w) < 2 ** 23))
    return { encoding: 'real', values: Float32Array.from(source, (at) => data[at]) };
  const codes = source.map((at) => data[at]);
  // as FINN keeps bipolar weights: in floats, without a quantizer
  if (codes.every((w) => Math.abs(w) === 1))
    return { codes, encoding: 'bipolar', bits: 1, signed: true, narrow: false, scale: Float32Array.of(1) };
  let [min, max] = [0, 0];
  for (const w of codes) [min, max] = [Math.min(min, w), Math.max(max, w)];
  let bits = 2;
  while (-(2 ** (bits - 1)) > min || 2 ** (bits - 1) <= max) bits++;
  return { codes, encoding: 'integer', bits, signed: true, narrow: false, scale: Float32Array.of(1) };
}
