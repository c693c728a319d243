/** Which operations on elements may change places with nodes that move them. */
import { direction, evaluateElementwise } from './float32.js';
import type { ElementwiseNode, NetworkNode } from './types.js';

/** A node that only moves values: it does to codes what it does to the real values that they stand for. */
type MoveOp = Extract<NetworkNode['op'], 'pool' | 'pad' | 'upsample' | 'depth-to-space' | 'reshape'>;

/**
 * Whether an operation gives the same before and after a move.
 *
 * @param move a pool is a maximum pool
 * @param channels of the tensor that the operation takes
 */
export function commutes(
  move: { readonly op: MoveOp },
  operation: ElementwiseNode,
  channels: number,
): boolean {
  switch (move.op) {
    case 'upsample':
      return true;
    case 'depth-to-space':
    case 'reshape':
      return uniform(operation.operand) && uniform(operation.multiplier);
    case 'pad':
      return everyChannel(channels, (c) => evaluateElementwise(operation, 0, c) === 0);
    case 'pool':
      return everyChannel(channels, (c) => direction(operation, c) >= 0);
  }
}

/** Whether all constants are equal. */
export function uniform(constants: ArrayLike<number> | undefined): boolean {
  if (!constants) return true;
  for (let k = 1; k < constants.length; k++) if (constants[k] !== constants[0]) return false;
  return true;
}

function everyChannel(channels: number, holds: (channel: number) => boolean): boolean {
  for (let c = 0; c < channels; c++) if (!holds(c)) return false;
  return true;
}
