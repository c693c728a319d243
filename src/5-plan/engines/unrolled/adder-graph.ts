/** Adder graphs: y = W x as two-operand additions and subtractions of shifted values, without multipliers. */
import { digitCount } from './signed-digits.js';

/**
 * value = (negateA ? -1 : 1) * (value(a) << shiftA) + (negateB ? -1 : 1) * (value(b) << shiftB).
 * An operand below `inputs` is an input, any other is node [operand - inputs], which stands before this one.
 * At most one of the two is negated, and the smaller shift is 0.
 */
export interface AdderNode {
  readonly a: number;
  readonly b: number;
  readonly shiftA: number; // bits to the left, >= 0
  readonly shiftB: number;
  readonly negateA: boolean;
  readonly negateB: boolean;
}

/** y[row] = (negate ? -1 : 1) * (value(operand) << shift); operand -1: the output is 0. */
export interface AdderOutput {
  readonly operand: number;
  readonly shift: number;
  readonly negate: boolean;
}

export interface AdderGraph {
  readonly inputs: number;
  readonly nodes: readonly AdderNode[]; // operands before users
  readonly outputs: readonly AdderOutput[]; // [rows of W]
}

/** Adders between the inputs and each operand: [inputs] zeros, then one entry per node. */
export function operandDepths({ inputs, nodes }: AdderGraph): Int32Array {
  const depths = new Int32Array(inputs + nodes.length);
  nodes.forEach(({ a, b }, k) => {
    depths[inputs + k] = 1 + Math.max(depths[a], depths[b]);
  });
  return depths;
}

/** Adders on the longest path from an input to an output. */
export function depthOf(graph: AdderGraph): number {
  const depths = operandDepths(graph);
  return graph.outputs.reduce(
    (depth, { operand }) => (operand < 0 ? depth : Math.max(depth, depths[operand])),
    0,
  );
}

/**
 * The outputs for one input vector.
 *
 * @param vector [graph.inputs] integers; exact as long as all sums stay below 2^53
 * @returns [graph.outputs.length]
 */
export function evaluateAdderGraph(
  { inputs, nodes, outputs }: AdderGraph,
  vector: ArrayLike<number>,
): number[] {
  const values = new Float64Array(inputs + nodes.length);
  for (let i = 0; i < inputs; i++) values[i] = vector[i];
  nodes.forEach(({ a, b, shiftA, shiftB, negateA, negateB }, k) => {
    const left = values[a] * 2 ** shiftA;
    const right = values[b] * 2 ** shiftB;
    values[inputs + k] = (negateA ? -left : left) + (negateB ? -right : right);
  });
  return outputs.map(({ operand, shift, negate }) => {
    if (operand < 0) return 0;
    const value = values[operand] * 2 ** shift;
    return value === 0 ? 0 : negate ? -value : value;
  });
}

/**
 * Adders of the same matrix when nothing is shared: every row is a tree over the signed digits of its weights.
 *
 * @param weights [outputs * inputs], row-major
 */
export function naiveAdders(weights: Int32Array, outputs: number, inputs: number): number {
  let adders = 0;
  for (let row = 0; row < outputs; row++) {
    adders += Math.max(0, rowDigits(weights, row, inputs) - 1);
  }
  return adders;
}

/**
 * The smallest depth any adder graph of this matrix can have: ceil(log2(digits)) of the densest row. A graph of
 * depth d sums at most 2^d shifted inputs, and no fewer than its signed digits make up a weight.
 */
export function minimumDepth(weights: Int32Array, outputs: number, inputs: number): number {
  let depth = 0;
  for (let row = 0; row < outputs; row++) {
    while (2 ** depth < rowDigits(weights, row, inputs)) depth++;
  }
  return depth;
}

/** Non-zero signed digits of one row of weights. */
function rowDigits(weights: Int32Array, row: number, inputs: number): number {
  let digits = 0;
  for (let k = row * inputs; k < (row + 1) * inputs; k++) digits += digitCount(weights[k]);
  return digits;
}
