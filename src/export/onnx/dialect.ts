/** What differs between the formats: how quantizers, weights, biases and thresholds are written. */
import type {
  MultiThresholdNode,
  NetworkNode,
  QuantizedWeights,
  QuantizeNode,
} from '../../1-import/types.js';
import type { GraphWriter } from './graph.js';

/** A tensor of the file that a node reads. */
export interface Operand {
  readonly name: string;
  readonly rank: number; // with the batch axis
  readonly channelAxis: number;
}

/** Weights in the order of the file. */
export interface FileWeights {
  readonly layer: NetworkNode;
  readonly weights: QuantizedWeights; // codes in the file's order
  readonly dims: readonly number[];
  readonly outputAxis: number;
}

/** The bias of a layer, [outputs], and the real value of one step of its sums, [outputs]. */
export interface Bias {
  readonly layer: NetworkNode;
  readonly values: Float32Array;
  readonly steps: Float32Array;
}

export interface Dialect {
  readonly name: string; // for messages
  readonly batch?: number; // samples that the file declares; free without
  /** @returns what the format lacks, in words; else nothing, and node.output is written */
  quantize(writer: GraphWriter, node: QuantizeNode, x: Operand): string | undefined;
  /** @returns the name of the tensor of real weights; or what the format lacks */
  weights(writer: GraphWriter, weights: FileWeights): string | { readonly lacks: string };
  /** @returns the tensor of a bias that is an input of its layer; nothing for an Add behind it */
  bias(writer: GraphWriter, bias: Bias): string | undefined;
  /** As quantize. @param steps real value of one step of the sums, [1] or [channels], for thresholds on sums */
  thresholds(
    writer: GraphWriter,
    node: MultiThresholdNode,
    x: Operand,
    steps: Float32Array | undefined,
  ): string | undefined;
}

/** A constant per channel with the axes that let it broadcast to a tensor; one value is a scalar. */
export function channelDims(length: number, { rank, channelAxis }: Operand): number[] {
  if (length === 1) return [];
  return Array.from({ length: rank }, (_, axis) => (axis === channelAxis ? length : 1));
}
