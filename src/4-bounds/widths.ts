/** Widths of accumulators from weaker and stronger knowledge, in integer arithmetic. */
import type { IntegerType } from '../3-integer/types.js';
import { countBits, type Interval } from '../shared/interval.js';
import type { AccumulatorWidths } from './types.js';

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
export function codeBound(type: IntegerType): bigint {
  if (type.encoding === 'bipolar') return 1n;
  if (type.signed) return magnitude({ min: type.min, max: type.max });
  return 2n ** BigInt(type.bits);
}

/** Smallest P with magnitude <= 2^(P - 1) - 1. */
export function bitsForMagnitude(bound: bigint): number {
  let bits = 1;
  while (2n ** BigInt(bits - 1) - 1n < bound) bits++;
  return bits;
}

export function layerWidths(channels: readonly AccumulatorWidths[], range: Interval): AccumulatorWidths {
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
