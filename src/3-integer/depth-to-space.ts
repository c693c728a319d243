/** Depth to space in the order that suits a stream: the channels of one pixel of the result come together. */
import type { IntegerConv, IntegerDepthToSpace, IntegerNode, IntegerStep, IntegerTensor } from './types.js';
import { inputsOf } from './types.js';

/**
 * Reorder the output channels of convolutions whose codes only go to a depth-to-space of the other order, so that
 * their rows come in the order of the result.
 */
export function alignDepthToSpace(
  nodes: readonly IntegerNode[],
  tensors: Map<string, IntegerTensor>,
  output: string,
): IntegerNode[] {
  const result = [...nodes];
  const sole = (tensor: string) =>
    tensor !== output && nodes.filter((node) => inputsOf(node).includes(tensor)).length === 1;
  const indexOf = (tensor: string) => result.findIndex((node) => node.output === tensor);
  nodes.forEach((node, index) => {
    if (node.kind !== 'depth-to-space' || !node.columnMajor || !sole(node.input)) return;
    const step = result[indexOf(node.input)];
    if (step?.kind !== 'step' || !sole(step.input)) return;
    const layer = result[indexOf(step.input)];
    const type = tensors.get(step.output)?.type;
    if (layer?.kind !== 'conv' || layer.separate || (type && type.scale.length > 1)) return;
    const order = channelOrder(node);
    result[indexOf(step.input)] = reorderRows(layer, order);
    result[indexOf(node.input)] = reorderThresholds(step, order);
    result[index] = { ...node, columnMajor: false };
  });
  return result;
}

/** The old channel at each new position: (by*b + bx)*C + c was c*b*b + by*b + bx. */
function channelOrder({ block, channels }: IntegerDepthToSpace): number[] {
  const cells = block * block;
  return Array.from(
    { length: cells * channels },
    (_, at) => (at % channels) * cells + Math.floor(at / channels),
  );
}

function reorderRows(layer: IntegerConv, order: readonly number[]): IntegerConv {
  const { inputs, weightType } = layer;
  const weights = new Int32Array(layer.weights.length);
  order.forEach((from, row) => {
    weights.set(layer.weights.subarray(from * inputs, (from + 1) * inputs), row * inputs);
  });
  const { scale } = weightType;
  const scales = scale.length > 1 ? Float32Array.from(order, (from) => scale[from]) : scale;
  return { ...layer, weights, weightType: { ...weightType, scale: scales } };
}

function reorderThresholds(step: IntegerStep, order: readonly number[]): IntegerStep {
  if (step.rows === 1) return step;
  const width = step.levels - 1;
  const thresholds = new Float64Array(step.thresholds.length);
  order.forEach((from, row) => {
    thresholds.set(step.thresholds.subarray(from * width, (from + 1) * width), row * width);
  });
  return { ...step, thresholds };
}
