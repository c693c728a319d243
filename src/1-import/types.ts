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

/** Constant real weights of a network that is not quantized yet, in the same order. */
export interface RealWeights {
  readonly encoding: 'real';
  readonly values: Float32Array;
}

export type Weights = QuantizedWeights | RealWeights;

interface NodeBase {
  readonly name: string;
  readonly source: Location;
  readonly input: string; // tensor name; of nodes with several inputs, the first
  readonly output: string; // tensor name
}

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Where windows lie on an image. Output (y, x) has tap (i, j) at row y * stride - top + i * dilation, column alike. */
export interface Window {
  readonly kernel: Size; // taps
  readonly stride: Size;
  readonly dilation: Size;
  readonly padding: {
    readonly top: number;
    readonly left: number;
    readonly bottom: number;
    readonly right: number;
  };
}

/** y[o] = sum over i of w[o][i] * x[i], in real values. */
export interface DenseNode extends NodeBase {
  readonly op: 'dense';
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Weights; // [outputs][inputs]
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
 * y[.., o] = sum over taps and channels of w[o][tap][c] * x[.., c]; positions outside the image count as real zero.
 * Output channel o of group g = floor(o / (outputs / groups)) sees the channels of its group only.
 */
export interface ConvNode extends NodeBase {
  readonly op: 'conv';
  readonly window: Window;
  readonly groups: number; // divides input and output channels
  readonly outputs: number; // channels
  readonly weights: Weights; // [outputs][kernel height][kernel width][channels / groups]
  readonly accumulator?: AccumulatorRequest;
  readonly fold?: Fold;
}

/** The largest or the mean of each channel over windows of an image. A global pool has a kernel as large as the image. */
export interface PoolNode extends NodeBase {
  readonly op: 'pool';
  readonly kind: 'maximum' | 'average';
  readonly window: Window;
  readonly countPadding: boolean; // average: padded positions count as elements of value zero
}

/** y = x + other, element by element, in float32. */
export interface AddNode extends NodeBase {
  readonly op: 'add';
  readonly other: string; // tensor name
  readonly arithmetic?: FixedPointAdd; // integer kernel instead of float32: the output then has codes of its quantizer
}

/** Tensors of equal height and width after one another along the channels (last axis). */
export interface ConcatNode extends NodeBase {
  readonly op: 'concat';
  readonly others: readonly string[]; // tensor names after `input`
}

/** Real zeros around an image. */
export interface PadNode extends NodeBase {
  readonly op: 'pad';
  readonly padding: Window['padding'];
}

/** Nearest neighbour by whole factors: output (y, x) is input (floor(y / height), floor(x / width)). */
export interface UpsampleNode extends NodeBase {
  readonly op: 'upsample';
  readonly factor: Size;
}

/** [H, W, b*b*C] -> [b*H, b*W, C]. DCR: channel (by*b + bx)*C + c goes to (by, bx); CRD: channel c*b*b + by*b + bx. */
export interface DepthToSpaceNode extends NodeBase {
  readonly op: 'depth-to-space';
  readonly block: number;
  readonly order: 'DCR' | 'CRD';
}

/** How TFLite's kernels round a product with a real multiplier. Source: numerics of TFLite Micro, newer TFLite, XNNPACK. */
export type FixedPointRounding = 'double' | 'single' | 'float';

/** value * multiplier * 2^(shift - 31), rounded as the kernel does. */
export interface FixedPointMultiplier {
  readonly multiplier: Int32Array; // [1] or [channels], 2^30 .. 2^31 - 1, or 0
  readonly shift: Int32Array; // [1] or [channels], positive: to the left
  readonly scale: Float64Array; // [1] or [channels], the real multiplier; what 'float' rounding computes with in float32
  readonly rounding: FixedPointRounding;
}

/** a' = round((a - zero point of a) << leftShift, first), b' alike; result = round(a' + b', result) + zero point. */
export interface FixedPointAdd {
  readonly leftShift: number;
  readonly first: FixedPointMultiplier;
  readonly second: FixedPointMultiplier;
  readonly result: FixedPointMultiplier;
  readonly quantizer: Quantizer; // of the output
  readonly minimum: number; // codes are clamped to
  readonly maximum: number;
}

/**
 * What an integer kernel does with a finished sum (zero points already taken off), or with a code less its zero point:
 *   multiply: round((sum + bias) * multiplier); divide: (sum +- count / 2) / count, truncated, so halves away from zero.
 * The result plus the quantizer's zero point, clamped to minimum .. maximum, is the code.
 */
export interface RequantizeNode extends NodeBase {
  readonly op: 'requantize';
  readonly arithmetic:
    | ({ readonly kind: 'multiply'; readonly bias: Int32Array } & FixedPointMultiplier) // bias [1] or [channels], in units of the sum
    | { readonly kind: 'divide'; readonly count: number; readonly zeroPoint: number }; // of codes: sum of codes / count, zero point stays in
  readonly quantizer: Quantizer;
  readonly minimum: number; // codes, fused activation included
  readonly maximum: number;
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

/** Same elements, other shape; the element order per sample (channels last) does not change. */
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
  | RequantizeNode
  | ConvNode
  | PoolNode
  | AddNode
  | ConcatNode
  | PadNode
  | UpsampleNode
  | DepthToSpaceNode
  | ReshapeNode
  | SoftmaxNode;

export interface NetworkTensor {
  readonly name: string;
  readonly shape: readonly number[]; // per sample, channels last whatever the file's layout: [elements] or [height, width, channels]
}

/** All tensors that a node reads. */
export function inputsOf(node: NetworkNode): readonly string[] {
  if (node.op === 'add') return [node.input, node.other];
  return node.op === 'concat' ? [node.input, ...node.others] : [node.input];
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
  readonly outputLayout?: 'NCHW' | 'NHWC'; // of the model's own output, for image outputs; the input's by default
  readonly tensors: ReadonlyMap<string, NetworkTensor>;
  readonly nodes: readonly NetworkNode[];
  readonly output: string; // tensor name
}
