/** Which pixels each window needs, for what happens around a line buffer. */
import type { IntegerWindow } from '../3-integer/types.js';

/**
 * Pixels that must have come before each window is complete. Windows wholly in the padding need what those before them did.
 *
 * @returns [windows] in row-major order, counts, non-decreasing
 */
export function pixelsNeeded({
  image,
  kernel,
  stride,
  dilation,
  padding,
  positions,
}: IntegerWindow): Int32Array {
  const needed = new Int32Array(positions.height * positions.width);
  const rows = lastInside(kernel.height, dilation.height, image.height);
  const columns = lastInside(kernel.width, dilation.width, image.width);
  let most = 1; // the first tap of an image waits for its first pixel
  for (let y = 0, n = 0; y < positions.height; y++)
    for (let x = 0; x < positions.width; x++, n++) {
      const row = rows(y * stride.height - padding.top);
      const column = columns(x * stride.width - padding.left);
      if (row >= 0 && column >= 0) most = Math.max(most, row * image.width + column + 1);
      needed[n] = most;
    }
  return needed;
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
