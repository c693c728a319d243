import * as errors from '../../diagnostics/json-errors.js';
import { readActivation } from './activation.js';
import { readBatchNorm } from './batch-norm.js';
import type { ActivationLayerDocument, BatchNormLayerDocument, ElementwiseDocument } from './document.js';
import type { Findings } from './findings.js';
import type { LayerPlace, LayerReading, NodePart } from './layer.js';
import { readReals } from './reals.js';

/** Read one float32 operation with a constant, or with none. */
export function readElementwise(
  { operation, operand }: ElementwiseDocument,
  place: LayerPlace,
  findings: Findings,
): LayerReading {
  const { name, path, input } = place;
  const source = findings.at(path);
  if (operation === 'negate' || operation === 'sign') {
    if (operand !== undefined) {
      const message = `"operand" beside "operation": "${operation}", which takes one value`;
      findings.add(errors.modelKeyConflict(findings.at(`${path}.operand`), message, 'remove "operand"'));
    }
    return single({ op: 'elementwise', name, source, kind: operation }, place);
  }
  if (operand === undefined) {
    findings.add(errors.modelMissingKey(source, 'operand'));
    return single(undefined, place);
  }
  const constants = readReals(operand, `${path}.operand`, input?.[input.length - 1], 'any', findings);
  const part: NodePart | undefined = constants && {
    op: 'elementwise',
    name,
    source,
    kind: operation,
    operand: constants,
  };
  if (operation !== 'divide' || !constants?.includes(0)) return single(part, place);
  findings.add(errors.modelReal(findings.at(`${path}.operand`), 'divisors other than 0', '0'));
  return single(undefined, place);
}

/** Read batch normalisation that stands by itself. */
export function readBatchNormLayer(
  layer: BatchNormLayerDocument,
  place: LayerPlace,
  findings: Findings,
): LayerReading {
  const { name, path, input } = place;
  const folded = readBatchNorm(layer, path, input?.[input.length - 1], findings);
  const source = findings.at(path);
  return single(folded && { op: 'elementwise', name, source, kind: 'normalize', ...folded }, place);
}

/** Read an activation that stands by itself. */
export function readActivationLayer(
  layer: ActivationLayerDocument,
  place: LayerPlace,
  findings: Findings,
): LayerReading {
  const { name, path } = place;
  const activation = readActivation(layer.function, `${path}.function`, findings);
  return single(activation && { op: 'elementwise', name, source: findings.at(path), ...activation }, place);
}

function single(part: NodePart | undefined, { input }: LayerPlace): LayerReading {
  return { parts: part ? [part] : [], shape: input };
}
