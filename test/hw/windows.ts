/** Benches of sliding_window: random images, and the windows that must come out. */
import type { SlidingWindow } from '../../src/5-plan/window.js';
import type { Bench } from './bench.js';
import { Random } from './words.js';

/** A 3 x 3 window without padding on an image of 5 x 5, with what a test changes. */
export function windowOf(changes: Partial<SlidingWindow>): SlidingWindow {
  return {
    ...{ height: 5, columns: 5, folds: 1, kernelHeight: 3, kernelWidth: 3, strideHeight: 1, strideWidth: 1 },
    ...{ dilationHeight: 1, dilationWidth: 1, padTop: 0, padLeft: 0, outHeight: 3, outWidth: 3 },
    ...{ repeats: 1, channelMajor: false, ...changes },
  };
}

export interface Buffer {
  readonly WIDTH: number;
  readonly PIXELS: number;
  readonly BLOCK: number;
}

/** Random images through a window, straight from the definition of its taps. */
export function windowBench(window: SlidingWindow, buffer: Buffer, images: number): Bench {
  const random = new Random(window.height * 100 + window.columns * 10 + window.kernelHeight);
  const pad = random.bits(buffer.WIDTH);
  const input: bigint[] = [];
  const expected: bigint[] = [];
  for (let image = 0; image < images; image++) {
    const pixels = Array.from({ length: window.height }, () =>
      Array.from({ length: window.columns }, () => random.words(window.folds, buffer.WIDTH)),
    );
    input.push(...pixels.flat(2));
    expected.push(...tapOrder(window).map(({ row, column, fold }) => pixels[row]?.[column]?.[fold] ?? pad));
  }
  const parameters = {
    ...{ HEIGHT: window.height, COLUMNS: window.columns, FOLDS: window.folds },
    ...{ KERNEL_H: window.kernelHeight, KERNEL_W: window.kernelWidth },
    ...{ STRIDE_H: window.strideHeight, STRIDE_W: window.strideWidth },
    ...{ DILATION_H: window.dilationHeight, DILATION_W: window.dilationWidth },
    ...{ PAD_TOP: window.padTop, PAD_LEFT: window.padLeft },
    ...{ OUT_HEIGHT: window.outHeight, OUT_WIDTH: window.outWidth },
    ...{ REPEATS: window.repeats, CHANNEL_MAJOR: window.channelMajor ? 1 : 0, ...buffer },
    PAD: { value: pad, width: buffer.WIDTH },
  };
  return { module: 'sliding_window', parameters, input, expected };
}

/** Where the output beats of an image come from; rows and columns outside are padding. */
function tapOrder(window: SlidingWindow): { row: number; column: number; fold: number }[] {
  const order: { row: number; column: number; fold: number }[] = [];
  const { folds, repeats, channelMajor } = window;
  for (let oy = 0; oy < window.outHeight; oy++)
    for (let ox = 0; ox < window.outWidth; ox++)
      for (const [first, last] of channelMajor ? range(folds).map((fold) => [fold, fold]) : [[0, folds - 1]])
        for (let repeat = 0; repeat < repeats; repeat++)
          for (let ky = 0; ky < window.kernelHeight; ky++)
            for (let kx = 0; kx < window.kernelWidth; kx++)
              for (let fold = first; fold <= last; fold++)
                order.push({
                  row: oy * window.strideHeight + ky * window.dilationHeight - window.padTop,
                  column: ox * window.strideWidth + kx * window.dilationWidth - window.padLeft,
                  fold,
                });
  return order;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Any window that touches its image. */
export function randomWindow(random: Random): SlidingWindow {
  for (;;) {
    const vertical = randomAxis(random, 7);
    const horizontal = randomAxis(random, 9);
    if (!vertical || !horizontal) continue;
    return {
      ...{ height: vertical.size, kernelHeight: vertical.kernel, strideHeight: vertical.stride },
      ...{ dilationHeight: vertical.dilation, padTop: vertical.pad, outHeight: vertical.windows },
      ...{ columns: horizontal.size, kernelWidth: horizontal.kernel, strideWidth: horizontal.stride },
      ...{ dilationWidth: horizontal.dilation, padLeft: horizontal.pad, outWidth: horizontal.windows },
      ...{ folds: 1 + random.below(3), repeats: 1 + random.below(2), channelMajor: random.below(2) === 1 },
    };
  }
}

function randomAxis(random: Random, largest: number) {
  const size = 1 + random.below(largest);
  const kernel = 1 + random.below(4);
  const stride = 1 + random.below(3);
  const dilation = 1 + random.below(3);
  const pad = random.below(2) * random.below(5);
  const padAfter = random.below(2) * random.below(5);
  const room = size + pad + padAfter - (kernel - 1) * dilation - 1;
  if (room < 0) return undefined;
  const windows = Math.floor(room / stride) + 1;
  const touches = range(windows).some((window) =>
    range(kernel).some((tap) => {
      const position = window * stride + tap * dilation - pad;
      return position >= 0 && position < size;
    }),
  );
  return touches ? { size, kernel, stride, dilation, pad, windows } : undefined;
}
