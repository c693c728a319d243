/** Arithmetic of windows on images, for all front ends. */
import type { Size, Window } from './types.js';

export type Padding = Window['padding'];

export const NO_PADDING: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

/** Elements that a window spans in each direction. */
export function windowExtent({ kernel, dilation }: Window): Size {
  return {
    height: (kernel.height - 1) * dilation.height + 1,
    width: (kernel.width - 1) * dilation.width + 1,
  };
}

/** The image with its padding. */
export function paddedSize(image: Size, { top, left, bottom, right }: Padding): Size {
  return { height: image.height + top + bottom, width: image.width + left + right };
}

/** Positions of a window on an image; zero or less where it does not fit. */
export function windowPositions(image: Size, window: Window): Size {
  const padded = paddedSize(image, window.padding);
  const extent = windowExtent(window);
  return {
    height: Math.floor((padded.height - extent.height) / window.stride.height) + 1,
    width: Math.floor((padded.width - extent.width) / window.stride.width) + 1,
  };
}

/**
 * Padding that gives ceil(image / stride) positions, the odd element after the image, or before it for `lower`.
 * Source: ONNX auto_pad SAME_UPPER and SAME_LOWER; TFLite padding SAME is the former.
 */
export function samePadding(image: Size, window: Omit<Window, 'padding'>, lower = false): Padding {
  const along = (axis: 'height' | 'width') => {
    const stride = window.stride[axis];
    const extent = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    const total = Math.max((Math.ceil(image[axis] / stride) - 1) * stride + extent - image[axis], 0);
    const small = Math.floor(total / 2);
    return lower ? [total - small, small] : [small, total - small];
  };
  const [top, bottom] = along('height');
  const [left, right] = along('width');
  return { top, left, bottom, right };
}
