/**
 * Where the accumulators of matrix_vector start, and how wide each processing element's has to be.
 *
 * A row's accumulator gathers the sum of products, counted in steps, plus a constant of the array (booth_dot's). What
 * follows from the start value is the offset of the row's sums. Thresholds that differ by channel anyway take up any
 * offset; then every processing element starts where its own rows need the fewest bits.
 */
import type { IntegerStep } from '../3-integer/types.js';
import { countBits, hull, type Interval, signedBits } from '../shared/interval.js';
import { absorbConstants, initialField, offsetOf } from './accumulator.js';
import { alignedStarts } from './aligned-starts.js';
import { arrayKind, rowConstants } from './array.js';
import type { PlannedLayer } from './engines/types.js';
import { modulo } from './memory.js';
import type { PlannedAccumulator } from './types.js';

/** The accumulators of a layer's processing elements and what they begin with. */
export interface Starts {
  readonly accumulator: PlannedAccumulator;
  readonly rom: boolean; // true: a start value for every row, from a ROM
  readonly fields: readonly number[]; // [PE]; with rom [outputs]; not yet modulo the accumulator's size
}

/** A layer's rows as its accumulators see them, in the order of the hardware. */
export interface Rows {
  readonly ranges: readonly Interval[]; // [outputs], of the sums
  readonly constants: readonly number[] | undefined; // [outputs], what the array adds; undefined: nothing
}

/** How the rows are dealt out. */
interface Dealing {
  readonly pe: number;
  readonly synapseFold: number;
}

/** The rows of a layer as they are. */
export function rowsOf({ layer, inputType, ranges }: PlannedLayer): Rows {
  const booth = arrayKind(inputType, layer.weightType) === 'booth_dot';
  return { ranges, constants: booth ? rowConstants(layer, inputType) : undefined };
}

/** Choose the start values, and the widths where processing elements may have their own. */
export function planStarts(planned: PlannedLayer, rows: Rows, dealing: Dealing): Starts {
  const uniform = uniformStarts(planned, rows, dealing);
  if (!planned.perPe || uniform.accumulator.overflow === 'wrap') return uniform;
  const own = ownStarts(planned, rows, dealing);
  const { bits } = uniform.accumulator;
  const shared = sharedZero(uniform, rows, dealing);
  if (
    own &&
    own.accumulator.bits <= bits &&
    (uniform.rom || totalBits(own, dealing) < totalBits(shared, dealing))
  )
    return simplest(own, bits);
  const spans = uniform.rom && manyThresholds(planned.step) ? romSpans(planned, rows, dealing) : shared;
  return simplest(totalBits(spans, dealing) < totalBits(shared, dealing) ? spans : shared, bits);
}

/** Bits of all accumulators of a layer. */
export function totalBits(
  { accumulator: { perPe, bits } }: Pick<Starts, 'accumulator'>,
  { pe }: { pe: number },
): number {
  return perPe ? perPe.reduce((sum, own) => sum + own, 0) : pe * bits;
}

/** One width for the layer: see absorbConstants. */
function uniformStarts(planned: PlannedLayer, rows: Rows, { pe }: Dealing): Starts {
  const { ranges, constants } = rows;
  const { layer, accumulator, step } = planned;
  const initial = initialField(accumulator, layer.inputs);
  const alike = new Array<number>(pe).fill(initial);
  if (!constants) return { accumulator, rom: false, fields: alike };
  const absorbed = ownThresholds(step, layer.outputs, pe)
    ? absorbConstants(accumulator, ranges, constants)
    : undefined;
  if (absorbed)
    return {
      accumulator: absorbed.accumulator,
      rom: false,
      fields: new Array<number>(pe).fill(absorbed.initial),
    };
  return manyThresholds(step) && accumulator.overflow !== 'wrap'
    ? aligned(planned, rows, new Array<number>(pe).fill(accumulator.bits))
    : { accumulator, rom: true, fields: constants.map((constant) => initial - constant) };
}

/** Every channel has thresholds of its own already. */
function manyThresholds(step: IntegerStep | undefined): boolean {
  return step !== undefined && step.rows > 1;
}

/**
 * Every row starts where its fields fit the accumulator of its processing element.
 *
 * @param widths [PE], bits; no fewer than each of its rows spans
 */
function aligned(planned: PlannedLayer, rows: Rows, widths: readonly number[]): Starts {
  const { layer, accumulator } = planned;
  const pe = widths.length;
  const each = gathered(planned, rows);
  const fields = new Array<number>(each.length);
  for (const [p, width] of widths.entries())
    for (const [k, start] of alignedStarts(ofPe(each, p, pe), width).entries()) fields[p + k * pe] = start;
  const empty = accumulator.step === 2 ? -layer.inputs : 0;
  const offsets = fields.map(
    (start, row) => empty - accumulator.step * ((rows.constants?.[row] ?? 0) + start) + 0,
  );
  const bits = Math.max(...widths);
  const moved = { ...accumulator, bits, signed: false, offset: 0, offsets };
  const alike = widths.every((width, p) =>
    ofPe(fields, p, pe).every((start) => modulo(start - fields[p], 2 ** width) === 0),
  );
  return { accumulator: moved, rom: !alike, fields: alike ? fields.slice(0, pe) : fields };
}

/** The values of one processing element's rows. */
function ofPe<T>(values: readonly T[], p: number, pe: number): T[] {
  const own: T[] = [];
  for (let row = p; row < values.length; row += pe) own.push(values[row]);
  return own;
}

/** Thresholds that all channels share would have to be written out for each: dearer than start values from a ROM. */
function ownThresholds(step: IntegerStep | undefined, outputs: number, pe: number): boolean {
  return step !== undefined && (step.rows > 1 || outputs === pe);
}

/** What the array gathers for each row from 0: its sums in steps, and its constant. */
function gathered({ layer, accumulator: { step } }: PlannedLayer, { ranges, constants }: Rows): Interval[] {
  const empty = step === 2 ? -layer.inputs : 0; // agreements are counted
  return ranges.map(({ min, max }, r) => {
    const constant = constants?.[r] ?? 0;
    return { min: (min - empty) / step + constant, max: (max - empty) / step + constant };
  });
}

/** Every processing element starts so that its rows need the fewest bits; undefined where that is not free. */
function ownStarts(planned: PlannedLayer, rows: Rows, { pe, synapseFold }: Dealing): Starts | undefined {
  const { layer, accumulator, step } = planned;
  if (!ownThresholds(step, layer.outputs, pe)) return undefined;
  const each = gathered(planned, rows);
  const perPe: number[] = [];
  const fields: number[] = [];
  for (let p = 0; p < pe; p++) {
    const { min, max } = hull(ofPe(each, p, pe));
    const least = countBits(max - min + 1);
    const fromZero = min >= 0 ? countBits(max + 1) : Number.POSITIVE_INFINITY;
    // a single beat has no register that could begin elsewhere: it would take an adder
    if (synapseFold === 1 && fromZero === Number.POSITIVE_INFINITY) return undefined;
    const zero = synapseFold === 1 || fromZero === least;
    fields.push(zero ? 0 : -min);
    perPe.push(zero ? fromZero : least);
  }
  const empty = accumulator.step === 2 ? -layer.inputs : 0;
  const offsets = each.map(
    (_, row) => empty - accumulator.step * ((rows.constants?.[row] ?? 0) + fields[row % pe]) + 0,
  );
  const bits = Math.max(...perPe);
  return {
    accumulator: { ...accumulator, bits, perPe, signed: false, offset: 0, offsets },
    rom: false,
    fields,
  };
}

/** Every processing element has as many bits as its widest row spans. */
function romSpans(planned: PlannedLayer, rows: Rows, { pe }: Dealing): Starts {
  const spans = rows.ranges.map(({ min, max }) => countBits((max - min) / planned.accumulator.step + 1));
  const perPe = Array.from({ length: pe }, (_, p) => Math.max(...ofPe(spans, p, pe)));
  const starts = aligned(planned, rows, perPe);
  return { ...starts, accumulator: { ...starts.accumulator, perPe } };
}

/** The zero stays: a processing element has as many bits as the fields of its rows. */
function sharedZero({ accumulator, rom, fields }: Starts, { ranges }: Rows, { pe }: Dealing): Starts {
  const { step, signed } = accumulator;
  const ends = ranges.map(({ min, max }, row) => ({
    min: (min - offsetOf(accumulator, row)) / step,
    max: (max - offsetOf(accumulator, row)) / step,
  }));
  const perPe = Array.from({ length: pe }, (_, p) => {
    const { min, max } = hull(ofPe(ends, p, pe));
    return signed ? signedBits({ min, max }) : countBits(max + 1);
  });
  return { accumulator: { ...accumulator, perPe }, rom, fields };
}

/** Widths that are all the same are the layer's; else the widest is. */
function simplest(
  { accumulator: { perPe = [], ...rest }, rom, fields }: Starts,
  uniformBits: number,
): Starts {
  const bits = Math.max(...perPe);
  const alike = perPe.every((own) => own === bits) && bits === uniformBits;
  return { accumulator: alike ? { ...rest, bits } : { ...rest, bits, perPe, uniformBits }, rom, fields };
}
