import type { QuantizedWeights, Weights } from '../../src/1-import/types.js';

/** Weights that must be integers. */
export function quantized(weights: Weights): QuantizedWeights {
  if (weights.encoding === 'real') throw new Error('the weights are real');
  return weights;
}
