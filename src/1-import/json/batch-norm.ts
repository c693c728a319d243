import * as errors from '../../diagnostics/json-errors.js';
import { normalizeConstants } from '../normalize.js';
import type { BatchNormDocument } from './document.js';
import type { Findings } from './findings.js';
import { type RealRule, readReals } from './reals.js';

/** ONNX's default. */
const DEFAULT_EPSILON = 1e-5;

/** Batch normalisation as two constants per channel: y = x * multiplier + operand. */
export interface FoldedBatchNorm {
  readonly multiplier: Float32Array; // [1] or [channels]
  readonly operand: Float32Array; // [1] or [channels], same length
}

/** Read batch normalisation and fold it into two float32 constants per channel. */
export function readBatchNorm(
  document: BatchNormDocument,
  path: string,
  channels: number | undefined,
  findings: Findings,
): FoldedBatchNorm | undefined {
  const read = (key: 'mean' | 'variance' | 'scale' | 'bias', rule: RealRule, absent: number) =>
    readReals(document[key] ?? absent, `${path}.${key}`, channels, rule, findings);
  const mean = read('mean', 'any', 0);
  const variance = read('variance', 'not-negative', 1);
  const scale = read('scale', 'any', 1);
  const bias = read('bias', 'any', 0);
  if (!mean || !variance || !scale || !bias) return undefined;
  const length = Math.max(mean.length, variance.length, scale.length, bias.length);
  const spread = (values: Float32Array) =>
    values.length === length ? values : new Float32Array(length).fill(values[0]);
  const folded = normalizeConstants(
    spread(scale),
    spread(bias),
    spread(mean),
    spread(variance),
    document.epsilon ?? DEFAULT_EPSILON,
  );
  for (let channel = 0; channel < length; channel++) {
    const [multiplier, operand] = [folded.multiplier[channel], folded.operand[channel]];
    if (Number.isFinite(multiplier) && Number.isFinite(operand)) continue;
    const expected = 'constants that fold to finite float32 values';
    const found = `x * ${multiplier} + ${operand} in channel ${channel}`;
    return findings.add(errors.modelReal(findings.at(path), expected, found));
  }
  return folded;
}
