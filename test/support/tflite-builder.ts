/** TFLite files made in tests: a plain description of a graph, written with the FlatBuffers library. */
import { Builder } from 'flatbuffers';
import { decodeTflite } from '../../src/1-import/tflite/decode.js';
import { importTfliteGraph } from '../../src/1-import/tflite/index.js';
import {
  FIELDS,
  OPERATORS,
  OPTIONS,
  TENSOR_TYPES,
  type TensorType,
} from '../../src/1-import/tflite/schema.js';
import type { FixedPointRounding, Network } from '../../src/1-import/types.js';

export interface TensorSpec {
  readonly shape: readonly number[];
  readonly type?: TensorType; // INT8 by default
  readonly data?: readonly number[]; // makes it a constant
  readonly bytes?: Uint8Array; // instead of data
  readonly scale?: readonly number[];
  readonly zeroPoint?: readonly number[];
  readonly dimension?: number;
  readonly custom?: boolean; // a quantization by other rules
  readonly name?: string; // the key in `tensors` by default
}

type OptionName = keyof typeof OPTIONS;
type Fields = Readonly<Record<string, number>>;

export interface OperatorSpec {
  readonly op: string;
  readonly inputs: readonly string[]; // '' for one that is absent
  readonly outputs: readonly string[];
  readonly options?: { readonly [Name in OptionName]?: Fields };
}

export interface GraphSpec {
  readonly tensors: Readonly<Record<string, TensorSpec>>;
  readonly operators: readonly OperatorSpec[];
  readonly inputs?: readonly string[]; // ['x'] by default
  readonly outputs?: readonly string[]; // ['y'] by default
  readonly version?: number;
}

/** One field of a table. */
type Value =
  | { readonly int8: number }
  | { readonly int32: number }
  | { readonly int64: number }
  | { readonly float32: number }
  | { readonly offset: number };

function table(builder: Builder, fields: Readonly<Record<number, Value | undefined>>): number {
  const numbers = Object.keys(fields).map(Number);
  builder.startObject(Math.max(-1, ...numbers) + 1);
  builder.forceDefaults(true);
  for (const field of numbers) {
    const value = fields[field];
    if (!value) continue;
    if ('int8' in value) builder.addFieldInt8(field, value.int8, 0);
    else if ('int32' in value) builder.addFieldInt32(field, value.int32, 0);
    else if ('int64' in value) builder.addFieldInt64(field, BigInt(value.int64), 0n);
    else if ('float32' in value) builder.addFieldFloat32(field, value.float32, 0);
    else builder.addFieldOffset(field, value.offset, 0);
  }
  builder.forceDefaults(false);
  return builder.endObject();
}

function vector(builder: Builder, bytes: number, values: readonly number[], add: (x: number) => void): Value {
  builder.startVector(bytes, values.length, bytes);
  for (const value of [...values].reverse()) add(value);
  return { offset: builder.endVector() };
}

const int32s = (b: Builder, values: readonly number[]) => vector(b, 4, values, (x) => b.addInt32(x));
const int64s = (b: Builder, values: readonly number[]) => vector(b, 8, values, (x) => b.addInt64(BigInt(x)));
const float32s = (b: Builder, values: readonly number[]) => vector(b, 4, values, (x) => b.addFloat32(x));
const offsets = (b: Builder, values: readonly number[]) => vector(b, 4, values, (x) => b.addOffset(x));

/** Little-endian bytes of a constant. */
function bytesOf({ type = 'INT8', data = [], bytes }: TensorSpec): Uint8Array {
  if (bytes) return bytes;
  switch (type) {
    case 'FLOAT32':
      return new Uint8Array(Float32Array.from(data).buffer);
    case 'INT32':
      return new Uint8Array(Int32Array.from(data).buffer);
    case 'INT64':
      return new Uint8Array(BigInt64Array.from(data.map(BigInt)).buffer);
    case 'INT4': {
      const packed = new Uint8Array(Math.ceil(data.length / 2));
      data.forEach((code, k) => {
        packed[k >> 1] |= (code & 15) << (4 * (k % 2));
      });
      return packed;
    }
    default:
      return Uint8Array.from(data, (code) => code & 255);
  }
}

/** Options' fields that are bytes in the schema. */
const BYTES = new Set([
  ...['padding', 'activation', 'weightsFormat', 'keepDimensions', 'alignCorners', 'halfPixelCenters'],
]);
const FLOATS = new Set(['beta', 'alpha']);

/** The bytes of a .tflite file. */
export function encodeTflite({
  tensors,
  operators,
  inputs = ['x'],
  outputs = ['y'],
  version = 3,
}: GraphSpec): Uint8Array {
  const b = new Builder(1024);
  const names = Object.keys(tensors);
  const indices = (each: readonly string[]) => each.map((name) => (name === '' ? -1 : names.indexOf(name)));
  const constants = names.filter((name) => tensors[name].data || tensors[name].bytes);
  const buffers = [
    table(b, {}),
    ...constants.map((name) =>
      table(b, { [FIELDS.buffer.data]: { offset: b.createByteVector(bytesOf(tensors[name])) } }),
    ),
  ];
  const tensorTables = names.map((key) => {
    const {
      shape,
      type = 'INT8',
      scale,
      zeroPoint = [0],
      dimension = 0,
      custom = false,
      name = key,
    } = tensors[key];
    const f = FIELDS.tensor;
    const quantization = scale && {
      [FIELDS.quantization.scale]: float32s(b, scale),
      [FIELDS.quantization.zeroPoint]: int64s(b, zeroPoint),
      [FIELDS.quantization.dimension]: { int32: dimension },
      [FIELDS.quantization.detailsType]: { int8: custom ? 1 : 0 },
    };
    return table(b, {
      [f.quantization]: quantization && { offset: table(b, quantization) },
      [f.shape]: int32s(b, shape),
      [f.name]: { offset: b.createString(name) },
      [f.type]: { int8: TENSOR_TYPES.indexOf(type) },
      [f.buffer]: { int32: constants.indexOf(key) + 1 },
    });
  });
  const codes = [...new Set(operators.map(({ op }) => op))];
  const codeTables = codes.map((op) => {
    const f = FIELDS.operatorCode;
    const number = OPERATORS.indexOf(op);
    const custom: Readonly<Record<number, Value>> =
      number < 0 ? { [f.custom]: { offset: b.createString(op) } } : {};
    const code = number < 0 ? OPERATORS.indexOf('CUSTOM') : number;
    return table(b, {
      ...custom,
      [f.deprecatedBuiltin]: { int8: Math.min(code, 127) },
      [f.builtin]: { int32: code },
    });
  });
  const operatorTables = operators.map(({ op, inputs: from, outputs: to, options = {} }) => {
    const f = FIELDS.operator;
    const [name] = Object.keys(options) as OptionName[];
    const given: Fields = options[name] ?? {};
    const numbers: Readonly<Record<string, number>> = name ? OPTIONS[name] : {};
    const fields: Record<number, Value> = {};
    for (const [field, value] of Object.entries(given))
      fields[numbers[field]] = FLOATS.has(field)
        ? { float32: value }
        : BYTES.has(field)
          ? { int8: value }
          : { int32: value };
    return table(b, {
      [f.options]: name && { offset: table(b, fields) },
      [f.optionsType]: name && { int8: OPTIONS[name].type },
      [f.inputs]: int32s(b, indices(from)),
      [f.outputs]: int32s(b, indices(to)),
      [f.code]: { int32: codes.indexOf(op) },
    });
  });
  const s = FIELDS.subgraph;
  const main = table(b, {
    [s.tensors]: offsets(b, tensorTables),
    [s.operators]: offsets(b, operatorTables),
    [s.inputs]: int32s(b, indices(inputs)),
    [s.outputs]: int32s(b, indices(outputs)),
  });
  const m = FIELDS.model;
  const model = table(b, {
    [m.operatorCodes]: offsets(b, codeTables),
    [m.subgraphs]: offsets(b, [main]),
    [m.buffers]: offsets(b, buffers),
    [m.version]: { int32: version },
  });
  b.finish(model, 'TFL3');
  return b.asUint8Array().slice();
}

/** Import a described graph. */
export function importGraph(graph: GraphSpec, rounding: FixedPointRounding = 'double'): Network {
  return importTfliteGraph(decodeTflite(encodeTflite(graph), 'model.tflite'), rounding);
}

/** An int8 tensor that is computed. */
export function codes(shape: readonly number[], scale = 0.5, zeroPoint = 3): TensorSpec {
  return { shape, scale: [scale], zeroPoint: [zeroPoint] };
}

/** A float32 tensor; with data a constant. */
export function floats(shape: readonly number[], data?: readonly number[]): TensorSpec {
  return { shape, type: 'FLOAT32', data };
}

/** Numbers from -range to range that look random and are the same every time. */
export function numbers(count: number, range = 100, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((state / 2 ** 32) * 2 * range - range);
  });
}

/** int8 weights with one scale for each index of an axis. */
export function weights(
  shape: readonly number[],
  axis = 0,
  scale = (k: number) => 0.01 * (k + 1),
): TensorSpec {
  return {
    shape,
    data: numbers(shape.reduce((a, b) => a * b, 1)),
    scale: Array.from({ length: shape[axis] }, (_, k) => scale(k)),
    zeroPoint: Array.from({ length: shape[axis] }, () => 0),
    dimension: axis,
  };
}

/** int32 biases. */
export function biases(count: number): TensorSpec {
  return { shape: [count], type: 'INT32', data: numbers(count, 1000, 7) };
}

/** Small, with most kinds of operators: convolutions, a residual sum, pools, a dense layer, softmax. */
export function smallNetwork(): GraphSpec {
  const conv = { padding: 0, strideWidth: 1, strideHeight: 1, activation: 1 };
  return {
    tensors: {
      x: codes([1, 6, 5, 2], 0.5, 3),
      w0: weights([4, 3, 3, 2]),
      b0: biases(4),
      c0: codes([1, 6, 5, 4], 20, -128),
      w1: weights([1, 3, 3, 4], 3),
      b1: biases(4),
      c1: codes([1, 6, 5, 4], 300, -5),
      s: codes([1, 6, 5, 4], 310, -9),
      p: codes([1, 3, 2, 4], 310, -9),
      m: codes([1, 4], 320, 10),
      axes: { shape: [2], type: 'INT32', data: [1, 2] },
      w2: weights([3, 4], 0, () => 0.02),
      b2: biases(3),
      l: codes([1, 3], 900, 4),
      y: codes([1, 3], 1 / 256, -128),
    },
    operators: [
      { op: 'CONV_2D', inputs: ['x', 'w0', 'b0'], outputs: ['c0'], options: { conv } },
      {
        op: 'DEPTHWISE_CONV_2D',
        inputs: ['c0', 'w1', 'b1'],
        outputs: ['c1'],
        options: { depthwise: { ...conv, activation: 0 } },
      },
      { op: 'ADD', inputs: ['c0', 'c1'], outputs: ['s'], options: { add: { activation: 0 } } },
      {
        op: 'MAX_POOL_2D',
        inputs: ['s'],
        outputs: ['p'],
        options: { pool: { padding: 1, strideWidth: 2, strideHeight: 2, kernelWidth: 2, kernelHeight: 2 } },
      },
      { op: 'MEAN', inputs: ['p', 'axes'], outputs: ['m'] },
      { op: 'FULLY_CONNECTED', inputs: ['m', 'w2', 'b2'], outputs: ['l'] },
      { op: 'SOFTMAX', inputs: ['l'], outputs: ['y'], options: { softmax: { beta: 1 } } },
    ],
  };
}
