/** A folded float network as a differentiable function of its parameters, with or without quantizers. */
import { nn, numpy as np } from '@jax-js/jax';
import type { ElementwiseNode, Network, NetworkNode } from '../../1-import/types.js';
import { fail } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/training-errors.js';
import { isBias } from '../apply.js';
import { isRealLayer } from '../fold.js';
import { onlyReader, readersOf, shapeOf } from '../graph.js';
import type { TrainingPlan } from './plan.js';
import { excessNorm, quantizeActivation, quantizeWeights } from './quantizers.js';
import { convolve, flatten, poolAverage, poolMaximum, type Tensor, unflatten } from './windows.js';

/** Arrays by name: see `parameterName`. */
export type Parameters = Record<string, Tensor>;

/** What a parameter is; the second part is a layer's node, or a tensor with a quantizer. */
export type ParameterKind = 'weights' | 'bias' | 'scale' | 'norm' | 'activation';

export function parameterName(kind: ParameterKind, of: string): string {
  return `${kind}:${of}`;
}

/** Dense and conv layers, in order. */
export function layersOf(network: Network) {
  return network.nodes.filter(isRealLayer);
}

/** The addition of its bias behind a layer, if there is one. */
export function biasOf(network: Network, layer: NetworkNode): ElementwiseNode | undefined {
  const next = onlyReader(network, readersOf(network.nodes), layer.output);
  return next && isBias(next) ? next : undefined;
}

/** Layers of additions of biases, by the node of the addition. */
function biasOwners(network: Network): ReadonlyMap<string, string> {
  return new Map(
    layersOf(network).flatMap((layer) => {
      const bias = biasOf(network, layer);
      return bias ? [[bias.name, layer.name] as const] : [];
    }),
  );
}

/** @throws training_unsupported, for all nodes that the trainer has no gradient of */
export function checkTrainable(network: Network): void {
  const wrong = network.nodes.filter((node) => !isTrainable(node));
  if (wrong.length > 0)
    fail(...wrong.map((node) => errors.trainingUnsupported(node.source, node.name, describe(node))));
}

function describe(node: NetworkNode): string {
  return node.op === 'elementwise' ? node.kind : node.op;
}

const TRAINABLE = ['conv', 'dense', 'pool', 'add', 'concat', 'pad', 'reshape', 'softmax'];
const TRAINABLE_ELEMENTWISE = ['add', 'subtract', 'multiply', 'divide', 'relu', 'clip'];

function isTrainable(node: NetworkNode): boolean {
  return node.op === 'elementwise' ? TRAINABLE_ELEMENTWISE.includes(node.kind) : TRAINABLE.includes(node.op);
}

/**
 * The function that training differentiates.
 *
 * @param plan quantizers; without one the function is the float network
 * @returns parameters and input [channels, height, width, samples] or [elements, samples] -> logits [classes, samples]
 */
export function createModel(network: Network, plan?: TrainingPlan) {
  const owners = biasOwners(network);
  const biased = new Set(owners.values());
  const shapes = new Map(
    [network.input.name, ...network.nodes.map(({ output }) => output)].map((name) => [
      name,
      shapeOf(network, name),
    ]),
  );

  return (parameters: Parameters, input: Tensor): Tensor => {
    const get = (name: string): Tensor => {
      const found = parameters[name];
      if (!found) throw new Error(`no parameter ${name}`);
      return found.ref;
    };
    const values = new Map<string, Tensor>();
    const keep = (tensor: string, value: Tensor) => {
      const rule = plan?.activations.get(tensor);
      values.set(
        tensor,
        rule ? quantizeActivation(value, get(parameterName('activation', rule.shared)), rule) : value,
      );
    };
    const read = (tensor: string): Tensor => {
      const value = values.get(tensor);
      if (!value) throw new Error(`tensor ${tensor} is read before it is made`);
      return value.ref;
    };

    const weights = (layer: string): Tensor => {
      const v = get(parameterName('weights', layer));
      const rule = plan?.weights.get(layer);
      if (!rule) return v;
      const norm = rule.kind === 'nearest' ? undefined : get(parameterName('norm', layer));
      return quantizeWeights(v, get(parameterName('scale', layer)), norm, rule);
    };

    /** The sums of a layer, with its bias where no addition behind it holds one. */
    const sums = (layer: string, products: Tensor): Tensor => {
      const bias = parameters[parameterName('bias', layer)];
      if (!bias || biased.has(layer)) return products;
      return products.add(perChannel(bias.ref, products.ndim - 1));
    };

    /** The constant of an elementwise operation; a bias is a parameter. */
    const constantOf = (node: ElementwiseNode): Tensor => {
      const owner = owners.get(node.name);
      const value =
        owner === undefined
          ? np.array(node.operand ?? new Float32Array(1))
          : get(parameterName('bias', owner));
      return perChannel(value, (shapes.get(node.output) ?? []).length);
    };

    const compute = (node: NetworkNode): Tensor => {
      const x = read(node.input);
      switch (node.op) {
        case 'dense':
          return sums(node.name, np.matmul(weights(node.name), x.ndim === 4 ? flatten(x) : x));
        case 'conv': {
          const { height, width } = node.window.kernel;
          const matrix = weights(node.name);
          const [outputs, inputs] = matrix.shape;
          const shaped = matrix.reshape([outputs, height * width, inputs / (height * width)]);
          return sums(node.name, convolve(x, shaped, node.window, node.groups));
        }
        case 'pool':
          return node.kind === 'maximum'
            ? poolMaximum(x, node.window)
            : poolAverage(x, node.window, node.countPadding);
        case 'add':
          return x.add(read(node.other));
        case 'concat':
          return np.concatenate([x, ...node.others.map(read)], 0);
        case 'pad': {
          const { top, bottom, left, right } = node.padding;
          return np.pad(x, [
            [0, 0],
            [top, bottom],
            [left, right],
            [0, 0],
          ]);
        }
        case 'reshape':
          return reshape(x, shapes.get(node.output) ?? []);
        case 'softmax':
          return x; // the loss has its own
        case 'elementwise':
          return elementwise(node, x, () => constantOf(node));
        default:
          throw new Error(`${node.op} has no gradient`);
      }
    };

    keep(network.input.name, input);
    for (const node of network.nodes) keep(node.output, compute(node));
    const logits = values.get(network.output);
    if (!logits) throw new Error('the network has no output');
    const output = logits.ndim === 4 ? flatten(logits.ref) : logits.ref;
    for (const value of values.values()) value.dispose();
    return output;
  };
}

function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const samples = x.shape[x.ndim - 1];
  const flat = x.ndim === 4 ? flatten(x) : x;
  if (shape.length === 3) return unflatten(flat, shape);
  return flat.reshape([shape.reduce((product, n) => product * n, 1), samples]);
}

function perChannel(value: Tensor, axes: number): Tensor {
  return value.reshape(axes === 3 ? [-1, 1, 1, 1] : [-1, 1]);
}

function elementwise(node: ElementwiseNode, x: Tensor, constant: () => Tensor): Tensor {
  switch (node.kind) {
    case 'add':
      return x.add(constant());
    case 'subtract':
      return x.sub(constant());
    case 'multiply':
      return x.mul(constant());
    case 'divide':
      return x.div(constant());
    case 'relu':
      return nn.relu(x);
    case 'clip':
      return np.clip(x, node.minimum, node.maximum);
    default:
      throw new Error(`${node.kind} has no gradient`);
  }
}

/** Sum over all constrained layers of what the norms of their rows exceed the budget by. */
export function excessOf(parameters: Parameters, plan: TrainingPlan): Tensor {
  let sum: Tensor | undefined;
  for (const [layer, rule] of plan.weights) {
    if (rule.kind === 'nearest') continue;
    const scale = parameters[parameterName('scale', layer)].ref;
    const norm = parameters[parameterName('norm', layer)].ref;
    const excess = excessNorm(scale, norm, rule.budget);
    sum = sum ? sum.add(excess) : excess;
  }
  return sum ?? np.array(0);
}
