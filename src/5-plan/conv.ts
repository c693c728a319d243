/** Windows of an image as a stream: what stands in front of the array of a convolution, and of a pool. */
import type { IntegerLayer, IntegerType, IntegerWindow } from '../3-integer/types.js';
import { packWord, prefersBlock } from './memory.js';
import type { Part, Stream } from './types.js';
import { smoothPixels } from './window.js';

/** Whether a convolution is the same dense layer on every pixel: no window has to be gathered. */
export function isPointwise(layer: IntegerLayer): boolean {
  if (layer.kind !== 'conv' || layer.separate) return false;
  const { kernel, stride, padding, image, positions } = layer.window;
  return (
    kernel.height * kernel.width === 1 &&
    stride.height * stride.width === 1 &&
    padding.top + padding.left === 0 &&
    positions.height === image.height &&
    positions.width === image.width
  );
}

/** Windows per inference. */
export function positionsOf({ positions }: IntegerWindow): number {
  return positions.height * positions.width;
}

/** Taps of a window. */
export function tapsOf({ kernel }: IntegerWindow): number {
  return kernel.height * kernel.width;
}

/** Whether any window has a tap on the image; sliding_window refuses an image that is padding to all of them. */
export function touchesImage({
  kernel,
  stride,
  dilation,
  padding,
  image,
  positions,
}: IntegerWindow): boolean {
  const touches = (size: number, taps: number, step: number, apart: number, pad: number, count: number) => {
    for (let line = 0; line < count; line++)
      for (let tap = 0; tap < taps; tap++) {
        const position = line * step + tap * apart - pad;
        if (position >= 0 && position < size) return true;
      }
    return false;
  };
  return (
    touches(image.height, kernel.height, stride.height, dilation.height, padding.top, positions.height) &&
    touches(image.width, kernel.width, stride.width, dilation.width, padding.left, positions.width)
  );
}

/**
 * The line buffer that makes windows of an image.
 *
 * @param lanes channels per beat
 * @param repeats how often each window comes in a row; with channelMajor each group of lanes
 * @param channelMajor true: all taps of a group of channels before the next group
 */
export function windowPart(
  window: IntegerWindow,
  type: IntegerType,
  lanes: number,
  repeats: number,
  channelMajor: boolean,
): Part {
  const { kernel, stride, dilation, padding, image, positions, channels, padCode } = window;
  const folds = channels / lanes;
  const width = lanes * type.bits;
  const pixels = smoothPixels({
    height: image.height,
    columns: image.width,
    folds,
    kernelHeight: kernel.height,
    kernelWidth: kernel.width,
    strideHeight: stride.height,
    strideWidth: stride.width,
    dilationHeight: dilation.height,
    dilationWidth: dilation.width,
    padTop: padding.top,
    padLeft: padding.left,
    outHeight: positions.height,
    outWidth: positions.width,
    repeats,
    channelMajor,
  });
  const input: Stream = { lanes, laneBits: type.bits, beats: image.height * image.width * folds };
  const beats = positionsOf(window) * tapsOf(window) * folds * repeats;
  return {
    module: 'sliding_window',
    instance: 'windows',
    input,
    output: { lanes, laneBits: type.bits, beats },
    parameters: new Map<string, number | string>([
      ['WIDTH', width],
      ['HEIGHT', image.height],
      ['COLUMNS', image.width],
      ['FOLDS', folds],
      ['KERNEL_H', kernel.height],
      ['KERNEL_W', kernel.width],
      ['STRIDE_H', stride.height],
      ['STRIDE_W', stride.width],
      ['DILATION_H', dilation.height],
      ['DILATION_W', dilation.width],
      ['PAD_TOP', padding.top],
      ['PAD_LEFT', padding.left],
      ['OUT_HEIGHT', positions.height],
      ['OUT_WIDTH', positions.width],
      ['PIXELS', pixels],
      ['REPEATS', repeats],
      ['CHANNEL_MAJOR', channelMajor ? 1 : 0],
      ['PAD', `${width}'h${packWord(new Array<number>(lanes).fill(padCode), type.bits)}`],
      ['BLOCK', prefersBlock(width, pixels * folds) ? 1 : 0],
    ]),
  };
}
