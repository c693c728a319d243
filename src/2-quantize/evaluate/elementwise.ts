/** Operations on each element, and quantizers as the real values of the codes they give. */
import { evaluateElementwise } from '../../1-import/float32.js';
import { codeRange, quantizeValue } from '../../1-import/quantize-value.js';
import type { ElementwiseNode, Quantizer } from '../../1-import/types.js';

const { fround } = Math;

/** @param x [...][channels] @param channels of the tensor: its last axis */
export function applyElementwise(node: ElementwiseNode, x: Float32Array, channels: number): Float32Array {
  const y = new Float32Array(x.length);
  const { operand } = node;
  if (node.kind === 'relu') for (let k = 0; k < x.length; k++) y[k] = Math.max(x[k], 0);
  else if (node.kind === 'add' && operand && operand.length === channels) {
    for (let k = 0; k < x.length; ) for (let c = 0; c < channels; c++, k++) y[k] = x[k] + operand[c];
  } else
    for (let k = 0; k < x.length; )
      for (let c = 0; c < channels; c++, k++) y[k] = evaluateElementwise(node, x[k], c);
  return y;
}

/** The real value of each element's code. */
export function applyQuantizer(quantizer: Quantizer, x: Float32Array, channels: number): Float32Array {
  const y = new Float32Array(x.length);
  const { scale, zeroPoint, encoding } = quantizer;
  const plain =
    encoding === 'integer' &&
    quantizer.rounding === 'half-even' &&
    !quantizer.truncation &&
    zeroPoint === 0 &&
    scale.length === 1;
  if (plain) {
    const { min, max } = codeRange(quantizer);
    const step = scale[0];
    for (let k = 0; k < x.length; k++) {
      const value = fround(x[k] / step);
      y[k] = roundHalfEven(Math.min(Math.max(value, min), max)) * step;
    }
    return y;
  }
  for (let k = 0; k < x.length; k++) {
    const channel = scale.length === 1 ? 0 : k % channels;
    y[k] = (quantizeValue(quantizer, x[k], channel) - zeroPoint) * scale[channel];
  }
  return y;
}

/** Adding a number whose unit in the last place is one rounds to even; codes are far below 2^51. */
const UNIT = 1.5 * 2 ** 52;

function roundHalfEven(x: number): number {
  return x + UNIT - UNIT;
}
