/** Pools and nodes that move values, channels last. */
import type { DepthToSpaceNode, PadNode, PoolNode, UpsampleNode } from '../../1-import/types.js';
import { geometry } from './window.js';

type Shape = readonly number[];

/** @param x [count][height][width][channels] @param image its shape @param positions shape of the result */
export function evaluatePool(
  node: PoolNode,
  x: Float32Array,
  count: number,
  image: Shape,
  positions: Shape,
): Float32Array {
  const g = geometry(node.window, image, positions);
  const { kernel, stride, dilation, padding } = node.window;
  const { channels } = g;
  const maximum = node.kind === 'maximum';
  const y = new Float32Array(count * g.rows * g.columns * channels);
  const results = new Float64Array(channels);
  let at = 0;
  for (let sample = 0; sample < count; sample++)
    for (let row = 0; row < g.rows; row++)
      for (let column = 0; column < g.columns; column++) {
        let inside = 0;
        results.fill(maximum ? -Infinity : 0);
        for (let i = 0; i < kernel.height; i++) {
          const line = row * stride.height - padding.top + i * dilation.height;
          if (line < 0 || line >= g.height) continue;
          for (let j = 0; j < kernel.width; j++) {
            const place = column * stride.width - padding.left + j * dilation.width;
            if (place < 0 || place >= g.width) continue;
            inside++;
            const from = ((sample * g.height + line) * g.width + place) * channels;
            if (maximum)
              for (let c = 0; c < channels; c++) {
                if (x[from + c] > results[c]) results[c] = x[from + c];
              }
            else for (let c = 0; c < channels; c++) results[c] += x[from + c];
          }
        }
        const divisor = maximum ? 1 : node.countPadding ? kernel.height * kernel.width : inside;
        for (let c = 0; c < channels; c++) y[at++] = Math.fround(results[c]) / divisor;
      }
  return y;
}

/** @param parts [count][...][channels] of each tensor @param channels of each */
export function evaluateConcat(parts: readonly Float32Array[], channels: readonly number[]): Float32Array {
  const width = channels.reduce((sum, n) => sum + n, 0);
  const rows = parts[0].length / channels[0];
  const y = new Float32Array(rows * width);
  let offset = 0;
  parts.forEach((part, k) => {
    const own = channels[k];
    for (let r = 0; r < rows; r++) y.set(part.subarray(r * own, (r + 1) * own), r * width + offset);
    offset += own;
  });
  return y;
}

/** Zeros around images. @param image [height, width, channels] */
export function evaluatePad(
  { padding }: PadNode,
  x: Float32Array,
  count: number,
  image: Shape,
): Float32Array {
  const [height, width, channels] = image;
  const wide = width + padding.left + padding.right;
  const high = height + padding.top + padding.bottom;
  const y = new Float32Array(count * high * wide * channels);
  const row = width * channels;
  for (let line = 0; line < count * height; line++) {
    const sample = Math.floor(line / height);
    const to = ((sample * high + padding.top + (line % height)) * wide + padding.left) * channels;
    y.set(x.subarray(line * row, (line + 1) * row), to);
  }
  return y;
}

/** @param image [height, width, channels] of the input */
export function evaluateUpsample(
  { factor }: UpsampleNode,
  x: Float32Array,
  count: number,
  image: Shape,
): Float32Array {
  const [height, width, channels] = image;
  const y = new Float32Array(x.length * factor.height * factor.width);
  let at = 0;
  for (let line = 0; line < count * height; line++)
    for (let repeat = 0; repeat < factor.height; repeat++)
      for (let column = 0; column < width; column++) {
        const from = (line * width + column) * channels;
        for (let again = 0; again < factor.width; again++, at += channels)
          y.set(x.subarray(from, from + channels), at);
      }
  return y;
}

/** @param image [height, width, channels] of the input */
export function evaluateDepthToSpace(
  { block, order }: DepthToSpaceNode,
  x: Float32Array,
  count: number,
  image: Shape,
): Float32Array {
  const [height, width, depth] = image;
  const cells = block * block;
  const channels = depth / cells;
  const y = new Float32Array(x.length);
  for (let line = 0; line < count * height; line++)
    for (let column = 0; column < width; column++)
      for (let cell = 0; cell < cells; cell++) {
        const row = line * block + Math.floor(cell / block);
        const to = (row * width * block + column * block + (cell % block)) * channels;
        const from = (line * width + column) * depth;
        for (let c = 0; c < channels; c++)
          y[to + c] = x[from + (order === 'CRD' ? c * cells + cell : cell * channels + c)];
      }
  return y;
}
