import { describe, expect, test } from 'vitest';
import {
  leastPixels,
  type SlidingWindow,
  smoothPixels,
  steadySchedule,
  windowBeats,
} from '../../src/5-plan/window.js';
import { FREE_RUNNING, runBench } from './bench.js';
import { randomWindow, windowBench, windowOf } from './windows.js';
import { Random } from './words.js';

/** Both kernel sizes, strides, dilations or paddings at once. */
const kernel = (size: number) => ({ kernelHeight: size, kernelWidth: size });
const stride = (size: number) => ({ strideHeight: size, strideWidth: size });
const dilation = (size: number) => ({ dilationHeight: size, dilationWidth: size });
const pad = (size: number) => ({ padTop: size, padLeft: size });
const out = (size: number) => ({ outHeight: size, outWidth: size });

const WINDOWS: readonly (readonly [string, Partial<SlidingWindow>])[] = [
  ['3 x 3', {}],
  ['3 x 3, padded', { ...pad(1), ...out(5) }],
  ['3 x 3, padded, three folds, twice', { ...pad(1), ...out(5), folds: 3, repeats: 2 }],
  ['3 x 3, padded, fold by fold, twice', { ...pad(1), ...out(5), folds: 3, repeats: 2, channelMajor: true }],
  ['3 x 3, stride 2, padded', { ...stride(2), ...pad(1), height: 6, columns: 6 }],
  ['3 x 3, dilation 2, padded', { ...dilation(2), ...pad(2), ...out(5), folds: 2 }],
  ['2 x 2, stride 2, a row and a column left over', { ...kernel(2), ...stride(2), ...out(2), folds: 2 }],
  ['2 x 2, stride 3', { ...kernel(2), ...stride(3), ...out(2), channelMajor: true, folds: 2 }],
  ['1 x 1', { ...kernel(1), ...out(5), folds: 2 }],
  ['1 x 1, stride 2', { ...kernel(1), ...stride(2), folds: 2 }],
  ['1 x 1, stride 2, four times', { ...kernel(1), ...stride(2), repeats: 4 }],
  ['1 x 1, one pixel', { ...kernel(1), ...out(1), height: 1, columns: 1 }],
  ['the whole image', { ...kernel(5), ...out(1), folds: 2, repeats: 3 }],
  ['the whole image, rows and columns left over', { ...kernel(4), ...out(1) }],
  ['padding beyond the kernel', { ...kernel(2), ...pad(3), ...out(10) }],
  ['windows below and beside the image', { ...kernel(1), ...stride(2), ...pad(4), ...out(8), folds: 2 }],
  ['one row', { height: 1, columns: 12, kernelHeight: 1, kernelWidth: 3, outHeight: 1, outWidth: 10 }],
  [
    'one row, stride 2, dilation 3, padded',
    {
      ...{ height: 1, columns: 14, kernelHeight: 1, kernelWidth: 3, strideWidth: 2, dilationWidth: 3 },
      ...{ padLeft: 3, outHeight: 1, outWidth: 7, folds: 2, repeats: 2 },
    },
  ],
  ['one column', { columns: 1, kernelWidth: 1, outWidth: 1, folds: 2 }],
  [
    'uneven in everything',
    {
      ...{ height: 7, columns: 9, kernelHeight: 2, kernelWidth: 4, strideHeight: 3, strideWidth: 2 },
      ...{ dilationHeight: 3, dilationWidth: 1, padTop: 2, padLeft: 1, outHeight: 3, outWidth: 4, folds: 2 },
    },
  ],
];

const random = new Random(2026);
const cases = [
  ...WINDOWS.map(([name, changes]) => [name, windowOf(changes)] as const),
  ...Array.from({ length: 16 }, (_, index) => [`random ${index}`, randomWindow(random)] as const),
];

describe('sliding_window', () => {
  test.each(cases)('%s', async (_, window) => {
    const least = leastPixels(window);
    for (const PIXELS of [least, 2 * window.height * window.columns + 3]) {
      const figures = await runBench(windowBench(window, { WIDTH: 7, PIXELS, BLOCK: 0 }, 3));
      expect(figures.latency).toBe(window.folds - 1 + 2); // the last beat of the first pixel decides
    }
  });

  test.each(cases)('%s: one pixel less than the least deadlocks', async (_, window) => {
    const PIXELS = leastPixels(window) - 1;
    if (PIXELS === 0) return expect(windowBeats(window).output).toBeGreaterThan(0);
    const bench = windowBench(window, { WIDTH: 7, PIXELS, BLOCK: 1 }, 3);
    await expect(runBench(bench, FREE_RUNNING)).rejects.toThrow('FAIL timeout');
  });
});

const IMAGES = 4;

/** Cycles from the first input beat to the last output beat behind a source with an even pace. */
async function pacedCycles(window: SlidingWindow, PIXELS: number): Promise<number> {
  const bench = windowBench(window, { WIDTH: 7, PIXELS, BLOCK: 0 }, IMAGES);
  const pace = { PACE_CYCLES: steadySchedule(window).interval, PACE_BEATS: windowBeats(window).input };
  const parameters = { ...bench.parameters, ...pace };
  return (await runBench({ ...bench, module: 'sliding_window_pace', parameters }, FREE_RUNNING)).cycles;
}

describe('sliding_window behind an even pace', () => {
  test.each(cases)('%s: one image per interval', async (_, window) => {
    const { interval, finished } = steadySchedule(window);
    const expected = (IMAGES - 1) * interval + finished + 1;
    const smooth = smoothPixels(window);
    expect(await pacedCycles(window, smooth)).toBe(expected);
    if (smooth === 1) return;
    const less = await pacedCycles(window, smooth - 1).catch((error: Error) => {
      expect(error.message).toContain('FAIL timeout'); // fewer than the least
      return Number.POSITIVE_INFINITY;
    });
    expect(less).toBeGreaterThan(expected);
  });
});
