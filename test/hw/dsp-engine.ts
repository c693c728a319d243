/** Benches of dsp_matrix_vector: random weights packed into digits, fields from their exact bounds. */
import type { Bench } from './bench.js';
import { BIPOLAR, decode, dot, SIGNED } from './operands.js';
import { digits as decimal, pack, Random } from './words.js';

/** What a bench chooses; the rest of the module's parameters follows from the weights' bounds. */
export interface DspShape {
  readonly PE: number;
  readonly SIMD: number;
  readonly SYNAPSE_FOLD: number;
  readonly NEURON_FOLD: number;
  readonly A_W: number;
  readonly A_KIND: number;
  readonly W_W: number; // bits of a weight, two's complement
  readonly LANES: number;
  readonly SPLIT: number;
  readonly DROP: number;
  readonly FLIP: number;
  readonly BLOCK: number;
  readonly slack: number; // bits of the result beyond those of a field
}

/** Beats offered, at least: the reset in mid-stream comes after 24 to 52 cycles. */
const BEATS = 64;

export function dspBench(shape: DspShape): Bench {
  const { PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_W, A_KIND, W_W, LANES, SPLIT, DROP, FLIP, slack } = shape;
  const random = new Random(PE * 1000 + SIMD * 100 + A_W + LANES);
  const inputs = SIMD * SYNAPSE_FOLD;
  const neurons = Array.from({ length: PE * NEURON_FOLD }, (_, neuron) =>
    random
      .words(inputs, W_W)
      .map((code) => (neuron === 0 ? -(2n ** BigInt(W_W - 1)) : BigInt.asIntN(W_W, code))),
  );
  const low = A_KIND === SIGNED ? -(2n ** BigInt(A_W - 1)) : A_KIND === BIPOLAR ? -1n : 0n;
  const high = A_KIND === BIPOLAR ? 1n : low + 2n ** BigInt(A_W) - 1n;

  const perSum = SPLIT ? SIMD : inputs; // terms that a field sums
  const sums = neurons.flatMap((row) =>
    Array.from({ length: inputs / perSum }, (_, k) => row.slice(k * perSum, (k + 1) * perSum)),
  );
  const smallest = least(sums.map((terms) => dot(terms.map(atLowest), terms)));
  const largest = -least(sums.map((terms) => -dot(terms.map(atHighest), terms)));
  const exact = (largest - smallest).toString(2).length;
  const widest = 48 - DROP;
  const ACC_W = Math.max(1, Math.min(widest, exact + slack - DROP));
  const FIELD = SPLIT ? exact : Math.max(exact, ACC_W + DROP);
  const START = -smallest;
  const result = ACC_W + DROP;
  const INIT = SPLIT ? random.bits(result) : 0n;

  const groups = Array.from({ length: Math.ceil(PE / LANES) }, (_, g) => g);
  const laneDigits = (group: number, fold: number, input: number): bigint[] => {
    const found: bigint[] = [];
    for (let lane = 0; lane < LANES; lane++) {
      const pe = group * LANES + lane;
      const weight = pe < PE ? neurons[fold * PE + pe][input] : 0n;
      found.push(weight - (lane > 0 && found[lane - 1] < 0n ? 1n : 0n));
    }
    return found;
  };
  const rows = Array.from({ length: NEURON_FOLD }, (_, fold) => fold);
  const columns = Array.from({ length: inputs }, (_, input) => input);
  const all = groups.flatMap((g) => rows.flatMap((r) => columns.flatMap((i) => laneDigits(g, r, i))));
  const DIGIT_W = Math.max(...all.map((digit) => (digit < 0n ? -digit - 1n : digit).toString(2).length + 1));
  const memories: Record<string, bigint[]> = {};
  for (const g of groups)
    for (let s = 0; s < SIMD; s++)
      memories[`w_g${decimal(g)}_s${String(s).padStart(2, '0')}.mem`] = rows.flatMap((fold) =>
        Array.from({ length: SYNAPSE_FOLD }, (_, beat) =>
          pack(laneDigits(g, fold, beat * SIMD + s), DIGIT_W),
        ),
      );

  const input: bigint[] = [];
  const expected: bigint[] = [];
  const vectors = [neurons[0], neurons[PE - 1]].flatMap((row) => [row.map(atLowest), row.map(atHighest)]);
  while (input.length < BEATS || vectors.length > 0) {
    const a =
      vectors.shift() ??
      random.words(inputs, A_W).map((code) => decode(code, A_W, A_KIND === BIPOLAR ? BIPOLAR : A_KIND));
    for (const fold of rows) {
      for (let beat = 0; beat < SYNAPSE_FOLD; beat++)
        input.push(pack(a.slice(beat * SIMD, (beat + 1) * SIMD).map(encode), A_W));
      const results = neurons.slice(fold * PE, (fold + 1) * PE).map((row) => {
        const begin = SPLIT ? INIT + START * BigInt(SYNAPSE_FOLD) : START;
        const sum = BigInt.asUintN(result, begin + dot(a, row)) >> BigInt(DROP);
        return FLIP ? sum ^ (1n << BigInt(ACC_W - 1)) : sum;
      });
      expected.push(pack(results, ACC_W));
    }
  }
  const { slack: _slack, W_W: _bits, ...given } = shape;
  const parameters = {
    ...given,
    FIELD,
    DIGIT_W,
    ACC_W,
    START: { value: START, width: FIELD },
    INIT: { value: INIT, width: result },
    WEIGHTS: 'w',
  };
  return { module: 'dsp_matrix_vector', parameters, input, expected, memories };

  function atLowest(weight: bigint): bigint {
    return weight > 0n ? low : high;
  }
  function atHighest(weight: bigint): bigint {
    return weight > 0n ? high : low;
  }
  function encode(value: bigint): bigint {
    return A_KIND === BIPOLAR ? (value + 1n) / 2n : value;
  }
}

/** Cycles from the last beat of a row to its output. */
export function dspLatency({ SIMD, SPLIT }: DspShape): number {
  return 4 + (SIMD - 1) + SPLIT;
}

function least(values: readonly bigint[]): bigint {
  let best = values[0];
  for (const each of values) if (each < best) best = each;
  return best;
}
