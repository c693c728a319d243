import { inputsOf, type Network, type QuantizeNode } from '../../1-import/types.js';

/** Bits of the widest element type that all formats have. */
const MAX_BITS = 16;

/**
 * A declared input port as a quantizer at the input, where the file would otherwise have none: layers take the port's codes
 * directly. Real values of codes that meet other operations are numerator / denominator rounded once, which a quantizer's
 * float32 scale does not always give; then there is none.
 */
export function portQuantizer({ input, inputPort, nodes }: Network): QuantizeNode | undefined {
  if (!inputPort || inputPort.bits > MAX_BITS) return undefined;
  const readers = nodes.filter((node) => inputsOf(node).includes(input.name));
  if (!readers.every(({ op }) => op === 'dense' || op === 'conv')) return undefined;
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
