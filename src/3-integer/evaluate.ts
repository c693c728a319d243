/** The golden model: exact integer evaluation of an IntegerNetwork. All hardware is compared with it. */
import { evaluateConv } from './evaluate-conv.js';
import { fitsInt32, magnitudeOf, multiplyDoubles, multiplyInt32, type Rows } from './evaluate-dot.js';
import {
  evaluateAdd,
  evaluateConcat,
  evaluateDepthToSpace,
  evaluatePool,
  evaluateUpsample,
} from './evaluate-moves.js';
import { evaluateStep } from './evaluate-step.js';
import { type IntegerNetwork, type IntegerNode, inputsOf } from './types.js';

export { evaluateStep };

/** Codes of several samples, one after another. Int32 whenever they fit; doubles are exact to 2^53. */
export type Codes = Int32Array | Float64Array;

/** What an accumulator does with a finished sum; the identity when it cannot overflow. */
export type Overflow = ReadonlyMap<string, (sum: number) => number>; // name of a layer ->

export interface Evaluation {
  readonly output: Codes; // [count * outputs]
  readonly tensors: ReadonlyMap<string, Codes>; // every tensor by name
}

/**
 * Evaluate samples and keep all tensors.
 *
 * @param input codes of the input tensor, [count * elements]
 * @param overflow accumulator arithmetic of layers that were asked to wrap
 */
export function evaluate(
  network: IntegerNetwork,
  input: Codes,
  count: number,
  overflow: Overflow = new Map(),
): Evaluation {
  const tensors = new Map<string, Codes>([[network.input, input]]);
  for (const node of network.nodes) tensors.set(node.output, evaluateNode(node, tensors, count, overflow));
  return { output: take(tensors, network.output), tensors };
}

/** Evaluate samples; a tensor is let go when its last reader is done. */
export function evaluateOutput(
  network: IntegerNetwork,
  input: Codes,
  count: number,
  overflow: Overflow = new Map(),
): Codes {
  const lastReader = new Map<string, IntegerNode>();
  for (const node of network.nodes) for (const name of inputsOf(node)) lastReader.set(name, node);
  const tensors = new Map<string, Codes>([[network.input, input]]);
  for (const node of network.nodes) {
    tensors.set(node.output, evaluateNode(node, tensors, count, overflow));
    for (const name of inputsOf(node))
      if (lastReader.get(name) === node && name !== network.output) tensors.delete(name);
  }
  return take(tensors, network.output);
}

function take(tensors: ReadonlyMap<string, Codes>, name: string): Codes {
  const codes = tensors.get(name);
  if (!codes) throw new Error(`tensor ${name} is used before it is made`);
  return codes;
}

function evaluateNode(
  node: IntegerNode,
  tensors: ReadonlyMap<string, Codes>,
  count: number,
  overflow: Overflow,
): Codes {
  const x = take(tensors, node.input);
  switch (node.kind) {
    case 'dense':
    case 'conv': {
      const y = node.kind === 'dense' ? evaluateDense(node, x, count) : evaluateConv(node, x, count);
      const wrap = overflow.get(node.name);
      if (wrap) for (let k = 0; k < y.length; k++) y[k] = wrap(y[k]);
      return y;
    }
    case 'step':
      return evaluateStep(node, x);
    case 'pool':
      return evaluatePool(node, x, count);
    case 'add':
      return evaluateAdd(node, x, take(tensors, node.other));
    case 'concat':
      return evaluateConcat(
        node,
        inputsOf(node).map((name) => take(tensors, name)),
      );
    case 'upsample':
      return evaluateUpsample(node, x);
    case 'depth-to-space':
      return evaluateDepthToSpace(node, x);
  }
}

/** Samples that are evaluated at once, and elements that their largest tensor may have together. */
const MOST_SAMPLES = 256;
const MOST_ELEMENTS = 2 ** 22;

/** Evaluate in batches and call back with each, so that memory stays flat for many samples. */
export function evaluateBatches(
  network: IntegerNetwork,
  input: Codes,
  count: number,
  use: (output: Codes, first: number, samples: number) => void,
  overflow?: Overflow,
): void {
  const width = count === 0 ? 0 : input.length / count;
  let largest = 1;
  for (const { shape } of network.tensors.values())
    largest = Math.max(
      largest,
      shape.reduce((product, n) => product * n, 1),
    );
  const batch = Math.max(1, Math.min(MOST_SAMPLES, Math.floor(MOST_ELEMENTS / largest)));
  for (let first = 0; first < count; first += batch) {
    const samples = Math.min(batch, count - first);
    const part = input.subarray(first * width, (first + samples) * width);
    use(evaluateOutput(network, part, samples, overflow), first, samples);
  }
}

/** accumulator[o] = sum over i of weights[o][i] * x[i], exactly. */
export function evaluateDense(layer: Rows, x: Codes, count: number): Codes {
  const size = count * layer.outputs;
  if (x instanceof Int32Array && fitsInt32(layer, magnitudeOf(x))) {
    const y = new Int32Array(size);
    multiplyInt32(layer, x, count, y, 0);
    return y;
  }
  const y = new Float64Array(size);
  multiplyDoubles(layer, x, count, y, 0);
  return y;
}
