import * as errors from '../../diagnostics/json-errors.js';
import { formatShape } from './describe.js';
import type { ReshapeDocument } from './document.js';
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

/** Read a reshape layer: other axes, the elements in the order they stand. */
export function readReshape(
  { shape }: ReshapeDocument,
  { name, path, input }: LayerPlace,
  findings: Findings,
): LayerReading {
  const count = (axes: readonly number[]) => axes.reduce((product, length) => product * length, 1);
  if (input && count(input) !== count(shape)) {
    const expected = `a shape of ${count(input)} elements, as ${formatShape(input)} has`;
    const hint = 'a reshape keeps all elements';
    const found = `${formatShape(shape)} of ${count(shape)}`;
    findings.add(errors.modelShape(findings.at(`${path}.shape`), expected, found, hint));
  }
  return { parts: [{ op: 'reshape', name, source: findings.at(path) }], shape };
}
