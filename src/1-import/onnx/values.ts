/** What the importer knows of a tensor while it walks the graph. */
import type { Diagnostic, Location } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/onnx-errors.js';
import type { NetworkNode, NetworkTensor } from '../types.js';
import type { Constant } from './constants.js';
import type { OnnxGraph, OnnxNode } from './decode.js';

/** A tensor that depends on the network's input. */
export interface Activation {
  readonly tensor: string;
  readonly dims: readonly number[]; // with the batch axis, which is 1
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

  /** Declare an activation tensor and return it as a value. */
  activation(name: string, dims: readonly number[]): Activation {
    this.tensors.set(name, { name, shape: dims.slice(1) });
    const activation = { tensor: name, dims };
    this.values.set(name, { activation });
    return activation;
  }
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
