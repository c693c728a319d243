import * as errors from '../../diagnostics/json-errors.js';
import type { Size, Window } from '../types.js';
import { NO_PADDING, paddedSize, samePadding, windowExtent, windowPositions } from '../window.js';
import { formatShape } from './describe.js';
import type { PaddingDocument, SizeDocument, WindowDocument } from './document.js';
import type { Findings } from './findings.js';
import type { LayerPlace } from './layer.js';

export interface Image extends Size {
  readonly channels: number;
}

/** The input of a layer as an image; reported when it has other axes than height, width and channels. */
export function readImage({ path, input }: LayerPlace, findings: Findings): Image | undefined {
  if (!input) return undefined;
  if (input.length === 3) return { height: input[0], width: input[1], channels: input[2] };
  const hint = 'the input of the network needs three axes for images, and "flatten" stands after them';
  const expected = 'an image of height, width and channels as the input';
  return findings.add(errors.modelShape(findings.at(path), expected, `shape ${formatShape(input)}`, hint));
}

export function readSize(size: SizeDocument): Size {
  return typeof size === 'number' ? { height: size, width: size } : { height: size[0], width: size[1] };
}

/** Padding in numbers; reported when an array has three. */
export function readPadding(
  padding: Exclude<PaddingDocument, string>,
  path: string,
  findings: Findings,
): Window['padding'] | undefined {
  if (typeof padding === 'number') return { top: padding, left: padding, bottom: padding, right: padding };
  const [first, second, third, fourth] = padding;
  if (padding.length === 2) return { top: first, left: second, bottom: first, right: second };
  if (padding.length === 4) return { top: first, left: second, bottom: third, right: fourth };
  const expected = '[vertical, horizontal] or [top, left, bottom, right]';
  return findings.add(
    errors.modelValue(findings.at(path), expected, `an array of ${padding.length} elements`),
  );
}

/**
 * The window of a layer on its image, when both could be read.
 *
 * @param stride the default
 */
export function readWindow(
  document: WindowDocument,
  kernel: Size | undefined,
  stride: Size,
  image: Image | undefined,
  path: string,
  findings: Findings,
): Window | undefined {
  const { padding: given = 'valid' } = document;
  const numbers = typeof given === 'string' ? NO_PADDING : readPadding(given, `${path}.padding`, findings);
  if (!kernel || !image || !numbers) return undefined;
  const open = {
    kernel,
    stride: document.stride === undefined ? stride : readSize(document.stride),
    dilation: readSize(document.dilation ?? 1),
  };
  const window = { ...open, padding: given === 'same' ? samePadding(image, open) : numbers };
  const positions = windowPositions(image, window);
  if (positions.height > 0 && positions.width > 0) return window;
  const [extent, padded] = [windowExtent(window), paddedSize(image, window.padding)];
  const expected = `a kernel of at most ${padded.height} x ${padded.width}, the padded image`;
  const hint = 'a smaller kernel or dilation, or more padding';
  const found = `${extent.height} x ${extent.width}`;
  return findings.add(errors.modelShape(findings.at(path), expected, found, hint));
}
