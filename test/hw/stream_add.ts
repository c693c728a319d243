/** Benches of stream_add. */
import type { Bench } from './bench.js';
import { decode } from './operands.js';
import { pack, Random } from './words.js';

export interface AddShape {
  readonly LANES: number;
  readonly A_W: number;
  readonly A_SIGNED: number;
  readonly B_W: number;
  readonly B_SIGNED: number;
  readonly A_WEIGHT: number;
  readonly B_WEIGHT: number;
  readonly ACC_W: number;
  readonly offset: bigint; // signed
}

/** Random operands, extremes among them, and every pair of extremes. */
export function addBench({ offset, ...shape }: AddShape, beats = 150): Bench {
  const { LANES, A_W, A_SIGNED, B_W, B_SIGNED, A_WEIGHT, B_WEIGHT, ACC_W } = shape;
  const random = new Random(A_W + 100 * B_W + ACC_W);
  const a = extremes(random, A_W, beats * LANES, 4);
  const b = extremes(random, B_W, beats * LANES, 1);
  const sums = a.map(
    (code, k) =>
      BigInt(A_WEIGHT) * decode(code, A_W, A_SIGNED) +
      BigInt(B_WEIGHT) * decode(b[k], B_W, B_SIGNED) +
      offset,
  );
  const words = (values: readonly bigint[], width: number) =>
    Array.from({ length: beats }, (_, beat) => pack(values.slice(beat * LANES, (beat + 1) * LANES), width));
  const OFFSET = { value: BigInt.asUintN(ACC_W, offset), width: ACC_W };
  return {
    module: 'stream_add',
    parameters: { ...shape, OFFSET },
    input: words(a, A_W),
    input2: words(b, B_W),
    expected: words(sums, ACC_W),
  };
}

/** Sixteen values that are the ends of both integer types, each `run` times in a row, then random ones. */
function extremes(random: Random, width: number, count: number, run: number): bigint[] {
  const top = 1n << BigInt(width - 1);
  const ends = [0n, top - 1n, top, 2n * top - 1n];
  const fixed = Array.from({ length: 16 }, (_, k) => ends[Math.floor(k / run) % 4]);
  return [...fixed, ...random.words(count, width)].slice(0, count);
}
