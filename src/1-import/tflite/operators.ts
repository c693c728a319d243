/** The operators that are read, by the name that the schema gives them. */
import { add } from './add.js';
import { dequantize, leakyRelu, quantize, relu } from './codes.js';
import type { TfliteOperator } from './decode.js';
import { argMax, logistic, softmax } from './host.js';
import { conv, depthwise, fullyConnected } from './layers.js';
import { concatenation, depthToSpace, pad, reshape, resizeNearest } from './moves.js';
import { mean, pool } from './pools.js';
import type { ImportState } from './values.js';

/** Adds an operator's nodes to the network and declares its output. @throws Unsupported, BadOperator */
export type Handler = (state: ImportState, operator: TfliteOperator) => void;

export const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ['ADD', add],
  ['ARG_MAX', argMax],
  ['AVERAGE_POOL_2D', pool('average')],
  ['CONCATENATION', concatenation],
  ['CONV_2D', conv],
  ['DEPTHWISE_CONV_2D', depthwise],
  ['DEPTH_TO_SPACE', depthToSpace],
  ['DEQUANTIZE', dequantize],
  ['EXPAND_DIMS', reshape],
  ['FULLY_CONNECTED', fullyConnected],
  ['LEAKY_RELU', leakyRelu],
  ['LOGISTIC', logistic],
  ['MAX_POOL_2D', pool('maximum')],
  ['MEAN', mean],
  ['PAD', pad],
  ['QUANTIZE', quantize],
  ['RELU', relu('RELU')],
  ['RELU6', relu('RELU6')],
  ['RELU_N1_TO_1', relu('RELU_N1_TO_1')],
  ['RESHAPE', reshape],
  ['RESIZE_NEAREST_NEIGHBOR', resizeNearest],
  ['SOFTMAX', softmax],
  ['SQUEEZE', reshape],
]);

const SHAPED: ReadonlySet<string> = new Set([
  ...['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS', 'RESIZE_NEAREST_NEIGHBOR'],
]);

/** Inputs of an operator that hold values; the others are shapes, which the file states in the output too. */
export function valueInputs({ op, inputs }: TfliteOperator): readonly number[] {
  return SHAPED.has(op) ? inputs.slice(0, 1) : inputs;
}
