import { SELU } from '../../1-import/float32.js';
import type { ActivationDocument } from '../../1-import/json/document.js';
import type { ElementwiseNode } from '../../1-import/types.js';
import { singleNumber } from './numbers.js';

const LARGEST = 2 ** 128 - 2 ** 104; // float32

/** The activation that a node is; nothing when it is another operation, or limits no values. */
export function activationOf({
  kind,
  minimum,
  maximum,
  attributes,
}: ElementwiseNode): ActivationDocument | undefined {
  switch (kind) {
    case 'relu':
    case 'sigmoid':
    case 'tanh':
    case 'softplus':
    case 'softsign':
      return kind;
    case 'clip':
      return clip(Math.fround(minimum ?? -Infinity), Math.fround(maximum ?? Infinity));
    case 'leaky-relu':
      return { 'leaky-relu': { alpha: singleNumber(attributes?.alpha ?? 0) } };
    case 'elu':
      return { elu: { alpha: singleNumber(attributes?.alpha ?? 1) } };
    case 'selu': {
      const { alpha = SELU.alpha, gamma = SELU.gamma } = attributes ?? {};
      return { selu: { alpha: singleNumber(alpha), gamma: singleNumber(gamma) } };
    }
    case 'hard-sigmoid': {
      const { alpha = 0.2, beta = 0.5 } = attributes ?? {};
      return { 'hard-sigmoid': { alpha: singleNumber(alpha), beta: singleNumber(beta) } };
    }
    default:
      return undefined;
  }
}

function clip(minimum: number, maximum: number): ActivationDocument | undefined {
  if (minimum >= maximum) return undefined;
  if (minimum === 0 && maximum === 6) return 'relu6';
  if (minimum === -1 && maximum === 1) return 'hard-tanh';
  return { clip: [singleNumber(Math.max(minimum, -LARGEST)), singleNumber(Math.min(maximum, LARGEST))] };
}
