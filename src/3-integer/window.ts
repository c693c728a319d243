/** Windows on an image of codes: where they lie, and which of their taps lie outside the image. */
import type { Size, Window } from '../1-import/types.js';
import type { IntegerWindow } from './types.js';

export type Padding = Window['padding'];

/** Whether any side has padding. */
export function isPadded({ top, left, bottom, right }: Padding): boolean {
  return top + left + bottom + right > 0;
}

export function addPadding(a: Padding, b: Padding): Padding {
  return {
    top: a.top + b.top,
    left: a.left + b.left,
    bottom: a.bottom + b.bottom,
    right: a.right + b.right,
  };
}

/** A window on an image of a shape. */
export function integerWindow(
  { kernel, stride, dilation, padding }: Window,
  [height, width, channels]: readonly number[],
  padCode: number,
): IntegerWindow {
  const image = { height, width };
  const along = (axis: 'height' | 'width', pads: number) =>
    Math.floor((image[axis] + pads - (kernel[axis] - 1) * dilation[axis] - 1) / stride[axis]) + 1;
  const positions: Size = {
    height: along('height', padding.top + padding.bottom),
    width: along('width', padding.left + padding.right),
  };
  return { kernel, stride, dilation, padding, image, channels, positions, padCode };
}

/**
 * All different sets of taps that lie outside the image at some position, those with the fewest first.
 *
 * @returns for each set [taps], 1 for outside
 */
export function outsidePatterns(window: IntegerWindow): Uint8Array[] {
  const { kernel, stride, dilation, padding, image, positions } = window;
  const rows = masks(
    kernel.height,
    stride.height,
    dilation.height,
    padding.top,
    image.height,
    positions.height,
  );
  const columns = masks(
    kernel.width,
    stride.width,
    dilation.width,
    padding.left,
    image.width,
    positions.width,
  );
  return rows.flatMap((row) =>
    columns.map((column) => {
      const taps = new Uint8Array(kernel.height * kernel.width);
      for (let t = 0; t < taps.length; t++)
        taps[t] = row[Math.floor(t / kernel.width)] | column[t % kernel.width];
      return taps;
    }),
  );
}

/** Different sets of outside taps along one axis. */
function masks(
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
  length: number,
  positions: number,
): Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (let position = 0; position < positions; position++) {
    const mask = new Uint8Array(kernel);
    for (let tap = 0; tap < kernel; tap++) {
      const at = position * stride - before + tap * dilation;
      mask[tap] = at < 0 || at >= length ? 1 : 0;
    }
    found.set(mask.join(''), mask);
  }
  const outside = (mask: Uint8Array) => mask.reduce((sum, each) => sum + each, 0);
  return [...found.values()].sort((a, b) => outside(a) - outside(b));
}
