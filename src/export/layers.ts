/** Nodes of a Network as layers: a sum with all that may stand behind it in one layer of the JSON description. */
import {
  type ElementwiseNode,
  inputsOf,
  type MultiThresholdNode,
  type Network,
  type NetworkNode,
  type QuantizeNode,
} from '../1-import/types.js';
import { activationOf } from './json/activation.js';

/** What follows a node in its layer. */
export interface Steps {
  readonly bias?: ElementwiseNode;
  readonly batchNorm?: ElementwiseNode;
  readonly activation?: ElementwiseNode;
  readonly output?: QuantizeNode;
  readonly thresholds?: MultiThresholdNode;
}

export interface Layer {
  readonly node: NetworkNode;
  readonly steps: Steps;
  readonly output: string; // tensor of the last step
}

type Slot = keyof Steps;

/** The slots of each kind of layer, in the order of computation. */
const SLOTS: Partial<Record<NetworkNode['op'], readonly Slot[]>> = {
  dense: ['bias', 'batchNorm', 'activation', 'output'],
  conv: ['bias', 'batchNorm', 'activation', 'output'],
  add: ['activation', 'output'],
  pool: ['output'],
};

/** The layers that the output needs, in the order of computation, the last one giving the output. */
export function layersOf(network: Network): Layer[] {
  const nodes = neededNodes(network);
  const readers = new Map<string, NetworkNode[]>();
  for (const node of nodes)
    for (const tensor of inputsOf(node)) readers.set(tensor, [...(readers.get(tensor) ?? []), node]);
  const taken = new Set<NetworkNode>();
  const layers: Layer[] = [];
  for (const node of nodes) {
    if (taken.has(node)) continue;
    let output = node.output;
    const steps: { -readonly [Key in keyof Steps]: Steps[Key] } = {};
    const next = () => {
      const following = output === network.output ? undefined : readers.get(output);
      return following?.length === 1 ? following[0] : undefined;
    };
    const take = (step: NetworkNode) => {
      taken.add(step);
      output = step.output;
    };
    const slots = SLOTS[node.op] ?? [];
    const first = next();
    if (slots.includes('bias') && first?.op === 'multi-threshold' && first.domain === 'accumulator') {
      steps.thresholds = first;
      take(first);
    } else
      for (const slot of slots) {
        const step = next();
        if (!step || slotOf(step) !== slot) continue;
        Object.assign(steps, { [slot]: step });
        take(step);
      }
    layers.push({ node, steps, output });
  }
  return layers;
}

/** Which step of a layer a node can be. */
function slotOf(node: NetworkNode): Slot | undefined {
  if (node.op === 'quantize') return 'output';
  if (node.op !== 'elementwise') return undefined;
  if (node.kind === 'add') return 'bias';
  if (node.kind === 'normalize') return 'batchNorm';
  return activationOf(node) === undefined ? undefined : 'activation';
}

/** Nodes that the output depends on; its producer comes last. */
function neededNodes({ nodes, output }: Network): NetworkNode[] {
  const needed = new Set([output]);
  const kept: NetworkNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!needed.has(node.output)) continue;
    for (const tensor of inputsOf(node)) needed.add(tensor);
    kept.push(node);
  }
  kept.reverse();
  const last = kept.findIndex((node) => node.output === output);
  return last < 0 ? kept : [...kept.slice(0, last), ...kept.slice(last + 1), kept[last]];
}
