/** The hardware's view of an IntegerNetwork: stages, each a node with the step function behind its sums. */
import {
  type IntegerNetwork,
  type IntegerNode,
  type IntegerStep,
  inputsOf,
  makesSums,
} from '../3-integer/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';

/** A node that becomes a unit of its own. */
export interface Stage {
  readonly node: IntegerNode;
  readonly step?: IntegerStep; // of the node's sums
  readonly inputs: readonly string[]; // tensors
  readonly output: string; // tensor
}

/**
 * Pair sums with their steps.
 *
 * @returns the stages, each behind those it reads
 * @throws sums_read_twice
 */
export function stagesOf({ nodes, output }: IntegerNetwork): Stage[] {
  const readers = new Map<string, IntegerNode[]>();
  for (const node of nodes)
    for (const tensor of inputsOf(node)) readers.set(tensor, [...(readers.get(tensor) ?? []), node]);
  const absorbed = new Set<IntegerNode>();
  const stages: Stage[] = [];
  for (const node of nodes) {
    if (absorbed.has(node)) continue;
    const inputs = inputsOf(node);
    const after = makesSums(node) ? (readers.get(node.output) ?? []) : [];
    if (after.length > (node.output === output ? 0 : 1)) fail(errors.sumsReadTwice(node.name, node.source));
    const [step] = after;
    if (step?.kind === 'step') {
      absorbed.add(step);
      stages.push({ node, inputs, step, output: step.output });
    } else stages.push({ node, inputs, output: node.output });
  }
  return stages;
}
