/** Bytes of a .tflite file -> TfliteGraph: tensors and operators of the main subgraph, nothing interpreted yet. */
import { fail } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/tflite-errors.js';
import { CUSTOM, FIELDS, OPERATORS, TENSOR_TYPES, type TensorType } from './schema.js';
import { Damaged, FlatBuffer, type Table } from './table.js';

/** real = scale * (code - zeroPoint), one of each, or one for each index of `dimension`. */
export interface TensorQuantization {
  readonly scale: Float32Array;
  readonly zeroPoint: readonly number[];
  readonly dimension: number;
  readonly custom: boolean; // by rules outside the schema
}

export interface TfliteTensor {
  readonly name: string; // unique in the graph, not empty
  readonly shape: readonly number[]; // with the batch axis
  readonly type: TensorType;
  readonly data?: Uint8Array; // little-endian, C order; of constants only
  readonly quantization?: TensorQuantization;
  readonly sparse: boolean;
}

export interface TfliteOperator {
  readonly index: number; // in the file
  readonly op: string; // as the schema names it
  readonly inputs: readonly number[]; // tensors, -1 for an optional input that is absent
  readonly outputs: readonly number[];
  readonly options: { readonly type: number; readonly table?: Table }; // type in the union BuiltinOptions
}

export interface TfliteGraph {
  readonly file: string;
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[]; // in the order of execution
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

const IDENTIFIER = 'TFL3';
const MAX_RANK = 8;

/**
 * Decode a .tflite file.
 *
 * @throws tflite_malformed when it is no TFLite model or is damaged
 */
export function decodeTflite(bytes: Uint8Array, file: string): TfliteGraph {
  if (bytes.length === 0) fail(errors.tfliteMalformed(file, 'the file is empty'));
  const identifier = String.fromCharCode(...bytes.subarray(4, 8));
  if (identifier !== IDENTIFIER)
    fail(errors.tfliteMalformed(file, `its bytes 4 to 7 are not '${IDENTIFIER}'`));
  try {
    return readModel(bytes, file);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return fail(errors.tfliteMalformed(file, `its FlatBuffer is damaged or cut short: ${error.message}`));
  }
}

function readModel(bytes: Uint8Array, file: string): TfliteGraph {
  const model = new FlatBuffer(bytes).root();
  const version = model.int32(FIELDS.model.version);
  if (version !== 3)
    fail(errors.tfliteMalformed(file, `its schema version is ${version} where 3 is expected`));
  const codes = model.tables(FIELDS.model.operatorCodes).map(operatorName);
  const buffers = model.tables(FIELDS.model.buffers);
  const [main] = model.tables(FIELDS.model.subgraphs);
  if (!main) return fail(errors.tfliteMalformed(file, 'it holds no subgraph'));
  const data = buffers.map((buffer) => bufferData(buffer, bytes));
  const raw = main.tables(FIELDS.subgraph.tensors).map((table) => readTensor(table, data));
  const tensors = uniqueNames(raw);
  const operators = main
    .tables(FIELDS.subgraph.operators)
    .map((table, index) => readOperator(table, index, codes));
  const inputs = main.int32s(FIELDS.subgraph.inputs);
  const outputs = main.int32s(FIELDS.subgraph.outputs);
  const used = [...inputs, ...outputs, ...operators.flatMap((each) => [...each.inputs, ...each.outputs])];
  const wrong = used.find((index) => index < -1 || index >= tensors.length);
  if (wrong !== undefined) throw new Damaged(`it names tensor ${wrong} of ${tensors.length}`);
  return { file, tensors, operators, inputs, outputs };
}

function operatorName(code: Table): string {
  const { deprecatedBuiltin, builtin, custom } = FIELDS.operatorCode;
  const number = Math.max(code.int8(deprecatedBuiltin), code.int32(builtin));
  if (number === CUSTOM) return `CUSTOM ${code.text(custom)}`;
  return OPERATORS[number] ?? `operator code ${number}`;
}

/** Data lies in the FlatBuffer, or for large models behind it. */
function bufferData(buffer: Table, file: Uint8Array): Uint8Array {
  const offset = buffer.int64(FIELDS.buffer.offset);
  if (offset <= 1) return buffer.bytes(FIELDS.buffer.data);
  const size = buffer.int64(FIELDS.buffer.size);
  if (!(size >= 0) || offset + size > file.length) throw new Damaged('a buffer lies outside the file');
  return file.subarray(offset, offset + size);
}

function readTensor(table: Table, buffers: readonly Uint8Array[]): TfliteTensor {
  const { tensor } = FIELDS;
  const type = table.int8(tensor.type);
  const shape = table.int32s(tensor.shape);
  const buffer = table.int32(tensor.buffer);
  if (!TENSOR_TYPES[type]) throw new Damaged(`it has a tensor of the unknown type ${type}`);
  if (shape.length > MAX_RANK || shape.some((n) => n < -1))
    throw new Damaged(`it has a tensor of shape [${shape.slice(0, MAX_RANK + 1).join(', ')}]`);
  if (buffer < 0 || buffer >= buffers.length)
    throw new Damaged(`it names buffer ${buffer} of ${buffers.length}`);
  const details = table.table(tensor.quantization);
  return {
    name: table.text(tensor.name),
    shape,
    type: TENSOR_TYPES[type],
    data: buffers[buffer].length > 0 ? buffers[buffer] : undefined,
    quantization: details && readQuantization(details),
    sparse: table.table(tensor.sparsity) !== undefined,
  };
}

function readQuantization(table: Table): TensorQuantization | undefined {
  const { quantization } = FIELDS;
  const scale = table.float32s(quantization.scale);
  const custom = table.int8(quantization.detailsType) !== 0;
  if (scale.length === 0 && !custom) return undefined;
  return {
    scale,
    zeroPoint: table.int64s(quantization.zeroPoint),
    dimension: table.int32(quantization.dimension),
    custom,
  };
}

function readOperator(table: Table, index: number, codes: readonly string[]): TfliteOperator {
  const { operator } = FIELDS;
  const code = table.int32(operator.code);
  if (code < 0 || code >= codes.length)
    throw new Damaged(`it names operator code ${code} of ${codes.length}`);
  return {
    index,
    op: codes[code],
    inputs: table.int32s(operator.inputs),
    outputs: table.int32s(operator.outputs),
    options: { type: table.int8(operator.optionsType), table: table.table(operator.options) },
  };
}

/** Names of tensors are for people: exporters leave them out or use them twice. */
function uniqueNames(tensors: readonly TfliteTensor[]): TfliteTensor[] {
  const used = new Set<string>();
  return tensors.map((tensor, index) => {
    const base = tensor.name.slice(0, 200) || `tensor ${index}`;
    let name = base;
    while (used.has(name)) name = `${name} (tensor ${index})`;
    used.add(name);
    return { ...tensor, name };
  });
}
