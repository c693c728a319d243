/** Lanes that stages without weights can have. */
import type { IntegerNetwork, IntegerNode, IntegerStep } from '../3-integer/types.js';
import { divisors, type LaneOption } from './fold.js';
import { poolInterval } from './pool.js';
import { elementsOf, greatestCommonDivisor, tensorOf } from './stream.js';

/**
 * The lanes with which a stage keeps up.
 *
 * @param step function of the stage's sums
 */
export function moveOptions(
  network: IntegerNetwork,
  node: IntegerNode,
  step: IntegerStep | undefined,
  cycles: number,
): LaneOption[] {
  const { bits } = tensorOf(network, node.input).type;
  const elements = elementsOf(tensorOf(network, node.output));
  const levels = step?.levels ?? (node.kind === 'step' ? node.levels : 0);
  const perLane = (levels ? Math.ceil(Math.log2(levels)) * 0.7 * bits : 0) + 2 * bits;
  const interval = (lanes: number) => (node.kind === 'pool' ? poolInterval(node, lanes) : elements / lanes);
  return divisors(laneLimit(network, node))
    .filter((lanes) => interval(lanes) <= cycles)
    .map((lanes) => ({ inLanes: lanes, outLanes: lanes, cost: lanes * perLane }));
}

/** What the lanes have to divide. */
function laneLimit(network: IntegerNetwork, node: IntegerNode): number {
  switch (node.kind) {
    case 'pool':
      return node.window.channels;
    case 'concat':
      return node.channels.reduce(greatestCommonDivisor);
    case 'depth-to-space':
      return node.columnMajor ? 1 : node.channels;
    case 'upsample':
    case 'add':
      return node.channels;
    case 'step':
      return node.rows > 1 ? node.channels : elementsOf(tensorOf(network, node.input));
    default:
      throw new Error(`${node.kind} has weights`);
  }
}
