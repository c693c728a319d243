/** ONNX files made in tests: a plain description of a graph, encoded with the importer's own protobuf schema. */
import protobuf from 'protobufjs/light.js';
import { decodeOnnx, type OnnxGraph } from '../../src/1-import/onnx/decode.js';
import { importOnnxGraph } from '../../src/1-import/onnx/index.js';
import { onnxSchema } from '../../src/1-import/onnx/schema.js';
import type { Network } from '../../src/1-import/types.js';

const MODEL = protobuf.Root.fromJSON(onnxSchema).lookupType('ModelProto');

/** TensorProto as the schema names its fields. */
export interface RawTensor {
  name?: string;
  dims?: number[];
  dataType?: number;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: number[];
  rawData?: Uint8Array;
  dataLocation?: number;
}

/** A number is an integer attribute, a text a string one; the others say their field. */
export type Attribute =
  | number
  | string
  | { readonly f: number }
  | { readonly ints: number[] }
  | { readonly floats: number[] }
  | { readonly t: RawTensor };

export interface NodeSpec {
  readonly op: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly name?: string;
  readonly domain?: string;
}

export interface GraphSpec {
  readonly inputs: { name: string; dims?: (number | string)[]; type?: number }[];
  readonly outputs: string[];
  readonly nodes: NodeSpec[];
  readonly initializers: RawTensor[];
  readonly opset?: number;
}

/** A float32 tensor. */
export function floats(name: string, dims: number[], values: number[]): RawTensor {
  return { name, dims, dataType: 1, floatData: values };
}

/** A float32 scalar. */
export function scalar(name: string, value: number): RawTensor {
  return floats(name, [], [value]);
}

/** An int64 tensor. */
export function integers(name: string, dims: number[], values: number[]): RawTensor {
  return { name, dims, dataType: 7, int64Data: values };
}

/** Element types of TensorProto that quantized tensors have. */
export const TYPES = { uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, uint4: 21, int4: 22 } as const;

/** A tensor of small integers; those of 4 bits lie two to a byte. */
export function codes(name: string, type: keyof typeof TYPES, dims: number[], values: number[]): RawTensor {
  if (!type.endsWith('int4')) return { name, dims, dataType: TYPES[type], int32Data: values };
  const rawData = new Uint8Array(Math.ceil(values.length / 2));
  values.forEach((value, k) => {
    rawData[k >> 1] |= (value & 15) << (4 * (k & 1));
  });
  return { name, dims, dataType: TYPES[type], rawData };
}

/** QuantizeLinear and DequantizeLinear of an activation, one scale and zero point. */
export function quantizePair(
  input: string,
  output: string,
  scale: number,
  zeroPoint: number,
  type: keyof typeof TYPES = 'int8',
): { nodes: NodeSpec[]; initializers: RawTensor[] } {
  const parameters = [`${output}_scale`, `${output}_zero`];
  return {
    nodes: [
      node('QuantizeLinear', [input, ...parameters], [`${output}_codes`]),
      node('DequantizeLinear', [`${output}_codes`, ...parameters], [output]),
    ],
    initializers: [scalar(parameters[0], scale), codes(parameters[1], type, [], [zeroPoint])],
  };
}

export function node(
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = '',
): NodeSpec {
  return { op, inputs, outputs, attributes, domain, name: `${op}_${outputs[0]}` };
}

/** The initializers and the node of a QONNX Quant. */
export function quant(
  input: string,
  output: string,
  { scale = 1, zeroPoint = 0, bits = 4 }: { scale?: number; zeroPoint?: number; bits?: number } = {},
  attributes: Readonly<Record<string, Attribute>> = {},
): { nodes: NodeSpec[]; initializers: RawTensor[] } {
  const names = ['scale', 'zero', 'bits'].map((what) => `${output}_${what}`);
  return {
    nodes: [node('Quant', [input, ...names], [output], attributes, 'qonnx.custom_op.general')],
    initializers: [scalar(names[0], scale), scalar(names[1], zeroPoint), scalar(names[2], bits)],
  };
}

function attribute(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, i: value };
  if (typeof value === 'string') return { name, s: Buffer.from(value, 'utf8') };
  return { name, ...value };
}

/** The bytes of an .onnx file. */
export function encodeOnnx({ inputs, outputs, nodes, initializers, opset = 17 }: GraphSpec): Uint8Array {
  const shape = (dims: (number | string)[]) => ({
    dim: dims.map((n) => (typeof n === 'string' ? { dimParam: n } : { dimValue: n })),
  });
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'test',
      node: nodes.map(({ op, inputs: from, outputs: to, attributes = {}, name, domain }) => ({
        opType: op,
        input: from,
        output: to,
        name,
        domain,
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      })),
      initializer: initializers,
      input: inputs.map(({ name, dims, type = 1 }) => ({
        name,
        type: { tensorType: { elemType: type, ...(dims ? { shape: shape(dims) } : {}) } },
      })),
      output: outputs.map((name) => ({ name })),
    },
  };
  return MODEL.encode(MODEL.fromObject(model)).finish();
}

export function decodeSpec(spec: GraphSpec): OnnxGraph {
  return decodeOnnx(encodeOnnx(spec), 'model.onnx');
}

export function importSpec(spec: GraphSpec): Network {
  return importOnnxGraph(decodeSpec(spec));
}

/** Parts of graphs, joined: x of the given shape is the input, y the output. */
export function graphOf(
  dims: (number | string)[],
  ...parts: { nodes?: NodeSpec[]; initializers?: RawTensor[] }[]
): GraphSpec {
  return {
    inputs: [{ name: 'x', dims }],
    outputs: ['y'],
    nodes: parts.flatMap(({ nodes = [] }) => nodes),
    initializers: parts.flatMap(({ initializers = [] }) => initializers),
  };
}

/** x [1, 3] -> 4-bit codes -> dense with 3-bit weights -> batch normalisation -> 2-bit codes -> dense -> y [1, 2]. */
export function smallMlp(): GraphSpec {
  return graphOf(
    ['batch', 3],
    quant('x', 'xq', { scale: 0.25, bits: 4 }),
    { initializers: [floats('w1', [3, 2], [1, -2, 3, -1, 0, 2])] },
    quant('w1', 'w1q', { scale: 1, bits: 3 }, { narrow: 1 }),
    { nodes: [node('MatMul', ['xq', 'w1q'], ['p1'])] },
    {
      nodes: [node('BatchNormalization', ['p1', 'gamma', 'beta', 'mean', 'variance'], ['n1'])],
      initializers: [
        floats('gamma', [2], [1, -0.5]),
        floats('beta', [2], [0.25, 0]),
        floats('mean', [2], [0.5, -0.25]),
        floats('variance', [2], [1, 4]),
      ],
    },
    quant('n1', 'q1', { scale: 0.5, bits: 2 }, { signed: 0 }),
    { initializers: [floats('w2', [2, 2], [1, -1, 2, 3])] },
    quant('w2', 'w2q', { scale: 0.5, bits: 4 }),
    { nodes: [node('MatMul', ['q1', 'w2q'], ['y'])] },
  );
}

/** x [1, 2, 5, 5] -> int8 -> conv 3x3 with int8 weights and int32 bias -> uint8 -> max pool -> flatten -> Gemm -> y [1, 3]. */
export function smallConv(): GraphSpec {
  const ramp = (count: number, modulus: number) =>
    Array.from({ length: count }, (_, k) => ((k * 7) % modulus) - (modulus >> 1));
  return graphOf(
    ['batch', 2, 5, 5],
    quantizePair('x', 'xq', 0.5, -3),
    {
      nodes: [
        node('DequantizeLinear', ['w1', 'w1s', 'w1z'], ['w1r'], { axis: 0 }),
        node('DequantizeLinear', ['b1', 'b1s'], ['b1r'], { axis: 0 }),
        node('Conv', ['xq', 'w1r', 'b1r'], ['c1'], {
          pads: { ints: [1, 1, 1, 1] },
          strides: { ints: [2, 2] },
        }),
        node('Relu', ['c1'], ['r1']),
      ],
      initializers: [
        codes('w1', 'int8', [4, 2, 3, 3], ramp(72, 31)),
        floats('w1s', [4], [0.5, 0.25, 1, 0.125]),
        codes('w1z', 'int8', [4], [0, 0, 0, 0]),
        codes('b1', 'int32', [4], [10, -20, 300, 0]),
        floats('b1s', [4], [0.25, 0.125, 0.5, 0.0625]),
      ],
    },
    quantizePair('r1', 'q1', 0.75, 0, 'uint8'),
    {
      nodes: [
        node('MaxPool', ['q1'], ['p1'], { kernel_shape: { ints: [2, 2] } }),
        node('Flatten', ['p1'], ['f1']),
        node('DequantizeLinear', ['w2', 'w2s'], ['w2r']),
        node('Gemm', ['f1', 'w2r', 'b2'], ['y'], { transB: 1 }),
      ],
      initializers: [
        codes('w2', 'int8', [3, 16], ramp(48, 13)),
        scalar('w2s', 0.5),
        floats('b2', [3], [1, 2, 3]),
      ],
    },
  );
}
