/** The BoundedNetwork: an IntegerNetwork with the proven range of every accumulator channel and every code. */
import type { IntegerLayer, IntegerNetwork } from '../3-integer/types.js';
import type { Interval } from '../shared/interval.js';

/** Two's-complement widths of one accumulator, in bits; span needs a movable zero. */
export interface AccumulatorWidths {
  readonly datatype: number; // from the types and the length alone
  readonly l1: number; // from the L1 norm of the weights (A2Q)
  readonly zeroCentred?: number; // A2Q+, when every channel's weights sum to zero
  readonly exact: number; // from the signed weights and the codes the input can take
  readonly span: number; // ceil(log2(max - min + 1)), over all channels with one common zero
}

/** Which taps of a window lie outside the image, for each different way that occurs; the fewest first. */
export interface OutsideTaps {
  readonly patterns: readonly Uint8Array[]; // [taps], 1 outside
  readonly min: Uint16Array; // [outputs], pattern in which the smallest sum is reached
  readonly max: Uint16Array; // [outputs], the largest
  readonly channelRanges: readonly Interval[]; // [channels], codes of a tap inside
}

/** The proven range of one accumulator channel: both ends are reached by the witnesses. */
export interface BoundedAccumulator {
  readonly layer: IntegerLayer;
  /**
   * Codes that each input of a dot product can take, the padding's code included where it may lie outside: [inputs];
   * of a `separate` convolution [channels][taps], of which a row sees its own channel (rowInputRanges).
   */
  readonly inputRanges: readonly Interval[];
  readonly outside?: OutsideTaps; // convolutions with padding
  readonly ranges: readonly Interval[]; // [outputs], of the sum of products
  readonly widths: AccumulatorWidths; // of the layer: the largest of its channels
  readonly channelWidths: readonly AccumulatorWidths[]; // [outputs]
}

/** Sums of codes without weights of their own, or two of them: pools and additions. */
export interface BoundedSums {
  readonly ranges: readonly Interval[]; // [channels], or [1] for all
  readonly exact: number; // bits in two's complement
  readonly datatype: number; // from the types and the number of terms alone
}

export interface BoundedNetwork {
  readonly network: IntegerNetwork;
  /** Tensor name -> ranges of its codes: one per channel of an image, one per element of anything else. */
  readonly codeRanges: ReadonlyMap<string, readonly Interval[]>;
  readonly accumulators: ReadonlyMap<string, BoundedAccumulator>; // name of a layer ->
  readonly sums: ReadonlyMap<string, BoundedSums>; // name of a pool or an addition ->
}
