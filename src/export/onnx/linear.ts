/** QuantizeLinear, Clip and DequantizeLinear: the quantizers of the ONNX standard. */
import { codeRange } from '../../1-import/quantize-value.js';
import type { QuantizeNode, Quantizer } from '../../1-import/types.js';
import type { Operand } from './dialect.js';
import type { ElementType, GraphWriter } from './graph.js';

/** The element type that codes are stored in; undefined beyond 16 bits. */
export function storageOf({ bits, signed }: Pick<Quantizer, 'bits' | 'signed'>): ElementType | undefined {
  if (bits > 16) return undefined;
  const width = bits > 8 ? 16 : 8;
  return `${signed ? '' : 'u'}int${width}` as ElementType;
}

/** Whether the type has fewer codes than its storage. */
export function isNarrower(type: Pick<Quantizer, 'encoding' | 'bits' | 'signed' | 'narrow'>): boolean {
  return type.encoding === 'bipolar' || type.narrow || (type.bits !== 8 && type.bits !== 16);
}

/** What keeps a quantizer from being code = clamp(half-even(x / scale) + zero point); nothing when it is that. */
export function unlikeLinear(quantizer: Quantizer): string | undefined {
  const { encoding, truncation, rounding, zeroPoint, zeroPointAdded, bits } = quantizer;
  if (encoding === 'bipolar') return 'bipolar codes';
  if (truncation) return 'dropped low bits';
  if (rounding !== 'half-even') return `the rounding mode '${rounding}'`;
  if (zeroPoint !== 0 && zeroPointAdded !== 'after-rounding')
    return 'a zero point that is added before rounding';
  const storage = storageOf(quantizer);
  if (!storage) return `codes of ${bits} bits`;
  const { min, max } = codeRange({
    encoding: 'integer',
    bits: storage.endsWith('16') ? 16 : 8,
    signed: !storage.startsWith('u'),
    narrow: false,
  });
  if (zeroPoint < min || zeroPoint > max) return `a zero point of ${zeroPoint} in ${storage}`;
  if (storage.endsWith('16') && isNarrower(quantizer) && quantizer.scale.length > 1)
    return `codes of ${bits} bits with a scale per channel`;
  return undefined;
}

/**
 * Write a quantizer for which unlikeLinear says nothing. Types narrower than 8 bits are clipped as codes, where no
 * rounding is left; Clip of 16-bit integers is not widely implemented, so types of 9 to 15 bits are clipped as real
 * values, whose ends are codes exactly.
 */
export function writeLinear(writer: GraphWriter, node: QuantizeNode, x: Operand): void {
  const { quantizer, name, output } = node;
  const { scale, zeroPoint } = quantizer;
  const storage = storageOf(quantizer) ?? 'int8';
  const wide = storage.endsWith('16');
  if (wide) writer.needOpset(21);
  const single = scale.length === 1;
  const dims = single ? [] : [scale.length];
  const parameters = [
    writer.constant(`${output}_scale`, 'float', dims, scale),
    writer.constant(`${output}_zero_point`, storage, dims, new Float64Array(scale.length).fill(zeroPoint)),
  ];
  const axis: Record<string, number> = single ? {} : { axis: x.channelAxis };
  const { min, max } = codeRange(quantizer);
  const narrower = isNarrower(quantizer);
  let from = x.name;
  if (narrower && wide) {
    const limits = [min, max].map((code, k) =>
      writer.scalar(`${output}_${k === 0 ? 'min' : 'max'}`, 'float', (code - zeroPoint) * scale[0]),
    );
    from = writer.node('Clip', `${name}_clip`, [from, ...limits], writer.free(`${output}_clipped`));
  }
  let codes = writer.free(`${output}_codes`);
  writer.node('QuantizeLinear', name, [from, ...parameters], codes, axis);
  if (narrower && !wide) codes = clipCodes(writer, codes, storage, min, max, output, name);
  writer.node('DequantizeLinear', `${name}_dequantize`, [codes, ...parameters], output, axis);
}

/** Codes clamped to the range of a narrower type. @returns their name */
export function clipCodes(
  writer: GraphWriter,
  codes: string,
  storage: ElementType,
  min: number,
  max: number,
  tensor: string,
  node: string,
): string {
  const limits = [writer.scalar(`${tensor}_min`, storage, min), writer.scalar(`${tensor}_max`, storage, max)];
  return writer.node('Clip', `${node}_clip`, [codes, ...limits], writer.free(`${tensor}_clipped`));
}
