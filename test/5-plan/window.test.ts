import { describe, expect, test } from 'vitest';
import {
  leastPixels,
  type SlidingWindow,
  smoothPixels,
  windowBeats,
  windowDemand,
} from '../../src/5-plan/window.js';

// That the numbers are exact is measured in test/hw/sliding_window.test.ts.

function square(size: number, kernel: number, stride: number, pad: number, folds = 1): SlidingWindow {
  const out = Math.floor((size + 2 * pad - kernel) / stride) + 1;
  return {
    ...{ height: size, columns: size, folds, kernelHeight: kernel, kernelWidth: kernel },
    ...{ strideHeight: stride, strideWidth: stride, dilationHeight: 1, dilationWidth: 1 },
    ...{ padTop: pad, padLeft: pad, outHeight: out, outWidth: out, repeats: 1, channelMajor: false },
  };
}

test('beats of an image', () => {
  expect(windowBeats(square(5, 3, 2, 1, 4))).toEqual({ input: 100, output: 9 * 9 * 4 });
});

describe('least pixels', () => {
  test.each([
    ['a pixel by itself', square(8, 1, 1, 0), 1],
    ['a pixel by itself, others dropped', square(8, 1, 2, 0), 1],
    ['two rows and three pixels', square(10, 3, 1, 0), 23],
    ['two rows and three pixels, padded', square(10, 3, 1, 1), 23],
    ['six rows and seven pixels', square(224, 7, 2, 3), 6 * 224 + 7],
    ['a row is kept as a whole while the next windows begin in it', square(10, 5, 1, 2), 43 + 2],
    ['the whole image', square(4, 4, 1, 0), 16],
  ])('%s', (_, window, expected) => {
    expect(leastPixels(window)).toBe(expected);
  });
});

describe('what each window needs and lets go', () => {
  test.each([
    ['without padding', square(3, 2, 1, 0), [5, 6, 8, 9], [1, 3, 4, 9]],
    ['a stride that skips pixels', square(4, 1, 2, 0), [1, 3, 9, 11], [2, 8, 10, 16]],
    ['padding: the first row is kept until the third begins', square(2, 3, 1, 1), [4, 4, 4, 4], [0, 0, 0, 4]],
  ])('%s', (_, window, needed, released) => {
    const demand = windowDemand(window);
    expect([...demand.needed]).toEqual(needed);
    expect([...demand.released]).toEqual(released);
  });
});

test('a smooth buffer is never smaller than the least one, and never needs two images more', () => {
  for (let size = 1; size < 9; size++)
    for (let kernel = 1; kernel <= size; kernel++)
      for (let stride = 1; stride < 4; stride++)
        for (let pad = 0; pad < kernel; pad++)
          for (const folds of [1, 3]) {
            const window = square(size, kernel, stride, pad, folds);
            expect(smoothPixels(window)).toBeGreaterThanOrEqual(leastPixels(window));
            expect(smoothPixels(window)).toBeLessThanOrEqual(leastPixels(window) + 2 * size * size);
          }
});

test('a large image takes a moment', () => {
  const window = square(1000, 3, 1, 1, 16);
  const start = performance.now();
  expect(smoothPixels(window)).toBeGreaterThanOrEqual(leastPixels(window));
  expect(performance.now() - start).toBeLessThan(5000); // a million windows
});
