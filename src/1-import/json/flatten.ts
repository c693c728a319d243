import type { Findings } from './findings.js';
import type { LayerPlace, LayerReading } from './layer.js';

/** Read a flatten layer: all axes become one, in the order the elements stand. */
export function readFlatten({ name, path, input }: LayerPlace, findings: Findings): LayerReading {
  const elements = input?.reduce((product, length) => product * length, 1);
  return {
    parts: [{ op: 'reshape', name, source: findings.at(path) }],
    shape: elements === undefined ? undefined : [elements],
  };
}
