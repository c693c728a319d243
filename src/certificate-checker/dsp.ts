/** The checker's reading of dsp_matrix_vector: weights from packed digits, and lanes that never reach into each other. */
import { bitsOf, Doubt, digits, type Parameters, type RtlFolder, toSigned } from './rtl.js';

/** One neuron and what is known of its sum. */
export interface DspChannel {
  readonly index: number;
  readonly min: number; // ends of the sum of a row
  readonly max: number;
  readonly offset: number; // sum = step * field + offset
  readonly weights: readonly number[];
}

/** One neuron's weights from the ROMs of its lanes' blocks: dsp_lane stores them less the borrow of the lane below. */
export function dspWeights(rtl: RtlFolder, engine: Parameters, channel: number): number[] {
  const [pe, simd, folds] = ['PE', 'SIMD', 'SYNAPSE_FOLD'].map((name) => engine.number(name));
  const [lanes, width] = ['LANES', 'DIGIT_W'].map((name) => engine.number(name));
  const [group, lane] = [Math.floor((channel % pe) / lanes), (channel % pe) % lanes];
  const weights = new Array<number>(simd * folds);
  for (let position = 0; position < simd; position++) {
    const words = rtl.rom(`${engine.text('WEIGHTS')}_g${digits(group, 3)}_s${digits(position, 2)}.mem`);
    for (let beat = 0; beat < folds; beat++) {
      const word = words[Math.floor(channel / pe) * folds + beat];
      const digit = (at: number) => toSigned(bitsOf(word, at * width, width), width);
      weights[beat * simd + position] = digit(lane) + (lane > 0 && digit(lane - 1) < 0 ? 1 : 0);
    }
  }
  return weights;
}

/**
 * Show that one neuron's field holds its sum alone: from START up, within FIELD bits, and the result is the claimed
 * field.
 *
 * @param bits of the result
 * @param low smallest code of each input
 * @param high largest code of each input
 * @throws Doubt
 */
export function checkDspChannel(
  engine: Parameters,
  channel: DspChannel,
  bits: number,
  low: readonly number[],
  high: readonly number[],
): void {
  const { index, min, max, offset, weights } = channel;
  const [lanes, field, drop, flip] = ['LANES', 'FIELD', 'DROP', 'FLIP'].map((name) => engine.number(name));
  const [start, split, beats] = ['START', 'SPLIT', 'SYNAPSE_FOLD'].map((name) => engine.number(name));
  if (lanes * field > 48)
    throw new Doubt(`${lanes} lanes of ${field} bits do not fit the sum of a DSP block`);
  if (split === 0 && beats > 1 && engine.number('SIMD') > 1) throw new Doubt('nothing sums its beats');
  if (split === 0 && bits + drop > field)
    throw new Doubt(`its results are wider than a field of ${field} bits`);
  if (drop === 1 && (engine.number('A_KIND') !== 2 || weights.some((w) => w % 2 === 0)))
    throw new Doubt(`channel ${index}: its sums are not all odd or all even, the low bit is dropped`);
  const sums = split ? beatSums(weights, engine.number('SIMD'), low, high) : [{ min, max }];
  const alone = split === 0 && (index % engine.number('PE')) % lanes === lanes - 1; // only lower lanes have others above
  for (const sum of sums)
    if (!alone && (start + sum.min < 0 || start + sum.max >= 2 ** field))
      throw new Doubt(
        `channel ${index}: sums ${sum.min} .. ${sum.max} from ${start} leave their field of ${field} bits`,
      );
  // the result of an empty sum, before its low bits are dropped and its top bit inverted
  const empty = split ? engine.number('INIT') + beats * start : start;
  const claimed = (flip ? 2 ** (bits + drop - 1) : 0) - offset;
  const size = 2 ** (bits + drop);
  if ((empty - claimed) % size !== 0)
    throw new Doubt(`channel ${index}: its start value is ${empty}, the certificate says ${claimed}`);
}

/** Ends of the sums of each beat. */
function beatSums(weights: readonly number[], simd: number, low: readonly number[], high: readonly number[]) {
  const sums: { min: number; max: number }[] = [];
  weights.forEach((w, i) => {
    if (i % simd === 0) sums.push({ min: 0, max: 0 });
    const sum = sums[sums.length - 1];
    sum.min += Math.min(w * low[i], w * high[i]);
    sum.max += Math.max(w * low[i], w * high[i]);
  });
  return sums;
}
