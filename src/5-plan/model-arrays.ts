/** The resource model's part for the arrays of matrix_vector: adders counted as hw/ writes them. */
import { countBits } from '../shared/interval.js';

/** Rows and adders of booth_dot with PIPELINE = 1. */
export interface BoothCost {
  readonly rows: number; // bits of the rows of digits -2 .. 2: a LUT6 each, the adder included
  readonly topRows: number; // of the rows of digits -1 .. 1
  readonly digits: number; // radix-4 digits of all lanes
  readonly joins: number; // bits at which the adders that join digits and lanes have two operands
  readonly feeds: number; // carry positions that have no LUT of their own
  readonly registers: number; // flip-flops
  readonly bits: number; // of the exact sum
}

export interface BoothShape {
  readonly lanes: number;
  readonly activationBits: number; // of the operand that rows are made of
  readonly digits: number;
  readonly short: boolean; // the top digit's rows have no bit more than the activation
  readonly bits: number; // of the sum that is used
  readonly chain: number; // most lanes of a chain of adders
}

/** Bits of the largest of `count` equal sums whose largest value is `most`. */
const bitsOf = (most: number) => countBits(most + 1);

/** Costs by shape: processing elements have few. */
const known = new Map<string, BoothCost>();

/** What booth_dot with PIPELINE = 1 is made of. */
export function boothCost(shape: BoothShape): BoothCost {
  const { lanes, activationBits, digits, short, bits, chain } = shape;
  const key = [lanes, activationBits, digits, short, bits, chain].join();
  let cost = known.get(key);
  if (!cost) {
    cost = countBooth(shape);
    known.set(key, cost);
  }
  return cost;
}

function countBooth({ lanes, activationBits, digits, short, bits, chain }: BoothShape): BoothCost {
  const rowBits = (d: number) => activationBits + (short && d === digits - 1 ? 0 : 1);
  const rowMost = (d: number) => 2 ** rowBits(d) - 1;
  const most = (count: number, digitCount: number) => {
    let sum = 0;
    for (let d = 0; d < digitCount; d++) sum += count * rowMost(d) * 4 ** d;
    return sum;
  };
  const levels = Math.ceil(Math.log2(Math.ceil(lanes / chain)));
  const second = digits + levels > 8 ? digits + levels - 7 : 0; // booth_dot's REGISTER_AT
  let [rows, topRows, joins, feeds, registers] = [0, 0, 0, 0, 0];
  const used = (width: number) => Math.min(width, bits);
  const visit = (count: number, registerAt: number): void => {
    if (count > chain) {
      const left = Math.ceil(Math.ceil(count / chain) / 2) * chain;
      visit(left, Math.max(0, registerAt - 1));
      visit(count - left, Math.max(0, registerAt - 1));
      const both = used(bitsOf(most(count - left, digits)));
      joins += both;
      feeds += used(bitsOf(most(count, digits))) - both;
    } else
      for (let d = 0; d < digits; d++) {
        const width = (upTo: number) => Math.max(0, Math.min(bitsOf(upTo * rowMost(d)), bits - 2 * d));
        const row = Math.min(rowBits(d), Math.max(0, bits - 2 * d));
        if (rowBits(d) > activationBits) rows += count * row;
        else topRows += count * row;
        for (let lane = 1; lane < count; lane++) {
          // every other row's carry leaves at one position, where the sum is two bits wider than a row (booth_chain)
          const aside = (count - lane) % 2 === 0 && bitsOf((lane + 1) * rowMost(d)) >= rowBits(d) + 2;
          const above = width(lane + 1) - row;
          feeds += aside ? Math.min(1, above) : above;
        }
        registers += width(count);
        if (d === 0) continue;
        const both = Math.max(0, Math.min(used(bitsOf(most(count, d))) - 2 * d, width(count)));
        joins += both;
        feeds += Math.max(0, used(bitsOf(most(count, d + 1))) - 2 * d - both);
      }
    if (registerAt === 1 || (registerAt > 1 && count <= chain))
      registers += used(bitsOf(most(count, digits)));
  };
  visit(lanes, second);
  return {
    rows,
    topRows,
    digits: lanes * digits,
    joins,
    feeds,
    registers,
    bits: bitsOf(most(lanes, digits)),
  };
}

/** LUTs of counting agreements: the ones and twos bits of three lanes each, and what adds these up (popcount_dot.v). */
export function countLuts(lanes: number): { triples: number; rest: number } {
  const triples = Math.ceil(lanes / 3);
  const pairs = lanes % 3 === 1 ? triples - 1 : triples;
  const rest = bitCountLuts(triples) + bitCountLuts(pairs) + Math.ceil(Math.log2(pairs + 1));
  return { triples: triples + pairs, rest };
}

function bitCountLuts(bits: number): number {
  if (bits <= 1) return 0;
  if (bits <= 6) return Math.ceil(Math.log2(bits + 1));
  const groups = Math.ceil(bits / 6);
  return 3 * groups + 3 * bitCountLuts(groups) + 2 * Math.ceil(Math.log2(groups + 1));
}
