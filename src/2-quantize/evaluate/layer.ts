/** Dense layers and convolutions in float32. */
import type { ConvNode, DenseNode, Weights } from '../../1-import/types.js';
import { multiply } from './matrix.js';
import { fillRows, type Geometry, geometry, isPixelwise } from './window.js';

/** Elements of the rows that are made at once: what a core's cache holds. */
const ROW_ELEMENTS = 2 ** 15;

/** The inputs of a layer's sums, as rows: those of one group at some positions. The array is used again afterwards. */
export type ObserveRows = (rows: Float32Array, count: number, group: number) => void;

/** The real values of weights. */
export function realWeights(weights: Weights, outputs: number): Float32Array {
  if (weights.encoding === 'real') return weights.values;
  const { codes, scale } = weights;
  const inputs = codes.length / outputs;
  const values = new Float32Array(codes.length);
  for (let k = 0; k < values.length; k++)
    values[k] = codes[k] * scale[scale.length === 1 ? 0 : Math.floor(k / inputs)];
  return values;
}

/** @param x [count][inputs] @returns [count][outputs] */
export function evaluateDense(
  node: DenseNode,
  x: Float32Array,
  count: number,
  observe?: ObserveRows,
): Float32Array {
  const { inputs, outputs } = node;
  const values = new Float32Array(count * outputs);
  observe?.(x, count, 0);
  multiply(x, count, realWeights(node.weights, outputs), 0, outputs, inputs, {
    values,
    at: 0,
    stride: outputs,
  });
  return values;
}

/**
 * @param x [count][height][width][channels]
 * @param image [height, width, channels] of the input
 * @param positions [height, width, outputs] of the result
 */
export function evaluateConv(
  node: ConvNode,
  x: Float32Array,
  count: number,
  image: readonly number[],
  positions: readonly number[],
  observe?: ObserveRows,
): Float32Array {
  const g = geometry(node.window, image, positions);
  const weights = realWeights(node.weights, node.outputs);
  if (node.groups === g.channels && node.groups > 1 && !observe) return depthwise(node, weights, x, count, g);
  const { kernel } = node.window;
  const { groups, outputs } = node;
  const channels = g.channels / groups;
  const inputs = kernel.height * kernel.width * channels;
  const total = count * g.rows * g.columns;
  const values = new Float32Array(total * outputs);
  const each = outputs / groups;
  const pixelwise = groups === 1 && isPixelwise(g);
  const most = Math.min(total, Math.max(4, 4 * Math.floor(ROW_ELEMENTS / inputs / 4)));
  const buffer = pixelwise ? undefined : new Float32Array(most * inputs);
  for (let group = 0; group < groups; group++)
    for (let first = 0; first < total; first += most) {
      const rows = Math.min(most, total - first);
      let part: Float32Array;
      if (buffer) {
        part = buffer;
        fillRows(x, g, { first, count: rows, channel: group * channels, channels }, buffer);
      } else part = x.subarray(first * inputs, (first + rows) * inputs);
      observe?.(part, rows, group);
      multiply(part, rows, weights, group * each * inputs, each, inputs, {
        values,
        at: first * outputs + group * each,
        stride: outputs,
      });
    }
  return values;
}

/** Each output sees one channel: a matrix product would have one column. */
function depthwise(
  { outputs, window: { kernel, stride, dilation, padding } }: ConvNode,
  weights: Float32Array,
  x: Float32Array,
  count: number,
  g: Geometry,
): Float32Array {
  const taps = kernel.height * kernel.width;
  const each = outputs / g.channels;
  const byTap = new Float32Array(weights.length);
  for (let o = 0; o < outputs; o++)
    for (let tap = 0; tap < taps; tap++) byTap[tap * outputs + o] = weights[o * taps + tap];
  const values = new Float32Array(count * g.rows * g.columns * outputs);
  const sums = new Float64Array(outputs);
  let at = 0;
  for (let sample = 0; sample < count; sample++)
    for (let row = 0; row < g.rows; row++)
      for (let column = 0; column < g.columns; column++) {
        sums.fill(0);
        for (let i = 0; i < kernel.height; i++) {
          const y = row * stride.height - padding.top + i * dilation.height;
          if (y < 0 || y >= g.height) continue;
          for (let j = 0; j < kernel.width; j++) {
            const column0 = column * stride.width - padding.left + j * dilation.width;
            if (column0 < 0 || column0 >= g.width) continue;
            const from = ((sample * g.height + y) * g.width + column0) * g.channels;
            const tap = (i * kernel.width + j) * outputs;
            if (each === 1) for (let o = 0; o < outputs; o++) sums[o] += x[from + o] * byTap[tap + o];
            else for (let o = 0; o < outputs; o++) sums[o] += x[from + Math.floor(o / each)] * byTap[tap + o];
          }
        }
        values.set(sums, at);
        at += outputs;
      }
  return values;
}
