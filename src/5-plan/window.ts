/** How many pixels the line buffer of a sliding window needs; the rules of hw/sliding_window.v. */
import type { Part } from './types.js';

/** A sliding window over an image; counts and distances are those of the parameters of hw/sliding_window.v. */
export interface SlidingWindow {
  readonly height: number; // rows of the image
  readonly columns: number; // pixels per row
  readonly folds: number; // beats per pixel
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outHeight: number; // rows of windows
  readonly outWidth: number; // windows per row
  readonly repeats: number; // deliveries of each window
  readonly channelMajor: boolean; // fold by fold, each with all its taps
}

/** The window of an instance of sliding_window. */
export function slidingWindowOf({ parameters }: Part): SlidingWindow {
  const number = (name: string) => Number(parameters.get(name));
  return {
    height: number('HEIGHT'),
    columns: number('COLUMNS'),
    folds: number('FOLDS'),
    kernelHeight: number('KERNEL_H'),
    kernelWidth: number('KERNEL_W'),
    strideHeight: number('STRIDE_H'),
    strideWidth: number('STRIDE_W'),
    dilationHeight: number('DILATION_H'),
    dilationWidth: number('DILATION_W'),
    padTop: number('PAD_TOP'),
    padLeft: number('PAD_LEFT'),
    outHeight: number('OUT_HEIGHT'),
    outWidth: number('OUT_WIDTH'),
    repeats: number('REPEATS'),
    channelMajor: number('CHANNEL_MAJOR') === 1,
  };
}

/** Input and output beats of one image. */
export function windowBeats(window: SlidingWindow): { readonly input: number; readonly output: number } {
  const { height, columns, folds, outHeight, outWidth } = window;
  return { input: height * columns * folds, output: outHeight * outWidth * beatsPerWindow(window) };
}

/**
 * The smallest line buffer, in pixels, that cannot deadlock: some window needs its first kept and its last used pixel
 * at once.
 */
export function leastPixels(window: SlidingWindow): number {
  const columns = alongColumns(window);
  let least = 1;
  for (const row of alongRows(window)) {
    const below = row.taps.at(-1);
    if (!below) continue;
    for (const column of columns) {
      const right = column.taps.at(-1);
      if (!right) continue;
      const last = below.position * window.columns + right.position;
      least = Math.max(least, last + 1 - keptFrom(window, row, column));
    }
  }
  return least;
}

/**
 * The smallest line buffer, in pixels, that never holds up a source with an even pace of one image per interval, an
 * interval being the input or the output beats of an image, whichever are more. The output has then no bubbles after
 * the first image if it has the more beats; a source that is earlier changes nothing.
 */
export function smoothPixels(window: SlidingWindow): number {
  const pixels = window.height * window.columns;
  const { interval } = steadySchedule(window);
  let smooth = 1;
  steadySchedule(window, (finished, kept) => {
    // the pixels begun until the release is seen, one cycle after the last beat of the window was read
    const begun = Math.ceil(((finished + 1) * pixels) / interval);
    smooth = Math.max(smooth, begun - kept);
  });
  return smooth;
}

/** Cycles per image, and when the last beat of an image is read, both in cycles from the image's first input beat. */
export interface Schedule {
  readonly interval: number;
  readonly finished: number;
}

/**
 * When an image's windows are read, behind other images and from a source with an even pace, beat b of an image coming
 * in cycle floor(b * interval / beats).
 *
 * @param visit called for each window with the cycle in which its last beat is read, and the first pixel kept until then
 */
export function steadySchedule(
  window: SlidingWindow,
  visit?: (finished: number, kept: number) => void,
): Schedule {
  const { input, output } = windowBeats(window);
  const interval = Math.max(input, output);
  // the end of an image depends on its own pixels alone, since an interval is long enough for all output beats
  const finished = readImage(window, interval, -1);
  if (visit) readImage(window, interval, finished - interval, visit);
  return { interval, finished };
}

/** Walk over the windows of an image; `before` is the cycle in which the beat before it is read. */
function readImage(
  window: SlidingWindow,
  interval: number,
  before: number,
  visit?: (finished: number, kept: number) => void,
): number {
  const { folds, kernelWidth, channelMajor } = window;
  const { input } = windowBeats(window);
  const beats = beatsPerWindow(window);
  const beatsPerTap = channelMajor ? 1 : folds;
  const readable = (pixel: number): number => Math.floor((((pixel + 1) * folds - 1) * interval) / input) + 1;
  const columns = alongColumns(window);
  let finished = Math.max(before, readable(0) - 1); // the first tap waits for the first pixel
  for (const row of alongRows(window))
    for (const column of columns) {
      let end = finished + beats;
      // pixels come no faster than taps: of each row the last one decides, the first time it is read
      const right = column.taps.at(-1);
      if (right)
        for (const line of row.taps) {
          const offset = (line.tap * kernelWidth + right.tap) * beatsPerTap;
          const pixel = line.position * window.columns + right.position;
          end = Math.max(end, readable(pixel) + beats - 1 - offset);
        }
      finished = end;
      visit?.(finished, keptFrom(window, row, column));
    }
  return finished;
}

/** What each window of an image needs, and what the line buffer has let go of when it was read; [windows], row-major. */
export interface WindowDemand {
  readonly needed: Int32Array; // pixels that must have come, non-decreasing
  readonly released: Int32Array; // pixels for which there is room again
}

/** Windows wholly in the padding need what those before them did. */
export function windowDemand(window: SlidingWindow): WindowDemand {
  const [rows, columns] = [alongRows(window), alongColumns(window)];
  const needed = new Int32Array(rows.length * columns.length);
  const released = new Int32Array(needed.length).fill(window.height * window.columns); // at the end of an image
  let most = 1; // the first tap of an image waits for its first pixel
  let at = 0;
  for (const row of rows)
    for (const column of columns) {
      if (at > 0) released[at - 1] = keptFrom(window, row, column);
      const [below, right] = [row.taps.at(-1), column.taps.at(-1)];
      if (below && right) most = Math.max(most, below.position * window.columns + right.position + 1);
      needed[at++] = most;
    }
  return { needed, released };
}

/** One row or column of windows. */
interface Line {
  readonly begin: number; // first row or column of its windows, clamped to the image
  readonly holds: boolean; // the next one begins in the same row: releases nothing
  readonly taps: readonly { readonly tap: number; readonly position: number }[]; // those inside the image
}

function alongRows(window: SlidingWindow): Line[] {
  const { height, kernelHeight, strideHeight, dilationHeight, padTop, outHeight } = window;
  return lines(height, kernelHeight, strideHeight, dilationHeight, padTop, outHeight);
}

function alongColumns(window: SlidingWindow): Line[] {
  const { columns, kernelWidth, strideWidth, dilationWidth, padLeft, outWidth } = window;
  return lines(columns, kernelWidth, strideWidth, dilationWidth, padLeft, outWidth);
}

function lines(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  pad: number,
  count: number,
): Line[] {
  const begin = (line: number): number => Math.min(Math.max(line * stride - pad, 0), size);
  return Array.from({ length: count }, (_, line) => ({
    begin: begin(line),
    holds: line + 1 < count && begin(line + 1) === begin(line),
    taps: Array.from({ length: kernel }, (_, tap) => ({
      tap,
      position: line * stride + tap * dilation - pad,
    })).filter(({ position }) => position >= 0 && position < size),
  }));
}

/** The first pixel, in row-major order, that is kept until a window is finished. */
function keptFrom({ height, columns }: SlidingWindow, row: Line, column: Line): number {
  if (row.begin === height) return height * columns;
  return row.begin * columns + (row.holds ? 0 : column.begin);
}

function beatsPerWindow({ folds, kernelHeight, kernelWidth, repeats }: SlidingWindow): number {
  return kernelHeight * kernelWidth * folds * repeats;
}
