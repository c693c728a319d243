/**
 * The hardware's view of an IntegerNetwork: stages, each a node with the step function behind its sums, and what each
 * reads. Reshapes are the same stream under another name and are no stages.
 */
import {
  type IntegerNetwork,
  type IntegerNode,
  type IntegerReshape,
  type IntegerStep,
  inputsOf,
  makesSums,
} from '../3-integer/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';

/** A node that becomes a unit of its own. */
export interface Stage {
  readonly node: Exclude<IntegerNode, IntegerReshape>;
  readonly step?: IntegerStep; // of the node's sums
  readonly inputs: readonly string[]; // tensors, none of them a reshape's
  readonly output: string; // tensor
}

export interface StageGraph {
  readonly stages: readonly Stage[]; // each behind those it reads
  readonly output: string; // tensor that leaves: the network's output, or what it is a reshape of
}

/**
 * Pair sums with their steps and look through reshapes.
 *
 * @throws sums_read_twice
 */
export function stagesOf(network: IntegerNetwork): StageGraph {
  const { nodes, output } = network;
  const sameAs = new Map<string, string>(); // reshape's output -> what it is a reshape of
  for (const node of nodes)
    if (node.kind === 'reshape') sameAs.set(node.output, sameAs.get(node.input) ?? node.input);
  const source = (tensor: string) => sameAs.get(tensor) ?? tensor;
  const readers = new Map<string, IntegerNode[]>();
  for (const node of nodes)
    if (node.kind !== 'reshape')
      for (const tensor of inputsOf(node)) {
        const from = source(tensor);
        readers.set(from, [...(readers.get(from) ?? []), node]);
      }
  const leaving = source(output);
  const absorbed = new Set<IntegerNode>();
  const stages: Stage[] = [];
  for (const node of nodes) {
    if (node.kind === 'reshape' || absorbed.has(node)) continue;
    const inputs = inputsOf(node).map(source);
    const after = makesSums(node) ? (readers.get(node.output) ?? []) : [];
    if (after.length + (leaving === node.output ? 1 : 0) > 1 && makesSums(node))
      fail(errors.sumsReadTwice(node.name, node.source));
    const [step] = after;
    if (step?.kind === 'step') absorbed.add(step);
    stages.push({
      node,
      inputs,
      ...(step?.kind === 'step' ? { step, output: step.output } : { output: node.output }),
    });
  }
  return { stages, output: leaving };
}
