/** Bytes of an .onnx file -> OnnxGraph: typed tensors, nodes with attributes, nothing interpreted yet. */
import protobuf from 'protobufjs/light.js';
import { fail } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/onnx-errors.js';
import { onnxSchema } from './schema.js';

/** A constant tensor. Integers and floats alike are held as doubles, which represent all of them up to 2^53. */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: Float64Array; // [product of dims]
  readonly isFloat: boolean; // float32 arithmetic applies
  readonly integer?: IntegerElement; // of a quantized tensor as the file stores it
}

/** The element types of QuantizeLinear and DequantizeLinear. */
export interface IntegerElement {
  readonly bits: number;
  readonly signed: boolean;
  readonly narrow?: boolean; // without the smallest code if signed, the largest if not; never in a file's own types
}

export interface OnnxAttribute {
  readonly number: number; // f or i; 0 when absent
  readonly text: string;
  readonly numbers: readonly number[]; // floats or ints
  readonly tensor?: OnnxTensor;
}

export interface OnnxNode {
  readonly name: string; // as in the file, or made from its position
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[]; // '' for an optional input that is absent
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxGraph {
  readonly file: string;
  readonly nodes: readonly OnnxNode[]; // as in the file
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxInput[]; // without initializers
  readonly outputs: readonly string[];
  readonly opset: number; // of the default domain
}

export interface OnnxInput {
  readonly name: string;
  readonly dims?: readonly (number | undefined)[];
  readonly integer?: IntegerElement; // when it takes codes, not real values
}

interface RawTensor {
  dims?: number[];
  dataType?: number;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: number[];
  doubleData?: number[];
  name?: string;
  rawData?: Uint8Array;
  dataLocation?: number;
}
interface RawAttribute {
  name?: string;
  f?: number;
  i?: number;
  s?: Uint8Array;
  t?: RawTensor;
  floats?: number[];
  ints?: number[];
}
interface RawModel {
  opsetImport?: { domain?: string; version?: number }[];
  graph?: {
    node?: {
      input?: string[];
      output?: string[];
      name?: string;
      opType?: string;
      attribute?: RawAttribute[];
      domain?: string;
    }[];
    initializer?: RawTensor[];
    input?: {
      name?: string;
      type?: {
        tensorType?: { elemType?: number; shape?: { dim?: { dimValue?: number; dimParam?: string }[] } };
      };
    }[];
    output?: { name?: string }[];
  };
}

const FLOAT = 1;
/** TensorProto.DataType -> the integers that quantized tensors are made of. */
export const INTEGERS: Readonly<Record<number, IntegerElement>> = {
  2: { bits: 8, signed: false },
  3: { bits: 8, signed: true },
  4: { bits: 16, signed: false },
  5: { bits: 16, signed: true },
  6: { bits: 32, signed: true },
  21: { bits: 4, signed: false },
  22: { bits: 4, signed: true },
  25: { bits: 2, signed: false },
  26: { bits: 2, signed: true },
};
/** TensorProto.DataType of elements that share bytes, the first in the low bits. */
const PACKED: Readonly<Record<number, IntegerElement>> = {
  21: INTEGERS[21],
  22: INTEGERS[22],
  25: INTEGERS[25],
  26: INTEGERS[26],
};
/** TensorProto.DataType -> bytes per element and reader of raw little-endian data. */
const TYPES: Record<number, { bytes: number; read: (view: DataView, at: number) => number }> = {
  1: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  2: { bytes: 1, read: (view, at) => view.getUint8(at) },
  3: { bytes: 1, read: (view, at) => view.getInt8(at) },
  4: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  5: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  6: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  7: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { bytes: 1, read: (view, at) => view.getUint8(at) },
  11: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  12: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
};

/**
 * Decode an .onnx file.
 *
 * @throws onnx_malformed when it is no ONNX protobuf or is cut short; onnx_tensor for a damaged or external tensor
 */
export function decodeOnnx(bytes: Uint8Array, file: string): OnnxGraph {
  if (bytes.length === 0) fail(errors.onnxMalformed(file, 'the file is empty'));
  const root = protobuf.Root.fromJSON(onnxSchema);
  const type = root.lookupType('ModelProto');
  let model: RawModel;
  try {
    model = type.toObject(type.decode(bytes), { longs: Number }) as RawModel;
  } catch (error) {
    return fail(
      errors.onnxMalformed(file, `its protobuf data is damaged or cut short (${(error as Error).message})`),
    );
  }
  const graph = model.graph;
  if (!graph?.node?.length) fail(errors.onnxMalformed(file, 'it holds no graph with nodes'));
  const initializers = new Map<string, OnnxTensor>();
  for (const tensor of graph.initializer ?? [])
    initializers.set(tensor.name ?? '', decodeTensor(tensor, file, `initializer ${tensor.name ?? ''}`));
  const used = new Map<string, number>();
  const nodes = graph.node.map((node, index): OnnxNode => {
    const base = node.name || `${node.opType ?? 'node'}_${index}`;
    const count = used.get(base) ?? 0;
    used.set(base, count + 1);
    const name = count === 0 ? base : `${base}_${count + 1}`;
    return {
      name,
      op: node.opType ?? '',
      domain: node.domain ?? '',
      inputs: node.input ?? [],
      outputs: node.output ?? [],
      attributes: new Map(
        (node.attribute ?? []).map((each) => [each.name ?? '', decodeAttribute(each, file, name)]),
      ),
    };
  });
  return {
    file,
    nodes,
    initializers,
    inputs: (graph.input ?? [])
      .filter((each) => !initializers.has(each.name ?? ''))
      .map((each) => ({
        name: each.name ?? '',
        dims: each.type?.tensorType?.shape?.dim?.map((dim) => (dim.dimParam ? undefined : dim.dimValue)),
        integer: inputCodes(each.type?.tensorType?.elemType),
      })),
    outputs: (graph.output ?? []).map((each) => each.name ?? ''),
    opset: model.opsetImport?.find((each) => !each.domain || each.domain === 'ai.onnx')?.version ?? 1,
  };
}

/** Wider integers at the input are counted as real values that happen to be whole. */
function inputCodes(type: number | undefined): IntegerElement | undefined {
  const integer = INTEGERS[type ?? FLOAT];
  return integer && integer.bits <= 16 ? integer : undefined;
}

function decodeAttribute(raw: RawAttribute, file: string, node: string): OnnxAttribute {
  return {
    number: raw.f ?? raw.i ?? 0,
    text: raw.s ? Buffer.from(raw.s).toString('utf8') : '',
    numbers: raw.floats ?? raw.ints ?? [],
    tensor: raw.t ? decodeTensor(raw.t, file, `node ${node} attribute ${raw.name ?? ''}`) : undefined,
  };
}

function decodeTensor(raw: RawTensor, file: string, where: string): OnnxTensor {
  const dims = raw.dims ?? [];
  const packed = PACKED[raw.dataType ?? 0];
  const type = TYPES[raw.dataType ?? 0];
  if (!type && !packed)
    return fail(errors.onnxTensor(file, where, `element type ${raw.dataType ?? 0} is not read`));
  if (raw.dataLocation === 1)
    return fail(errors.onnxTensor(file, where, 'its data lies in an external file, which is not read'));
  const count = dims.reduce((product, n) => product * n, 1);
  if (!dims.every((n) => Number.isSafeInteger(n) && n >= 0) || count > 2 ** 31)
    return fail(errors.onnxTensor(file, where, `shape [${dims.join(', ')}] is not possible`));
  if (packed) return decodePacked(raw, packed, dims, count, file, where);
  const typed = [raw.floatData, raw.int32Data, raw.int64Data, raw.doubleData].find((each) => each?.length);
  const rawCount = raw.rawData?.length ? raw.rawData.length / type.bytes : undefined;
  const found = rawCount ?? typed?.length ?? 0;
  if (found !== count)
    return fail(
      errors.onnxTensor(file, where, `shape [${dims.join(', ')}] needs ${count} elements, found ${found}`),
    );
  const isFloat = raw.dataType === FLOAT || raw.dataType === 11;
  const integer = INTEGERS[raw.dataType ?? 0];
  const kind = { isFloat, ...(integer && { integer }) };
  if (!raw.rawData?.length) return { dims, data: Float64Array.from(typed ?? []), ...kind };
  const view = new DataView(raw.rawData.buffer, raw.rawData.byteOffset, raw.rawData.byteLength);
  const data = new Float64Array(count);
  for (let k = 0; k < count; k++) data[k] = type.read(view, k * type.bytes);
  return { dims, data, ...kind };
}

/** Integers of 2 or 4 bits, several to a byte. */
function decodePacked(
  raw: RawTensor,
  integer: IntegerElement,
  dims: readonly number[],
  count: number,
  file: string,
  where: string,
): OnnxTensor {
  const bytes = raw.rawData?.length ? raw.rawData : (raw.int32Data ?? []);
  const each = 8 / integer.bits;
  if (bytes.length !== Math.ceil(count / each))
    return fail(
      errors.onnxTensor(
        file,
        where,
        `shape [${dims.join(', ')}] needs ${Math.ceil(count / each)} bytes, found ${bytes.length}`,
      ),
    );
  const data = new Float64Array(count);
  const unused = 32 - integer.bits;
  for (let k = 0; k < count; k++) {
    const high = (bytes[Math.floor(k / each)] >> (integer.bits * (k % each))) << unused;
    data[k] = integer.signed ? high >> unused : high >>> unused;
  }
  return { dims, data, isFloat: false, integer };
}
