/** A dense layer of real values as a dot product of integers. */
import type { DenseNode } from '../1-import/types.js';
import { integerWeights, weightType } from './layer.js';
import type { IntegerDense, IntegerTensor } from './types.js';

/**
 * Make a dense node integer.
 *
 * @throws weights_not_quantized
 */
export function convertDense(node: DenseNode, input: IntegerTensor): IntegerDense {
  const weights = integerWeights(node);
  const { name, source, inputs, outputs, output, accumulator, fold, engine } = node;
  return {
    kind: 'dense',
    name,
    source,
    input: input.name,
    output,
    inputs,
    outputs,
    weights: weights.codes,
    weightType: weightType(weights),
    accumulator,
    fold,
    engine,
  };
}
