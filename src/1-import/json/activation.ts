import * as errors from '../../diagnostics/json-errors.js';
import { SELU } from '../float32.js';
import type { ElementwiseNode } from '../types.js';
import type { ActivationDocument } from './document.js';
import type { Findings } from './findings.js';

type Activation = Pick<ElementwiseNode, 'kind' | 'minimum' | 'maximum' | 'attributes'>;

/** The names that stand for themselves. ONNX's defaults where an operator has attributes. */
const NAMED: Readonly<Record<Extract<ActivationDocument, string>, Activation>> = {
  relu: { kind: 'relu' },
  relu6: { kind: 'clip', minimum: 0, maximum: 6 },
  sigmoid: { kind: 'sigmoid' },
  tanh: { kind: 'tanh' },
  'hard-tanh': { kind: 'clip', minimum: -1, maximum: 1 },
  'hard-sigmoid': { kind: 'hard-sigmoid', attributes: { alpha: Math.fround(0.2), beta: 0.5 } },
  'leaky-relu': { kind: 'leaky-relu', attributes: { alpha: Math.fround(0.01) } },
  elu: { kind: 'elu', attributes: { alpha: 1 } },
  selu: { kind: 'selu', attributes: SELU },
  softplus: { kind: 'softplus' },
  softsign: { kind: 'softsign' },
};

/** Read an activation; its constants are rounded to float32. */
export function readActivation(
  document: ActivationDocument,
  path: string,
  findings: Findings,
): Activation | undefined {
  if (typeof document === 'string') return NAMED[document];
  const single = (value: number, place: string) => readSingle(value, `${path}.${place}`, findings);
  if ('clip' in document) {
    const minimum = single(document.clip[0], 'clip[0]');
    const maximum = single(document.clip[1], 'clip[1]');
    if (minimum === undefined || maximum === undefined) return undefined;
    if (minimum >= maximum) {
      const at = findings.at(`${path}.clip`);
      return findings.add(
        errors.modelReal(at, 'limits in ascending order', `${minimum}, ${maximum}`, 'give [lower, upper]'),
      );
    }
    return { kind: 'clip', minimum, maximum };
  }
  if ('leaky-relu' in document) {
    const alpha = single(document['leaky-relu'].alpha, 'leaky-relu.alpha');
    return alpha === undefined ? undefined : { kind: 'leaky-relu', attributes: { alpha } };
  }
  if ('elu' in document) {
    const alpha = single(document.elu.alpha, 'elu.alpha');
    return alpha === undefined ? undefined : { kind: 'elu', attributes: { alpha } };
  }
  if ('selu' in document) {
    const alpha = single(document.selu.alpha, 'selu.alpha');
    const gamma = single(document.selu.gamma, 'selu.gamma');
    if (alpha === undefined || gamma === undefined) return undefined;
    return { kind: 'selu', attributes: { alpha, gamma } };
  }
  const alpha = single(document['hard-sigmoid'].alpha, 'hard-sigmoid.alpha');
  const beta = single(document['hard-sigmoid'].beta, 'hard-sigmoid.beta');
  if (alpha === undefined || beta === undefined) return undefined;
  return { kind: 'hard-sigmoid', attributes: { alpha, beta } };
}

function readSingle(value: number, path: string, findings: Findings): number | undefined {
  const single = Math.fround(value);
  if (Number.isFinite(single)) return single;
  return findings.add(errors.modelReal(findings.at(path), 'a finite float32', String(value)));
}
