/** Where arrays of a model go: into its text, or into .npy files beside it. */
import { formatNpy } from '../../shared/npy.js';
import { singleNumber } from './numbers.js';

/** Elements that an array may have and still stand in the text. */
const INLINE_ELEMENTS = 64;

/** A scalar, an array, or the name of a file, for constants of one value or one per channel. */
type Reals = number | number[] | { readonly file: string };

/** Numbers in place or in a file, for weights and thresholds. */
type Tensor = { readonly values: unknown[] } | { readonly file: string };

export class Arrays {
  readonly files = new Map<string, Uint8Array>();
  private readonly inText: boolean;

  /** @param inText keep everything in the text, whatever its size */
  constructor(inText: boolean) {
    this.inText = inText;
  }

  /** float32 constants, [1] or [channels]. */
  reals(values: Float32Array, name: string): Reals {
    if (values.length === 1) return singleNumber(values[0]);
    if (this.isShort(values)) return Array.from(values, singleNumber);
    return this.file(name, [values.length], values);
  }

  /** float32 values of several axes. */
  realTensor(values: Float32Array, shape: readonly number[], name: string): Tensor {
    if (this.isShort(values)) return { values: nest(values, shape, singleNumber) };
    return this.file(name, shape, values);
  }

  /** Integers of several axes. */
  integerTensor(values: Int32Array | Float64Array, shape: readonly number[], name: string): Tensor {
    const [min, max] = rangeOf(values);
    if (this.isShort(values) || min < -(2 ** 31) || max >= 2 ** 31)
      return { values: nest(values, shape, (value) => value + 0) };
    const array = min >= -128 && max <= 127 ? Int8Array.from(values) : Int32Array.from(values);
    return this.file(name, shape, array);
  }

  /** Doubles of several axes; in a file only where float32 holds them exactly. */
  doubleTensor(values: Float64Array, shape: readonly number[], name: string): Tensor {
    if (values.every((value) => Math.fround(value) === value))
      return this.realTensor(Float32Array.from(values), shape, name);
    return { values: nest(values, shape, (value) => value) };
  }

  private isShort({ length }: ArrayLike<number>): boolean {
    return this.inText || length <= INLINE_ELEMENTS;
  }

  private file(
    name: string,
    shape: readonly number[],
    data: Int8Array | Int32Array | Float32Array,
  ): { file: string } {
    const file = `${name}.npy`;
    this.files.set(file, formatNpy(shape, data));
    return { file };
  }
}

function rangeOf(values: ArrayLike<number>): readonly [number, number] {
  let [min, max] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    if (values[k] < min) min = values[k];
    if (values[k] > max) max = values[k];
  }
  return [min, max];
}

/** Row-major values as nested arrays. */
function nest(
  values: Int32Array | Float32Array | Float64Array,
  [length, ...rest]: readonly number[],
  element: (value: number) => number,
): unknown[] {
  if (rest.length === 0) return Array.from(values, element);
  const size = values.length / length;
  return Array.from({ length }, (_, k) => nest(values.subarray(k * size, (k + 1) * size), rest, element));
}
