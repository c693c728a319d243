/** What dense layers and convolutions share: integer weights, and the real value of the sums. */
import type { ConvNode, DenseNode, QuantizedWeights } from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import { type Interval, signedBits } from '../shared/interval.js';
import type { IntegerLayer, IntegerTensor, IntegerType } from './types.js';
import type { Sums } from './values.js';

/** The weights of a node. @throws weights_not_quantized */
export function integerWeights(node: DenseNode | ConvNode): QuantizedWeights {
  if (node.weights.encoding === 'real') return fail(errors.weightsNotQuantized(node.name, node.source));
  return node.weights;
}

/** The integer type of weight codes. */
export function weightType({ encoding, signed, bits, narrow, scale }: QuantizedWeights): IntegerType {
  const bipolar = encoding === 'bipolar';
  const min = bipolar ? -1 : signed ? -(2 ** (bits - 1)) + (narrow ? 1 : 0) : 0;
  const max = bipolar ? 1 : 2 ** (bits - (signed ? 1 : 0)) - 1;
  return { encoding, signed, bits, min, max, scale, zeroPoint: 0 };
}

/**
 * The sums of a layer.
 *
 * @param input the codes it takes; zero points stay in the codes and become an offset of the sum
 * @throws mixed_input_scales
 */
export function sumsOf(layer: IntegerLayer, input: IntegerTensor): Sums {
  const { type } = input;
  if (type.scale.length > 1) fail(errors.mixedInputScales(layer.name, layer.source));
  const { outputs } = layer;
  const scales = layer.weightType.scale;
  const scale = new Float64Array(outputs);
  const offset = new Float64Array(outputs);
  for (let o = 0; o < outputs; o++) {
    scale[o] = type.scale[0] * scales[scales.length === 1 ? 0 : o];
    if (type.zeroPoint !== 0) offset[o] = type.zeroPoint * rowSum(layer, o);
  }
  return {
    node: layer,
    channels: outputs,
    scale,
    offset,
    divisor: 1,
    domain: (o) => roughRange(layer, o, type),
  };
}

function rowSum({ weights, inputs }: IntegerLayer, row: number): number {
  let sum = 0;
  for (let i = row * inputs; i < (row + 1) * inputs; i++) sum += weights[i];
  return sum;
}

/** A range that surely holds the row's sums: from the types alone, for the domain of threshold search. */
function roughRange(layer: IntegerLayer, row: number, input: IntegerType): Interval {
  let [min, max] = [0, 0];
  for (let i = row * layer.inputs; i < (row + 1) * layer.inputs; i++) {
    const w = layer.weights[i];
    min += w * (w > 0 ? input.min : input.max);
    max += w * (w > 0 ? input.max : input.min);
  }
  return { min, max };
}

/** Negate the weights of some rows, so that the function after them rises; the type widens when -min needs it. */
export function negateRows<Layer extends IntegerLayer>(layer: Layer, rows: readonly boolean[]): Layer {
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
  const wider = { ...type, signed: true, bits, min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 };
  return { ...layer, weights, weightType: wider };
}
