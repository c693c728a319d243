/** The arrays of hw/: which one multiplies, and what booth_dot adds of its own. */
import type { IntegerLayer, IntegerType } from '../3-integer/types.js';
import type { Part } from './types.js';

/** How the array multiplies: matrix_vector chooses by the same rule. */
export type ArrayKind = 'popcount' | 'booth_dot';

/** Lanes whose agreements popcount_few counts, behind whose one register the count merges with the accumulator. */
const FEW_LANES = 18;

export function arrayKind(activation: IntegerType, weight: IntegerType): ArrayKind {
  return activation.encoding === 'bipolar' && weight.encoding === 'bipolar' ? 'popcount' : 'booth_dot';
}

/** W_KIND of the hardware: 0 unsigned, 1 signed, 2 bipolar, 3 ternary. */
export function weightKind({ encoding, signed, bits, min }: IntegerType): number {
  if (encoding === 'bipolar') return 2;
  if (!signed) return 0;
  return bits === 2 && min >= -1 ? 3 : 1;
}

/**
 * What booth_dot adds to the product sum of one neuron: 4^d * (2^rowBits - 1) for every negative digit d of a weight,
 * and for signed activations, which enter with the sign bit flipped, 2^(A-1) times the sum of the weights. Bipolar
 * activations select weights: twice the sum of the weights at +1 is the product sum plus the sum of all weights, and
 * every weight with a sign is taken as w + 2^(W-1).
 */
function boothConstant(
  weights: Int32Array,
  activation: IntegerType,
  weight: IntegerType,
  digits: Map<number, number>, // what the digits of a weight add, where known
): number {
  const kind = weightKind(weight);
  if (activation.encoding === 'bipolar') {
    const perWeight = kind === 0 ? 0 : 2 ** weight.bits;
    return weights.reduce((sum, w) => sum + w + perWeight, 0);
  }
  const shift = activation.signed ? 2 ** (activation.bits - 1) : 0;
  let constant = 0;
  for (const w of weights) {
    let own = digits.get(w);
    if (own === undefined) {
      own = digitConstant(w, activation.bits, kind, weight.bits);
      digits.set(w, own);
    }
    constant += shift * w + own;
  }
  return constant;
}

/** 4^d * (2^rowBits - 1) for every negative digit d of a weight. */
function digitConstant(w: number, activationBits: number, kind: number, weightBits: number): number {
  const narrowRow = 2 ** activationBits - 1;
  const wideRow = 2 ** (activationBits + 1) - 1;
  if (kind === 2 || kind === 3) return w < 0 ? narrowRow : 0;
  const signedBits = kind === 0 ? weightBits + 1 : weightBits;
  const digits = Math.ceil(signedBits / 2);
  const bit = (at: number) => (at < 0 ? 0 : Math.floor(w / 2 ** at) & 1); // sign-extended
  let constant = 0;
  for (let d = 0; d < digits; d++) {
    const digit = bit(2 * d) + bit(2 * d - 1) - 2 * bit(2 * d + 1);
    const top = d === digits - 1 && signedBits % 2 === 1;
    if (digit < 0) constant += 4 ** d * (top ? narrowRow : wideRow);
  }
  return constant;
}

/** Lanes in one chain of adders of booth_dot: with registers behind it no path has more than 7 adders. */
export const CHAIN_LANES = 8;

/** What booth_dot adds to the sum of every neuron, [outputs]. */
export function rowConstants(
  { weights, inputs, outputs, weightType }: IntegerLayer,
  activation: IntegerType,
): number[] {
  const digits = new Map<number, number>();
  return Array.from({ length: outputs }, (_, row) =>
    boothConstant(weights.subarray(row * inputs, (row + 1) * inputs), activation, weightType, digits),
  );
}

/**
 * Registers inside the array of matrix_vector, as its header and those of its arrays say.
 *
 * @param parameters of an instance of matrix_vector
 */
export function arrayLatency(parameters: Part['parameters']): number {
  const number = (name: string) => Number(parameters.get(name));
  if (number('PIPELINE') === 0) return 0;
  const kind = number('W_KIND');
  const selects = number('A_KIND') === 2;
  if (selects && kind === 2) return number('SIMD') <= FEW_LANES ? 0 : 1;
  const signedBits = kind === 0 ? number('W_W') + 1 : number('W_W');
  const digits = selects || kind === 2 ? 1 : Math.ceil(signedBits / 2);
  const joins = digits - 1 + Math.ceil(Math.log2(Math.ceil(number('SIMD') / number('CHAIN'))));
  return joins > 7 ? 2 : 1;
}
