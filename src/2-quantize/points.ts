/** Where a float network gets its quantizers: every tensor whose codes something takes. */
import { commutes } from '../1-import/commutes.js';
import { inputsOf, type Network, type NetworkNode } from '../1-import/types.js';
import { elementsOf, producersOf, readersOf, shapeOf } from './graph.js';

/** A tensor that gets a quantizer. */
export interface QuantizationPoint {
  readonly tensor: string;
  readonly role: 'input' | 'activation'; // input: nothing with weights stands between it and the network's input
  readonly signed: boolean; // false where values are never negative by construction
  readonly shared: string; // points with one value here take one quantizer, because a concatenation joins them
  readonly scales?: string; // points with one value here meet in additions: scales that differ by powers of two
}

/**
 * The points of a folded network, in the order in which their tensors are made.
 *
 * Layers, average pools and additions take codes. The codes come from the end of the operations before them; maximum pools,
 * reshapes, zeros around an image, upsampling and depth to space pass codes through, so the quantizer stands in front
 * of them; it stands behind them only where operations between them and it may change places with them. What the last layer delivers stays a sum. Where the network ends in an addition, a concatenation or a move, which
 * have no sums of their own to deliver, it ends in a quantizer.
 */
export function findPoints(network: Network): readonly QuantizationPoint[] {
  const producers = producersOf(network.nodes);
  const points = new Set<string>();
  const shared = new Sets();
  const scales = new Sets();
  const added: string[] = []; // a tensor of each addition

  /** Make a tensor codes. @returns the point that its codes come from (one of them, for a concatenation) */
  const demand = (tensor: string): string => {
    const node = producers.get(tensor);
    if (node && passesCodes(node)) return demand(node.input);
    if (node?.op === 'concat') {
      const [first, ...others] = inputsOf(node).map(demand);
      for (const other of others) {
        shared.join(first, other);
        scales.join(first, other);
      }
      return first;
    }
    points.add(tensor);
    return tensor;
  };

  for (const node of network.nodes) {
    if (node.op === 'dense' || node.op === 'conv' || (node.op === 'pool' && node.kind === 'average'))
      demand(node.input);
    if (node.op === 'elementwise')
      for (const move of wait(node.input, producers))
        if (!commutes(move, node, channelsOf(shapeOf(network, node.output)))) demand(move.output);
    if (node.op === 'add') {
      const first = demand(node.input);
      scales.join(first, demand(node.other));
      added.push(first);
    }
  }
  // the host makes the input codes, and it makes one tensor of them: a quantizer stands where paths from the input part
  const readers = readersOf(network.nodes);
  for (const tensor of [network.input.name, ...network.nodes.map(({ output }) => output)]) {
    const reading = readers.get(tensor) ?? [];
    const parts = reading.length > 1 || reading.some(({ op }) => op === 'concat');
    if (parts && isPreprocessing(tensor, producers)) demand(tensor);
  }
  const end = beforeSoftmax(network.output, producers);
  if (!endsInSums(end, producers)) demand(end);

  const order = [network.input.name, ...network.nodes.map(({ output }) => output)];
  const found = order.filter((tensor) => points.has(tensor));
  const negative = new Set(
    found.filter((tensor) => canBeNegative(tensor, producers)).map((tensor) => shared.of(tensor)),
  );
  const meeting = new Set(added.map((tensor) => scales.of(tensor)));
  return found.map((tensor) => ({
    tensor,
    role: isPreprocessing(tensor, producers) ? 'input' : 'activation',
    signed: negative.has(shared.of(tensor)),
    shared: shared.of(tensor),
    ...(meeting.has(scales.of(tensor)) && { scales: scales.of(tensor) }),
  }));
}

/**
 * The tensor of the point that a layer's input codes come from; that of one branch, for a concatenation.
 *
 * @param points tensors with quantizers
 */
export function pointBehind(
  tensor: string,
  producers: ReadonlyMap<string, NetworkNode>,
  points: ReadonlySet<string>,
): string {
  let name = tensor;
  for (let node = producers.get(name); !points.has(name) && node; node = producers.get(name))
    name = node.input;
  return name;
}

/** Moves that wait for a quantizer behind them, back to the sums, codes or input that they move. */
function wait(tensor: string, producers: ReadonlyMap<string, NetworkNode>): readonly Move[] {
  const node = producers.get(tensor);
  if (!node) return [];
  if (node.op === 'concat') return inputsOf(node).flatMap((name) => wait(name, producers));
  if (passesCodes(node)) return [node, ...wait(node.input, producers)];
  return node.op === 'elementwise' ? wait(node.input, producers) : [];
}

/** As phase 3 counts them: constants per channel of anything but an image are per element. */
function channelsOf(shape: readonly number[]): number {
  return shape.length === 3 ? shape[2] : elementsOf(shape);
}

type Move = Extract<NetworkNode, { op: 'pool' | 'reshape' | 'pad' | 'upsample' | 'depth-to-space' }>;

/** Nodes that do to codes what they do to values. */
function passesCodes(node: NetworkNode): node is Move {
  return (
    (node.op === 'pool' && node.kind === 'maximum') ||
    node.op === 'reshape' ||
    node.op === 'pad' ||
    node.op === 'upsample' ||
    node.op === 'depth-to-space'
  );
}

function beforeSoftmax(tensor: string, producers: ReadonlyMap<string, NetworkNode>): string {
  const node = producers.get(tensor);
  return node?.op === 'softmax' ? beforeSoftmax(node.input, producers) : tensor;
}

/** Whether a tensor is finished sums of a layer or an average, and what the host can do after them. */
function endsInSums(tensor: string, producers: ReadonlyMap<string, NetworkNode>): boolean {
  const node = producers.get(tensor);
  if (!node) return false;
  if (node.op === 'elementwise' || node.op === 'reshape') return endsInSums(node.input, producers);
  return node.op === 'dense' || node.op === 'conv' || (node.op === 'pool' && node.kind === 'average');
}

/** Whether only operations without weights stand between the network's input and a tensor. */
function isPreprocessing(tensor: string, producers: ReadonlyMap<string, NetworkNode>): boolean {
  const node = producers.get(tensor);
  if (!node) return true;
  return (node.op === 'elementwise' || passesCodes(node)) && isPreprocessing(node.input, producers);
}

/** False where values are never negative by construction. */
function canBeNegative(tensor: string, producers: ReadonlyMap<string, NetworkNode>): boolean {
  const node = producers.get(tensor);
  if (!node || node.op === 'dense' || node.op === 'conv') return true;
  if (node.op !== 'elementwise') return inputsOf(node).some((name) => canBeNegative(name, producers));
  switch (node.kind) {
    case 'relu':
    case 'sigmoid':
    case 'hard-sigmoid':
    case 'softplus':
      return false;
    case 'clip':
      return !((node.minimum ?? -Infinity) >= 0) && canBeNegative(node.input, producers);
    default:
      return true;
  }
}

/** Disjoint sets of names; each is known by the first of its names. */
class Sets {
  private readonly parents = new Map<string, string>();

  of(name: string): string {
    const parent = this.parents.get(name);
    return parent === undefined ? name : this.of(parent);
  }

  join(first: string, second: string): void {
    const [a, b] = [this.of(first), this.of(second)];
    if (a !== b) this.parents.set(b, a);
  }
}
