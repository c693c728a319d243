/** An ONNX graph under construction, and its bytes. */
import protobuf from 'protobufjs/light.js';
import { onnxSchema } from '../../1-import/onnx/schema.js';

export const QONNX_DOMAIN = 'qonnx.custom_op.general';

/** TensorProto.DataType. */
export const TYPES = { float: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof TYPES;

/** AttributeProto.AttributeType. */
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;

const ARRAYS = {
  float: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
} as const;

/** IR version 8 belongs to operator set 13 to 18; 10 to operator set 21, the first with quantizers of 16 bits. */
const IR_VERSION = { 13: 8, 19: 9, 21: 10 } as const;
export type Opset = keyof typeof IR_VERSION;

/** An integer, a text, integers, or a float. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

let modelType: protobuf.Type | undefined;

export class GraphWriter {
  private readonly nodes: object[] = [];
  private readonly initializers: object[] = [];
  private readonly taken: Set<string>;
  private opset: Opset = 13;
  private qonnx = 0; // version of the domain

  /** @param reserved names of tensors that helpers may not take */
  constructor(reserved: Iterable<string>) {
    this.taken = new Set(reserved);
  }

  /** Ask for an operator set of at least this version. */
  needOpset(version: Opset): void {
    if (version > this.opset) this.opset = version;
  }

  /** Ask for a version of the QONNX operators: 1, or 2 for a Trunc with an output scale. */
  needQonnx(version: 1 | 2): void {
    this.qonnx = Math.max(this.qonnx, version);
  }

  /** A tensor name that is free, the wanted one if it can be. */
  free(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.taken.has(name); count++) name = `${wanted}_${count}`;
    this.taken.add(name);
    return name;
  }

  /** A constant. @returns its name */
  constant(wanted: string, type: ElementType, dims: readonly number[], values: ArrayLike<number>): string {
    const name = this.free(wanted);
    const { buffer } =
      type === 'int64' ? BigInt64Array.from(Array.from(values, BigInt)) : ARRAYS[type].from(values);
    const rawData = new Uint8Array(buffer); // little-endian, as every machine that runs Node
    this.initializers.push({ name, dims, dataType: TYPES[type], rawData });
    return name;
  }

  scalar(wanted: string, type: ElementType, value: number): string {
    return this.constant(wanted, type, [], [value]);
  }

  /** @param inputs '' for an optional input that is absent */
  node(
    op: string,
    name: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): string {
    if (domain === QONNX_DOMAIN) this.needQonnx(1);
    this.nodes.push({
      opType: op,
      name,
      input: inputs,
      output: [output],
      domain,
      attribute: Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value)),
    });
    return output;
  }

  /**
   * @param batch samples of the batch axis, which is free without
   * @param input and output without the batch axis
   */
  finish(
    name: string,
    input: { readonly name: string; readonly dims: readonly number[] },
    output: { readonly name: string; readonly dims: readonly number[] },
    batch?: number,
  ): Uint8Array {
    const first = batch === undefined ? { dimParam: 'batch' } : { dimValue: batch };
    const value = (each: typeof input) => ({
      name: each.name,
      type: {
        tensorType: {
          elemType: TYPES.float,
          shape: { dim: [first, ...each.dims.map((n) => ({ dimValue: n }))] },
        },
      },
    });
    const model = {
      irVersion: IR_VERSION[this.opset],
      producerName: 'narrowgate',
      opsetImport: [
        { domain: '', version: this.opset },
        ...(this.qonnx > 0 ? [{ domain: QONNX_DOMAIN, version: this.qonnx }] : []),
      ],
      graph: {
        name,
        node: this.nodes,
        initializer: this.initializers,
        input: [value(input)],
        output: [value(output)],
      },
    };
    modelType ??= protobuf.Root.fromJSON(onnxSchema).lookupType('ModelProto');
    return modelType.encode(modelType.fromObject(model)).finish();
  }
}

function encodeAttribute(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: Buffer.from(value, 'utf8') };
  if ('float' in value) return { name, type: ATTRIBUTE.float, f: value.float };
  return { name, type: ATTRIBUTE.ints, ints: value };
}
