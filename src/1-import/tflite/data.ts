/** Constants of a TFLite model as typed arrays. */
import type { TfliteTensor } from './decode.js';
import type { TensorType } from './schema.js';
import { BadOperator, elements, Unsupported } from './values.js';

const READERS: Partial<Record<TensorType, { bits: number; read: (view: DataView, k: number) => number }>> = {
  INT4: {
    bits: 4, // two to a byte, the first in the low half
    read: (view, k) => {
      const byte = view.getInt8(k >> 1);
      return k % 2 ? byte >> 4 : (byte << 28) >> 28;
    },
  },
  INT8: { bits: 8, read: (view, k) => view.getInt8(k) },
  INT32: { bits: 32, read: (view, k) => view.getInt32(4 * k, true) },
  INT64: { bits: 64, read: (view, k) => Number(view.getBigInt64(8 * k, true)) },
  FLOAT32: { bits: 32, read: (view, k) => view.getFloat32(4 * k, true) },
};

/** Integers of a constant tensor. @throws BadOperator, Unsupported */
export function readIntegers(tensor: TfliteTensor): Int32Array {
  return Int32Array.from(readNumbers(tensor));
}

/** Finite float32 values of a constant tensor. @throws BadOperator, Unsupported */
export function readFloats(tensor: TfliteTensor): Float32Array {
  if (tensor.type !== 'FLOAT32')
    throw new Unsupported(
      `float32 values in '${tensor.name}', as the activations are`,
      tensor.type.toLowerCase(),
      'quantize activations and weights alike, to int8, or neither',
    );
  const values = Float32Array.from(readNumbers(tensor));
  if (!values.every(Number.isFinite))
    throw new BadOperator(`finite values in '${tensor.name}'`, 'NaN or infinity');
  return values;
}

function readNumbers(tensor: TfliteTensor): Float64Array {
  const { type, shape, data = new Uint8Array(), name } = tensor;
  const reader = READERS[type];
  if (!reader) throw new Unsupported(`numbers of a type that is read in '${name}'`, type.toLowerCase());
  const count = elements(shape);
  const bytes = Math.ceil((count * reader.bits) / 8);
  if (shape.some((n) => n < 1) || data.length !== bytes)
    throw new BadOperator(`${bytes} bytes in '${name}' of shape [${shape.join(', ')}]`, String(data.length));
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const numbers = new Float64Array(count);
  for (let k = 0; k < count; k++) numbers[k] = reader.read(view, k);
  return numbers;
}
