/** Samples of a float network's input from a .npy file, as real values. */
import { codeRange } from '../1-import/quantize-value.js';
import type { Network, PortType } from '../1-import/types.js';
import type { Samples } from '../2-quantize/evaluate/evaluate.js';
import { portCode, toChannelsLast } from '../3-integer/host.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/file-errors.js';
import { isIntegerArray, type NpyArray } from '../shared/npy.js';

/** The shape of a sample in files: axes follow the model. */
function fileShape({ input: { shape }, layout }: Network): readonly number[] {
  return layout === 'NCHW' && shape.length === 3 ? [shape[2], shape[0], shape[1]] : shape;
}

/**
 * Real values of samples, channels last.
 *
 * With a declared input port an integer array holds its codes, and real values are rounded to it; without one, both are
 * the values that the model takes.
 *
 * @param most so many of them, evenly spaced; all by default
 * @throws input_shape, input_code_out_of_range, input_not_finite
 */
export function realSamples(network: Network, array: NpyArray, file: string, most = Infinity): Samples {
  const shape = fileShape(network);
  const [total = 0, ...axes] = array.shape;
  const squeeze = (axis: readonly number[]) => axis.filter((n) => n !== 1).join();
  if (array.shape.length === 0 || squeeze(axes) !== squeeze(shape))
    fail(errors.inputShape(file, shape, array.shape));
  const width = shape.reduce((product, n) => product * n, 1);
  const count = Math.min(total, most);
  const convert = converter(network.inputPort, isIntegerArray(array.data), file);
  const values = new Float32Array(count * width);
  for (let k = 0; k < count; k++) {
    const from = Math.floor((k * total) / count) * width;
    for (let i = 0; i < width; i++) {
      const value = array.data[from + i];
      if (!Number.isFinite(value)) fail(errors.inputNotFinite(file, from + i));
      values[k * width + i] = convert(value, from + i);
    }
  }
  return { values: toChannelsLast(values, shape, network.layout), count };
}

function converter(
  port: PortType | undefined,
  integers: boolean,
  file: string,
): (value: number, index: number) => number {
  if (!port) return (value) => value;
  const { bits, signed, scale, zeroPoint = 0 } = port;
  const range = codeRange({ encoding: 'integer', bits, signed, narrow: false });
  const real = (code: number) => ((code - zeroPoint) * scale.numerator) / scale.denominator;
  if (!integers) return (value) => real(portCode(Math.fround(value), port, range));
  const type = `${signed ? '' : 'u'}int${bits}`;
  return (code, index) => {
    if (code < range.min || code > range.max)
      fail(errors.inputCodeOutOfRange(file, index, code, type, range.min, range.max));
    return real(code);
  };
}
