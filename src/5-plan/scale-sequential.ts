/** Requantisation by scale_sequential: constants that are exact, and a multiplier's digits spread over cycles or stages. */
import { signedBits } from '../shared/interval.js';
import { laneNumber } from './memory.js';
import type { LevelFunction, ScaleShift } from './scale-shift.js';
import type { MemoryImage } from './types.js';

/** Rows of digits in a cycle: as many adders, and one more, follow each other between registers. */
const MOST_ROWS = 6;

/** Beyond it constants take more bits than thresholds save. */
export const MOST_SHIFT = 40;

/** Fewer levels are compared with in fewer LUTs: a plan of its own accord takes no such multiplication for them. */
export const LEAST_LEVELS = 17;

/** The multiplication as the module does it. */
export interface SequentialScale {
  readonly constants: ScaleShift;
  readonly rows: number; // digits per cycle
  readonly steps: number; // cycles per beat
  readonly stages: number; // one after the other, each with `rows` digits
  readonly zeros: number; // low bits of the sum that are not kept
  readonly sumBits: number; // above these
  readonly biases: Float64Array; // [rows of the step function], in units of 2^zeros
  readonly places: bigint; // what the rows of digits add besides the product, in units of 2^zeros
  readonly extras: Float64Array; // [rows of the step function], in units of 2^zeros
  readonly extraBits: number; // 0: there are none
}

/**
 * The cheapest form that takes a beat every `spacing` cycles: as few digits a cycle as keep up, or all of them in stages.
 *
 * @param constants of the functions
 * @param inputBits of the field u
 */
export function planSequential(
  constants: ScaleShift,
  functions: readonly LevelFunction[],
  inputBits: number,
  spacing: number,
): SequentialScale {
  const digits = Math.floor(constants.multiplierBits / 2) + 1;
  const inOne = Math.ceil(digits / spacing) <= MOST_ROWS;
  const stages = inOne ? 1 : Math.ceil(digits / MOST_ROWS);
  const rows = Math.ceil(digits / (inOne ? spacing : stages));
  const steps = inOne ? Math.ceil(digits / rows) : 1;
  const zeros = Math.min(constants.zeros, inputBits + 1);
  const unit = 2 ** zeros;
  const { multipliers, shift } = constants;
  const ends = functions.flatMap(({ lo, hi }, row) =>
    [lo, hi].map((u) => Math.floor((u * multipliers[row] + constants.biases[row]) / unit)),
  );
  const extras = constants.extras.map((extra) => extra / unit);
  const most = extras.reduce((a, b) => Math.max(a, b), 0);
  return {
    constants,
    rows,
    steps,
    stages,
    zeros,
    sumBits: Math.max(signedBits({ min: Math.min(...ends), max: Math.max(...ends) }), shift - zeros + 1),
    biases: constants.biases.map((bias) => bias / unit),
    // in place of a sign every row has 2^(inputBits + 1) more, at the place of its digit
    places: ((4n ** BigInt(rows * steps * stages) - 1n) / 3n) << BigInt(inputBits + 1 - zeros),
    extras,
    extraBits: constants.pivot > 0 ? Math.max(1, Math.ceil(Math.log2(most + 1))) : 0,
  };
}

/** Bits of a word of constants. */
export function sequentialWordBits({ constants, sumBits, extraBits }: SequentialScale): number {
  return constants.multiplierBits + sumBits + extraBits;
}

/** ROMs of the constants, words {x, b, m}. */
export function sequentialImages(
  scale: SequentialScale,
  { lanes, folds, prefix }: { readonly lanes: number; readonly folds: number; readonly prefix: string },
): MemoryImage[] {
  const { constants, biases, extras, sumBits, places } = scale;
  const { multipliers, multiplierBits } = constants;
  const width = sequentialWordBits(scale);
  return Array.from({ length: lanes }, (_, lane) => ({
    file: `${prefix}_pe${laneNumber(lane)}.mem`,
    width,
    words: Array.from({ length: folds }, (__, fold) => {
      const row = multipliers.length === 1 ? 0 : fold * lanes + lane;
      const bias = BigInt.asUintN(sumBits, BigInt(biases[row]) - places);
      const high = (BigInt(extras[row]) << BigInt(sumBits)) | bias;
      const word = (high << BigInt(multiplierBits)) | BigInt(multipliers[row]);
      return word.toString(16).padStart(Math.ceil(width / 4), '0');
    }),
  }));
}
