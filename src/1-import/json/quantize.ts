import { readQuantizer } from './code-type.js';
import type { QuantizeDocument } from './document.js';
import type { Findings } from './findings.js';
import type { LayerPlace, LayerReading } from './layer.js';

/** Read a quantize layer; a scale per channel applies to the last axis. */
export function readQuantize(
  layer: QuantizeDocument,
  { name, path, input }: LayerPlace,
  findings: Findings,
): LayerReading {
  const quantizer = readQuantizer(layer, path, input?.[input.length - 1], findings);
  const source = findings.at(path);
  return { parts: quantizer ? [{ op: 'quantize', name, source, quantizer }] : [], shape: input, coded: true };
}
