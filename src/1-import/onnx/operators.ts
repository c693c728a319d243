/** The handler of each ONNX operator that meets an activation. */
import {
  batchNormalization,
  binary,
  clip,
  elu,
  hardSigmoid,
  leakyRelu,
  limit,
  pRelu,
  selu,
  unary,
} from './elementwise.js';
import type { Handler } from './handler.js';
import { argMax, softmax, topK } from './host.js';
import { conv, gemm, matMul } from './layers.js';
import { cast, dequantizeLinear, quantizeLinear } from './linear-quantizers.js';
import {
  concat,
  depthToSpace,
  flatten,
  identity,
  pad,
  resize,
  squeeze,
  toShape,
  transpose,
  unsqueeze,
} from './moves.js';
import { globalPool, pool, reduce } from './pools.js';
import { multiThreshold, quantize } from './quantizers.js';
import { trunc } from './trunc.js';

export const HANDLERS: Readonly<Record<string, Handler>> = {
  Quant: quantize,
  IntQuant: quantize,
  BipolarQuant: quantize,
  MultiThreshold: multiThreshold,
  Trunc: trunc,
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  MatMul: matMul,
  Gemm: gemm,
  Conv: conv,
  MaxPool: pool('maximum'),
  AveragePool: pool('average'),
  GlobalMaxPool: globalPool('maximum'),
  GlobalAveragePool: globalPool('average'),
  ReduceMax: reduce('maximum'),
  ReduceMean: reduce('average'),
  Add: binary('add', 'add'),
  Sub: binary('subtract', 'reverse-subtract'),
  Mul: binary('multiply', 'multiply'),
  Div: binary('divide'),
  BatchNormalization: batchNormalization,
  Relu: unary('relu'),
  Sigmoid: unary('sigmoid'),
  Tanh: unary('tanh'),
  Softplus: unary('softplus'),
  Softsign: unary('softsign'),
  Sign: unary('sign'),
  Neg: unary('negate'),
  LeakyRelu: leakyRelu,
  PRelu: pRelu,
  Elu: elu,
  Selu: selu,
  HardSigmoid: hardSigmoid,
  Clip: clip,
  Max: limit('minimum'),
  Min: limit('maximum'),
  Concat: concat,
  Pad: pad,
  Resize: resize,
  Upsample: resize,
  DepthToSpace: depthToSpace,
  Transpose: transpose,
  Reshape: toShape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Identity: identity,
  Dropout: identity,
  Cast: cast,
  Softmax: softmax,
  LogSoftmax: softmax,
  ArgMax: argMax,
  TopK: topK,
};

const HOST = 'end the model in front of it; the host can compute it';
const MONOTONE = 'train the model with a ReLU, or another function that is monotone';

/** What to do about operators that are not read and that models often have. */
export const HINTS: Readonly<Record<string, string>> = {
  Hardmax: HOST,
  HardSwish: MONOTONE,
  Mish: MONOTONE,
  Gelu: MONOTONE,
  Erf: MONOTONE,
};

/** Operators that do to codes what they do to the real values the codes stand for. */
export const ON_CODES: ReadonlySet<string> = new Set([
  'DequantizeLinear',
  'Clip',
  'MaxPool',
  'GlobalMaxPool',
  'ReduceMax',
  'Concat',
  'Pad',
  'Resize',
  'Upsample',
  'DepthToSpace',
  'Transpose',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Cast',
  'ArgMax',
  'TopK',
]);

/** Operators on integers in place of the pairs of QuantizeLinear and DequantizeLinear. */
export const INTEGER_OPERATORS: ReadonlySet<string> = new Set([
  'QLinearConv',
  'QLinearMatMul',
  'QLinearAdd',
  'QLinearConcat',
  'QLinearGlobalAveragePool',
  'QLinearAveragePool',
  'QLinearLeakyRelu',
  'QLinearSigmoid',
  'QGemm',
  'ConvInteger',
  'MatMulInteger',
  'DynamicQuantizeLinear',
]);
