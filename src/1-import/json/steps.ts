import * as errors from '../../diagnostics/json-errors.js';
import type { AccumulatorRequest, EngineRequest, Fold } from '../types.js';
import { readActivation } from './activation.js';
import { readBatchNorm } from './batch-norm.js';
import { readQuantizer } from './code-type.js';
import type { StepsDocument, WeightedDocument } from './document.js';
import type { Findings } from './findings.js';
import type { LayerPlace, NodePart } from './layer.js';
import { readReals } from './reals.js';
import { readThresholds } from './thresholds.js';

/** What follows the sums of a layer: bias, batch norm, activation and output quantizer, or thresholds. */
export function readSteps(
  layer: StepsDocument,
  place: LayerPlace,
  outputs: number | undefined,
  findings: Findings,
): NodePart[] {
  return layer.thresholds
    ? thresholdPart(layer, place, outputs, findings)
    : realParts(layer, place, outputs, findings);
}

/** What the layer asks of its hardware. */
export function requests({ accumulator, fold, engine }: WeightedDocument): {
  accumulator?: AccumulatorRequest;
  fold?: Fold;
  engine?: EngineRequest;
} {
  return {
    ...(accumulator && {
      accumulator: { bits: accumulator.bits, overflow: accumulator.overflow ?? 'refuse' },
    }),
    ...(fold && { fold: { pe: fold.pe, simd: fold.simd } }),
    ...(engine && { engine }),
  };
}

function thresholdPart(
  layer: StepsDocument,
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
  if ('weights' in layer && (layer as WeightedDocument).weights.encoding === 'real') {
    const message = '"thresholds" beside real weights: thresholds act on sums of codes';
    findings.add(
      errors.modelKeyConflict(findings.at(`${path}.thresholds`), message, 'give weights as codes'),
    );
  }
  const place = `${path}.thresholds`;
  const thresholds = readThresholds(layer.thresholds, place, outputs, findings);
  if (!thresholds) return [];
  const source = findings.at(place);
  return [
    { op: 'multi-threshold', name: `${name}.thresholds`, source, domain: 'accumulator', ...thresholds },
  ];
}

function realParts(
  layer: StepsDocument,
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

/** Processing elements and lanes divide the outputs and the inputs of one sum. */
export function checkFold(
  { pe, simd }: Fold,
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
