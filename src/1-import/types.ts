/**
 * The Network: what a model file says, with float semantics and quantizers, before anything is made integer.
 * Shapes are per sample, without the batch axis. Nodes are in topological order.
 */
import type { Location } from '../diagnostics/diagnostic.js';

export type RoundingMode =
  | 'half-even'
  | 'half-up' // ties away from zero
  | 'half-down' // ties towards zero
  | 'ceil'
  | 'floor'
  | 'up' // away from zero
  | 'down'; // towards zero

/** How real values become codes. real = (code - zeroPoint) * scale. Source: QONNX Quant and BipolarQuant. */
export interface Quantizer {
  readonly encoding: 'integer' | 'bipolar'; // bipolar: codes -1 and +1, x >= 0 is +1
  readonly bits: number;
  readonly signed: boolean;
  readonly narrow: boolean;
  readonly scale: Float32Array; // [1] or [channels]
  readonly zeroPoint: number;
  readonly rounding: RoundingMode;
}

/** Constant integers with their meaning, [outputs][inputs] in row-major order. */
export interface QuantizedWeights {
  readonly codes: Int32Array; // [outputs * inputs], zero point already subtracted
  readonly encoding: 'integer' | 'bipolar';
  readonly bits: number;
  readonly signed: boolean;
  readonly narrow: boolean;
  readonly scale: Float32Array; // [1] or [outputs]
}

interface NodeBase {
  readonly name: string;
  readonly source: Location;
  readonly input: string; // tensor name
  readonly output: string; // tensor name
}

/** y[o] = sum over i of w[o][i] * x[i], in real values. */
export interface DenseNode extends NodeBase {
  readonly op: 'dense';
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: QuantizedWeights;
  readonly accumulator?: AccumulatorRequest; // from the model file
  readonly fold?: Fold; // from the model file
}

export interface AccumulatorRequest {
  readonly bits: number;
  readonly overflow: 'refuse' | 'wrap';
}

/** Processing elements (outputs at a time) and SIMD lanes (inputs at a time). */
export interface Fold {
  readonly pe: number;
  readonly simd: number;
}

/**
 * One float32 operation on each element, with a constant per tensor or per channel (last axis, NHWC).
 * add x+c, subtract x-c, reverse-subtract c-x, multiply x*c, divide x/c;
 * normalize is batch normalisation with its two constants: x*multiplier + operand.
 */
export interface ElementwiseNode extends NodeBase {
  readonly op: 'elementwise';
  readonly kind: ElementwiseKind;
  readonly operand?: Float32Array; // [1] or [channels]
  readonly multiplier?: Float32Array; // normalize only
  readonly minimum?: number; // clip only
  readonly maximum?: number; // clip only
  readonly attributes?: { readonly alpha?: number; readonly beta?: number }; // hard-sigmoid, leaky-relu
}

export type ElementwiseKind =
  | 'add'
  | 'subtract'
  | 'reverse-subtract'
  | 'multiply'
  | 'divide'
  | 'normalize'
  | 'relu'
  | 'leaky-relu'
  | 'clip'
  | 'sigmoid'
  | 'hard-sigmoid'
  | 'tanh'
  | 'sign'
  | 'negate';

/** Real values to the nearest values the quantizer can represent. */
export interface QuantizeNode extends NodeBase {
  readonly op: 'quantize';
  readonly quantizer: Quantizer;
}

/** y = scale * count(x >= thresholds[c][k]) + bias. Source: FINN/QONNX MultiThreshold. */
export interface MultiThresholdNode extends NodeBase {
  readonly op: 'multi-threshold';
  readonly domain: 'real' | 'accumulator'; // accumulator: thresholds are integers on the sum of products itself
  readonly thresholds: Float64Array; // [channels or 1][levels - 1], ascending in each row
  readonly rows: number; // 1 or channels
  readonly quantizer: Quantizer; // type of the codes
  readonly base?: number; // code when no threshold is reached; the type's smallest code by default
}

/** Same elements, other shape; the element order per sample does not change. */
export interface ReshapeNode extends NodeBase {
  readonly op: 'reshape';
}

/** Left to the host; only allowed after the last integer layer. */
export interface SoftmaxNode extends NodeBase {
  readonly op: 'softmax';
}

export type NetworkNode =
  | DenseNode
  | ElementwiseNode
  | QuantizeNode
  | MultiThresholdNode
  | ReshapeNode
  | SoftmaxNode;

export interface NetworkTensor {
  readonly name: string;
  readonly shape: readonly number[]; // per sample
}

/** What the hardware's input port carries. real = code * numerator / denominator. */
export interface PortType {
  readonly signed: boolean;
  readonly bits: number;
  readonly scale: { readonly numerator: number; readonly denominator: number };
}

export interface Network {
  readonly name: string; // a Verilog-safe identifier
  readonly file: string;
  readonly input: NetworkTensor;
  readonly inputPort?: PortType; // declared by the user or the model file
  readonly layout: 'NCHW' | 'NHWC'; // of the model's own input, for image inputs
  readonly tensors: ReadonlyMap<string, NetworkTensor>;
  readonly nodes: readonly NetworkNode[];
  readonly output: string; // tensor name
}
