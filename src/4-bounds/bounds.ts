/**
 * Phase 4: the exact range of every accumulator and of every code, and the four widths that follow from weaker and
 * stronger knowledge. Everything is integer arithmetic; sums that could pass 2^53 are refused.
 */

import type { IntegerDense, IntegerNetwork, IntegerStep, IntegerType } from '../3-integer/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import { countBits, hull, type Interval, signedBits } from '../shared/interval.js';
import type { AccumulatorWidths, BoundedAccumulator, BoundedNetwork } from './types.js';

/** Widest accumulator the hardware library takes, in bits; sums well past it are still exact in a double. */
export const MAX_ACCUMULATOR_BITS = 48;

/**
 * Bound all accumulators and codes of a network.
 *
 * @param wrapped sums that remain of layers whose accumulators were asked to wrap, by layer name: what follows such a
 *   layer meets any of them
 * @throws accumulator_too_wide
 */
export function boundNetwork(
  network: IntegerNetwork,
  wrapped: ReadonlyMap<string, Interval> = new Map(),
): BoundedNetwork {
  const codeRanges = new Map<string, readonly Interval[]>();
  const accumulators = new Map<string, BoundedAccumulator>();
  const input = network.tensors.get(network.input);
  if (!input) throw new Error('the network has no input tensor');
  const elements = input.shape.reduce((product, n) => product * n, 1);
  codeRanges.set(
    network.input,
    new Array<Interval>(elements).fill({ min: input.type.min, max: input.type.max }),
  );
  for (const node of network.nodes) {
    const ranges = codeRanges.get(node.input);
    const type = network.tensors.get(node.input)?.type;
    if (!ranges || !type) throw new Error(`tensor ${node.input} has no range`);
    if (node.kind === 'dense') {
      const bounded = boundDense(node, ranges, type);
      accumulators.set(node.name, bounded);
      const sums = wrapped.get(node.name);
      codeRanges.set(node.output, sums ? bounded.ranges.map(() => sums) : bounded.ranges);
    } else if (node.kind === 'step') {
      codeRanges.set(
        node.output,
        ranges.map((range, k) => stepRange(node, range, k)),
      );
    }
  }
  return { network, codeRanges, accumulators, sums: new Map() };
}

/**
 * Bound the accumulators of one dense layer.
 *
 * @param inputRanges [inputs], the codes each input can take
 * @param inputType their type, for the bounds that know no more than that
 * Source: interval arithmetic on the dot product; Colbert et al., A2Q (2023), section 3; A2Q+ (2024).
 */
export function boundDense(
  layer: IntegerDense,
  inputRanges: readonly Interval[],
  inputType: IntegerType,
): BoundedAccumulator {
  const ranges: Interval[] = [];
  const channelWidths: AccumulatorWidths[] = [];
  const { inputs, outputs } = layer;
  const low = Float64Array.from(inputRanges, ({ min }) => min);
  const high = Float64Array.from(inputRanges, ({ max }) => max);
  const datatype = datatypeBits(inputs, inputType, layer.weightType);
  for (let o = 0; o < outputs; o++) {
    const row = layer.weights.subarray(o * inputs, (o + 1) * inputs);
    const range = dotRange(row, low, high);
    const exact = signedBits(range);
    if (exact > MAX_ACCUMULATOR_BITS)
      fail(errors.accumulatorTooWide(layer.name, layer.source, exact, MAX_ACCUMULATOR_BITS));
    ranges.push(range);
    channelWidths.push({
      datatype,
      l1: l1Bits(row, inputType),
      zeroCentred: zeroCentredBits(row, inputType),
      exact,
      span: countBits(range.max - range.min + 1),
    });
  }
  return { layer, inputRanges, ranges, channelWidths, widths: layerWidths(channelWidths, hull(ranges)) };
}

/** Range of a dot product with inputs between low and high; both ends are reached. */
function dotRange(weights: Int32Array, low: Float64Array, high: Float64Array): Interval {
  let min = 0;
  let max = 0;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i];
    if (w > 0) {
      min += w * low[i];
      max += w * high[i];
    } else if (w < 0) {
      min += w * high[i];
      max += w * low[i];
    }
  }
  return { min: min + 0, max: max + 0 };
}

/**
 * Inputs that reach one end of the range of an output channel.
 *
 * @returns [inputs] codes; where a weight is zero the smaller code
 */
export function witness(bounded: BoundedAccumulator, channel: number, end: 'min' | 'max'): Int32Array {
  const { layer, inputRanges } = bounded;
  return Int32Array.from(inputRanges, ({ min, max }, i) => {
    const w = layer.weights[channel * layer.inputs + i];
    return (end === 'max' ? w > 0 : w < 0) ? max : min;
  });
}

/** Largest magnitude of a code. */
function magnitude({ min, max }: { min: number; max: number }): bigint {
  return BigInt(Math.max(Math.abs(min), Math.abs(max)));
}

/**
 * A2Q's data-type bound: the smallest P with K * 2^(N - signed) * 2^(M - 1) <= 2^(P - 1) - 1. Codes of one bipolar or
 * ternary type are counted with their own magnitude. Source: A2Q, equations 9 and 10, in integers.
 */
export function datatypeBits(inputs: number, input: IntegerType, weight: IntegerType): number {
  return bitsForMagnitude(BigInt(inputs) * codeBound(input) * codeBound(weight));
}

/** A2Q's weight bound: the smallest P with sum|q| * 2^(N - signed) <= 2^(P - 1) - 1. Source: equations 11 to 13. */
export function l1Bits(weights: Int32Array, input: IntegerType): number {
  return bitsForMagnitude(BigInt(l1Norm(weights)) * codeBound(input));
}

/**
 * A2Q+'s bound for rows whose weights sum to zero: the smallest P with sum|q| * (max - min) <= 2^P - 2.
 *
 * @returns undefined when the row is not zero-centred: the formula would be wrong for it
 */
export function zeroCentredBits(weights: Int32Array, input: IntegerType): number | undefined {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i];
  if (sum !== 0) return undefined;
  const spread = BigInt(l1Norm(weights)) * BigInt(input.max - input.min);
  let bits = 1;
  while (2n ** BigInt(bits) - 2n < spread) bits++;
  return bits;
}

function l1Norm(weights: Int32Array): number {
  let norm = 0;
  for (let i = 0; i < weights.length; i++) norm += Math.abs(weights[i]);
  return norm;
}

/** A2Q's bound of a code: 2^(N - signed), which is one more than the largest unsigned code; 1 for bipolar. */
function codeBound(type: IntegerType): bigint {
  if (type.encoding === 'bipolar') return 1n;
  if (type.signed) return magnitude({ min: type.min, max: type.max });
  return 2n ** BigInt(type.bits);
}

/** Smallest P with magnitude <= 2^(P - 1) - 1. */
function bitsForMagnitude(bound: bigint): number {
  let bits = 1;
  while (2n ** BigInt(bits - 1) - 1n < bound) bits++;
  return bits;
}

function layerWidths(channels: readonly AccumulatorWidths[], range: Interval): AccumulatorWidths {
  const largest = (pick: (widths: AccumulatorWidths) => number) =>
    channels.reduce((most, widths) => Math.max(most, pick(widths)), 1);
  const centred = channels.every((widths) => widths.zeroCentred !== undefined);
  return {
    datatype: largest((widths) => widths.datatype),
    l1: largest((widths) => widths.l1),
    zeroCentred: centred ? largest((widths) => widths.zeroCentred ?? 0) : undefined,
    exact: largest((widths) => widths.exact),
    span: countBits(range.max - range.min + 1),
  };
}

/** Codes a step can give for inputs in a range. */
function stepRange(step: IntegerStep, range: Interval, element: number): Interval {
  const width = step.levels - 1;
  const at = step.rows === 1 ? 0 : (element % step.channels) * width;
  const code = (x: number) => {
    let level = 0;
    while (level < width && x >= step.thresholds[at + level]) level++;
    return step.base + step.stride * level;
  };
  const [first, last] = step.reversed ? [-range.max, -range.min] : [range.min, range.max];
  return { min: code(first), max: code(last) };
}
