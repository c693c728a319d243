/** Convolutions in the golden model. */
import type { Codes } from './evaluate.js';
import { fitsInt32, magnitudeOf, multiplyDoubles, multiplyInt32 } from './evaluate-dot.js';
import type { IntegerConv, IntegerWindow } from './types.js';

/**
 * The sums of all windows, [count][height][width][outputs].
 *
 * @param x [count][image height][image width][channels]
 */
export function evaluateConv(conv: IntegerConv, x: Codes, count: number): Codes {
  const { window, outputs } = conv;
  const magnitude = Math.max(magnitudeOf(x), Math.abs(window.padCode));
  const narrow = x instanceof Int32Array && fitsInt32(conv, magnitude);
  const size = count * window.positions.height * window.positions.width * outputs;
  const y = narrow ? new Int32Array(size) : new Float64Array(size);
  if (conv.separate) separateSums(conv, x, count, y);
  else joinedSums(conv, x, count, y);
  return y;
}

/** One row of windows at a time is gathered into vectors; a 1x1 window is a vector of the image already. */
function joinedSums(conv: IntegerConv, x: Codes, count: number, y: Codes): void {
  const { window, inputs, outputs } = conv;
  const { height, width } = window.positions;
  if (isPointwise(window)) {
    multiply(conv, x, count * height * width, y, 0);
    return;
  }
  const vectors = y instanceof Int32Array ? new Int32Array(width * inputs) : new Float64Array(width * inputs);
  for (let n = 0; n < count; n++)
    for (let row = 0; row < height; row++) {
      gatherRow(window, x, n, row, vectors);
      multiply(conv, vectors, width, y, (n * height + row) * width * outputs);
    }
}

function multiply(conv: IntegerConv, x: Codes, vectors: number, y: Codes, at: number): void {
  if (y instanceof Int32Array && x instanceof Int32Array) multiplyInt32(conv, x, vectors, y, at);
  else if (y instanceof Float64Array) multiplyDoubles(conv, x, vectors, y, at);
}

function isPointwise({ kernel, stride, padding }: IntegerWindow): boolean {
  const { top, left, bottom, right } = padding;
  return (
    kernel.height * kernel.width === 1 &&
    stride.height * stride.width === 1 &&
    top + left + bottom + right === 0
  );
}

/** The windows of one output row as vectors, [width][taps][channels]. */
function gatherRow(window: IntegerWindow, x: Codes, sample: number, row: number, vectors: Codes): void {
  const { kernel, stride, dilation, padding, image, channels, positions, padCode } = window;
  const inputs = kernel.height * kernel.width * channels;
  const whole = dilation.width === 1;
  for (let i = 0; i < kernel.height; i++) {
    const y = row * stride.height - padding.top + i * dilation.height;
    const first = (sample * image.height + y) * image.width;
    for (let column = 0; column < positions.width; column++) {
      const at = column * inputs + i * kernel.width * channels;
      const left = column * stride.width - padding.left;
      if (y < 0 || y >= image.height) vectors.fill(padCode, at, at + kernel.width * channels);
      else if (whole && left >= 0 && left + kernel.width <= image.width)
        copy(x, (first + left) * channels, vectors, at, kernel.width * channels);
      else
        for (let j = 0; j < kernel.width; j++) {
          const to = at + j * channels;
          const c = left + j * dilation.width;
          if (c < 0 || c >= image.width) vectors.fill(padCode, to, to + channels);
          else copy(x, (first + c) * channels, vectors, to, channels);
        }
    }
  }
}

function copy(from: Codes, start: number, to: Codes, at: number, count: number): void {
  for (let k = 0; k < count; k++) to[at + k] = from[start + k];
}

/** Each output channel sees one input channel; channels are the inner loop, so that memory is read in order. */
function separateSums(conv: IntegerConv, x: Codes, count: number, y: Codes): void {
  const { window, weights, inputs: taps, outputs } = conv;
  const { kernel, stride, dilation, padding, image, channels, positions, padCode } = window;
  const multiplier = outputs / channels;
  const byTap = new Int32Array(weights.length); // [taps][outputs]
  for (let o = 0; o < outputs; o++)
    for (let t = 0; t < taps; t++) byTap[t * outputs + o] = weights[o * taps + t];
  let at = 0;
  for (let n = 0; n < count; n++)
    for (let row = 0; row < positions.height; row++)
      for (let column = 0; column < positions.width; column++, at += outputs)
        for (let t = 0; t < taps; t++) {
          const r = row * stride.height - padding.top + Math.floor(t / kernel.width) * dilation.height;
          const c = column * stride.width - padding.left + (t % kernel.width) * dilation.width;
          const w = t * outputs;
          if (r < 0 || r >= image.height || c < 0 || c >= image.width) {
            if (padCode !== 0) for (let o = 0; o < outputs; o++) y[at + o] += byTap[w + o] * padCode;
          } else {
            const from = ((n * image.height + r) * image.width + c) * channels;
            if (multiplier === 1) for (let o = 0; o < outputs; o++) y[at + o] += byTap[w + o] * x[from + o];
            else
              for (let o = 0; o < outputs; o++)
                y[at + o] += byTap[w + o] * x[from + Math.floor(o / multiplier)];
          }
        }
}
