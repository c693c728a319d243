/** Pools as units: the largest code, or the sum of codes and its step, of each channel over the windows of an image. */
import type { IntegerPool, IntegerStep } from '../3-integer/types.js';
import type { BoundedSums } from '../4-bounds/types.js';
import { sumAccumulator } from './accumulator.js';
import { positionsOf, tapsOf, windowPart } from './conv.js';
import { intervalOf, type Place, requantiseSums } from './dense.js';
import { convertLanes, laneCode, registerPart, tensorOf } from './stream.js';
import type { Part, Stream, Unit } from './types.js';

/** Whether one window covers the whole image: the pixels are pooled as they stream by, without a line buffer. */
export function isGlobalPool({ window }: IntegerPool): boolean {
  const { kernel, image, padding } = window;
  return (
    positionsOf(window) === 1 &&
    kernel.height === image.height &&
    kernel.width === image.width &&
    padding.top + padding.left + padding.bottom + padding.right === 0
  );
}

/** Cycles per inference of a pool with so many lanes. */
export function poolInterval(pool: IntegerPool, lanes: number): number {
  const { window } = pool;
  const folds = window.channels / lanes;
  const taken = window.image.height * window.image.width * folds;
  return isGlobalPool(pool) ? taken : Math.max(taken, positionsOf(window) * tapsOf(window) * folds);
}

/**
 * The unit of a pool.
 *
 * @param bounded of a sum
 */
export function poolUnit(
  place: Place,
  pool: IntegerPool,
  step: IntegerStep | undefined,
  bounded: BoundedSums | undefined,
): Unit {
  const { network, name, from, streams, option } = place;
  const [input] = streams;
  const { type } = tensorOf(network, pool.input);
  const { window, mode } = pool;
  const lanes = option.inLanes;
  const folds = window.channels / lanes;
  const converted = convertLanes(input, lanes, 'input_width');
  const global = isGlobalPool(pool);
  const windows = global ? [] : [windowPart(window, type, lanes, 1, true)];
  const taken = [...converted, ...windows].at(-1)?.output ?? input;
  const accumulator =
    bounded && place.memo.once(bounded, 'accumulator', () => sumAccumulator(bounded, false));
  const bits = accumulator?.bits ?? type.bits;
  const pooled: Stream = { lanes, laneBits: bits, beats: positionsOf(window) * folds };
  const parameters = new Map<string, number | string>([
    ['LANES', lanes],
    ['IN_W', type.bits],
    ['OUT_W', bits],
    ['SIGNED', type.signed ? 1 : 0],
    ['MODE', mode === 'sum' ? 1 : 0],
    ...(global
      ? ([
          ['PIXELS', tapsOf(window)],
          ['FOLDS', folds],
        ] as const)
      : ([['TAPS', tapsOf(window)]] as const)),
  ]);
  const part: Part = {
    module: global ? 'global_pool' : 'pool',
    instance: 'pool',
    parameters,
    input: taken,
    output: pooled,
  };
  const before = [...converted, ...windows, part];
  const common = {
    name,
    module: `${network.name}_${name}`,
    kind: 'pool',
    op: mode === 'sum' ? 'average-pool' : 'max-pool',
    from,
    before,
    array: [],
    input,
    generated: [],
    interval: intervalOf(input, before, 1),
  } as const;
  if (!accumulator || !step) {
    const code = laneCode(type);
    return {
      ...common,
      after: [registerPart(pooled)],
      output: pooled,
      outputCode: accumulator ? { signed: accumulator.signed, base: accumulator.offset, stride: 1 } : code,
      tensor: pool.output,
      memories: [],
      ...(accumulator && { accumulator, node: pool.name }),
    };
  }
  const ranges = bounded?.ranges ?? [];
  const spacing = global ? 1 : tapsOf(window);
  return {
    ...common,
    node: pool.name,
    accumulator,
    ...requantiseSums(place, step, accumulator, ranges, pooled, spacing),
  };
}
