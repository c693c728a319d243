/**
 * A network in float32: the reference for accuracy before quantization, what calibration watches, and with quantizers in
 * place an approximation of the integer network (rounding of sums can differ, so the golden model is that of phase 3).
 * Products are summed in double precision and rounded to float32 once.
 */
import { inputsOf, type Network, type NetworkNode } from '../../1-import/types.js';
import { fail } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/quantize-errors.js';
import { elementsOf, shapeOf } from '../graph.js';
import { applyElementwise, applyQuantizer } from './elementwise.js';
import { evaluateConv, evaluateDense, type ObserveRows } from './layer.js';
import {
  evaluateConcat,
  evaluateDepthToSpace,
  evaluatePad,
  evaluatePool,
  evaluateUpsample,
} from './moves.js';

/** Elements that the largest tensor of a batch may have. */
const BATCH_ELEMENTS = 2 ** 20;

/** Is shown each tensor, the input first: [count][elements per sample]. */
export type Observer = (tensor: string, values: Float32Array, count: number) => void;

/** Samples of a network's input, real values, images channels last. */
export interface Samples {
  readonly values: Float32Array; // [count][elements]
  readonly count: number;
}

/**
 * The output of a network.
 *
 * @param observe is shown every tensor, batch by batch
 * @returns [count][outputs]
 * @throws float_evaluation_unsupported for integer kernels, which have no float32 arithmetic of their own
 */
export function evaluateFloat(network: Network, samples: Samples, observe?: Observer): Float32Array {
  const outputs = elementsOf(shapeOf(network, network.output));
  const width = elementsOf(network.input.shape);
  const result = new Float32Array(samples.count * outputs);
  const batch = batchOf(network);
  for (let first = 0; first < samples.count; first += batch) {
    const count = Math.min(batch, samples.count - first);
    const part = samples.values.subarray(first * width, (first + count) * width);
    result.set(evaluateBatch(network, part, count, observe), first * outputs);
  }
  return result;
}

/** Samples that are evaluated at once. */
function batchOf(network: Network): number {
  let largest = 1;
  for (const { shape } of network.tensors.values()) largest = Math.max(largest, elementsOf(shape));
  return Math.max(1, Math.floor(BATCH_ELEMENTS / largest));
}

function evaluateBatch(
  network: Network,
  input: Float32Array,
  count: number,
  observe: Observer | undefined,
): Float32Array {
  const tensors = new LiveTensors(network);
  tensors.set(network.input.name, input);
  observe?.(network.input.name, input, count);
  for (const node of network.nodes) {
    const values = evaluateNode(network, node, tensors, count);
    tensors.set(node.output, values);
    tensors.release(node);
    observe?.(node.output, values, count);
  }
  return tensors.get(network.output);
}

/** Tensors by name, each let go when its last reader is done. */
export class LiveTensors {
  private readonly values = new Map<string, Float32Array>();
  private readonly lastReader = new Map<string, NetworkNode>();

  constructor({ nodes, output }: Network) {
    for (const node of nodes) for (const name of inputsOf(node)) this.lastReader.set(name, node);
    this.lastReader.delete(output);
  }

  set(name: string, values: Float32Array): void {
    this.values.set(name, values);
  }

  get(name: string): Float32Array {
    const values = this.values.get(name);
    if (!values) throw new Error(`tensor ${name} is used before it is made`);
    return values;
  }

  /** Let go of what no later node reads. */
  release(node: NetworkNode): void {
    for (const name of inputsOf(node)) if (this.lastReader.get(name) === node) this.values.delete(name);
  }
}

/**
 * The tensor that one node makes.
 *
 * @param observe is shown the inputs of a layer's sums, row by row
 */
export function evaluateNode(
  network: Network,
  node: NetworkNode,
  tensors: Pick<LiveTensors, 'get'>,
  count: number,
  observe?: ObserveRows,
): Float32Array {
  const x = tensors.get(node.input);
  const before = shapeOf(network, node.input);
  const after = shapeOf(network, node.output);
  const channels = after[after.length - 1];
  switch (node.op) {
    case 'dense':
      return evaluateDense(node, x, count, observe);
    case 'conv':
      return evaluateConv(node, x, count, before, after, observe);
    case 'elementwise':
      return applyElementwise(node, x, channels);
    case 'quantize':
      return applyQuantizer(node.quantizer, x, channels);
    case 'pool':
      return evaluatePool(node, x, count, before, after);
    case 'add':
      if (node.arithmetic) return fail(errors.floatEvaluationUnsupported(node.name, node.source));
      return sum(x, tensors.get(node.other));
    case 'concat': {
      const names = inputsOf(node);
      return evaluateConcat(
        names.map((name) => tensors.get(name)),
        names.map((name) => shapeOf(network, name).at(-1) ?? 1),
      );
    }
    case 'pad':
      return evaluatePad(node, x, count, before);
    case 'upsample':
      return evaluateUpsample(node, x, count, before);
    case 'depth-to-space':
      return evaluateDepthToSpace(node, x, count, before);
    case 'reshape':
      return x;
    case 'softmax':
      return softmax(x, channels, node.logarithm);
    case 'multi-threshold':
    case 'requantize':
      return fail(errors.floatEvaluationUnsupported(node.name, node.source));
  }
}

function sum(x: Float32Array, other: Float32Array): Float32Array {
  const y = new Float32Array(x.length);
  for (let k = 0; k < y.length; k++) y[k] = x[k] + other[k];
  return y;
}

/** Along the last axis. */
function softmax(x: Float32Array, channels: number, logarithm = false): Float32Array {
  const y = new Float32Array(x.length);
  for (let from = 0; from < x.length; from += channels) {
    let largest = -Infinity;
    for (let c = 0; c < channels; c++) largest = Math.max(largest, x[from + c]);
    let total = 0;
    for (let c = 0; c < channels; c++) total += Math.exp(x[from + c] - largest);
    for (let c = 0; c < channels; c++) {
      const above = x[from + c] - largest;
      y[from + c] = logarithm ? above - Math.log(total) : Math.exp(above) / total;
    }
  }
  return y;
}
