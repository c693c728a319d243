/** The host's side: real values or codes from a .npy file to port codes, and output codes to real values. */
import { quantizeValue, roundHalfEven } from '../1-import/quantize-value.js';
import type { PortType } from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/file-errors.js';
import { isIntegerArray, type NpyArray } from '../shared/npy.js';
import type { Codes } from './evaluate.js';
import { evaluateElementwise } from './float32.js';
import type { HostInput, HostOutput, IntegerNetwork, IntegerType } from './types.js';

export interface InputCodes {
  readonly codes: Int32Array; // [count * elements]
  readonly count: number;
}

/**
 * Codes of the input port for the samples of an array.
 *
 * @param limit use at most this many samples
 * @throws input_shape, input_code_out_of_range, input_not_finite
 */
export function inputCodes(
  network: IntegerNetwork,
  array: NpyArray,
  file: string,
  limit?: number,
): InputCodes {
  const tensor = network.tensors.get(network.input);
  if (!tensor) throw new Error('the network has no input tensor');
  const [samples = 0, ...axes] = array.shape;
  const squeeze = (shape: readonly number[]) => shape.filter((n) => n !== 1).join();
  if (array.shape.length === 0 || squeeze(axes) !== squeeze(network.inputShape))
    fail(errors.inputShape(file, network.inputShape, array.shape));
  const count = Math.min(samples, limit ?? samples);
  const width = network.inputShape.reduce((product, n) => product * n, 1);
  const data = toChannelsLast(array.data.subarray(0, count * width), network.inputShape, network.layout);
  const codes = new Int32Array(data.length);
  if (isIntegerArray(array.data)) {
    const { min, max } = tensor.type;
    for (let k = 0; k < codes.length; k++) {
      codes[k] = data[k];
      if (data[k] < min || data[k] > max || (tensor.type.encoding === 'bipolar' && data[k] === 0))
        fail(errors.inputCodeOutOfRange(file, k, data[k], typeName(tensor.type), min, max));
    }
    return { codes, count };
  }
  const convert = realToCode(network.hostInput, tensor.type);
  for (let k = 0; k < codes.length; k++) {
    if (!Number.isFinite(data[k])) fail(errors.inputNotFinite(file, k));
    codes[k] = convert(Math.fround(data[k]), k % width); // constants per channel repeat along the last axis
  }
  return { codes, count };
}

/**
 * Values of images in the hardware's order, channels last.
 *
 * @param shape of a sample in the file's order; only images are [channels, height, width]
 */
export function toChannelsLast<Data extends NpyArray['data']>(
  data: Data,
  shape: readonly number[],
  layout: IntegerNetwork['layout'],
): Data {
  if (layout === 'NHWC' || shape.length !== 3) return data;
  const [channels, height, width] = shape;
  return transpose(data, channels, height * width);
}

/** Values of output images in the model file's order, and the shape of a sample in it. */
export function toFileOrder<Data extends Codes | Float32Array>(
  network: IntegerNetwork,
  data: Data,
): { data: Data; shape: readonly number[] } {
  const shape = network.tensors.get(network.output)?.shape ?? [];
  const [height, width, channels] = shape;
  if (shape.length !== 3) return { data, shape: [shape.reduce((product, n) => product * n, 1)] };
  if ((network.outputLayout ?? network.layout) === 'NHWC') return { data, shape };
  return { data: transpose(data, height * width, channels), shape: [channels, height, width] };
}

/** Matrices of rows x columns, one after another, each transposed. */
function transpose<Data extends NpyArray['data']>(data: Data, rows: number, columns: number): Data {
  if (rows === 1 || columns === 1) return data;
  const result = data.slice() as Data;
  const size = rows * columns;
  for (let first = 0; first < data.length; first += size)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) result[first + c * rows + r] = data[first + r * columns + c];
  return result;
}

/** uint8, int4, bipolar ... */
export function typeName({ encoding, signed, bits }: IntegerType): string {
  return encoding === 'bipolar' ? 'bipolar' : `${signed ? 'int' : 'uint'}${bits}`;
}

/** Real value -> port code: the declared port rounds half to even and saturates; else the model's own operations. */
function realToCode({ nodes, port }: HostInput, type: IntegerType): (x: number, element: number) => number {
  if (port) return (x) => portCode(x, port, type);
  return (x, element) => {
    let value = x;
    for (const node of nodes) {
      if (node.op === 'quantize')
        return quantizeValue(node.quantizer, value, element % Math.max(1, node.quantizer.scale.length));
      const channels = Math.max(node.operand?.length ?? 1, node.multiplier?.length ?? 1);
      value = evaluateElementwise(node, value, element % channels);
    }
    return value;
  };
}

/** Real value -> code of a declared port, rounded half to even and saturated. */
export function portCode(
  x: number,
  { scale, zeroPoint = 0 }: PortType,
  { min, max }: Pick<IntegerType, 'min' | 'max'>,
): number {
  return Math.min(Math.max(roundHalfEven((x * scale.denominator) / scale.numerator) + zeroPoint, min), max);
}

/** Real values of output codes, in float32; softmax is left out. Constants per channel repeat along the last axis. */
export function outputReals(
  { scale, offset, nodes }: HostOutput,
  codes: Codes,
  outputs: number,
): Float32Array {
  const reals = new Float32Array(codes.length);
  for (let k = 0; k < codes.length; k++) {
    const element = k % outputs;
    const code = codes[k] - offset[element % offset.length];
    let value = Math.fround(code * scale[element % scale.length]);
    for (const node of nodes) {
      const channels = Math.max(node.operand?.length ?? 1, node.multiplier?.length ?? 1);
      value = evaluateElementwise(node, value, element % channels);
    }
    reals[k] = value;
  }
  return reals;
}

/** Index of the first maximum of each sample. */
export function topOne(values: ArrayLike<number>, outputs: number): Int32Array {
  const winners = new Int32Array(values.length / outputs);
  for (let n = 0; n < winners.length; n++) {
    let best = 0;
    for (let o = 1; o < outputs; o++) if (values[n * outputs + o] > values[n * outputs + best]) best = o;
    winners[n] = best;
  }
  return winners;
}

/** Class of each sample: of the codes where they sort as the real values do, else of the real values. */
export function classify(network: IntegerNetwork, codes: Codes, outputs: number): Int32Array {
  return topOne(
    network.hostOutput.ordered ? codes : outputReals(network.hostOutput, codes, outputs),
    outputs,
  );
}
