/** What conversion knows of a tensor of the Network while it walks the nodes. */
import type {
  AddNode,
  DepthToSpaceNode,
  ElementwiseNode,
  PadNode,
  PoolNode,
  PortType,
  ReshapeNode,
  UpsampleNode,
} from '../1-import/types.js';

export { commutes, uniform } from '../1-import/commutes.js';

import type { Interval } from '../shared/interval.js';
import { direction, evaluateElementwise } from './float32.js';
import type { IntegerLayer, IntegerPool, IntegerTensor } from './types.js';

const { fround } = Math;

/** A node that only moves values: it does to codes what it does to the real values that they stand for. */
export type MoveNode = PoolNode | PadNode | UpsampleNode | DepthToSpaceNode | ReshapeNode;

/** A move that waits until codes are there, and the shape after it. */
export interface Move {
  readonly node: MoveNode;
  readonly shape: readonly number[];
}

/** Sums of one node and their real value. */
export interface Sums {
  readonly node: IntegerLayer | IntegerPool;
  readonly channels: number;
  readonly scale: Float64Array; // [channels]
  readonly offset: Float64Array; // [channels], input zero point times the sum of the row's weights
  readonly divisor: number; // elements of an average; 1 for others
  readonly padded?: boolean; // of a pool: some window leaves the image
  readonly domain: (channel: number) => Interval; // that surely holds the sums
}

export type Source =
  | { readonly from: 'host' }
  | { readonly from: 'codes'; readonly tensor: IntegerTensor }
  | { readonly from: 'sums'; readonly sums: Sums }
  | { readonly from: 'addition'; readonly node: AddNode; readonly terms: readonly [Term, Term] }
  | { readonly from: 'parts'; readonly name: string; readonly parts: readonly Part[] };

/** One side of an addition: codes, and the operations on them. */
export interface Term {
  readonly tensor: IntegerTensor;
  readonly port?: PortType; // where the tensor is the network's input
  readonly pending: readonly ElementwiseNode[];
}

/** A tensor of a concatenation, which becomes codes with the quantizer that follows all of them. */
export interface Part {
  readonly value: Value;
  readonly channels: number;
}

/** A tensor as its source, the real-valued operations since then, and moves that wait until codes are there. */
export interface Value {
  readonly source: Source;
  readonly pending: readonly ElementwiseNode[];
  readonly moves: readonly Move[];
  readonly start: readonly number[]; // shape per sample in front of the moves
  readonly shape: readonly number[]; // per sample, of the Network's tensor
}

/** Channels are the last axis of an image, and all elements of anything else. */
export function channelsOf(shape: readonly number[]): number {
  return shape.length === 3 ? shape[2] : elementsOf(shape);
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Real value of a finished sum: the exact real sum rounded once, then divided. */
export function realOfSum({ scale, offset, divisor }: Sums, sum: number, channel: number): number {
  const real = fround((sum - offset[channel]) * scale[channel]);
  return divisor === 1 ? real : fround(real / divisor);
}

/** All operations in order, on one value. */
export function applyAll(operations: readonly ElementwiseNode[], x: number, channel: number): number {
  let value = x;
  for (const operation of operations) value = evaluateElementwise(operation, value, channel);
  return value;
}

/** The sign of the operations taken together: 1 rises, -1 falls, 0 constant. */
export function directionOfAll(operations: readonly ElementwiseNode[], channel: number): number {
  return operations.reduce((sign, each) => sign * direction(each, channel), 1);
}
