/** Pools, sums of two tensors, and moves of codes in the golden model. */
import type { Codes } from './evaluate.js';
import { magnitudeOf } from './evaluate-dot.js';
import type {
  IntegerAdd,
  IntegerConcat,
  IntegerDepthToSpace,
  IntegerPool,
  IntegerUpsample,
} from './types.js';

/** The largest code or the sum of the codes of each window, [count][height][width][channels]. */
export function evaluatePool({ mode, window }: IntegerPool, x: Codes, count: number): Codes {
  const { kernel, stride, dilation, padding, image, channels, positions, padCode } = window;
  const size = count * positions.height * positions.width * channels;
  const taps = kernel.height * kernel.width;
  const narrow = x instanceof Int32Array && (mode === 'maximum' || magnitudeOf(x) * taps < 2 ** 31);
  const y = narrow ? new Int32Array(size) : new Float64Array(size);
  if (mode === 'maximum') y.fill(narrow ? -(2 ** 31) : Number.NEGATIVE_INFINITY);
  let at = 0;
  for (let n = 0; n < count; n++)
    for (let row = 0; row < positions.height; row++)
      for (let column = 0; column < positions.width; column++, at += channels)
        for (let t = 0; t < taps; t++) {
          const r = row * stride.height - padding.top + Math.floor(t / kernel.width) * dilation.height;
          const c = column * stride.width - padding.left + (t % kernel.width) * dilation.width;
          const outside = r < 0 || r >= image.height || c < 0 || c >= image.width;
          const from = ((n * image.height + r) * image.width + c) * channels;
          if (mode === 'sum') for (let k = 0; k < channels; k++) y[at + k] += outside ? padCode : x[from + k];
          else
            for (let k = 0; k < channels; k++) {
              const code = outside ? padCode : x[from + k];
              if (code > y[at + k]) y[at + k] = code;
            }
        }
  return y;
}

export function evaluateAdd({ weights: [a, b] }: IntegerAdd, x: Codes, other: Codes): Codes {
  const bound = Math.abs(a) * magnitudeOf(x) + Math.abs(b) * magnitudeOf(other);
  const y = bound < 2 ** 31 ? new Int32Array(x.length) : new Float64Array(x.length);
  for (let k = 0; k < y.length; k++) y[k] = a * x[k] + b * other[k];
  return y;
}

export function evaluateConcat({ channels }: IntegerConcat, inputs: readonly Codes[]): Codes {
  const total = channels.reduce((sum, each) => sum + each, 0);
  const pixels = inputs[0].length / channels[0];
  const y = like(inputs[0], pixels * total);
  let first = 0;
  inputs.forEach((x, index) => {
    const width = channels[index];
    for (let p = 0; p < pixels; p++)
      for (let c = 0; c < width; c++) y[p * total + first + c] = x[p * width + c];
    first += width;
  });
  return y;
}

export function evaluateUpsample({ image, channels, factor }: IntegerUpsample, x: Codes): Codes {
  const y = like(x, x.length * factor.height * factor.width);
  const width = image.width * factor.width;
  const rows = y.length / (width * channels); // of all samples
  for (let row = 0; row < rows; row++) {
    const from = Math.floor(row / factor.height) * image.width;
    for (let column = 0; column < width; column++) {
      const pixel = (from + Math.floor(column / factor.width)) * channels;
      const at = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) y[at + c] = x[pixel + c];
    }
  }
  return y;
}

export function evaluateDepthToSpace(node: IntegerDepthToSpace, x: Codes): Codes {
  const { image, channels, block, columnMajor } = node;
  const y = like(x, x.length);
  const width = image.width * block;
  const cells = block * block;
  const rows = y.length / (width * channels); // of all samples
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < width; column++) {
      const pixel = Math.floor(row / block) * image.width + Math.floor(column / block);
      const cell = (row % block) * block + (column % block);
      const at = (row * width + column) * channels;
      const from = pixel * cells * channels + (columnMajor ? cell : cell * channels);
      const step = columnMajor ? cells : 1;
      for (let c = 0; c < channels; c++) y[at + c] = x[from + c * step];
    }
  return y;
}

function like(x: Codes, length: number): Codes {
  return x instanceof Int32Array ? new Int32Array(length) : new Float64Array(length);
}
