/** What the importer knows of a tensor while it walks the graph. */
import type { Diagnostic, Location } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/onnx-errors.js';
import type { NetworkNode, NetworkTensor } from '../types.js';
import type { Constant } from './constants.js';
import type { IntegerElement, OnnxGraph, OnnxNode } from './decode.js';
import { isInOrder, plainView, type View } from './view.js';

/** A tensor that depends on the network's input. */
export interface Activation {
  readonly tensor: string;
  readonly shape: readonly number[]; // of the Network's tensor: per sample, channels last
  readonly dims: readonly number[]; // in the file, with the batch axis, which is 1
  readonly view: View; // where the file's elements lie in the Network's tensor
  readonly codes?: Codes; // set between QuantizeLinear and DequantizeLinear
  readonly left?: string; // operator behind it that is left to the host; dims are then those in front of it
}

/** How the file counts a tensor of integer codes; the Network's tensor holds the real values they stand for. */
export interface Codes extends IntegerElement {
  readonly scale?: Float32Array; // [1] or [channels]; absent when the network's input is codes
  readonly zeroPoint: number;
}

export type Value =
  | { readonly constant: Constant }
  | { readonly activation: Activation }
  | { readonly unknown: true }; // comes from an unsupported node, which was reported

/** A node cannot become hardware; the text says why. */
export class Unsupported extends Error {
  readonly hint?: string;
  constructor(why: string, hint?: string) {
    super(why);
    this.hint = hint;
  }
}

/** A node violates its operator's rules. */
export class BadNode extends Error {
  readonly expected: string;
  readonly found: string;
  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`);
    this.expected = expected;
    this.found = found;
  }
}

/** The network under construction. */
export class ImportState {
  readonly graph: OnnxGraph;
  readonly values = new Map<string, Value>();
  readonly nodes: NetworkNode[] = [];
  readonly tensors = new Map<string, NetworkTensor>();
  readonly problems: Diagnostic[] = [];

  constructor(graph: OnnxGraph) {
    this.graph = graph;
  }

  source(node: OnnxNode): Location {
    return { file: this.graph.file, path: `node ${node.name}` };
  }

  unsupported(node: OnnxNode, why: string, hint?: string): void {
    this.problems.push(errors.onnxUnsupported(this.graph.file, node.name, qualifiedOp(node), why, hint));
  }

  /**
   * Declare a tensor of the Network that holds a tensor of the file, and return it as a value.
   *
   * @param shape per sample, channels last
   * @param view in the order of the file by default
   */
  declare(
    name: string,
    shape: readonly number[],
    dims: readonly number[],
    view: View = plainView(dims),
    codes?: Codes,
  ): Activation {
    this.tensors.set(name, { name, shape });
    const activation = { tensor: name, shape, dims, view, ...(codes && { codes }) };
    this.values.set(name, { activation });
    return activation;
  }

  /** Declare the result of an operation that keeps shape and order. */
  declareLike(name: string, { shape, dims, view, codes }: Activation): Activation {
    return this.declare(name, shape, dims, view, codes);
  }

  /** Another name for a tensor, perhaps seen in another way. */
  alias(name: string, activation: Activation): void {
    this.values.set(name, { activation });
  }

  /** The same elements in the same order with another shape, as a node. */
  reshape(node: OnnxNode, x: Activation, shape: readonly number[], wanted: string): Activation {
    const own = wanted === node.outputs[0];
    const output = own ? wanted : this.unusedTensor(wanted);
    const name = this.unusedName(own ? node.name : `${node.name}:reshape`);
    this.nodes.push({ op: 'reshape', name, source: this.source(node), input: x.tensor, output });
    return this.declare(output, shape, x.dims, x.view, x.codes);
  }

  /** Whether a tensor of the Network is the result of a softmax, perhaps in another shape. */
  followsSoftmax(tensor: string): boolean {
    const maker = this.nodes.find(({ output }) => output === tensor);
    return maker?.op === 'softmax' || (maker?.op === 'reshape' && this.followsSoftmax(maker.input));
  }

  /** A name for a tensor that the file does not have. */
  unusedTensor(wanted: string): string {
    return unused(wanted, (name) => this.tensors.has(name));
  }

  /** A name for a node beside the one that stands for the file's. */
  unusedName(wanted: string): string {
    return unused(wanted, (name) => this.nodes.some((node) => node.name === name));
  }

  /** The tensor as one axis per sample, elements in the Network's order. */
  asVector(node: OnnxNode, x: Activation): Activation {
    if (x.shape.length === 1) return x;
    const elements = x.shape.reduce((product, n) => product * n, 1);
    return this.reshape(node, x, [elements], `${node.outputs[0]}:vector`);
  }

  /** The tensor in the shape [axes after the batch], when its elements lie as in the file. */
  asPlain(node: OnnxNode, x: Activation): Activation {
    if (!isInOrder(x.view)) throw new Unsupported(orderText(x));
    const shape = x.dims.slice(1);
    return shape.join() === x.shape.join() ? x : this.reshape(node, x, shape, `${node.outputs[0]}:plain`);
  }
}

function unused(wanted: string, taken: (name: string) => boolean): string {
  let name = wanted;
  for (let count = 2; taken(name); count++) name = `${wanted}_${count}`;
  return name;
}

/** Why a tensor cannot be read as the operator wants it. */
export function orderText({ dims }: Activation): string {
  return `its input of shape [${dims.join(', ')}] was transposed, so its elements would have to change places`;
}

export function qualifiedOp(node: OnnxNode): string {
  return node.domain && node.domain !== 'ai.onnx' ? `${node.domain}.${node.op}` : node.op;
}

/** The activation among a node's inputs, or Unsupported. */
export function activationOf(value: Value | undefined, what: string): Activation {
  if (value && 'activation' in value) return value.activation;
  throw new Unsupported(`${what} must come from the network's input, not from a constant`);
}

/** The constant among a node's inputs, or Unsupported. */
export function constantOf(value: Value | undefined, what: string): Constant {
  if (value && 'constant' in value) return value.constant;
  throw new Unsupported(`${what} must be constant`);
}
