/** Lanes of a stream packed into beats of bytes, and back. */
import type { Stream } from '../5-plan/types.js';

/** Bits that go through the packing at once: with up to 7 left over they fit a 32-bit integer. */
const PIECE_BITS = 24;
const PIECE = 2 ** PIECE_BITS;

type LaneFormat = Pick<Stream, 'lanes' | 'laneBits'>;

export function bitsPerBeat({ lanes, laneBits }: LaneFormat): number {
  return lanes * laneBits;
}

/** Bytes that one beat takes when packed. */
export function bytesPerBeat(bits: number): number {
  return Math.ceil(bits / 8);
}

/**
 * Pack fields into beats, lane 0 in the low bits, little-endian.
 *
 * @param fields [samples * beats * lanes] integers; each is taken modulo 2^laneBits
 * @param stream laneBits at most 48
 * @returns [samples * beats * bytesPerBeat]
 */
export function packBeats(fields: ArrayLike<number>, stream: LaneFormat): Uint8Array {
  const { lanes, laneBits } = stream;
  const beats = wholeBeats(fields.length, lanes, 'fields');
  const stride = bytesPerBeat(bitsPerBeat(stream));
  const bytes = new Uint8Array(beats * stride);
  const modulus = 2 ** laneBits;
  const lowBits = Math.min(laneBits, PIECE_BITS);
  const highBits = laneBits - lowBits;
  let index = 0;
  for (let beat = 0; beat < beats; beat++) {
    let at = beat * stride;
    let pending = 0; // bits not yet written, pendingBits of them
    let pendingBits = 0;
    for (let lane = 0; lane < lanes; lane++) {
      let value = fields[index++];
      if (value < 0 || value >= modulus) value -= Math.floor(value / modulus) * modulus;
      const high = highBits > 0 ? Math.floor(value / PIECE) : 0;
      pending |= (value - high * PIECE) << pendingBits;
      for (pendingBits += lowBits; pendingBits >= 8; pendingBits -= 8) {
        bytes[at++] = pending;
        pending >>>= 8;
      }
      if (highBits === 0) continue;
      pending |= high << pendingBits;
      for (pendingBits += highBits; pendingBits >= 8; pendingBits -= 8) {
        bytes[at++] = pending;
        pending >>>= 8;
      }
    }
    if (pendingBits > 0) bytes[at] = pending;
  }
  return bytes;
}

/**
 * The fields of packed beats: the inverse of packBeats.
 *
 * @param signed whether fields are two's complement
 * @returns [beats * lanes]
 */
export function unpackBeats(bytes: Uint8Array, stream: LaneFormat, signed: boolean): Float64Array {
  const { lanes, laneBits } = stream;
  const stride = bytesPerBeat(bitsPerBeat(stream));
  const beats = wholeBeats(bytes.length, stride, 'bytes');
  const fields = new Float64Array(beats * lanes);
  const modulus = 2 ** laneBits;
  const firstNegative = signed ? modulus / 2 : modulus;
  const lowBits = Math.min(laneBits, PIECE_BITS);
  const highBits = laneBits - lowBits;
  const lowMask = 2 ** lowBits - 1;
  const highMask = 2 ** highBits - 1;
  let index = 0;
  for (let beat = 0; beat < beats; beat++) {
    let at = beat * stride;
    let pending = 0; // bits read and not yet used, pendingBits of them
    let pendingBits = 0;
    for (let lane = 0; lane < lanes; lane++) {
      for (; pendingBits < lowBits; pendingBits += 8) pending |= bytes[at++] << pendingBits;
      let value = pending & lowMask;
      pending >>>= lowBits;
      pendingBits -= lowBits;
      if (highBits > 0) {
        for (; pendingBits < highBits; pendingBits += 8) pending |= bytes[at++] << pendingBits;
        value += (pending & highMask) * PIECE;
        pending >>>= highBits;
        pendingBits -= highBits;
      }
      fields[index++] = value >= firstNegative ? value - modulus : value;
    }
  }
  return fields;
}

function wholeBeats(length: number, perBeat: number, what: string): number {
  if (length % perBeat !== 0) throw new RangeError(`${length} ${what} are not whole beats of ${perBeat}`);
  return length / perBeat;
}
