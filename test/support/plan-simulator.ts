/**
 * A plan's arithmetic, read back from its parts and ROM images as the headers of hw/ describe them. Streams are taken as
 * lists of fields in element order, so timing and lanes that only move data do not matter.
 */
import type { Part, Plan, SumModule, SumReference, Unit } from '../../src/5-plan/types.js';

/** Unsigned field of a hexadecimal word. */
function field(word: string, at: number, bits: number): bigint {
  return BigInt.asUintN(bits, BigInt(`0x${word}`) >> BigInt(at));
}

class PartReader {
  readonly part: Part;
  private readonly roms: ReadonlyMap<string, readonly string[]>;

  constructor(part: Part, roms: ReadonlyMap<string, readonly string[]>) {
    this.part = part;
    this.roms = roms;
  }

  big(name: string): bigint {
    const value = this.part.parameters.get(name);
    if (value === undefined) throw new Error(`${this.part.module} has no parameter ${name}`);
    const based = /^\d+'h([0-9a-f]+)$/.exec(String(value));
    return based ? BigInt(`0x${based[1]}`) : BigInt(value);
  }

  number(name: string): number {
    return Number(this.big(name));
  }

  word(parameter: string, suffix: string, at: number): string {
    const prefix = String(this.part.parameters.get(parameter)).replaceAll('"', '');
    const word = this.roms.get(`${prefix}${suffix}.mem`)?.[at];
    if (word === undefined) throw new Error(`no word ${at} in ${prefix}${suffix}.mem`);
    return word;
  }
}

const digits = (n: number, count: number) => String(n).padStart(count, '0');

/** Level of one value: what the requantisation modules compute. */
function level(reader: PartReader, u: bigint, lane: number, fold: number): number {
  const pe = `_pe${digits(lane, 3)}`;
  if (reader.part.module === 'threshold_search') {
    const width = reader.number('THRESHOLD_W');
    let prefix = 0;
    for (let stage = 0; stage < reader.number('LEVEL_BITS'); stage++) {
      const word = reader.word('THRESHOLDS', `${pe}_s${digits(stage, 2)}`, fold * 2 ** stage + prefix);
      prefix = 2 * prefix + (u >= field(word, 0, width) ? 1 : 0);
    }
    return prefix;
  }
  if (reader.part.module === 'threshold_sequential') {
    const bits = reader.number('LEVEL_BITS');
    let node = 1;
    for (let bit = 0; bit < bits; bit++) {
      const word = reader.word('THRESHOLDS', pe, fold * 2 ** bits + node);
      node = 2 * node + (u >= field(word, 0, reader.number('THRESHOLD_W')) ? 1 : 0);
    }
    return node - 2 ** bits;
  }
  if (reader.part.module === 'threshold_parallel') {
    const width = reader.number('THRESHOLD_W');
    const word = reader.word('THRESHOLDS', pe, fold);
    let count = 0;
    for (let k = 0; k < reader.number('LEVELS') - 1; k++) if (u >= field(word, k * width, width)) count++;
    return count;
  }
  if (reader.part.module === 'scale_sequential') {
    const [multiplier, bits, zeros] = ['MULTIPLIER_W', 'SUM_W', 'ZEROS'].map((name) => reader.number(name));
    const word = reader.word('CONSTANTS', pe, fold);
    let product = u * field(word, 0, multiplier);
    const digitCount = ['ROWS', 'STEPS', 'STAGES'].reduce((all, name) => all * reader.number(name), 1);
    for (let digit = 0; digit < digitCount; digit++)
      product += 2n ** BigInt(reader.number('IN_W') + 1 + 2 * digit);
    const sum = BigInt.asIntN(bits, (product >> BigInt(zeros)) + field(word, multiplier, bits));
    const lost = reader.big('SHIFT') - BigInt(zeros);
    const [result, pivot] = [sum >> lost, reader.big('PIVOT')];
    const left = sum - (result << lost);
    const extra = pivot > 0n ? field(word, multiplier + bits, reader.number('EXTRA_W')) : 0n;
    const up = pivot > 0n && result >= pivot && left + extra >= 1n << lost ? 1 : 0;
    return Math.min(Math.max(Number(result) + up, 0), reader.number('LEVELS') - 1);
  }
  const [multiplierBits, biasBits] = [reader.number('MULTIPLIER_W'), reader.number('BIAS_W')];
  const word = reader.word('CONSTANTS', pe, fold);
  const bias = BigInt.asIntN(biasBits, field(word, multiplierBits, biasBits));
  const sum = u * field(word, 0, multiplierBits) + bias;
  const shift = reader.big('SHIFT');
  let result = sum >> shift;
  if (reader.number('TIES_EVEN') && shift > 0n && result << shift === sum && result % 2n !== 0n) result -= 1n;
  return Math.min(Math.max(Number(result) - reader.number('FIRST'), 0), reader.number('LEVELS') - 1);
}

function requantise(reader: PartReader, fields: bigint[]): bigint[] {
  const [lanes, folds, outBits] = ['LANES', 'FOLDS', 'OUT_W'].map((name) => reader.number(name));
  return fields.map((value, k) => {
    const fold = Math.floor(k / lanes) % folds;
    const found = level(reader, value ^ reader.big('IN_XOR'), k % lanes, fold);
    return BigInt.asUintN(outBits, BigInt(found) + reader.big('BASE'));
  });
}

/** Value of an operand's field: unsigned 0, two's complement 1, bipolar 2, ternary 3. */
function operand(value: bigint, bits: number, kind: number): bigint {
  return kind === 0 ? value : kind === 2 ? 2n * value - 1n : BigInt.asIntN(bits, value);
}

/** Radix-4 digits (-2 .. 2) of a weight in two's complement, lowest first. */
function boothDigits(weight: bigint, signedBits: number): number[] {
  const bit = (at: number) => (at < 0 ? 0 : Number((weight >> BigInt(at)) & 1n));
  return Array.from(
    { length: Math.ceil(signedBits / 2) },
    (_, d) => bit(2 * d) + bit(2 * d - 1) - 2 * bit(2 * d + 1),
  );
}

/**
 * What booth_dot adds for one product: a row per digit, complemented instead of negated when the digit is negative. A
 * row has one bit more than the activation; the top one of an odd number of bits has not, its digit never being 2.
 */
function boothProduct(weight: bigint, wBits: number, wKind: number, a: bigint, aBits: number): bigint {
  const row = (digit: number, bits: number) =>
    digit < 0 ? 2n ** BigInt(bits) - 1n - BigInt(-digit) * a : BigInt(digit) * a;
  if (wKind >= 2) return row(Number(weight), aBits);
  const signedBits = wKind === 0 ? wBits + 1 : wBits;
  return boothDigits(weight, signedBits).reduce((sum, digit, d) => {
    const short = signedBits % 2 === 1 && 2 * d + 1 === signedBits;
    return sum + 4n ** BigInt(d) * row(digit, short ? aBits : aBits + 1);
  }, 0n);
}

function matrixVector(reader: PartReader, x: bigint[]): bigint[] {
  const [pe, simd, folds, synapses] = ['PE', 'SIMD', 'NEURON_FOLD', 'SYNAPSE_FOLD'].map((n) =>
    reader.number(n),
  );
  const [aBits, aKind, wBits, wKind, bits] = ['A_W', 'A_KIND', 'W_W', 'W_KIND', 'ACC_W'].map((n) =>
    reader.number(n),
  );
  const counts = aKind === 2 && wKind === 2; // agreements are counted
  const selects = aKind === 2; // booth_dot sums the weights of the inputs at +1, the sign bit flipped; twice that is added
  const flip = aKind === 1 ? 1n << BigInt(aBits - 1) : 0n; // booth_dot takes signed activations with the sign flipped
  return Array.from({ length: pe * folds }, (_, neuron) => {
    const file = `_pe${digits(neuron % pe, 3)}`;
    const row = Math.floor(neuron / pe);
    const lane = (name: string, width: number) =>
      (reader.big(name) >> BigInt((neuron % pe) * width)) & (2n ** BigInt(width) - 1n);
    const has = (name: string) => reader.part.parameters.has(name);
    const own = has('PE_ACC_W') ? Number(lane('PE_ACC_W', 6)) : bits;
    let sum = has('START_ROM')
      ? field(reader.word('STARTS', file, row), 0, own)
      : has('PE_INIT')
        ? lane('PE_INIT', bits)
        : reader.big('INIT');
    for (let s = 0; s < synapses; s++) {
      const word = reader.word('WEIGHTS', file, row * synapses + s);
      for (let lane = 0; lane < simd; lane++) {
        const weight = operand(field(word, lane * wBits, wBits), wBits, wKind);
        const a = x[s * simd + lane];
        if (counts) sum += (weight * operand(a, 1, 2) + 1n) / 2n;
        else if (selects) sum += 2n * (a * weight + (wKind === 0 ? 0n : 2n ** BigInt(wBits - 1)));
        else sum += boothProduct(weight, wBits, wKind, a ^ flip, aBits);
      }
    }
    return BigInt.asUintN(bits, has('SIGNED') ? BigInt.asIntN(own, sum) : BigInt.asUintN(own, sum));
  });
}

/** A generated module of sums: every value as its own field says. */
export function simulateSums({ inputs, nodes, outputs, laneBits }: SumModule, x: bigint[]): bigint[] {
  const fields = [...inputs, ...nodes];
  const values: bigint[] = [];
  const read = (at: SumReference) => {
    const { width, signed } = fields[at];
    return signed ? BigInt.asIntN(width, values[at]) : values[at];
  };
  const scaled = ({ from, shift, negate }: { from: SumReference; shift: number; negate: boolean }) =>
    (negate ? -read(from) : read(from)) << BigInt(shift);
  values.push(...x);
  for (const node of nodes) {
    let value: bigint;
    if (node.kind === 'adder') value = scaled(node.a) + scaled(node.b);
    else if (node.kind === 'bias') value = scaled(node) + BigInt(node.constant);
    else {
      const address = node.bits.reduce(
        (sum, { input, bit }, k) => sum + (Number((x[input] >> BigInt(bit)) & 1n) << k),
        0,
      );
      value =
        (BigInt(node.table[address]) << BigInt(node.shift)) +
        (node.below === undefined ? 0n : read(node.below));
    }
    values.push(BigInt.asUintN(node.width, value));
  }
  return outputs.map((output) => {
    if ('constant' in output) return BigInt(output.constant);
    const value = read(output.from);
    return BigInt.asUintN(laneBits, (output.invert ? ~value : value) << BigInt(output.shift));
  });
}

/** Lanes share a register of 48 bits: their sums must come out of it exactly as dsp_lane's packed words put them in. */
function dspMatrixVector(reader: PartReader, x: bigint[]): bigint[] {
  const [pe, simd, folds, synapses] = ['PE', 'SIMD', 'NEURON_FOLD', 'SYNAPSE_FOLD'].map((n) =>
    reader.number(n),
  );
  const [aBits, aKind, lanes, field, digit] = ['A_W', 'A_KIND', 'LANES', 'FIELD', 'DIGIT_W'].map((n) =>
    reader.number(n),
  );
  const [split, bits, drop, flip] = ['SPLIT', 'ACC_W', 'DROP', 'FLIP'].map((n) => reader.number(n));
  const start = Array.from({ length: lanes }, (_, l) => reader.big('START') << BigInt(field * l));
  const begin = start.reduce((sum, each) => sum + each, 0n);
  const results: bigint[] = new Array(pe * folds);
  for (let fold = 0; fold < folds; fold++)
    for (let group = 0; group * lanes < pe; group++) {
      const sums = new Array<bigint>(lanes).fill(split ? reader.big('INIT') : 0n);
      let sum = begin;
      for (let beat = 0; beat < synapses; beat++) {
        for (let s = 0; s < simd; s++) {
          const word = reader.word(
            'WEIGHTS',
            `_g${digits(group, 3)}_s${digits(s, 2)}`,
            fold * synapses + beat,
          );
          sum +=
            packedWord(BigInt(`0x${word}`), lanes, field, digit) * operand(x[beat * simd + s], aBits, aKind);
        }
        if (!split) continue;
        for (let l = 0; l < lanes; l++) sums[l] += BigInt.asUintN(field, sum >> BigInt(field * l));
        sum = begin;
      }
      for (let l = 0; l < lanes && group * lanes + l < pe; l++) {
        const found = split ? sums[l] : BigInt.asUintN(field, sum >> BigInt(field * l));
        const result = BigInt.asUintN(bits + drop, found) >> BigInt(drop);
        results[fold * pe + group * lanes + l] = flip ? result ^ (1n << BigInt(bits - 1)) : result;
      }
    }
  return results;
}

/** The multiplier's operand: digits sign-extended to a field each, side by side. */
function packedWord(word: bigint, lanes: number, field: number, digit: number): bigint {
  let packed = 0n;
  for (let l = 0; l < lanes; l++) {
    const wide = BigInt.asIntN(digit, word >> BigInt(digit * l));
    packed |= (l < lanes - 1 ? BigInt.asUintN(field, wide) : wide) << BigInt(field * l);
  }
  return packed;
}

function pass(
  part: Part,
  roms: ReadonlyMap<string, readonly string[]>,
  generated: readonly SumModule[],
  fields: bigint[],
): bigint[] {
  const reader = new PartReader(part, roms);
  switch (part.module) {
    case 'matrix_vector':
      return matrixVector(reader, fields);
    case 'dsp_matrix_vector':
      return dspMatrixVector(reader, fields);
    case 'threshold_search':
    case 'threshold_sequential':
    case 'threshold_parallel':
    case 'scale_shift':
    case 'scale_sequential':
      return requantise(reader, fields);
    case 'output_port':
      return fields.map((value) => {
        const read = reader.number('IN_SIGNED') ? BigInt.asIntN(reader.number('IN_W'), value) : value;
        return BigInt.asUintN(reader.number('PITCH'), reader.big('OFFSET') + reader.big('STEP') * read);
      });
    default: {
      const module = generated.find(({ name }) => name === part.module);
      return module ? simulateSums(module, fields) : fields; // ports, registers, buffers and width converters move fields
    }
  }
}

/** Value of a lane as a unit's LaneCode says. */
function decode({ outputCode: { signed, base, stride }, output }: Unit, value: bigint): number {
  const read = signed ? BigInt.asIntN(output.laneBits, value) : value;
  return base + stride * Number(read);
}

/**
 * Run one sample through a plan.
 *
 * @param codes of the input tensor
 * @returns what leaves each unit, as codes or sums, by the name of the tensor; 'port' for the output port
 */
export function simulatePlan(plan: Plan, codes: ArrayLike<number>): Map<string, number[]> {
  const [entry] = plan.units;
  const { base, stride } = entry.outputCode;
  let fields = Array.from(codes, (code) =>
    BigInt.asUintN(entry.output.laneBits, BigInt((code - base) / stride)),
  );
  const results = new Map<string, number[]>();
  for (const unit of plan.units) {
    const roms = new Map(unit.memories.map(({ file, words }) => [file, words]));
    for (const part of [...unit.before, ...unit.array, ...unit.after])
      fields = pass(part, roms, unit.generated, fields);
    results.set(
      unit.kind === 'output' ? 'port' : unit.tensor,
      fields.map((value) => decode(unit, value)),
    );
  }
  return results;
}
