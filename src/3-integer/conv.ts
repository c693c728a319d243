/** A convolution of real values as dot products of integers. */
import type { ConvNode } from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import { integerWeights, weightType } from './layer.js';
import type { IntegerConv, IntegerTensor } from './types.js';
import { addPadding, integerWindow, isPadded, type Padding } from './window.js';

/**
 * Make a convolution integer. One group stays as it is, as many groups as channels are `separate`, and any other
 * number becomes one group with weights of zero between the groups.
 *
 * @param shape [height, width, channels] of the image
 * @param around zeros that an earlier node puts around the image
 * @throws weights_not_quantized, padding_without_zero
 */
export function convertConv(
  node: ConvNode,
  input: IntegerTensor,
  shape: readonly number[],
  around: Padding,
): IntegerConv {
  const weights = integerWeights(node);
  const { name, source, outputs, output, groups, accumulator, fold, engine } = node;
  const padding = addPadding(node.window.padding, around);
  const { zeroPoint } = input.type;
  if (isPadded(padding)) checkPadCode(node.name, node, input);
  const window = integerWindow({ ...node.window, padding }, shape, zeroPoint);
  const taps = window.kernel.height * window.kernel.width;
  const separate = groups > 1 && groups === window.channels;
  const joined = groups > 1 && !separate;
  return {
    kind: 'conv',
    name,
    source,
    input: input.name,
    output,
    inputs: separate ? taps : taps * window.channels,
    outputs,
    weights: joined ? joinGroups(weights.codes, node, window.channels, taps) : weights.codes,
    weightType: joined ? withZero(weightType(weights)) : weightType(weights),
    accumulator,
    fold,
    engine,
    window,
    separate,
  };
}

/** Padding stands for real zero, so the code of zero must exist. @throws padding_without_zero */
export function checkPadCode(
  name: string,
  { source }: Pick<ConvNode, 'source'>,
  { type }: IntegerTensor,
): void {
  const { encoding, min, max, zeroPoint } = type;
  if (encoding === 'bipolar' || !Number.isInteger(zeroPoint) || zeroPoint < min || zeroPoint > max)
    fail(errors.paddingWithoutZero(name, source));
}

/** A type of bipolar weights that has a zero too. */
function withZero(type: IntegerConv['weightType']): IntegerConv['weightType'] {
  return type.encoding === 'bipolar' ? { ...type, encoding: 'integer', signed: true, bits: 2 } : type;
}

/** [outputs][taps][channels / groups] -> [outputs][taps][channels], zero outside a row's own group. */
function joinGroups(
  weights: Int32Array,
  { groups, outputs }: Pick<ConvNode, 'groups' | 'outputs'>,
  channels: number,
  taps: number,
): Int32Array {
  const own = channels / groups;
  const joined = new Int32Array(outputs * taps * channels);
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / (outputs / groups)) * own;
    for (let t = 0; t < taps; t++) {
      const at = (o * taps + t) * own;
      joined.set(weights.subarray(at, at + own), (o * taps + t) * channels + first);
    }
  }
  return joined;
}
