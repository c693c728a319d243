/** A quantized Network as an .onnx file: QONNX, or QuantizeLinear and DequantizeLinear. docs/export.md has the mapping. */
import type { Network } from '../../1-import/types.js';
import { fail } from '../../diagnostics/diagnostic.js';
import { weightsNotQuantized } from '../../diagnostics/network-errors.js';
import { layersOf } from '../layers.js';
import { Emitter } from './emit.js';
import { qdq } from './qdq.js';
import { qonnx } from './qonnx.js';

export const FORMATS = ['qonnx', 'qdq'] as const;
export type OnnxFormat = (typeof FORMATS)[number];

/**
 * The bytes of an .onnx file. Input and output are real values in the axes of the Network's own files. A declared input port is a
 * quantizer where layers take its codes, else not part of the file.
 *
 * @throws weights_not_quantized of all layers, else export_not_expressible for each node that the format has no words for
 */
export function writeOnnx(network: Network, format: OnnxFormat): Uint8Array {
  const layers = layersOf(network);
  const real = layers.flatMap(({ node }) =>
    (node.op === 'dense' || node.op === 'conv') && node.weights.encoding === 'real' ? [node] : [],
  );
  if (real.length) fail(...real.map(({ name, source }) => weightsNotQuantized(name, source)));
  const emitter = new Emitter(network, format === 'qdq' ? qdq : qonnx);
  for (const layer of layers) emitter.layer(layer);
  return emitter.finish();
}
