/** The reference arithmetic of elementwise operations: every operation rounded to float32 on its own. */
import type { ElementwiseNode } from './types.js';

const { fround } = Math;

/** The constant of a channel: [1] holds for all. */
function pick(constants: Float32Array | undefined, channel: number): number {
  if (!constants) return 0;
  return constants.length === 1 ? constants[0] : constants[channel];
}

/** ONNX's constants, in float32. */
export const SELU = { alpha: fround(1.6732632), gamma: fround(1.050701) } as const;

/** One elementwise operation on one float32 value. */
export function evaluateElementwise(node: ElementwiseNode, x: number, channel: number): number {
  const c = pick(node.operand, channel);
  switch (node.kind) {
    case 'add':
      return fround(x + c);
    case 'subtract':
      return fround(x - c);
    case 'reverse-subtract':
      return fround(c - x);
    case 'multiply':
      return fround(x * c);
    case 'divide':
      return fround(x / c);
    case 'normalize':
      return fround(fround(x * pick(node.multiplier, channel)) + c);
    case 'relu':
      return Math.max(x, 0);
    case 'leaky-relu':
      return x > 0 ? x : fround(x * fround(node.attributes?.alpha ?? 0));
    case 'elu':
      return x >= 0 ? x : fround((node.attributes?.alpha ?? 1) * Math.expm1(x));
    case 'selu': {
      const { alpha = SELU.alpha, gamma = SELU.gamma } = node.attributes ?? {};
      return fround(gamma * (x > 0 ? x : alpha * Math.expm1(x)));
    }
    case 'clip':
      return Math.min(Math.max(x, fround(node.minimum ?? -Infinity)), fround(node.maximum ?? Infinity));
    case 'sigmoid':
      return fround(1 / (1 + Math.exp(-x)));
    case 'hard-sigmoid': {
      const { alpha = 0.2, beta = 0.5 } = node.attributes ?? {};
      return Math.min(Math.max(fround(fround(fround(alpha) * x) + fround(beta)), 0), 1);
    }
    case 'tanh':
      return fround(Math.tanh(x));
    case 'softplus':
      return fround(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
    case 'softsign': // rounded once, which keeps it monotone
      return Number.isFinite(x) ? fround(x / (1 + Math.abs(x))) : Math.sign(x);
    case 'sign':
      return Math.sign(x);
    case 'negate':
      return -x;
  }
}

/**
 * Whether the operation rises (1) or falls (-1) with x in this channel; 0 when it is constant. Correct rounding of a
 * monotone function is monotone, so this holds for the float32 result too.
 */
export function direction(node: ElementwiseNode, channel: number): -1 | 0 | 1 {
  switch (node.kind) {
    case 'multiply':
    case 'divide':
      return Math.sign(pick(node.operand, channel)) as -1 | 0 | 1;
    case 'normalize':
      return Math.sign(pick(node.multiplier, channel)) as -1 | 0 | 1;
    case 'reverse-subtract':
    case 'negate':
      return -1;
    default:
      return 1;
  }
}
