/**
 * Phase 2: a float network becomes a quantized one. Everything that chooses numbers (calibration, post-training methods,
 * training) ends in the same `QuantizationChoices`, which `apply.ts` turns into a Network that every later phase takes.
 */
import type { QuantizedWeights, Quantizer } from '../1-import/types.js';

/** How the range of an activation is found from calibration samples. */
export type RangeMethod =
  | { readonly kind: 'minimum-maximum' }
  | { readonly kind: 'percentile'; readonly percent: number } // 50 .. 100, of the magnitudes
  | { readonly kind: 'mean-squared-error' };

/** How weights are held within an accumulator: A2Q (Colbert et al., ICCV 2023), A2Q+ (ICML 2024), AXE (2024). */
export type AccumulatorMethod = 'a2q' | 'a2q+' | 'axe';

/** What one dense or conv layer is asked for. Mixed precision gives each layer its own. */
export interface LayerAssignment {
  readonly weightBits: number;
  readonly accumulator?: number; // two's-complement bits that every sum must fit
}

/** What is asked of a whole network: layers by node name, activations by the tensor that gets a quantizer. */
export interface Assignment {
  readonly layers: ReadonlyMap<string, LayerAssignment>;
  readonly activationBits: ReadonlyMap<string, number>;
}

/** Codes that a layer's input takes, each less the zero point. */
export interface InputRange {
  readonly bits: number;
  readonly signed: boolean;
  readonly min: number;
  readonly max: number;
}

/** Quantize the weights of one layer. A row is what one accumulator sums. */
export interface WeightProblem {
  readonly values: Float32Array; // [outputs][inputs], real
  readonly outputs: number;
  readonly inputs: number; // per output: kernel height * kernel width * channels / groups
  readonly groups: number; // outputs in order, outputs / groups of them see the same inputs
  readonly bits: number; // signed, narrow: -(2^(bits-1) - 1) .. 2^(bits-1) - 1
  readonly scale: Float32Array; // [outputs], real value of one code
  readonly input: InputRange;
  readonly accumulator?: number; // two's-complement bits
  readonly moments?: Float64Array; // [groups][inputs][inputs]: sum over calibration of x x^T, real values; for AXE
}

export interface WeightSolution {
  readonly codes: Int32Array; // [outputs][inputs]
  readonly scale: Float32Array; // [outputs]
}

/** The numbers that make a float network a quantized one. */
export interface QuantizationChoices {
  readonly weights: ReadonlyMap<string, QuantizedWeights>; // by dense or conv node
  readonly biases: ReadonlyMap<string, Float32Array>; // by dense or conv node, real; replaces the one that was there
  readonly activations: ReadonlyMap<string, Quantizer>; // by tensor: what follows the tensor reads its codes
}
