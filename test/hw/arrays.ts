/** Benches of the arrays without a clock: every input word is {weights, activations}. */
import type { Bench } from './bench.js';
import { BIPOLAR, boothConstant, decode, dot, TERNARY } from './operands.js';
import { pack, Random } from './words.js';

/** Parameters of booth_dot. */
export interface BoothArray {
  readonly SIMD: number;
  readonly A_W: number;
  readonly A_KIND: number;
  readonly PIPELINE?: number; // 0 by default
  readonly W_W: number;
  readonly W_KIND: number;
  readonly CHAIN: number;
  readonly Y_W: number;
}

/** The codes of one input word. */
export interface Operands {
  readonly a: readonly bigint[];
  readonly w: readonly bigint[];
}

export function boothBench(array: BoothArray, operands: readonly Operands[]): Bench {
  const { SIMD, A_W, A_KIND, W_W, W_KIND, Y_W } = array;
  const input = operands.map(({ a, w }) => (pack(w, W_W) << BigInt(SIMD * A_W)) | pack(a, A_W));
  const expected = operands.map(({ a, w }) => {
    const weights = w.map((code) => decode(code, W_W, W_KIND));
    const activations = a.map((code) => decode(code, A_W, A_KIND));
    const constant = boothConstant(weights, A_W, A_KIND, W_W, W_KIND);
    const sum = dot(activations, weights) + constant;
    return BigInt.asUintN(Y_W, A_KIND === BIPOLAR ? sum / 2n : sum);
  });
  return { module: 'booth_dot', parameters: { ...array }, input, expected };
}

export function popcountBench(SIMD: number, Y_W: number, operands: readonly Operands[]): Bench {
  const input = operands.map(({ a, w }) => (pack(w, 1) << BigInt(SIMD)) | pack(a, 1));
  const expected = operands.map(({ a, w }) =>
    BigInt.asUintN(Y_W, BigInt(a.filter((bit, lane) => bit === w[lane]).length)),
  );
  return { module: 'popcount_dot', parameters: { SIMD, Y_W }, input, expected };
}

export function randomOperands(count: number, lanes: number, aWidth: number, wWidth: number, kind: number) {
  const random = new Random(lanes * 10_000 + aWidth * 100 + wWidth);
  return Array.from({ length: count }, (): Operands => {
    const [a, w] = [random.words(lanes, aWidth), random.words(lanes, wWidth)];
    return { a, w: w.map((code) => allowed(code, kind)) };
  });
}

/** Activations that are all 0 or all ones in most lanes, as rows are largest with these; any weights, many of them equal. */
export function extremeOperands(count: number, lanes: number, aWidth: number, wWidth: number, kind: number) {
  const random = new Random(lanes * 10_000 + aWidth * 100 + wWidth + 1);
  const largest = 2n ** BigInt(aWidth) - 1n;
  return Array.from({ length: count }, (): Operands => {
    const [usual] = random.words(1, wWidth);
    const a = random
      .words(lanes, 3)
      .map((choice) => (choice < 4n ? 0n : choice < 7n ? largest : largest >> 1n));
    const w = random.words(lanes, wWidth + 2).map((word) => (word < 2n ** BigInt(wWidth) ? word : usual));
    return { a, w: w.map((code) => allowed(code, kind)) };
  });
}

/** All operands there are. */
export function allOperands(lanes: number, aWidth: number, wWidth: number, kind: number): Operands[] {
  const all = Array.from({ length: 2 ** (lanes * (aWidth + wWidth)) }, (_, word): Operands => {
    const field = (from: number, width: number) =>
      (BigInt(word) >> BigInt(from)) & (2n ** BigInt(width) - 1n);
    const a = Array.from({ length: lanes }, (__, lane) => field(lane * aWidth, aWidth));
    const w = Array.from({ length: lanes }, (__, lane) => field(lanes * aWidth + lane * wWidth, wWidth));
    return { a, w };
  });
  return all.filter(({ w }) => w.every((code) => code === allowed(code, kind)));
}

/** A code that its kind allows: ternary weights are never -2. */
export function allowed(code: bigint, kind: number): bigint {
  return kind === TERNARY && code === 2n ? 3n : code;
}
