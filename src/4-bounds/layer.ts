/** Bounds of the accumulators of layers with weights: over all inputs, and over all positions of a window. */
import type { IntegerConv, IntegerDense, IntegerLayer, IntegerType } from '../3-integer/types.js';
import { outsidePatterns } from '../3-integer/window.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import { countBits, hull, type Interval, signedBits } from '../shared/interval.js';
import type { AccumulatorWidths, BoundedAccumulator } from './types.js';
import { datatypeBits, l1Bits, layerWidths, zeroCentredBits } from './widths.js';

/** Widest accumulator the hardware library takes, in bits; sums well past it are still exact in a double. */
export const MAX_ACCUMULATOR_BITS = 48;

/**
 * Bound the accumulators of one dense layer.
 *
 * @param inputRanges [inputs], the codes each input can take
 * @param inputType their type, for the bounds that know no more than that
 * @throws accumulator_too_wide
 * Source: interval arithmetic on the dot product; Colbert et al., A2Q (2023), section 3; A2Q+ (2024).
 */
export function boundDense(
  layer: IntegerDense,
  inputRanges: readonly Interval[],
  inputType: IntegerType,
): BoundedAccumulator {
  const { low, high } = ends(inputRanges);
  const ranges = Array.from({ length: layer.outputs }, (_, o) => dotRange(rowOf(layer, o), low, high));
  return { layer, inputRanges, ranges, ...widthsOf(layer, ranges, inputType) };
}

/**
 * Bound the accumulators of a convolution, over all positions of its window. A tap outside the image adds the code of the
 * padding times its weights. What the taps inside add is the same at every position, so each different set of outside
 * taps is looked at once.
 *
 * @param channelRanges [channels], the codes each channel can take
 * @throws accumulator_too_wide
 */
export function boundConv(
  layer: IntegerConv,
  channelRanges: readonly Interval[],
  inputType: IntegerType,
): BoundedAccumulator {
  const { window, outputs } = layer;
  const patterns = outsidePatterns(window);
  const taps = window.kernel.height * window.kernel.width;
  const inside = tapRanges(layer, channelRanges, taps);
  const min = new Uint16Array(outputs);
  const max = new Uint16Array(outputs);
  const ranges: Interval[] = [];
  for (let o = 0; o < outputs; o++) {
    let range: { min: number; max: number } | undefined;
    patterns.forEach((outside, p) => {
      let low = 0;
      let high = 0;
      for (let at = o * taps, t = 0; t < taps; t++, at++) {
        low += outside[t] ? inside.padding[at] : inside.low[at];
        high += outside[t] ? inside.padding[at] : inside.high[at];
      }
      if (!range || low < range.min) min[o] = p;
      if (!range || high > range.max) max[o] = p;
      range = range
        ? { min: Math.min(low, range.min), max: Math.max(high, range.max) }
        : { min: low, max: high };
    });
    ranges.push(range ?? { min: 0, max: 0 });
  }
  const inputRanges = windowRanges(layer, channelRanges, patterns);
  const padded = patterns.some((outside) => outside.includes(1));
  return {
    layer,
    inputRanges,
    ...(padded && { outside: { patterns, min, max, channelRanges } }),
    ranges,
    ...widthsOf(layer, ranges, inputType),
  };
}

/** What each tap of each row adds at least and at most, and outside the image: [outputs][taps]. */
function tapRanges(layer: IntegerConv, channelRanges: readonly Interval[], taps: number) {
  const { window, separate, outputs, weights, inputs } = layer;
  const { low: least, high: most } = ends(channelRanges);
  const low = new Float64Array(outputs * taps);
  const high = new Float64Array(outputs * taps);
  const padding = new Float64Array(outputs * taps);
  const depth = inputs / taps; // channels of a row
  for (let o = 0; o < outputs; o++) {
    const first = separate ? channelOfRow(layer, o) : 0;
    for (let t = 0; t < taps; t++) {
      const at = o * taps + t;
      for (let c = 0; c < depth; c++) {
        const w = weights[at * depth + c];
        const [a, b] = [w * least[first + c], w * most[first + c]];
        low[at] += Math.min(a, b);
        high[at] += Math.max(a, b);
        padding[at] += w * window.padCode;
      }
      low[at] += 0;
      high[at] += 0;
    }
  }
  return { low, high, padding };
}

/** The input channel that a row of a `separate` convolution sees. */
function channelOfRow({ outputs, window }: IntegerConv, row: number): number {
  return Math.floor(row / (outputs / window.channels));
}

/** Codes that each input of a window can take, over all its positions. */
function windowRanges(
  { window, separate }: IntegerConv,
  channelRanges: readonly Interval[],
  patterns: readonly Uint8Array[],
): Interval[] {
  const { padCode } = window;
  const taps = patterns[0].length;
  const ever = new Uint8Array(taps); // 1 inside at some position, 2 outside, 3 both
  for (const outside of patterns) for (let t = 0; t < taps; t++) ever[t] |= outside[t] ? 2 : 1;
  const pad = { min: padCode, max: padCode };
  const widened = channelRanges.map((range) => hull([range, pad]));
  const rangeOf = (t: number, c: number) =>
    ever[t] === 1 ? channelRanges[c] : ever[t] === 2 ? pad : widened[c];
  const channels = channelRanges.length;
  return Array.from({ length: taps * channels }, (_, k) =>
    separate ? rangeOf(k % taps, Math.floor(k / taps)) : rangeOf(Math.floor(k / channels), k % channels),
  );
}

/** Codes that the inputs of one row can take, [inputs]. */
export function rowInputRanges({ layer, inputRanges }: BoundedAccumulator, row: number): readonly Interval[] {
  if (layer.kind === 'dense' || !layer.separate) return inputRanges;
  const first = channelOfRow(layer, row) * layer.inputs;
  return inputRanges.slice(first, first + layer.inputs);
}

/** Codes that the inputs of one row can take where they lie inside the image, [inputs]. */
export function insideRanges(bounded: BoundedAccumulator, row: number): readonly Interval[] {
  const { layer, outside } = bounded;
  if (!outside || layer.kind === 'dense') return rowInputRanges(bounded, row);
  const { channelRanges, patterns } = outside;
  const depth = layer.inputs / patterns[0].length;
  const first = layer.separate ? channelOfRow(layer, row) : 0;
  return Array.from({ length: layer.inputs }, (_, i) => channelRanges[first + (i % depth)]);
}

/** Which inputs of a row lie outside the image in the window that reaches one end, [inputs], 1 outside. */
export function outsideInputs(
  { layer, outside }: BoundedAccumulator,
  row: number,
  end: 'min' | 'max',
): Uint8Array {
  const pattern = outside?.patterns[outside[end][row]];
  if (!pattern) return new Uint8Array(layer.inputs);
  const depth = layer.inputs / pattern.length;
  return Uint8Array.from({ length: layer.inputs }, (_, i) => pattern[Math.floor(i / depth)]);
}

/**
 * Inputs that reach one end of the range of an output channel: of a convolution a window, with the padding's code where
 * the end is reached at the image's border.
 *
 * @returns [inputs] codes; where a weight is zero the smaller code
 */
export function witness(bounded: BoundedAccumulator, channel: number, end: 'min' | 'max'): Int32Array {
  const { layer } = bounded;
  const outside = outsideInputs(bounded, channel, end);
  const padCode = layer.kind === 'conv' ? layer.window.padCode : 0;
  return Int32Array.from(insideRanges(bounded, channel), ({ min, max }, i) => {
    if (outside[i]) return padCode;
    const w = layer.weights[channel * layer.inputs + i];
    return (end === 'max' ? w > 0 : w < 0) ? max : min;
  });
}

function rowOf({ weights, inputs }: IntegerLayer, row: number): Int32Array {
  return weights.subarray(row * inputs, (row + 1) * inputs);
}

function ends(ranges: readonly Interval[]): { low: Float64Array; high: Float64Array } {
  return {
    low: Float64Array.from(ranges, ({ min }) => min),
    high: Float64Array.from(ranges, ({ max }) => max),
  };
}

/** Range of a dot product with inputs between low and high; both ends are reached. */
function dotRange(weights: Int32Array, low: Float64Array, high: Float64Array): Interval {
  let min = 0;
  let max = 0;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i];
    if (w > 0) {
      min += w * low[i];
      max += w * high[i];
    } else if (w < 0) {
      min += w * high[i];
      max += w * low[i];
    }
  }
  return { min: min + 0, max: max + 0 };
}

function widthsOf(
  layer: IntegerLayer,
  ranges: readonly Interval[],
  inputType: IntegerType,
): Pick<BoundedAccumulator, 'widths' | 'channelWidths'> {
  const datatype = datatypeBits(layer.inputs, inputType, layer.weightType);
  const channelWidths = ranges.map((range, o): AccumulatorWidths => {
    const exact = signedBits(range);
    if (exact > MAX_ACCUMULATOR_BITS)
      fail(errors.accumulatorTooWide(layer.name, layer.source, exact, MAX_ACCUMULATOR_BITS));
    const row = rowOf(layer, o);
    return {
      datatype,
      l1: l1Bits(row, inputType),
      zeroCentred: zeroCentredBits(row, inputType),
      exact,
      span: countBits(range.max - range.min + 1),
    };
  });
  return { channelWidths, widths: layerWidths(channelWidths, hull(ranges)) };
}
