import * as errors from '../../diagnostics/json-errors.js';
import { formatShape } from './describe.js';
import type { DenseDocument } from './document.js';
import type { Findings } from './findings.js';
import type { LayerPlace, LayerReading, NodePart } from './layer.js';
import { checkFold, readSteps, requests } from './steps.js';
import { readWeights } from './weights.js';

/** Read a dense layer: sum of products, then bias, batch norm, activation and output quantizer, or thresholds. */
export function readDense(layer: DenseDocument, place: LayerPlace, findings: Findings): LayerReading {
  const { name, path } = place;
  const { weights, inputs, outputs: rows } = readWeights(layer.weights, `${path}.weights`, findings);
  checkInput(inputs, place, findings);
  const transposed = isTransposed(rows, inputs, place);
  const outputs = transposed ? inputs : rows;
  if (layer.fold) checkFold(layer.fold, transposed ? rows : inputs, outputs, path, findings);
  const shape = outputs === undefined ? undefined : [outputs];
  const steps = readSteps(layer, place, outputs, findings);
  const coded = layer.thresholds !== undefined || layer.output !== undefined;
  if (!weights || inputs === undefined || outputs === undefined) return { parts: [], shape, coded };
  const dense: NodePart = {
    op: 'dense',
    name,
    source: findings.at(path),
    inputs,
    outputs,
    weights,
    ...requests(layer),
  };
  return { parts: [dense, ...steps], shape, coded };
}

function checkInput(inputs: number | undefined, { path, input }: LayerPlace, findings: Findings): void {
  if (!input) return;
  if (input.length !== 1) {
    const hint = 'put a {"type": "flatten"} layer before it';
    findings.add(
      errors.modelShape(findings.at(path), 'an input of one axis', `shape ${formatShape(input)}`, hint),
    );
  } else if (inputs !== undefined && inputs !== input[0]) {
    const hint = 'weights are [outputs][inputs]; transpose them, or correct the shape before this layer';
    const expected = `${input[0]} weights per output, one per input`;
    findings.add(errors.modelShape(findings.at(`${path}.weights`), expected, `${inputs}`, hint));
  }
}

/** Transposed weights are reported once, not again with every array that has one value per output. */
function isTransposed(rows: number | undefined, inputs: number | undefined, { input }: LayerPlace): boolean {
  return input?.length === 1 && inputs !== input[0] && rows === input[0];
}
