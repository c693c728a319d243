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
  const data = array.data.subarray(0, count * width);
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
    codes[k] = convert(Math.fround(data[k]), k % width);
  }
  return { codes, count };
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
      value = evaluateElementwise(node, value, element % Math.max(1, node.operand?.length ?? 1));
    }
    return value;
  };
}

function portCode(x: number, { scale, zeroPoint = 0 }: PortType, { min, max }: IntegerType): number {
  return Math.min(Math.max(roundHalfEven((x * scale.denominator) / scale.numerator) + zeroPoint, min), max);
}

/** Real values of output codes, in float32; softmax is left out. */
export function outputReals(
  { scale, offset, nodes }: HostOutput,
  codes: Codes,
  outputs: number,
): Float32Array {
  const reals = new Float32Array(codes.length);
  for (let k = 0; k < codes.length; k++) {
    const channel = k % outputs;
    const code = codes[k] - (offset.length === 1 ? offset[0] : offset[channel]);
    let value = Math.fround(code * (scale.length === 1 ? scale[0] : scale[channel]));
    for (const node of nodes) value = evaluateElementwise(node, value, channel);
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
