/** Which pixels each window needs, for what happens around a line buffer. */
import type { IntegerWindow } from '../3-integer/types.js';

/** For each window in row-major order: pixels that must have come before it is complete, and the first still needed. */
interface Demand {
  readonly needed: Int32Array; // [windows], a count
  readonly kept: Int32Array; // [windows], a pixel number, non-decreasing
}

/** Pixels that each window needs and keeps. Windows wholly in the padding need what those before them did. */
export function windowDemand(window: IntegerWindow): Demand {
  const { image, kernel, stride, dilation, padding, positions } = window;
  const count = positions.height * positions.width;
  const needed = new Int32Array(count);
  const kept = new Int32Array(count);
  const rows = lastInside(kernel.height, dilation.height, image.height);
  const columns = lastInside(kernel.width, dilation.width, image.width);
  const clamp = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
  let most = 1; // the first tap of an image waits for its first pixel
  for (let y = 0, n = 0; y < positions.height; y++)
    for (let x = 0; x < positions.width; x++, n++) {
      const top = y * stride.height - padding.top;
      const left = x * stride.width - padding.left;
      const [row, column] = [rows(top), columns(left)];
      if (row >= 0 && column >= 0) most = Math.max(most, row * image.width + column + 1);
      needed[n] = most;
      kept[n] = clamp(top, image.height) * image.width + clamp(left, image.width);
    }
  for (let n = count - 2; n >= 0; n--) kept[n] = Math.min(kept[n], kept[n + 1]);
  return { needed, kept };
}

/** Position of the last tap that lies inside, for a window that begins at `first`; -1 where none does. */
function lastInside(taps: number, dilation: number, size: number) {
  return (first: number) => {
    for (let tap = taps - 1; tap >= 0; tap--) {
      const at = first + tap * dilation;
      if (at >= 0 && at < size) return at;
    }
    return -1;
  };
}
