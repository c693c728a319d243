import { inputsOf, type Network, type QuantizeNode } from '../../1-import/types.js';

/** Bits of the widest element type that all formats have. */
const MAX_BITS = 16;

/**
 * A declared input port as a quantizer at the input, where the file would otherwise have none: layers take the port's codes,
 * reshaped at most. Real values of codes that meet other operations are numerator / denominator rounded once, which a quantizer's
 * float32 scale does not always give; then there is none.
 */
export function portQuantizer({ input, inputPort, nodes }: Network): QuantizeNode | undefined {
  if (!inputPort || inputPort.bits > MAX_BITS) return undefined;
  const codes = new Set([input.name]); // the port's codes, reshaped or not
  for (const node of nodes) {
    if (!inputsOf(node).some((name) => codes.has(name))) continue;
    if (node.op === 'reshape') codes.add(node.output);
    else if (node.op !== 'dense' && node.op !== 'conv') return undefined;
  }
  const { bits, signed, scale, zeroPoint = 0 } = inputPort;
  return {
    op: 'quantize',
    name: `${input.name}_port`,
    source: { file: '', path: 'input' },
    input: input.name,
    output: `${input.name}_quantized`,
    quantizer: {
      encoding: 'integer',
      bits,
      signed,
      narrow: false,
      scale: Float32Array.of(scale.numerator / scale.denominator),
      zeroPoint,
      rounding: 'half-even',
      zeroPointAdded: 'after-rounding',
    },
  };
}
