import * as errors from '../../diagnostics/json-errors.js';
import { readActivation } from './activation.js';
import { readBatchNorm } from './batch-norm.js';
import { readQuantizer } from './code-type.js';
import { formatShape } from './describe.js';
import type { DenseDocument } from './document.js';
import type { Findings } from './findings.js';
import type { LayerPlace, LayerReading, NodePart } from './layer.js';
import { readReals } from './reals.js';
import { readThresholds } from './thresholds.js';
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
  const steps = layer.thresholds
    ? thresholdPart(layer, place, outputs, findings)
    : realParts(layer, place, outputs, findings);
  const coded = layer.thresholds !== undefined || layer.output !== undefined;
  if (!weights || inputs === undefined || outputs === undefined) return { parts: [], shape, coded };
  const { accumulator, fold } = layer;
  const dense: NodePart = {
    op: 'dense',
    name,
    source: findings.at(path),
    inputs,
    outputs,
    weights,
    ...(accumulator && {
      accumulator: { bits: accumulator.bits, overflow: accumulator.overflow ?? 'refuse' },
    }),
    ...(fold && { fold: { pe: fold.pe, simd: fold.simd } }),
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

function checkFold(
  { pe, simd }: NonNullable<DenseDocument['fold']>,
  inputs: number | undefined,
  outputs: number | undefined,
  path: string,
  findings: Findings,
): void {
  const check = (key: string, what: string, total: number | undefined, found: number) => {
    if (total === undefined || total % found === 0) return;
    findings.add(errors.modelFold(findings.at(`${path}.fold.${key}`), what, total, found, divisors(total)));
  };
  check('pe', 'outputs', outputs, pe);
  check('simd', 'inputs', inputs, simd);
}

/** The twelve smallest are enough for a hint. */
function divisors(total: number): number[] {
  const found: number[] = [];
  for (let each = 1; each <= total && found.length < 12; each++) if (total % each === 0) found.push(each);
  return found;
}

function thresholdPart(
  layer: DenseDocument,
  { name, path }: LayerPlace,
  outputs: number | undefined,
  findings: Findings,
): NodePart[] {
  for (const key of ['bias', 'batchNorm', 'activation', 'output'] as const) {
    if (layer[key] === undefined) continue;
    const message = `"${key}" beside "thresholds": thresholds act on the accumulator and give the output codes`;
    const hint = `remove "${key}" and move its effect into the thresholds, or use "output" without "thresholds"`;
    findings.add(errors.modelKeyConflict(findings.at(`${path}.${key}`), message, hint));
  }
  if (!layer.thresholds) return [];
  const place = `${path}.thresholds`;
  const thresholds = readThresholds(layer.thresholds, place, outputs, findings);
  if (!thresholds) return [];
  const source = findings.at(place);
  return [
    { op: 'multi-threshold', name: `${name}.thresholds`, source, domain: 'accumulator', ...thresholds },
  ];
}

function realParts(
  layer: DenseDocument,
  { name, path }: LayerPlace,
  outputs: number | undefined,
  findings: Findings,
): NodePart[] {
  const parts: NodePart[] = [];
  const base = (key: string) => ({ name: `${name}.${key}`, source: findings.at(`${path}.${key}`) });
  if (layer.bias !== undefined) {
    const operand = readReals(layer.bias, `${path}.bias`, outputs, 'any', findings);
    if (operand) parts.push({ op: 'elementwise', ...base('bias'), kind: 'add', operand });
  }
  if (layer.batchNorm) {
    const folded = readBatchNorm(layer.batchNorm, `${path}.batchNorm`, outputs, findings);
    if (folded) parts.push({ op: 'elementwise', ...base('batchNorm'), kind: 'normalize', ...folded });
  }
  if (layer.activation) {
    const activation = readActivation(layer.activation, `${path}.activation`, findings);
    if (activation) parts.push({ op: 'elementwise', ...base('activation'), ...activation });
  }
  if (layer.output) {
    const quantizer = readQuantizer(layer.output, `${path}.output`, outputs, findings);
    if (quantizer) parts.push({ op: 'quantize', ...base('output'), quantizer });
  }
  return parts;
}
