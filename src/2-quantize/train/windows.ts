/**
 * Windows on images, for the trainer. Images are [channels, height, width, samples]: with the samples last, every tap of a
 * window is a run of contiguous values, which the WebAssembly back end computes with SIMD.
 */
import { numpy as np } from '@jax-js/jax';
import type { Window } from '../../1-import/types.js';

export type Tensor = np.Array;

/** Values where the image is extended; a maximum never picks them, for no activation is that small. */
const BELOW_ALL = -1e30;

/**
 * What each tap of a window sees, in the order of the taps.
 *
 * @param image [channels, height, width, samples]; taken over
 * @param fill of the positions outside of it
 * @returns [channels, output height, output width, samples] each
 */
export function taps(image: Tensor, window: Window, fill: 'zero' | 'below-all' = 'zero'): Tensor[] {
  const { kernel, stride, dilation, padding } = window;
  const [, height, width] = image.shape;
  const rows = outputSize(
    height + padding.top + padding.bottom,
    kernel.height,
    stride.height,
    dilation.height,
  );
  const columns = outputSize(
    width + padding.left + padding.right,
    kernel.width,
    stride.width,
    dilation.width,
  );
  // Whole strides behind each tap, so that it can be cut into them.
  const bottom = Math.max(
    0,
    (kernel.height - 1) * dilation.height + rows * stride.height - height - padding.top,
  );
  const right = Math.max(
    0,
    (kernel.width - 1) * dilation.width + columns * stride.width - width - padding.left,
  );
  const padded = extend(image, [padding.top, bottom], [padding.left, right], fill);
  const seen: Tensor[] = [];
  for (let i = 0; i < kernel.height; i++)
    for (let j = 0; j < kernel.width; j++) {
      const top = i * dilation.height;
      const left = j * dilation.width;
      const part = padded.ref.slice(
        [],
        [top, top + rows * stride.height],
        [left, left + columns * stride.width],
        [],
      );
      seen.push(everyStride(part, rows, columns, stride));
    }
  padded.dispose();
  return seen;
}

function outputSize(size: number, kernel: number, stride: number, dilation: number): number {
  return Math.floor((size - (kernel - 1) * dilation - 1) / stride) + 1;
}

function extend(
  image: Tensor,
  rows: readonly [number, number],
  columns: readonly [number, number],
  fill: 'zero' | 'below-all',
): Tensor {
  if ([...rows, ...columns].every((n) => n === 0)) return image;
  const widths: [number, number][] = [[0, 0], [...rows], [...columns], [0, 0]];
  if (fill === 'zero') return np.pad(image, widths);
  const [, height, width] = image.shape;
  const inside = np.pad(np.ones([1, height, width, 1]), widths);
  return np.where(inside.greater(0), np.pad(image, widths), BELOW_ALL);
}

function everyStride(part: Tensor, rows: number, columns: number, stride: Window['stride']): Tensor {
  if (stride.height === 1 && stride.width === 1) return part;
  const [channels, , , samples] = part.shape;
  return part
    .reshape([channels, rows, stride.height, columns, stride.width, samples])
    .slice([], [], 0, [], 0, []);
}

/**
 * A convolution as one matrix product per tap.
 *
 * @param weights [outputs, taps, channels / groups]; taken over, as the image is
 */
export function convolve(image: Tensor, weights: Tensor, window: Window, groups: number): Tensor {
  const [outputs, , inputs] = weights.shape;
  let sum: Tensor | undefined;
  let shape: number[] = [];
  taps(image, window).forEach((seen, tap) => {
    const [channels, height, width, samples] = seen.shape;
    shape = [outputs, height, width, samples];
    const matrix = weights.ref.slice([], tap, []);
    const values = height * width * samples;
    const product =
      groups === 1
        ? np.matmul(matrix, seen.reshape([channels, values]))
        : np.matmul(
            matrix.reshape([groups, outputs / groups, inputs]),
            seen.reshape([groups, inputs, values]),
          );
    sum = sum ? sum.add(product) : product;
  });
  weights.dispose();
  if (!sum) throw new Error('a window without taps');
  return sum.reshape(shape);
}

/** The largest value of each window. */
export function poolMaximum(image: Tensor, window: Window): Tensor {
  if (!isTiling(window))
    return taps(image, window, 'below-all').reduce((most, each) => np.maximum(most, each));
  const [channels, height, width, samples] = image.shape;
  const { kernel } = window;
  const rows = Math.floor(height / kernel.height);
  const columns = Math.floor(width / kernel.width);
  const tiles = image
    .slice([], [0, rows * kernel.height], [0, columns * kernel.width], [])
    .reshape([channels, rows, kernel.height, columns, kernel.width, samples]);
  return np.max(tiles, [2, 4]);
}

/** Windows side by side, which need no taps: a third of the time. */
function isTiling({ kernel, stride, dilation, padding }: Window): boolean {
  const same = kernel.height === stride.height && kernel.width === stride.width;
  const dense = dilation.height === 1 && dilation.width === 1;
  return same && dense && Object.values(padding).every((n) => n === 0);
}

/** The mean of each window. */
export function poolAverage(image: Tensor, window: Window, countPadding: boolean): Tensor {
  const [, height, width] = image.shape;
  const sum = taps(image, window).reduce((total, each) => total.add(each));
  const { kernel, padding } = window;
  const inside = Object.values(padding).every((n) => n === 0);
  if (countPadding || inside) return sum.mul(1 / (kernel.height * kernel.width));
  const counts = taps(np.ones([1, height, width, 1]), window).reduce((total, each) => total.add(each));
  return sum.div(counts);
}

/** [channels, height, width, samples] -> [height * width * channels, samples], the order of the network's elements. */
export function flatten(image: Tensor): Tensor {
  const [channels, height, width, samples] = image.shape;
  return np.transpose(image, [1, 2, 0, 3]).reshape([height * width * channels, samples]);
}

/** The reverse of `flatten`. */
export function unflatten(values: Tensor, [height, width, channels]: readonly number[]): Tensor {
  const samples = values.shape[1];
  return np.transpose(values.reshape([height, width, channels, samples]), [2, 0, 1, 3]);
}
