/** The golden model: exact integer evaluation of an IntegerNetwork. All hardware is compared with it. */
import type { IntegerDense, IntegerNetwork, IntegerNode, IntegerStep } from './types.js';

/** Codes of several samples, one after another. Int32 whenever they fit; doubles are exact to 2^53. */
export type Codes = Int32Array | Float64Array;

/** What an accumulator does with a finished sum; the identity when it cannot overflow. */
export type Overflow = ReadonlyMap<string, (sum: number) => number>; // dense node name ->

export interface Evaluation {
  readonly output: Codes; // [count * outputs]
  readonly tensors: ReadonlyMap<string, Codes>; // every tensor by name
}

/**
 * Evaluate samples.
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
  for (const node of network.nodes) {
    const x = tensors.get(node.input);
    if (!x) throw new Error(`tensor ${node.input} is used before it is made`);
    const y = evaluateNode(node, x, count);
    const wrap = node.kind === 'dense' ? overflow.get(node.name) : undefined;
    if (wrap) for (let k = 0; k < y.length; k++) y[k] = wrap(y[k]);
    tensors.set(node.output, y);
  }
  const output = tensors.get(network.output);
  if (!output) throw new Error(`output tensor ${network.output} was not made`);
  return { output, tensors };
}

function evaluateNode(node: IntegerNode, x: Codes, count: number): Codes {
  if (node.kind === 'dense') return evaluateDense(node, x, count);
  if (node.kind === 'step') return evaluateStep(node, x);
  throw new Error(`no evaluator of ${node.kind}`);
}

/** Evaluate in batches and call back with each, so that memory stays flat for many samples. */
export function evaluateBatches(
  network: IntegerNetwork,
  input: Codes,
  count: number,
  use: (output: Codes, first: number, samples: number) => void,
  overflow?: Overflow,
): void {
  const width = count === 0 ? 0 : input.length / count;
  const batch = 256;
  for (let first = 0; first < count; first += batch) {
    const samples = Math.min(batch, count - first);
    const part = input.subarray(first * width, (first + samples) * width);
    use(evaluate(network, part, samples, overflow).output, first, samples);
  }
}

/** accumulator[o] = sum over i of weights[o][i] * x[i], exactly. */
export function evaluateDense(layer: IntegerDense, x: Codes, count: number): Codes {
  const { inputs, outputs, weights } = layer;
  if (!(x instanceof Int32Array) || largestSum(layer, x) >= 2 ** 31) return denseInDoubles(layer, x, count);
  const y = new Int32Array(count * outputs);
  for (let n = 0; n < count; n++) {
    const from = n * inputs;
    let o = 0;
    // Four rows at a time: each input is loaded once for four products.
    for (; o + 4 <= outputs; o += 4) {
      const r0 = o * inputs;
      const r1 = r0 + inputs;
      const r2 = r1 + inputs;
      const r3 = r2 + inputs;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let i = 0; i < inputs; i++) {
        const value = x[from + i];
        s0 = (s0 + Math.imul(weights[r0 + i], value)) | 0;
        s1 = (s1 + Math.imul(weights[r1 + i], value)) | 0;
        s2 = (s2 + Math.imul(weights[r2 + i], value)) | 0;
        s3 = (s3 + Math.imul(weights[r3 + i], value)) | 0;
      }
      const at = n * outputs + o;
      y[at] = s0;
      y[at + 1] = s1;
      y[at + 2] = s2;
      y[at + 3] = s3;
    }
    for (; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum = (sum + Math.imul(weights[o * inputs + i], x[from + i])) | 0;
      y[n * outputs + o] = sum;
    }
  }
  return y;
}

function denseInDoubles({ inputs, outputs, weights }: IntegerDense, x: Codes, count: number): Float64Array {
  const y = new Float64Array(count * outputs);
  for (let n = 0; n < count; n++)
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i] * x[n * inputs + i];
      y[n * outputs + o] = sum;
    }
  return y;
}

/** A bound of |sum| for these inputs: decides whether 32-bit arithmetic is exact. */
function largestSum({ weights, inputs, outputs }: IntegerDense, x: Codes): number {
  let largest = 0;
  for (let k = 0; k < x.length; k++) if (Math.abs(x[k]) > largest) largest = Math.abs(x[k]);
  let norm = 0;
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let i = o * inputs; i < (o + 1) * inputs; i++) sum += Math.abs(weights[i]);
    if (sum > norm) norm = sum;
  }
  return norm * largest;
}

/** code = base + stride * (number of thresholds reached). */
export function evaluateStep(step: IntegerStep, x: Codes): Int32Array {
  const { channels, rows, levels, thresholds, base, stride, reversed } = step;
  const y = new Int32Array(x.length);
  const width = levels - 1;
  for (let k = 0; k < x.length; k++) {
    const value = reversed ? -x[k] : x[k];
    const at = rows === 1 ? 0 : (k % channels) * width;
    let low = 0; // the level lies in low .. high
    let high = width;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value >= thresholds[at + middle]) low = middle + 1;
      else high = middle;
    }
    y[k] = base + stride * low;
  }
  return y;
}
