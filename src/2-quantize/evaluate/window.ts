/** Images as rows of window elements, so that a convolution is a matrix product. */
import type { Window } from '../../1-import/types.js';

/** A window over images of one shape. */
export interface Geometry {
  readonly window: Window;
  readonly height: number; // of the image
  readonly width: number;
  readonly channels: number;
  readonly rows: number; // positions of the window: height and width of the result
  readonly columns: number;
}

/** @param image [height, width, channels] @param positions [height, width, ...] of the result */
export function geometry(window: Window, image: readonly number[], positions: readonly number[]): Geometry {
  const [height, width, channels] = image;
  const [rows, columns] = positions;
  return { window, height, width, channels, rows, columns };
}

/** The window's elements at some positions. */
export interface Part {
  readonly first: number; // position, counted through all samples
  readonly count: number;
  readonly channel: number; // first of the channels that are taken
  readonly channels: number;
}

/**
 * Copy window elements into rows: rows[position][tap][channel], zero outside the image.
 *
 * @param images [samples][height][width][channels]
 */
export function fillRows(images: Float32Array, g: Geometry, part: Part, rows: Float32Array): void {
  const { kernel, stride, dilation, padding } = g.window;
  const { channel, channels } = part;
  let at = 0;
  for (let position = part.first; position < part.first + part.count; position++) {
    const column = position % g.columns;
    const line = Math.floor(position / g.columns);
    const sample = Math.floor(line / g.rows);
    const top = (line % g.rows) * stride.height - padding.top;
    const left = column * stride.width - padding.left;
    for (let i = 0; i < kernel.height; i++) {
      const y = top + i * dilation.height;
      for (let j = 0; j < kernel.width; j++) {
        const x = left + j * dilation.width;
        if (y < 0 || y >= g.height || x < 0 || x >= g.width) {
          for (let c = 0; c < channels; c++) rows[at++] = 0;
        } else {
          const from = ((sample * g.height + y) * g.width + x) * g.channels + channel;
          for (let c = 0; c < channels; c++) rows[at++] = images[from + c];
        }
      }
    }
  }
}

/** Whether the rows of a window are the pixels themselves. */
export function isPixelwise({ window: { kernel, stride, padding } }: Geometry): boolean {
  return (
    kernel.height * kernel.width * stride.height * stride.width === 1 &&
    padding.top === 0 &&
    padding.left === 0 &&
    padding.bottom === 0 &&
    padding.right === 0
  );
}
