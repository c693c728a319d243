/** Which bits the hardware's accumulator holds, under the user's policy. */
import type { IntegerLayer, IntegerType } from '../3-integer/types.js';
import { MAX_ACCUMULATOR_BITS, witness } from '../4-bounds/bounds.js';
import type { BoundedAccumulator, BoundedSums } from '../4-bounds/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import { countBits, hull, type Interval, signedBits } from '../shared/interval.js';
import type { PlannedAccumulator } from './types.js';

/** minimal, l1, datatype, or a number of bits. */
export type AccumulatorPolicy = 'minimal' | 'l1' | 'datatype' | number;

export interface AccumulatorOptions {
  readonly policy?: AccumulatorPolicy; // for all layers; undefined: the model's requests, else minimal
  readonly overflow: 'refuse' | 'wrap';
}

/**
 * Choose the accumulator of a layer.
 *
 * Products of bipolar operands are counted (agreements), so the field steps by 2 in the sum. Where the sums fit
 * fewer bits once their zero moves (span), a layer with thresholds after it moves the zero: the reset value and the
 * thresholds absorb the constant. A layer whose sums leave the chip keeps two's complement.
 *
 * @param input type of the codes the layer takes
 * @param leaves true when the sums themselves are the network's output
 * @throws accumulator_too_narrow
 */
export function planAccumulator(
  bounded: BoundedAccumulator,
  input: IntegerType,
  leaves: boolean,
  options: AccumulatorOptions,
): PlannedAccumulator {
  const { layer, widths, ranges } = bounded;
  const { min, max } = hull(ranges);
  const counts = input.encoding === 'bipolar' && layer.weightType.encoding === 'bipolar';
  const request = options.policy === undefined ? layer.accumulator : undefined;
  const policy = policyOf(layer, options);
  const wraps = (request?.overflow ?? options.overflow) === 'wrap';
  const common = { min, max, widths };

  const step = counts ? 2 : 1;
  const least = countBits((max - min) / step + 1); // with a movable zero
  const bits =
    policy === 'minimal'
      ? leaves && !counts
        ? widths.exact
        : least
      : typeof policy === 'number'
        ? policy
        : widths[policy];
  if (bits > MAX_ACCUMULATOR_BITS)
    fail(errors.accumulatorTooWide(layer.name, layer.source, bits, MAX_ACCUMULATOR_BITS));
  if (bits < least) {
    if (!wraps) fail(tooNarrow(bounded, bits, least, { min, max }, step));
    if (counts) return { ...common, bits, signed: false, step, offset: -layer.inputs, overflow: 'wrap' };
    return { ...common, bits, signed: true, step, offset: 0, overflow: 'wrap' };
  }
  if (counts) {
    // The field counts agreements above the fewest possible: offset is the sum at field 0.
    const offset = countBits((max + layer.inputs) / step + 1) <= bits ? -layer.inputs : min;
    return { ...common, bits, signed: false, step, offset, overflow: 'none' };
  }
  if (bits >= signedBits({ min, max }))
    return { ...common, bits, signed: true, step, offset: 0, overflow: 'none' };
  return { ...common, bits, signed: false, step, offset: min, overflow: 'none' };
}

/**
 * The accumulator of a pool or an addition: always of the least width.
 *
 * @param movable whether its field may begin elsewhere than at zero, as the constant of an addition lets it
 */
export function sumAccumulator(
  { ranges, datatype, exact }: BoundedSums,
  movable: boolean,
): PlannedAccumulator {
  const { min, max } = hull(movable ? ranges : [...ranges, { min: 0, max: 0 }]);
  const span = countBits(max - min + 1);
  const fromZero = min >= 0 ? Math.max(1, countBits(max + 1)) : Number.POSITIVE_INFINITY;
  const common = {
    step: 1,
    min,
    max,
    widths: { datatype, l1: datatype, exact, span },
    overflow: 'none',
  } as const;
  if (movable && span < fromZero) return { ...common, bits: span, signed: false, offset: min };
  if (min >= 0) return { ...common, bits: fromZero, signed: false, offset: 0 };
  return { ...common, bits: signedBits({ min, max }), signed: true, offset: 0 };
}

/** The policy that holds for a layer. */
export function policyOf(layer: IntegerLayer, { policy }: AccumulatorOptions): AccumulatorPolicy {
  return policy ?? layer.accumulator?.bits ?? 'minimal';
}

/**
 * Bits that an engine may give a layer's accumulator. Under `minimal` that is the exact width, where moving the sums'
 * zero to save a bit would cost more than the bit; any other policy's width is the user's.
 */
export function mostBits(
  layer: IntegerLayer,
  planned: PlannedAccumulator,
  options: AccumulatorOptions,
): number {
  return policyOf(layer, options) === 'minimal' ? Math.max(planned.bits, planned.widths.exact) : planned.bits;
}

function tooNarrow(
  bounded: BoundedAccumulator,
  bits: number,
  needed: number,
  layerRange: Interval,
  step: number,
) {
  const { layer, ranges } = bounded;
  const own = ranges.findIndex(({ min, max }) => countBits((max - min) / step + 1) > bits);
  const channel = own >= 0 ? own : ranges.findIndex(({ max }) => max === layerRange.max);
  const { min, max } = ranges[channel];
  const shown = Array.from(witness(bounded, channel, 'max').subarray(0, 8)).join(', ');
  return errors.accumulatorTooNarrow(layer.name, layer.source, {
    bits,
    needed,
    channel,
    min,
    max,
    witness: `inputs [${shown}${layer.inputs > 8 ? ', ...' : ''}] for the maximum`,
  });
}

/** The offset of a channel. */
export function offsetOf({ offset, offsets }: PlannedAccumulator, channel: number): number {
  return offsets ? offsets[channel] : offset;
}

/**
 * Let the offsets of the channels take up what the array adds of its own to each channel's sum, so that all channels
 * start alike and the hardware need not take the constants back.
 *
 * @param ranges [outputs], proven ranges of the sums
 * @param constants [outputs], what the array adds
 * @returns the accumulator with the start value of its field; undefined where that would take more bits
 */
export function absorbConstants(
  accumulator: PlannedAccumulator,
  ranges: readonly Interval[],
  constants: readonly number[],
): { accumulator: PlannedAccumulator; initial: number } | undefined {
  if (accumulator.overflow === 'wrap' || accumulator.step !== 1) return undefined;
  const gathered = hull(
    ranges.map(({ min, max }, r) => ({ min: min + constants[r], max: max + constants[r] })),
  );
  const size = 2 ** accumulator.bits;
  // the array's own result is never negative, so without a start value the field holds it as it is
  const start = gathered.max < size ? 0 : -gathered.min;
  if (gathered.max + start >= size) return undefined;
  const offsets = constants.map((constant) => -constant - start + 0);
  const initial = ((start % size) + size) % size;
  return { accumulator: { ...accumulator, signed: false, offset: 0, offsets }, initial };
}

/** Start value of the field so that a finished sum s gives field (s - offset) / step; counts start at -inputs. */
export function initialField(accumulator: PlannedAccumulator, inputs: number): number {
  const start = accumulator.step === 2 ? -inputs : 0;
  const value = (start - accumulator.offset) / accumulator.step;
  const size = 2 ** accumulator.bits;
  return ((value % size) + size) % size;
}

/** What the accumulator does with a finished sum: the sum that its field then stands for. */
export function foldSum(accumulator: PlannedAccumulator): (sum: number) => number {
  const { bits, signed, step, offset } = accumulator;
  const size = 2 ** bits;
  const lowest = signed ? -size / 2 : 0;
  return (sum) => {
    const field = (sum - offset) / step - lowest;
    return ((((field % size) + size) % size) + lowest) * step + offset;
  };
}

/** Position of a channel's sum in unsigned order: 0 for the smallest field. */
export function orderOfSum(accumulator: PlannedAccumulator, sum: number, channel: number): number {
  const { bits, signed, step } = accumulator;
  return (sum - offsetOf(accumulator, channel)) / step + (signed ? 2 ** (bits - 1) : 0);
}

/** Sums that remain of accumulators that wrap, by the name of their IntegerNetwork node. */
export function wrappedSums(
  units: readonly { readonly node?: string; readonly accumulator?: PlannedAccumulator }[],
): Map<string, Interval> {
  const wrapped = new Map<string, Interval>();
  for (const { node, accumulator } of units) {
    if (node === undefined || accumulator?.overflow !== 'wrap') continue;
    const { bits, signed, step, offset } = accumulator;
    const lowest = signed ? -(2 ** (bits - 1)) : 0;
    wrapped.set(node, { min: lowest * step + offset, max: (lowest + 2 ** bits - 1) * step + offset });
  }
  return wrapped;
}
