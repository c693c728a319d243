/**
 * The same network with the channels of hidden layers in another order: rows of a layer, the thresholds of its step, and
 * the next layer's columns move together, so that every product and every sum stays.
 */
import type {
  IntegerDense,
  IntegerNetwork,
  IntegerNode,
  IntegerStep,
  IntegerTensor,
} from '../3-integer/types.js';
import type { BoundedAccumulator, BoundedNetwork } from '../4-bounds/types.js';
import type { ChannelOrders } from './types.js';

/**
 * The layer that alone takes a dense layer's codes, where nothing else could tell their order; undefined elsewhere.
 */
export function layerBehind(
  { nodes, output }: IntegerNetwork,
  layer: IntegerDense,
): IntegerDense | undefined {
  const [step, ...others] = nodes.filter((node) => node.input === layer.output);
  if (step?.kind !== 'step' || others.length > 0 || layer.output === output || step.output === output)
    return undefined;
  const [next, ...more] = nodes.filter((node) => node.input === step.output);
  return next?.kind === 'dense' && more.length === 0 && next.inputs === layer.outputs ? next : undefined;
}

/**
 * Reorder channels.
 *
 * @param orders of layers that have a layer behind them (layerBehind); the old channel at each new position
 * @returns the network and its bounds, which move along
 */
export function permuteChannels(bounded: BoundedNetwork, orders: ChannelOrders): BoundedNetwork {
  if (orders.size === 0) return bounded;
  const { network } = bounded;
  const ofTensor = new Map<string, readonly number[]>(); // order of its elements
  for (const node of network.nodes) {
    const order = node.kind === 'dense' ? orders.get(node.name) : ofTensor.get(node.input);
    if (order) ofTensor.set(node.output, order);
  }
  const nodes = network.nodes.map((node) =>
    permuteNode(node, ofTensor.get(node.input), ofTensor.get(node.output)),
  );
  const tensors = new Map(
    [...network.tensors].map(([name, tensor]) => [name, permuteTensor(tensor, ofTensor.get(name))] as const),
  );
  const codeRanges = new Map(
    [...bounded.codeRanges].map(([name, ranges]) => [name, take(ranges, ofTensor.get(name))] as const),
  );
  const accumulators = new Map(
    [...bounded.accumulators].map(([name, each]): [string, BoundedAccumulator] => {
      const layer = nodes.find((node): node is IntegerDense => node.kind === 'dense' && node.name === name);
      if (!layer) throw new Error(`the network has no layer ${name}`);
      const rows = ofTensor.get(layer.output);
      return [
        name,
        {
          ...each,
          layer,
          inputRanges: take(each.inputRanges, ofTensor.get(layer.input)),
          ranges: take(each.ranges, rows),
          channelWidths: take(each.channelWidths, rows),
        },
      ];
    }),
  );
  return { ...bounded, network: { ...network, nodes, tensors }, codeRanges, accumulators };
}

/** The values in a new order. */
export function take<T>(values: readonly T[], order: readonly number[] | undefined): readonly T[] {
  return order ? order.map((from) => values[from]) : values;
}

function permuteNode(
  node: IntegerNode,
  columns: readonly number[] | undefined,
  rows: readonly number[] | undefined,
): IntegerNode {
  if (node.kind === 'step') return rows ? permuteStep(node, rows) : node;
  if (node.kind !== 'dense' || (!rows && !columns)) return node;
  const { inputs, outputs } = node;
  const weights = new Int32Array(node.weights.length);
  for (let o = 0; o < outputs; o++) {
    const from = (rows ? rows[o] : o) * inputs;
    for (let i = 0; i < inputs; i++)
      weights[o * inputs + i] = node.weights[from + (columns ? columns[i] : i)];
  }
  return { ...node, weights };
}

function permuteStep(step: IntegerStep, order: readonly number[]): IntegerStep {
  const width = step.levels - 1;
  if (step.rows === 1) return step;
  const thresholds = new Float64Array(step.thresholds.length);
  order.forEach((from, row) => {
    thresholds.set(step.thresholds.subarray(from * width, (from + 1) * width), row * width);
  });
  return { ...step, thresholds };
}

function permuteTensor(tensor: IntegerTensor, order: readonly number[] | undefined): IntegerTensor {
  const { scale } = tensor.type;
  if (!order || scale.length <= 1) return tensor;
  return { ...tensor, type: { ...tensor.type, scale: Float32Array.from(order, (from) => scale[from]) } };
}
