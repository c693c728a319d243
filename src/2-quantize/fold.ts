/** What stands behind a layer and is linear per channel becomes part of the layer: batch norm, scales, biases. */
import type {
  ConvNode,
  DenseNode,
  ElementwiseNode,
  Network,
  NetworkNode,
  RealWeights,
} from '../1-import/types.js';
import { onlyReader, readersOf } from './graph.js';

type Layer = (DenseNode | ConvNode) & { readonly weights: RealWeights };

/**
 * Fold a float network: each dense or conv layer is followed by at most one addition of a bias and at most one ReLU or
 * clip of those that stood behind one another. Constants are folded in double precision and rounded once.
 *
 * Source: w' = w * multiplier, b' = b * multiplier + operand (batch norm as phase 1 writes it).
 */
export function foldFloat(network: Network): Network {
  const readers = readersOf(network.nodes);
  const gone = new Set<NetworkNode>();
  const next = (tensor: string) => {
    const node = onlyReader(network, readers, tensor);
    return node?.op === 'elementwise' ? node : undefined;
  };
  const nodes = network.nodes.flatMap((node): readonly NetworkNode[] => {
    if (gone.has(node)) return [];
    if (isRealLayer(node)) return foldLayer(node, chain(node, next, isLinear, gone));
    if (isClip(node)) return [foldClips(node, chain(node, next, isClip, gone))];
    return [node];
  });
  return { ...network, nodes };
}

/** A dense or conv layer whose weights are still real. */
export function isRealLayer(node: NetworkNode): node is Layer {
  return (node.op === 'dense' || node.op === 'conv') && node.weights.encoding === 'real';
}

/** The operations behind a node that nothing else reads, as far as they are of one sort; they are taken out. */
function chain(
  first: NetworkNode,
  next: (tensor: string) => ElementwiseNode | undefined,
  fits: (node: NetworkNode) => boolean,
  gone: Set<NetworkNode>,
): readonly ElementwiseNode[] {
  const found: ElementwiseNode[] = [];
  for (let node = next(first.output); node && fits(node); node = next(node.output)) {
    found.push(node);
    gone.add(node);
  }
  return found;
}

const LINEAR = ['add', 'subtract', 'reverse-subtract', 'multiply', 'divide', 'normalize', 'negate'];

function isLinear(node: NetworkNode): boolean {
  return node.op === 'elementwise' && LINEAR.includes(node.kind);
}

function isClip(node: NetworkNode): node is ElementwiseNode {
  return node.op === 'elementwise' && (node.kind === 'relu' || node.kind === 'clip');
}

/** y = multiplier * x + addend of one operation in one channel. */
function linear(node: ElementwiseNode, channel: number): readonly [multiplier: number, addend: number] {
  const constant = (values: Float32Array | undefined) => values?.[values.length === 1 ? 0 : channel] ?? 0;
  const c = constant(node.operand);
  switch (node.kind) {
    case 'add':
      return [1, c];
    case 'subtract':
      return [1, -c];
    case 'reverse-subtract':
      return [-1, c];
    case 'multiply':
      return [c, 0];
    case 'divide':
      return [1 / c, 0];
    case 'normalize':
      return [constant(node.multiplier), c];
    default:
      return [-1, 0]; // negate
  }
}

function foldLayer(layer: Layer, operations: readonly ElementwiseNode[]): readonly NetworkNode[] {
  if (operations.length === 0) return [layer];
  const { outputs } = layer;
  const inputs = layer.weights.values.length / outputs;
  const values = new Float32Array(layer.weights.values.length);
  const bias = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let [scale, offset] = [1, 0];
    for (const operation of operations) {
      const [multiplier, addend] = linear(operation, o);
      [scale, offset] = [scale * multiplier, offset * multiplier + addend];
    }
    bias[o] = offset;
    for (let i = o * inputs; i < (o + 1) * inputs; i++) values[i] = layer.weights.values[i] * scale;
  }
  const [{ name, source }] = operations;
  const output = operations[operations.length - 1].output;
  return [
    { ...layer, weights: { encoding: 'real', values } },
    { op: 'elementwise', kind: 'add', name, source, input: layer.output, output, operand: bias },
  ];
}

function foldClips(first: ElementwiseNode, others: readonly ElementwiseNode[]): ElementwiseNode {
  if (others.length === 0) return first;
  let [minimum, maximum] = [-Infinity, Infinity];
  for (const node of [first, ...others]) {
    const [low, high] =
      node.kind === 'relu' ? [0, Infinity] : [node.minimum ?? -Infinity, node.maximum ?? Infinity];
    const clamp = (x: number) => Math.min(Math.max(x, low), high);
    [minimum, maximum] = [clamp(minimum), clamp(maximum)];
  }
  const { output } = others[others.length - 1];
  const { name, source, input } = first;
  const common = { op: 'elementwise', name, source, input, output } as const;
  if (minimum === 0 && maximum === Infinity) return { ...common, kind: 'relu' };
  return {
    ...common,
    kind: 'clip',
    ...(minimum > -Infinity && { minimum }),
    ...(maximum < Infinity && { maximum }),
  };
}
