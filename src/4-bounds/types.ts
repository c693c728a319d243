/** The BoundedNetwork: an IntegerNetwork with the proven range of every accumulator channel and every code. */
import type { IntegerAdd, IntegerLayer, IntegerNetwork, IntegerPool } from '../3-integer/types.js';
import type { Interval } from '../shared/interval.js';

/** Two's-complement widths of one accumulator, in bits; span needs a movable zero. */
export interface AccumulatorWidths {
  readonly datatype: number; // from the types and the length alone
  readonly l1: number; // from the L1 norm of the weights (A2Q)
  readonly zeroCentred?: number; // A2Q+, when every channel's weights sum to zero
  readonly exact: number; // from the signed weights and the codes the input can take
  readonly span: number; // ceil(log2(max - min + 1)), over all channels with one common zero
}

/** The proven range of one accumulator channel: both ends are reached by the witnesses. */
export interface BoundedAccumulator {
  readonly layer: IntegerLayer;
  readonly inputRanges: readonly Interval[]; // [inputs], codes each input can take
  readonly ranges: readonly Interval[]; // [outputs], of the sum of products
  readonly widths: AccumulatorWidths; // of the layer: the largest of its channels
  readonly channelWidths: readonly AccumulatorWidths[]; // [outputs]
}

/** The proven range of the sums of a node without weights of its own rows: a sum pool or an addition. */
export interface BoundedSum {
  readonly node: IntegerPool | IntegerAdd;
  readonly ranges: readonly Interval[]; // [channels]
  readonly datatype: number; // two's-complement bits from the types alone
  readonly exact: number; // from the codes that the inputs can take
}

export interface BoundedNetwork {
  readonly network: IntegerNetwork;
  readonly codeRanges: ReadonlyMap<string, readonly Interval[]>; // tensor name -> [last axis]: per element of a vector, per channel of an image
  readonly accumulators: ReadonlyMap<string, BoundedAccumulator>; // name of a layer with weights ->
  readonly sums: ReadonlyMap<string, BoundedSum>; // name of a pool or addition ->
}
