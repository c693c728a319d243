/**
 * Start values with few bits that vary. Where thresholds take up any offset, a row may start anywhere that keeps its
 * fields within the accumulator. The rows of one processing element are made to agree in as many low bits as
 * possible: bits that are the same in every word of a ROM cost nothing.
 */
import type { Interval } from '../shared/interval.js';
import { modulo } from './memory.js';

/**
 * The start value of each row, modulo the accumulator's size.
 *
 * @param gathered ends of what each row gathers from 0; max - min < 2^bits
 * @param bits of the accumulator, at most 48
 * @returns values that are equal in as many low bits as can be: in all of them where one start serves all rows
 */
export function alignedStarts(gathered: readonly Interval[], bits: number): number[] {
  for (let low = bits; low > 0; low--) {
    const base = commonBase(gathered, bits, 2 ** low);
    if (base !== undefined) return gathered.map(({ min }) => -min + modulo(base + min, 2 ** low));
  }
  return gathered.map(({ min }) => -min);
}

/**
 * The least base so that every row has a start congruent to it that keeps min + start >= 0 and max + start < 2^bits. The
 * starts that a row allows are an interval on the circle of remainders; a sweep finds a point in all of them.
 */
function commonBase(gathered: readonly Interval[], bits: number, size: number): number | undefined {
  const edges: { readonly at: number; readonly change: number }[] = [];
  let inside = 0; // intervals that hold the remainder 0
  let rows = 0; // that do not allow every remainder
  for (const { min, max } of gathered) {
    const slack = 2 ** bits - 1 - (max - min);
    if (slack >= size - 1) continue;
    rows += 1;
    const from = modulo(-min, size);
    const past = from + slack + 1;
    if (past > size || from === 0) inside += 1;
    if (from > 0) edges.push({ at: from, change: 1 });
    edges.push({ at: past > size ? past - size : past, change: -1 });
  }
  if (inside === rows) return 0;
  edges.sort((a, b) => a.at - b.at || a.change - b.change);
  for (let k = 0; k < edges.length; k++) {
    inside += edges[k].change;
    const last = k + 1 === edges.length || edges[k + 1].at > edges[k].at;
    if (last && inside === rows && edges[k].at < size) return edges[k].at;
  }
  return undefined;
}
