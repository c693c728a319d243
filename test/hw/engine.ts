/** Benches of matrix_vector: random weights and start values, their memory files, and what must come out. */
import { allowed } from './arrays.js';
import type { Bench } from './bench.js';
import { BIPOLAR, boothConstant, decode, dot, SIGNED, TERNARY, UNSIGNED } from './operands.js';
import { digits, pack, Random } from './words.js';

/** Parameters of matrix_vector. */
export interface Engine {
  readonly PE: number;
  readonly SIMD: number;
  readonly SYNAPSE_FOLD: number;
  readonly NEURON_FOLD: number;
  readonly A_W: number;
  readonly A_KIND: number;
  readonly W_W: number;
  readonly W_KIND: number;
  readonly CHAIN: number;
  readonly PIPELINE: number;
  readonly START_ROM: number;
  readonly BLOCK: number;
  readonly ACC_W: number;
  readonly widths?: readonly number[]; // [PE], bits of each PE's accumulator; default ACC_W
  readonly SEPARATE?: number; // 1: a channel per neuron, each with inputs of its own
  readonly weight?: bigint; // code of all weights; default random ones
  readonly SIGNED?: number; // 1: narrower ones extend as two's complement
}

/** Beats offered, at least: the reset in mid-stream comes after 24 to 52 cycles. */
const BEATS = 64;

export function engineBench({ widths, weight, ...engine }: Engine): Bench {
  const { PE, SIMD, SYNAPSE_FOLD, NEURON_FOLD, A_W, A_KIND, W_W, W_KIND, START_ROM, ACC_W } = engine;
  const random = new Random(PE * 1000 + SIMD * 100 + ACC_W);
  const inputs = SIMD * SYNAPSE_FOLD;
  const counts = A_KIND === BIPOLAR && W_KIND === BIPOLAR;
  const init = random.bits(ACC_W); // START_ROM makes it without effect
  const neurons = Array.from({ length: PE * NEURON_FOLD }, (_, neuron) => ({
    codes:
      weight !== undefined
        ? new Array<bigint>(inputs).fill(weight)
        : neuron === 0
          ? new Array<bigint>(inputs).fill(heaviestWeight(engine))
          : random.words(inputs, W_W).map((code) => allowed(code, W_KIND)),
    initial: START_ROM ? random.bits(ACC_W) : init,
  }));

  const input: bigint[] = [];
  const expected: bigint[] = [];
  const lowest = A_KIND === SIGNED ? 2n ** BigInt(A_W - 1) : 0n;
  const highest = lowest ^ (2n ** BigInt(A_W) - 1n);
  const separate = engine.SEPARATE === 1;
  const vectors = [lowest, highest].map((code) => new Array<bigint>(inputs).fill(code)); // then random ones
  while (input.length < BEATS) {
    const shared = vectors.shift() ?? random.words(inputs, A_W);
    for (let fold = 0; fold < NEURON_FOLD; fold++) {
      const own = Array.from({ length: PE }, () => (separate ? random.words(inputs, A_W) : shared));
      input.push(...(separate ? sideBySide(own) : beats(shared, A_W)));
      const sums = neurons
        .slice(fold * PE, (fold + 1) * PE)
        .map(({ codes, initial }, pe) => extended(pe, initial + sum(own[pe], codes) + constant(codes)));
      expected.push(pack(sums, ACC_W));
    }
  }

  const memories: Record<string, bigint[]> = {};
  for (let pe = 0; pe < PE; pe++) {
    const own = neurons.filter((_, neuron) => neuron % PE === pe);
    memories[`w_pe${digits(pe)}.mem`] = own.flatMap(({ codes }) => beats(codes, W_W));
    if (START_ROM)
      memories[`s_pe${digits(pe)}.mem`] = own.map(({ initial }) =>
        BigInt.asUintN(widths?.[pe] ?? ACC_W, initial),
      );
  }
  const parameters = {
    ...engine,
    // always given, since a netlist has the bench's parameters and no other
    PE_ACC_W: { value: pack((widths ?? new Array<number>(PE).fill(0)).map(BigInt), 6), width: 6 * PE },
    SIGNED: engine.SIGNED ?? 0,
    SEPARATE: engine.SEPARATE ?? 0,
    INIT: { value: init, width: ACC_W },
    WEIGHTS: 'w',
    STARTS: START_ROM ? 's' : '',
  };
  return { module: 'matrix_vector', parameters, input, expected, memories };

  /** What a PE's accumulator holds of a sum, as its lane shows it. */
  function extended(pe: number, value: bigint): bigint {
    if (!widths) return value;
    return engine.SIGNED ? BigInt.asIntN(widths[pe], value) : BigInt.asUintN(widths[pe], value);
  }

  /** Beats with the inputs of every processing element, PE 0 in the low bits. */
  function sideBySide(own: readonly (readonly bigint[])[]): bigint[] {
    return Array.from({ length: SYNAPSE_FOLD }, (_, beat) =>
      pack(
        own.flatMap((codes) => codes.slice(beat * SIMD, (beat + 1) * SIMD)),
        A_W,
      ),
    );
  }

  function beats(codes: readonly bigint[], width: number): bigint[] {
    return Array.from({ length: SYNAPSE_FOLD }, (_, beat) =>
      pack(codes.slice(beat * SIMD, (beat + 1) * SIMD), width),
    );
  }

  function weights(codes: readonly bigint[]): bigint[] {
    return codes.map((code) => decode(code, W_W, W_KIND));
  }

  /** What the array adds of its own. */
  function constant(codes: readonly bigint[]): bigint {
    return counts ? 0n : boothConstant(weights(codes), A_W, A_KIND, W_W, W_KIND);
  }

  /** What the accumulator gathers: agreements when both operands are bipolar. */
  function sum(a: readonly bigint[], codes: readonly bigint[]): bigint {
    const total = dot(
      a.map((code) => decode(code, A_W, A_KIND)),
      weights(codes),
    );
    return counts ? (total + BigInt(inputs)) / 2n : total;
  }
}

/** A code that fills the array with the lowest or the highest activation: most of its digits are negative. */
function heaviestWeight({ A_KIND, W_W, W_KIND }: Engine): bigint {
  if (W_KIND === TERNARY) return 3n;
  if (W_KIND === BIPOLAR) return 0n;
  // rows are the weights with the sign bit flipped
  if (A_KIND === BIPOLAR) return 2n ** BigInt(W_KIND === SIGNED ? W_W - 1 : W_W) - 1n;
  return 0xaaaan & (2n ** BigInt(W_W) - 1n); // digits -2 and -1: with 0, every bit of every row is 1
}

/** Cycles from the last beat of a row to its output: 3, and the registers inside the array. */
export function engineLatency({ SIMD, A_KIND, W_W, W_KIND, CHAIN, PIPELINE }: Engine): number {
  if (!PIPELINE) return 3;
  if (A_KIND === BIPOLAR && W_KIND === BIPOLAR) return SIMD <= 18 ? 3 : 4;
  const digits =
    A_KIND === BIPOLAR || W_KIND === BIPOLAR ? 1 : Math.ceil((W_KIND === UNSIGNED ? W_W + 1 : W_W) / 2);
  const joins = digits - 1 + Math.ceil(Math.log2(Math.ceil(SIMD / CHAIN)));
  return joins > 7 ? 5 : 4;
}
