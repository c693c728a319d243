/** One channel's sums: their ends, and the field of the hardware that holds them. */
import { Doubt } from './rtl.js';
import type { WindowCodes } from './windows.js';

/** A channel's sums and the inputs that reach their ends: h largest code, l smallest, p padding. */
export interface Ends {
  min: number;
  max: number;
  witness: string;
  witnessMin?: string; // absent: the witness with h and l swapped
}

/** sum = step * field + offset; the field is unsigned or two's complement. */
export interface Field {
  bits: number;
  perPe?: number[]; // bits of each processing element's field, in place of bits
  signed: boolean;
  step: number;
  offset: number;
  offsets?: number[]; // by channel, in place of offset
  overflow: string;
}

/** The offset of a channel. */
export function offsetOf({ offset, offsets }: Field, channel: number): number {
  return offsets ? offsets[channel] : offset;
}

/** The witness is the best choice input by input, its sum is the claimed end, and the field holds both ends. */
export function checkChannel(
  { min, max, witness }: Ends,
  index: number,
  weights: number[],
  low: number[],
  high: number[],
  field: Field,
  constant = 0,
): void {
  let [best, worst] = [constant, constant];
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i];
    const letter = witness[i];
    if (letter !== 'h' && letter !== 'l') throw new Doubt(`channel ${index}: its witness lacks input ${i}`);
    const optimal = w === 0 || low[i] === high[i] || w > 0 === (letter === 'h');
    if (!optimal)
      throw new Doubt(`channel ${index}: another code of input ${i} gives a larger sum than the witness`);
    const [taken, other] = letter === 'h' ? [high[i], low[i]] : [low[i], high[i]];
    best += w * taken;
    worst += w * other;
  }
  if (!Number.isSafeInteger(best) || !Number.isSafeInteger(worst))
    throw new Doubt(`channel ${index}: the sums pass 2^53`);
  if (best !== max || worst !== min)
    throw new Doubt(
      `channel ${index}: the sums span ${worst} .. ${best}, the certificate says ${min} .. ${max}`,
    );
  checkField(worst, best, index, field);
}

/** The hardware's field holds both ends of a channel's sums. */
export function checkField(min: number, max: number, index: number, field: Field): void {
  const { bits, signed, step, overflow } = field;
  const offset = offsetOf(field, index);
  const lowest = signed ? -(2 ** (bits - 1)) : 0;
  const highest = lowest + 2 ** bits - 1;
  const ends = [(min - offset) / step, (max - offset) / step];
  if (overflow === 'none' && (ends[0] < lowest || ends[1] > highest || !ends.every(Number.isInteger)))
    throw new Doubt(`channel ${index}: sums ${min} .. ${max} do not fit ${bits} bits`);
}

/** Windows that lie differently in the padding: the ends over all of them are the claimed ones. */
export function checkPatterns(
  { min, max }: Ends,
  index: number,
  weights: number[],
  patterns: readonly WindowCodes[],
  field: Field,
): void {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { low, high } of patterns) {
    let [worst, best] = [0, 0];
    weights.forEach((w, i) => {
      worst += w * (w > 0 ? low[i] : high[i]);
      best += w * (w > 0 ? high[i] : low[i]);
    });
    [least, most] = [Math.min(least, worst), Math.max(most, best)];
  }
  if (least !== min || most !== max)
    throw new Doubt(
      `channel ${index}: the sums span ${least} .. ${most}, the certificate says ${min} .. ${max}`,
    );
  checkField(min, max, index, field);
}
