/** Integer types, quantizers and weights as the JSON description has them. */
import type { CodeTypeDocument, QuantizerDocument, WeightsDocument } from '../../1-import/json/document.js';
import { codeRange } from '../../1-import/quantize-value.js';
import type { QuantizedWeights, Quantizer, Weights } from '../../1-import/types.js';
import type { Arrays } from './arrays.js';
import { singleNumber } from './numbers.js';

type Type = Pick<Quantizer, 'encoding' | 'bits' | 'signed' | 'narrow'>;

/** What an integer type lacks to be one of the JSON description; nothing when it is one. */
export function unknownType({
  encoding,
  bits,
  signed,
  narrow,
  zeroPoint,
}: Type & { zeroPoint: number }): string | undefined {
  if (encoding === 'bipolar')
    return zeroPoint === 0 ? undefined : `bipolar codes with a zero point of ${zeroPoint}`;
  if (bits === 1 && (signed || narrow)) return `a ${signed ? 'signed' : 'narrow'} type of one bit`;
  if (bits > 32) return `${bits} bits`;
  const { min, max } = codeRange({ encoding, bits, signed, narrow });
  if (zeroPoint >= min && zeroPoint <= max) return undefined;
  return `a zero point of ${zeroPoint} outside the codes ${min} .. ${max}`;
}

/** The type of codes and their scale. @param name of the layer's array, for a file */
export function codeTypeDocument(
  quantizer: Quantizer,
  arrays: Arrays,
  name: string,
): CodeTypeDocument & { scale: QuantizerDocument['scale'] } {
  const scale = arrays.reals(quantizer.scale, `${name}.scale`);
  const { zeroPoint } = quantizer;
  return { ...typeDocument(quantizer), scale, ...(zeroPoint !== 0 && { zeroPoint }) };
}

export function quantizerDocument(quantizer: Quantizer, arrays: Arrays, name: string): QuantizerDocument {
  const { rounding, zeroPointAdded, truncation, encoding } = quantizer;
  const type = codeTypeDocument(quantizer, arrays, name);
  if (encoding === 'bipolar') return type;
  return {
    ...type,
    ...(rounding !== 'half-even' && { rounding }),
    ...(zeroPointAdded && { zeroPointAdded }),
    ...(truncation && { truncation: { ...truncation, scale: singleNumber(truncation.scale) } }),
  };
}

/** @param shape of the weights, outputs first */
export function weightsDocument(
  weights: Weights,
  shape: readonly number[],
  arrays: Arrays,
  layer: string,
): WeightsDocument {
  const name = `${layer}.weights`;
  if (weights.encoding === 'real') {
    return { encoding: 'real', ...arrays.realTensor(weights.values, shape, name) };
  }
  const { codes, scale } = weights;
  return {
    ...typeDocument(holding(weights)),
    scale: arrays.reals(scale, `${name}.scale`),
    ...arrays.integerTensor(codes, shape, name),
  };
}

function typeDocument({ encoding, bits, signed, narrow }: Type): CodeTypeDocument {
  if (encoding === 'bipolar') return { encoding };
  return { bits, signed, ...(narrow && { narrow }) };
}

/** The declared type, or where a zero point was taken off the codes and it does not hold them, one that does. */
function holding(weights: QuantizedWeights): Type {
  const { codes, encoding } = weights;
  let [least, most] = [0, 0];
  for (const code of codes) {
    if (code < least) least = code;
    if (code > most) most = code;
  }
  const declared = codeRange(weights);
  if (encoding === 'bipolar' || (least >= declared.min && most <= declared.max && weights.bits > 1))
    return weights;
  let bits = 2;
  while (-(2 ** (bits - 1)) > least || 2 ** (bits - 1) <= most) bits++;
  return { encoding, bits, signed: true, narrow: false };
}
