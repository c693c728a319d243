/** A dense layer of real values as a dot product of integers, and the real value of its accumulators. */
import type { DenseNode, ElementwiseNode } from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import { type Interval, signedBits } from '../shared/interval.js';
import { direction } from './float32.js';
import type { IntegerDense, IntegerTensor, IntegerType } from './types.js';

/** Real value of an accumulator: fround((sum - offset[c]) * scale[c]), the exact real sum rounded once. */
export interface AccumulatorScale {
  readonly scale: Float64Array; // [outputs]
  readonly offset: Float64Array; // [outputs], input zero point times the sum of the row's weights
}

/**
 * Make a dense node integer.
 *
 * @param input the codes it takes; zero points stay in the codes and become an offset of the sum
 * @throws mixed_input_scales
 */
export function convertDense(
  node: DenseNode,
  input: IntegerTensor,
): { layer: IntegerDense; accumulator: AccumulatorScale } {
  if (input.type.scale.length > 1) fail(errors.mixedInputScales(node.name, node.source));
  const { weights } = node;
  if (weights.encoding === 'real') return fail(errors.weightsNotQuantized(node.name, node.source));
  const scale = new Float64Array(node.outputs);
  const offset = new Float64Array(node.outputs);
  for (let o = 0; o < node.outputs; o++) {
    scale[o] = input.type.scale[0] * weights.scale[weights.scale.length === 1 ? 0 : o];
    if (input.type.zeroPoint !== 0) offset[o] = input.type.zeroPoint * rowSum(weights.codes, o, node.inputs);
  }
  const bipolar = weights.encoding === 'bipolar';
  const min = bipolar ? -1 : weights.signed ? -(2 ** (weights.bits - 1)) + (weights.narrow ? 1 : 0) : 0;
  const max = bipolar ? 1 : 2 ** (weights.bits - (weights.signed ? 1 : 0)) - 1;
  const weightType: IntegerType = {
    encoding: weights.encoding,
    signed: weights.signed,
    bits: weights.bits,
    min,
    max,
    scale: weights.scale,
    zeroPoint: 0,
  };
  const { name, source, inputs, outputs, output, accumulator, fold } = node;
  const layer: IntegerDense = {
    kind: 'dense',
    name,
    source,
    input: input.name,
    output,
    inputs,
    outputs,
    weights: weights.codes,
    weightType,
    accumulator,
    fold,
  };
  return { layer, accumulator: { scale, offset } };
}

function rowSum(weights: Int32Array, row: number, inputs: number): number {
  let sum = 0;
  for (let i = row * inputs; i < (row + 1) * inputs; i++) sum += weights[i];
  return sum;
}

/** Channels in which the operations after the layer, taken together, fall as the accumulator rises. */
export function fallingChannels(outputs: number, tail: readonly ElementwiseNode[]): boolean[] {
  return Array.from(
    { length: outputs },
    (_, channel) => tail.reduce((sign, node) => sign * direction(node, channel), 1) < 0,
  );
}

/** Negate the weights of some rows, so that the function after them rises; the type widens when -min needs it. */
export function negateRows(layer: IntegerDense, rows: readonly boolean[]): IntegerDense {
  if (!rows.includes(true)) return layer;
  const weights = layer.weights.slice();
  let min = 0;
  let max = 0;
  for (let k = 0; k < weights.length; k++) {
    if (rows[Math.floor(k / layer.inputs)]) weights[k] = -weights[k];
    if (weights[k] < min) min = weights[k];
    if (weights[k] > max) max = weights[k];
  }
  const type = layer.weightType;
  if (min >= type.min && max <= type.max) return { ...layer, weights };
  const bits = Math.max(type.bits, signedBits({ min, max }));
  const weightType = { ...type, signed: true, bits, min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 };
  return { ...layer, weights, weightType };
}

/** A range that surely holds the row's sums: from the types alone, for the domain of threshold search. */
export function roughRange(layer: IntegerDense, row: number, input: IntegerType): Interval {
  let [min, max] = [0, 0];
  for (let i = row * layer.inputs; i < (row + 1) * layer.inputs; i++) {
    const w = layer.weights[i];
    min += w * (w > 0 ? input.min : input.max);
    max += w * (w > 0 ? input.max : input.min);
  }
  return { min, max };
}
