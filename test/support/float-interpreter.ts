/**
 * A plain interpreter of Network nodes in float32, for tests: what the front ends read is computed here and compared
 * with results that other programs computed. It shares no code with the integer model but the quantizers' definition.
 */
import { codeRange, quantizeValue } from '../../src/1-import/quantize-value.js';
import type { Network, NetworkNode, QuantizeNode, Weights, Window } from '../../src/1-import/types.js';

const { fround } = Math;

interface Tensor {
  readonly shape: readonly number[]; // channels last
  readonly data: Float32Array;
}

/** All tensors of one sample. */
export function interpret(network: Network, input: Float32Array): Map<string, Tensor> {
  const values = new Map<string, Tensor>();
  values.set(network.input.name, { shape: network.input.shape, data: input });
  const get = (name: string): Tensor => {
    const value = values.get(name);
    if (!value) throw new Error(`no tensor ${name}`);
    return value;
  };
  for (const node of network.nodes) {
    const shape = network.tensors.get(node.output)?.shape;
    if (!shape) throw new Error(`no shape of ${node.output}`);
    const data = compute(node, get(node.input), get, shape);
    if (data.length !== shape.reduce((a, b) => a * b, 1))
      throw new Error(`${node.name} gives ${data.length} elements, its shape is ${shape.join()}`);
    values.set(node.output, { shape, data });
  }
  return values;
}

/** An image [channels][height][width] of a file as the Network has it, and back. */
export function channelsLast(data: ArrayLike<number>, channels: number, positions: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < positions; p++) result[p * channels + c] = data[c * positions + p];
  return result;
}

export function channelsFirst(data: ArrayLike<number>, channels: number, positions: number): Float32Array {
  return channelsLast(data, positions, channels);
}

function compute(
  node: NetworkNode,
  x: Tensor,
  get: (name: string) => Tensor,
  shape: readonly number[],
): Float32Array {
  const channels = x.shape[x.shape.length - 1];
  switch (node.op) {
    case 'conv':
      return convolve(x, shape, node.window, realWeights(node.weights, node.outputs), node.groups);
    case 'dense': {
      const weights = realWeights(node.weights, node.outputs);
      return Float32Array.from({ length: node.outputs }, (_, o) => {
        let sum = 0;
        for (let i = 0; i < node.inputs; i++) sum += weights[o * node.inputs + i] * x.data[i];
        return sum;
      });
    }
    case 'pool':
      return pool(x, shape, node.window, node.kind === 'maximum', node.countPadding);
    case 'add': {
      const other = get(node.other).data;
      return x.data.map((value, k) => value + other[k]);
    }
    case 'concat': {
      const parts = [x, ...node.others.map(get)];
      const result: number[] = [];
      for (let p = 0; p < x.data.length / channels; p++)
        for (const part of parts) {
          const own = part.shape[part.shape.length - 1];
          for (let c = 0; c < own; c++) result.push(part.data[p * own + c]);
        }
      return Float32Array.from(result);
    }
    case 'pad': {
      const [height, width] = x.shape;
      const { top, left } = node.padding;
      return image(shape, (r, c, k) => {
        const inside = r >= top && r < top + height && c >= left && c < left + width;
        return inside ? x.data[((r - top) * width + c - left) * channels + k] : 0;
      });
    }
    case 'upsample': {
      const { height, width } = node.factor;
      return image(
        shape,
        (r, c, k) => x.data[(Math.floor(r / height) * x.shape[1] + Math.floor(c / width)) * channels + k],
      );
    }
    case 'depth-to-space': {
      const { block, order } = node;
      return image(shape, (r, c, k) => {
        const [by, bx] = [r % block, c % block];
        const from = order === 'DCR' ? (by * block + bx) * shape[2] + k : k * block * block + by * block + bx;
        return x.data[(Math.floor(r / block) * x.shape[1] + Math.floor(c / block)) * channels + from];
      });
    }
    case 'quantize':
      return x.data.map((value, k) => requantize(node, value, k % channels));
    case 'elementwise': {
      const pick = (values: Float32Array | undefined, k: number) =>
        values ? values[values.length === 1 ? 0 : k % channels] : 0;
      const one = (value: number, k: number): number => {
        const c = pick(node.operand, k);
        if (node.kind === 'add') return value + c;
        if (node.kind === 'subtract') return value - c;
        if (node.kind === 'multiply') return value * c;
        if (node.kind === 'divide') return value / c;
        if (node.kind === 'normalize') return fround(value * pick(node.multiplier, k)) + c;
        if (node.kind === 'relu') return Math.max(value, 0);
        if (node.kind === 'clip')
          return Math.min(Math.max(value, node.minimum ?? -Infinity), node.maximum ?? Infinity);
        throw new Error(`no interpretation of ${node.kind}`);
      };
      return x.data.map(one);
    }
    case 'reshape':
      return x.data;
    case 'softmax': {
      const top = x.data.reduce((a, b) => Math.max(a, b), -Infinity);
      const powers = x.data.map((value) => Math.exp(value - top));
      const total = powers.reduce((a, b) => a + b, 0);
      return powers.map((power) => power / total);
    }
    default:
      throw new Error(`no interpretation of ${node.op}`);
  }
}

/** Real value of the code that a quantizer gives. */
function requantize({ quantizer }: QuantizeNode, value: number, channel: number): number {
  const code = quantizeValue(quantizer, value, channel);
  const { min, max } = codeRange(quantizer);
  if (code < min || code > max) throw new Error(`code ${code} outside ${min} .. ${max}`);
  const { scale, zeroPoint } = quantizer;
  return fround((code - zeroPoint) * scale[scale.length === 1 ? 0 : channel]);
}

function realWeights(weights: Weights, outputs: number): Float32Array {
  if (weights.encoding === 'real') return weights.values;
  const { codes, scale } = weights;
  const each = codes.length / outputs;
  return Float32Array.from(codes, (code, k) => code * scale[scale.length === 1 ? 0 : Math.floor(k / each)]);
}

function image(shape: readonly number[], value: (r: number, c: number, k: number) => number): Float32Array {
  const [height, width, channels] = shape;
  const result = new Float32Array(height * width * channels);
  let at = 0;
  for (let r = 0; r < height; r++)
    for (let c = 0; c < width; c++) for (let k = 0; k < channels; k++) result[at++] = value(r, c, k);
  return result;
}

/** Sums in double precision, rounded to float32 once: no order of summation is better than another. */
function convolve(
  { shape: [height, width, channels], data }: Tensor,
  [rows, columns, outputs]: readonly number[],
  { kernel, stride, dilation, padding }: Window,
  weights: Float32Array,
  groups: number,
): Float32Array {
  const inputs = channels / groups;
  const perGroup = outputs / groups;
  const result = new Float32Array(rows * columns * outputs);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      for (let o = 0; o < outputs; o++) {
        const first = Math.floor(o / perGroup) * inputs;
        let sum = 0;
        for (let i = 0; i < kernel.height; i++) {
          const y = r * stride.height - padding.top + i * dilation.height;
          if (y < 0 || y >= height) continue;
          for (let j = 0; j < kernel.width; j++) {
            const x = c * stride.width - padding.left + j * dilation.width;
            if (x < 0 || x >= width) continue;
            const w = ((o * kernel.height + i) * kernel.width + j) * inputs;
            const from = (y * width + x) * channels + first;
            for (let k = 0; k < inputs; k++) sum += weights[w + k] * data[from + k];
          }
        }
        result[(r * columns + c) * outputs + o] = sum;
      }
  return result;
}

function pool(
  { shape: [height, width, channels], data }: Tensor,
  shape: readonly number[],
  { kernel, stride, dilation, padding }: Window,
  maximum: boolean,
  countPadding: boolean,
): Float32Array {
  return image(shape, (r, c, k) => {
    const found: number[] = [];
    for (let i = 0; i < kernel.height; i++)
      for (let j = 0; j < kernel.width; j++) {
        const y = r * stride.height - padding.top + i * dilation.height;
        const x = c * stride.width - padding.left + j * dilation.width;
        if (y >= 0 && y < height && x >= 0 && x < width) found.push(data[(y * width + x) * channels + k]);
      }
    if (maximum) return Math.max(...found);
    const count = countPadding ? kernel.height * kernel.width : found.length;
    return found.reduce((sum, value) => sum + value, 0) / count;
  });
}
