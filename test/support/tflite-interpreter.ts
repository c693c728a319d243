/**
 * TFLite's integer kernels, written down once more and as plainly as they go, on the nodes of a Network. It shares no
 * arithmetic with src/: fixed-point products are BigInt, float32 goes through typed arrays and the magic number.
 */
import type {
  AddArithmetic,
  ConvNode,
  FixedPointMultiplier,
  Network,
  PoolNode,
  Quantizer,
  RequantizeNode,
  Window,
} from '../../src/1-import/types.js';

/** Codes, or sums with the zero points taken off. */
interface Tensor {
  readonly shape: readonly number[]; // per sample
  readonly data: Int32Array;
  readonly zeroPoint: number; // of codes; 0 for sums
  readonly counts?: Int32Array; // average pool: elements inside the image for each position
  readonly rawSums?: Int32Array; // average pool: sums of the codes themselves
}

/**
 * All tensors of an integer network for one sample.
 *
 * @param codes of the network's input quantizer, [elements]
 * @returns tensor name -> codes, or sums for results of layers and pools
 */
export function interpretTflite(network: Network, codes: ArrayLike<number>): Map<string, Int32Array> {
  const tensors = new Map<string, Tensor>();
  const get = (name: string): Tensor => {
    const found = tensors.get(name);
    if (!found) throw new Error(`tensor ${name} is used before it is made`);
    return found;
  };
  for (const node of network.nodes) {
    const shape = network.tensors.get(node.output)?.shape ?? [];
    const put = (data: Int32Array, zeroPoint: number, more: Partial<Tensor> = {}) =>
      tensors.set(node.output, { shape, data, zeroPoint, ...more });
    switch (node.op) {
      case 'quantize':
        put(Int32Array.from(codes), node.quantizer.zeroPoint);
        break;
      case 'conv':
        put(convolve(node, get(node.input), shape), 0);
        break;
      case 'dense': {
        const x = get(node.input);
        const { inputs, weights } = node;
        if (weights.encoding === 'real') throw new Error('float weights');
        const y = new Int32Array(node.outputs);
        for (let o = 0; o < node.outputs; o++)
          for (let i = 0; i < inputs; i++) y[o] += weights.codes[o * inputs + i] * (x.data[i] - x.zeroPoint);
        put(y, 0);
        break;
      }
      case 'pool': {
        const x = get(node.input);
        if (node.kind === 'maximum') put(largest(node, x, shape), x.zeroPoint);
        else {
          const { raw, counts } = sums(node, x, shape);
          put(
            raw.map((sum, k) => sum - x.zeroPoint * counts[k]),
            0,
            { rawSums: raw, counts },
          );
        }
        break;
      }
      case 'requantize': {
        const x = get(node.input);
        put(
          x.data.map((_, k) => requantizeOne(node, x, k, shape[shape.length - 1])),
          node.quantizer.zeroPoint,
        );
        break;
      }
      case 'add': {
        const { arithmetic } = node;
        if (!arithmetic) throw new Error('float addition');
        const [x, y] = [get(node.input), get(node.other)];
        put(
          x.data.map((a, k) => addOne(arithmetic, a - x.zeroPoint, y.data[k] - y.zeroPoint)),
          arithmetic.quantizer.zeroPoint,
        );
        break;
      }
      case 'pad': {
        const x = get(node.input);
        const [height, width, channels] = x.shape;
        const y = new Int32Array(shape.reduce((a, b) => a * b, 1)).fill(x.zeroPoint);
        for (let r = 0; r < height; r++)
          for (let c = 0; c < width; c++)
            for (let k = 0; k < channels; k++)
              y[((r + node.padding.top) * shape[1] + c + node.padding.left) * channels + k] =
                x.data[(r * width + c) * channels + k];
        put(y, x.zeroPoint);
        break;
      }
      case 'upsample':
      case 'depth-to-space': {
        const x = get(node.input);
        const [height, width, channels] = shape;
        const steps = node.op === 'upsample' ? node.factor : { height: node.block, width: node.block };
        const y = new Int32Array(height * width * channels);
        for (let r = 0, k = 0; r < height; r++)
          for (let c = 0; c < width; c++)
            for (let channel = 0; channel < channels; channel++, k++) {
              const pixel = Math.floor(r / steps.height) * x.shape[1] + Math.floor(c / steps.width);
              const part =
                node.op === 'upsample' ? 0 : ((r % node.block) * node.block + (c % node.block)) * channels;
              y[k] = x.data[pixel * x.shape[2] + part + channel];
            }
        put(y, x.zeroPoint);
        break;
      }
      case 'concat': {
        const parts = [node.input, ...node.others].map(get);
        const positions = parts[0].data.length / (parts[0].shape.at(-1) ?? 1);
        const y: number[] = [];
        for (let p = 0; p < positions; p++)
          for (const { data, shape: own } of parts) {
            const channels = own.at(-1) ?? 1;
            y.push(...data.subarray(p * channels, (p + 1) * channels));
          }
        put(Int32Array.from(y), parts[0].zeroPoint);
        break;
      }
      case 'reshape':
      case 'softmax': {
        const x = get(node.input);
        put(x.data, x.zeroPoint);
        break;
      }
      default:
        throw new Error(`no integer kernel of ${node.op}`);
    }
  }
  return new Map([...tensors].map(([name, { data }]) => [name, data]));
}

/** Calls back with every element of the image in the window of each output position. */
function walk(
  { kernel, stride, dilation, padding }: Window,
  image: readonly number[],
  positions: readonly number[],
  visit: (position: number, tap: number, pixel: number) => void,
): void {
  for (let y = 0; y < positions[0]; y++)
    for (let x = 0; x < positions[1]; x++)
      for (let i = 0; i < kernel.height; i++)
        for (let j = 0; j < kernel.width; j++) {
          const row = y * stride.height - padding.top + i * dilation.height;
          const column = x * stride.width - padding.left + j * dilation.width;
          if (row < 0 || row >= image[0] || column < 0 || column >= image[1]) continue;
          visit(y * positions[1] + x, i * kernel.width + j, row * image[1] + column);
        }
}

function convolve(node: ConvNode, x: Tensor, shape: readonly number[]): Int32Array {
  const { weights, outputs, groups, window } = node;
  if (weights.encoding === 'real') throw new Error('float weights');
  const channels = x.shape[2];
  const own = channels / groups;
  const taps = window.kernel.height * window.kernel.width;
  const perGroup = outputs / groups;
  const y = new Int32Array(shape[0] * shape[1] * outputs);
  walk(window, x.shape, shape, (position, tap, pixel) => {
    for (let o = 0; o < outputs; o++) {
      const first = Math.floor(o / perGroup) * own;
      let sum = 0;
      for (let c = 0; c < own; c++)
        sum +=
          weights.codes[(o * taps + tap) * own + c] * (x.data[pixel * channels + first + c] - x.zeroPoint);
      y[position * outputs + o] += sum;
    }
  });
  return y;
}

function largest(node: PoolNode, x: Tensor, shape: readonly number[]): Int32Array {
  const channels = x.shape[2];
  const y = new Int32Array(shape[0] * shape[1] * channels).fill(-128);
  walk(node.window, x.shape, shape, (position, _, pixel) => {
    for (let c = 0; c < channels; c++)
      y[position * channels + c] = Math.max(y[position * channels + c], x.data[pixel * channels + c]);
  });
  return y;
}

function sums(node: PoolNode, x: Tensor, shape: readonly number[]): { raw: Int32Array; counts: Int32Array } {
  const channels = x.shape[2];
  const raw = new Int32Array(shape[0] * shape[1] * channels);
  const counts = new Int32Array(raw.length);
  walk(node.window, x.shape, shape, (position, _, pixel) => {
    for (let c = 0; c < channels; c++) {
      raw[position * channels + c] += x.data[pixel * channels + c];
      counts[position * channels + c]++;
    }
  });
  return { raw, counts };
}

function requantizeOne(node: RequantizeNode, x: Tensor, k: number, channels: number): number {
  const { arithmetic, quantizer, minimum, maximum } = node;
  if (arithmetic.kind === 'divide') {
    const sum = BigInt((x.rawSums ?? x.data)[k]);
    const count = BigInt(x.counts?.[k] ?? 1);
    const mean = sum > 0n ? (sum + count / 2n) / count : (sum - count / 2n) / count; // BigInt truncates, as C does
    return clamp(Number(mean), minimum, maximum);
  }
  if (arithmetic.kind === 'leaky') {
    const code = x.data[k] - x.zeroPoint;
    const slope = code >= 0 ? arithmetic.positive : arithmetic.negative;
    return clamp(multiply(BigInt(code), slope, 0) + quantizer.zeroPoint, minimum, maximum);
  }
  const { bias } = arithmetic;
  const channel = k % channels;
  const sum = x.data[k] - x.zeroPoint + bias[bias.length === 1 ? 0 : channel];
  return clamp(
    multiply(BigInt(sum), arithmetic, channel, { quantizer, minimum, maximum }) + quantizer.zeroPoint,
    minimum,
    maximum,
  );
}

function addOne(arithmetic: AddArithmetic, a: number, b: number): number {
  const { quantizer, minimum, maximum } = arithmetic;
  let sum: number;
  if (arithmetic.kind === 'shift') {
    const [first, second] = arithmetic.multipliers.map(BigInt);
    const half = 1n << BigInt(arithmetic.shift - 1);
    sum = Number((BigInt(a) * first + BigInt(b) * second + half) >> BigInt(arithmetic.shift));
  } else {
    const scaled = (code: number, by: FixedPointMultiplier) =>
      BigInt(multiply(BigInt(code) << BigInt(arithmetic.leftShift), by, 0));
    sum = multiply(scaled(a, arithmetic.first) + scaled(b, arithmetic.second), arithmetic.result, 0);
  }
  return clamp(sum + quantizer.zeroPoint, minimum, maximum);
}

/** MultiplyByQuantizedMultiplier and XNNPACK's requantisation, from their sources. */
function multiply(
  value: bigint,
  fixed: FixedPointMultiplier,
  channel: number,
  range?: { readonly quantizer: Quantizer; readonly minimum: number; readonly maximum: number },
): number {
  const at = <T>(values: ArrayLike<T>): T => values[values.length === 1 ? 0 : channel];
  if (fixed.rounding === 'float') {
    if (!range) throw new Error('float rounding without a range to clamp to');
    return magic(Number(value), at(fixed.scale), range);
  }
  return Number(
    referenceMultiply(value, BigInt(at(fixed.multiplier)), BigInt(at(fixed.shift)), fixed.rounding),
  );
}

/** The two integer flavours, for any int32 value. */
export function referenceMultiply(
  value: bigint,
  multiplier: bigint,
  shift: bigint,
  rounding: 'double' | 'single',
): bigint {
  const limit = (x: bigint) => (x > 2147483647n ? 2147483647n : x < -2147483648n ? -2147483648n : x);
  if (rounding === 'single') {
    const total = 31n - shift;
    return limit((value * multiplier + (1n << (total - 1n))) >> total);
  }
  const left = shift > 0n ? shift : 0n;
  const right = shift > 0n ? 0n : -shift;
  const product = limit(value << left) * multiplier;
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  const high = (product + nudge) / (1n << 31n); // truncates towards zero
  const mask = (1n << right) - 1n;
  const remainder = high & mask;
  const threshold = (mask >> 1n) + (high < 0n ? 1n : 0n);
  return (high >> right) + (remainder > threshold ? 1n : 0n);
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);
const MAGIC = 12582912; // 1.5 * 2^23: a float32 near it has its last bit at 1

function magic(
  value: number,
  scale: number,
  { quantizer, minimum, maximum }: { quantizer: Quantizer; minimum: number; maximum: number },
): number {
  float[0] = value;
  float[0] *= Float32Array.of(scale)[0];
  float[0] = Math.max(float[0], minimum - quantizer.zeroPoint);
  float[0] = Math.min(float[0], maximum - quantizer.zeroPoint);
  float[0] += MAGIC;
  return bits[0] - 0x4b400000;
}

function clamp(value: number, minimum: number, maximum: number): number {
  return Math.min(Math.max(value, minimum), maximum);
}
