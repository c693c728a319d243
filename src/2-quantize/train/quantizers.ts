/**
 * Quantizers that gradients pass through. Forward, they give exactly the values that codes stand for, in float32; backward,
 * rounding counts as the identity, and clipping passes a gradient only inside of the range (straight-through estimator).
 */
import { lax, numpy as np } from '@jax-js/jax';
import type { Tensor } from './windows.js';

/** How the weights of one layer become codes. */
export type WeightRule =
  | { readonly kind: 'nearest'; readonly bits: number }
  | {
      readonly kind: 'a2q' | 'a2q+';
      readonly bits: number;
      readonly budget: number; // of the sum of magnitudes of one row, in codes
    };

/** Codes that an activation can take. */
export interface ActivationRule {
  readonly minimum: number;
  readonly maximum: number;
}

/** Least norm that a row is divided by, so that a row of zeros stays one. Source: Brevitas, core/scaling/pre_scaling.py. */
const LEAST_NORM = 1e-10;

/** round(x), with the gradient of x. Adding x - x afterwards keeps the forward value exact. */
function straightThrough(x: Tensor, round: (x: Tensor) => Tensor): Tensor {
  const slope = x.ref.sub(lax.stopGradient(x.ref));
  return lax.stopGradient(round(x)).add(slope);
}

/**
 * Real values of activation codes: clip(round_half_even(x / s), minimum, maximum) * s, s = 2^logScale.
 * Source: Esser et al., Learned Step Size Quantization (ICLR 2020); the scale in the log2 domain as in A2Q, section 4.
 *
 * @param logScale scalar; both tensors are taken over
 */
export function quantizeActivation(
  x: Tensor,
  logScale: Tensor,
  { minimum, maximum }: ActivationRule,
): Tensor {
  const scale = np.exp2(logScale);
  const clipped = np.clip(x.div(scale.ref), minimum, maximum);
  return straightThrough(clipped, (value) => np.round(value)).mul(scale);
}

/** Real values of weight codes to nearest: clip(round(v / s), -m, m) * s, s = 2^logScale. */
function quantizeNearest(v: Tensor, logScale: Tensor, bits: number): Tensor {
  const largest = 2 ** (bits - 1) - 1;
  const scale = perRow(np.exp2(logScale));
  const clipped = np.clip(v.div(scale.ref), -largest, largest);
  return straightThrough(clipped, (value) => np.round(value)).mul(scale);
}

/**
 * Real values of the weights of one layer.
 *
 * @param v [outputs, inputs]; all tensors are taken over
 * @param logScale d, [outputs]: s = 2^d
 * @param logNorm t, [outputs]: g = 2^t; only with an accumulator
 *
 * With an accumulator y = c * min(g / s, budget) / |c|_1, where c is v for A2Q and v less its mean for A2Q+, and the codes
 * are clip(y towards zero). Rounding to nearest could leave the budget; rounding towards zero cannot.
 * Source: Colbert et al., A2Q (ICCV 2023), equations 17 to 20; A2Q+ (ICML 2024), equations 12 to 15.
 */
export function quantizeWeights(
  v: Tensor,
  logScale: Tensor,
  logNorm: Tensor | undefined,
  rule: WeightRule,
): Tensor {
  if (rule.kind === 'nearest' || logNorm === undefined) return quantizeNearest(v, logScale, rule.bits);
  const largest = 2 ** (rule.bits - 1) - 1;
  const scale = perRow(np.exp2(logScale));
  const wanted = perRow(np.exp2(logNorm)).div(scale.ref);
  const allowed = np.minimum(wanted, rule.budget);
  const centred = rule.kind === 'a2q+' ? v.ref.sub(np.mean(v, 1, { keepdims: true })) : v;
  const norm = np.maximum(np.sum(np.abs(centred.ref), 1, { keepdims: true }), LEAST_NORM);
  const scaled = centred.mul(allowed.div(norm));
  const codes = np.clip(
    straightThrough(scaled, (value) => np.trunc(value)),
    -largest,
    largest,
  );
  return codes.mul(scale);
}

/**
 * What the norms of a layer's rows exceed their budget by: sum of relu(g - budget * s). Beyond the budget the quantizer is
 * flat in g, so nothing else would pull g back. Source: A2Q, section 4.1; Brevitas' examples, in the linear domain.
 */
export function excessNorm(logScale: Tensor, logNorm: Tensor, budget: number): Tensor {
  const excess = np.exp2(logNorm).sub(np.exp2(logScale).mul(budget));
  return np.sum(np.maximum(excess, 0));
}

function perRow(values: Tensor): Tensor {
  return values.reshape([values.shape[0], 1]);
}

/**
 * Weights whose code is zero, drawn towards zero. All weights of a row share its budget, and those that wander about below
 * one code would take most of it.
 *
 * @param amount real value that magnitudes shrink by, scalar; all tensors are taken over
 */
export function settleZeros(
  v: Tensor,
  logScale: Tensor,
  logNorm: Tensor,
  budget: number,
  amount: Tensor,
): Tensor {
  const allowed = np.minimum(np.exp2(logNorm.sub(logScale)), budget);
  const magnitude = np.abs(v.ref);
  const norm = np.maximum(np.sum(magnitude.ref, 1), LEAST_NORM);
  const oneCode = perRow(norm.div(allowed));
  const settled = np.sign(v.ref).mul(np.maximum(magnitude.ref.sub(amount), 0));
  return np.where(magnitude.less(oneCode), settled, v);
}
