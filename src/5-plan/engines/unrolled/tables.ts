/**
 * A constant matrix as distributed arithmetic: every row is a chain of small tables addressed by bits of the inputs,
 * each added to the running sum. A 6-input LUT on a carry chain takes one bit of the running sum and 5 address bits,
 * so that table and adder together cost one LUT per bit of the table.
 * Source: S. A. White, "Applications of distributed arithmetic to digital signal processing", IEEE ASSP Magazine 1989.
 */
import { unsignedBits } from '../../../shared/interval.js';
import type { RowSum, SumMatrix, UntimedNode, UntimedSums } from './sums.js';

const FIRST_BITS = 6; // address bits of a table alone
const CHAIN_BITS = 5; // of a table that is added to a running sum

/** One bit of an input, and what it adds to the sum when set. */
interface Term {
  readonly input: number;
  readonly bit: number;
  readonly weight: number;
  readonly order: number; // of the sum's bits it reaches
  readonly zeros: number; // trailing zeros of the weight
}

interface Group {
  readonly terms: readonly Term[];
  readonly shift: number;
  readonly least: number; // sum of the negative weights: added to every entry
  readonly span: number; // largest entry, before the shift
}

/** All values are unsigned: the constant of a row is the sum of its negative weights. */
export function tableSums({ weights, inputs, outputs, field }: SumMatrix): UntimedSums {
  const nodes: UntimedNode[] = [];
  const rows: RowSum[] = [];
  for (let row = 0; row < outputs; row++) {
    const terms: Term[] = [];
    for (let input = 0; input < inputs; input++) {
      const weight = weights[row * inputs + input];
      if (weight === 0) continue;
      for (let bit = 0; bit < field.bits; bit++) {
        const sign = field.signed && bit === field.bits - 1 ? -1 : 1;
        terms.push(termOf(input, bit, sign * weight * 2 ** bit));
      }
    }
    rows.push(chain(nodes, cheapest(terms), inputs));
  }
  return { nodes, rows };
}

function termOf(input: number, bit: number, weight: number): Term {
  let zeros = 0;
  while (weight % 2 ** (zeros + 1) === 0) zeros++;
  return { input, bit, weight, order: Math.log2(Math.abs(weight)), zeros };
}

/** Terms of like size share a table: it is as wide as its largest and its lowest bit need. */
function cheapest(terms: readonly Term[]): Group[] {
  let best: Group[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const share of [0, 0.25, 0.5, 1]) {
    const key = (term: Term) => (1 - share) * term.order + share * term.zeros;
    const sorted = terms
      .map((term) => ({ term, key: key(term) }))
      .sort((a, b) => a.key - b.key || a.term.input - b.term.input || a.term.bit - b.term.bit)
      .map(({ term }) => term);
    const groups = cut(sorted);
    const cost = groups.reduce((sum, { span, shift }) => sum + unsignedBits(span / 2 ** shift), 0);
    if (cost < least) [best, least] = [groups, cost];
  }
  return best;
}

function cut(terms: readonly Term[]): Group[] {
  const groups: Group[] = [];
  for (let at = 0; at < terms.length; ) {
    const size = at === 0 ? FIRST_BITS : CHAIN_BITS;
    const own = terms.slice(at, at + size);
    at += size;
    groups.push({
      terms: own,
      shift: Math.min(...own.map(({ zeros }) => zeros)),
      least: own.reduce((sum, { weight }) => sum + Math.min(0, weight), 0),
      span: own.reduce((sum, { weight }) => sum + Math.abs(weight), 0),
    });
  }
  return groups;
}

/** The chain of one row: tables of small weights first, so that the running sum stays narrow. */
function chain(nodes: UntimedNode[], groups: readonly Group[], inputs: number): RowSum {
  let below: number | undefined;
  let most = 0;
  let constant = 0;
  for (const { terms, shift, least, span } of groups) {
    const table = entries(terms, least).map((entry) => entry / 2 ** shift);
    const bits = terms.map(({ input, bit }) => ({ input, bit }));
    most += span;
    constant += least;
    const width = unsignedBits(most);
    const field = { width, signed: false, shift, bits, table };
    nodes.push(below === undefined ? { kind: 'table', ...field } : { kind: 'table', below, ...field });
    below = inputs + nodes.length - 1;
  }
  return below === undefined
    ? { shift: 0, invert: false, constant: 0 }
    : { from: below, shift: 0, invert: false, constant };
}

/** Sum of the weights whose bit of the address is set, less the least such sum. */
function entries(terms: readonly Term[], least: number): number[] {
  return Array.from({ length: 2 ** terms.length }, (_, address) =>
    terms.reduce((sum, { weight }, k) => sum + ((address >> k) & 1 ? weight : 0), -least),
  );
}
