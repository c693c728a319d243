/** Pools: the largest code is a move of codes, an average is a sum of codes whose division belongs to the step. */
import type { PoolNode } from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import { checkPadCode } from './conv.js';
import type { IntegerPool, IntegerTensor } from './types.js';
import type { Sums } from './values.js';
import { addPadding, integerWindow, isPadded, outsidePatterns, type Padding } from './window.js';

/**
 * The sums of an average pool.
 *
 * @param around zeros that an earlier node puts around the image; they count as elements
 * @throws average_at_borders, mixed_input_scales, padding_without_zero
 */
export function convertAverage(
  node: PoolNode,
  input: IntegerTensor,
  shape: readonly number[],
  around: Padding,
): Sums {
  const { type } = input;
  const padding = addPadding(node.window.padding, around);
  if (isPadded(padding)) checkPadCode(node.name, node, input);
  const window = integerWindow({ ...node.window, padding }, shape, type.zeroPoint);
  const taps = window.kernel.height * window.kernel.width;
  const patterns = outsidePatterns(window);
  const { name, source, output } = node;
  const pool: IntegerPool = { kind: 'pool', name, source, input: input.name, output, mode: 'sum', window };
  const { channels } = window;
  const scale = new Float64Array(channels);
  for (let c = 0; c < channels; c++) scale[c] = type.scale[type.scale.length === 1 ? 0 : c];
  return {
    node: pool,
    channels,
    scale,
    offset: new Float64Array(channels).fill(type.zeroPoint * taps),
    divisor: node.countPadding || isPadded(around) ? taps : commonCount(node, patterns, taps),
    padded: patterns.some((outside) => outside.includes(1)),
    domain: () => ({ min: type.min * taps, max: type.max * taps }),
  };
}

/** Elements inside the image, where all windows have as many. @throws average_at_borders */
function commonCount(node: PoolNode, patterns: readonly Uint8Array[], taps: number): number {
  const counts = patterns.map((outside) => outside.reduce((count, each) => count - each, taps));
  if (counts.some((count) => count !== counts[0])) fail(errors.averageAtBorders(node.name, node.source));
  return counts[0];
}

/** The largest code of each window; positions outside the image never win. */
export function convertMaximum(
  node: PoolNode,
  input: IntegerTensor,
  shape: readonly number[],
  around: Padding,
  output: string,
): IntegerPool {
  const { name, source } = node;
  const padCode = isPadded(around) ? input.type.zeroPoint : input.type.min;
  const padding = addPadding(node.window.padding, around);
  const window = integerWindow({ ...node.window, padding }, shape, padCode);
  return { kind: 'pool', name, source, input: input.name, output, mode: 'maximum', window };
}
