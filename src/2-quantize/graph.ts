/** Who makes and who reads each tensor of a network. */
import { inputsOf, type Network, type NetworkNode } from '../1-import/types.js';

/** Node that makes each tensor; the network's input has none. */
export function producersOf(nodes: readonly NetworkNode[]): ReadonlyMap<string, NetworkNode> {
  return new Map(nodes.map((node) => [node.output, node]));
}

/** Nodes that read each tensor, in order. */
export function readersOf(nodes: readonly NetworkNode[]): ReadonlyMap<string, readonly NetworkNode[]> {
  const readers = new Map<string, NetworkNode[]>();
  for (const node of nodes)
    for (const name of inputsOf(node)) readers.set(name, [...(readers.get(name) ?? []), node]);
  return readers;
}

/** The only node that reads a tensor; none when there are several, or when the tensor leaves the network. */
export function onlyReader(
  network: Network,
  readers: ReadonlyMap<string, readonly NetworkNode[]>,
  tensor: string,
): NetworkNode | undefined {
  const found = readers.get(tensor) ?? [];
  return found.length === 1 && tensor !== network.output ? found[0] : undefined;
}

/** Shape of a tensor per sample. */
export function shapeOf(network: Network, tensor: string): readonly number[] {
  const shape = tensor === network.input.name ? network.input.shape : network.tensors.get(tensor)?.shape;
  if (!shape) throw new Error(`tensor ${tensor} has no shape`);
  return shape;
}

/** Elements of a tensor per sample. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The same node with other tensors in the place of those it reads. */
export function withInputs(node: NetworkNode, rename: (tensor: string) => string): NetworkNode {
  const renamed = { ...node, input: rename(node.input) };
  if (renamed.op === 'add') return { ...renamed, other: rename(renamed.other) };
  return renamed.op === 'concat' ? { ...renamed, others: renamed.others.map(rename) } : renamed;
}
