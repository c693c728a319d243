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

/**
 * How real values become codes. real = (code - zeroPoint) * scale. The order of operations differs between formats:
 *   QONNX Quant (the default): code = round(clamp(x / scale + zeroPoint));
 *   'after-rounding' (ONNX QuantizeLinear, TFLite QUANTIZE): code = clamp(round(x / scale) + zeroPoint);
 *   truncation (QONNX Trunc): code = round(clamp(half-even(x / truncation scale + truncation zero point) / 2^shift)).
 */
export interface Quantizer {
  readonly encoding: 'integer' | 'bipolar'; // bipolar: codes -1 and +1, x >= 0 is +1
  readonly bits: number;
  readonly signed: boolean;
  readonly narrow: boolean;
  readonly scale: Float32Array; // [1] or [channels]
  readonly zeroPoint: number;
  readonly rounding: RoundingMode;
  readonly zeroPointAdded?: 'before-rounding' | 'after-rounding'; // before by default
  readonly truncation?: Truncation;
}

/** The finer type that codes are made in before their low bits are dropped. Source: QONNX Trunc. */
export interface Truncation {
  readonly scale: number; // float32
  readonly zeroPoint: number;
  readonly shift: number; // bits dropped; may be negative
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
  readonly engine?: EngineRequest; // from the model file
}

/** What may multiply: no DSP blocks, DSP blocks only, or whatever costs least. */
export type EngineRequest = 'lut' | 'dsp' | 'auto';

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
  readonly engine?: EngineRequest;
}

/** The largest or the mean of each channel over windows of an image. A global pool has a kernel as large as the image. */
export interface PoolNode extends NodeBase {
  readonly op: 'pool';
  readonly kind: 'maximum' | 'average';
  readonly window: Window;
  readonly countPadding: boolean; // average: padded positions count as elements of value zero; a maximum ignores them
}

/** y = x + other, element by element, in float32. */
export interface AddNode extends NodeBase {
  readonly op: 'add';
  readonly other: string; // tensor name
  readonly arithmetic?: AddArithmetic; // integer kernel instead of float32: the output then has codes of its quantizer
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

/**
 * How TFLite's kernels round a product with a real multiplier: double as TFLite Micro and the reference kernels do, single
 * as their builds with TFLITE_SINGLE_ROUNDING, float as XNNPACK on a desktop.
 */
export type FixedPointRounding = 'double' | 'single' | 'float';

/** value * multiplier * 2^(shift - 31), rounded as the kernel does. `float` is scale * value in float32 instead. */
export interface FixedPointMultiplier {
  readonly multiplier: Int32Array; // [1] or [channels], 0 .. 2^31 - 1
  readonly shift: Int32Array; // [1] or [channels], -31 .. 31, positive: to the left
  readonly scale: Float64Array; // [1] or [channels], the real multiplier; rounding 'float': a float32 value
  readonly rounding: FixedPointRounding;
}

/** What an integer kernel does with two codes a and b, each less its zero point. */
export type AddArithmetic = FixedPointAdd | ShiftedAdd;

/** round(round(a << leftShift, first) + round(b << leftShift, second), result) + zero point. Source: TFLite's ADD. */
export interface FixedPointAdd {
  readonly kind: 'multiply';
  readonly leftShift: number;
  readonly first: FixedPointMultiplier;
  readonly second: FixedPointMultiplier;
  readonly result: FixedPointMultiplier;
  readonly quantizer: Quantizer; // of the output
  readonly minimum: number; // codes are clamped to
  readonly maximum: number;
}

/** ((a * multipliers[0] + b * multipliers[1] + half) >> shift) + zero point. Source: XNNPACK's ADD. */
export interface ShiftedAdd {
  readonly kind: 'shift';
  readonly multipliers: readonly [number, number]; // below 2^22
  readonly shift: number; // 1 or more
  readonly quantizer: Quantizer; // of the output
  readonly minimum: number; // codes are clamped to
  readonly maximum: number;
}

/**
 * What an integer kernel does with finished sums or with codes:
 *   multiply: round((sum + bias) * multiplier) + zero point, where the sum (of products, of an average pool's codes, or
 *     a single code) has the input's zero points already taken off;
 *   divide: (sum +- count / 2) / count of the sum of an average pool's codes, C's division, so halves go away from zero;
 *     zero points stay in. Padding does not count: where windows leave the image, count is that of the elements inside.
 *     A count of 1 behind codes only clamps them;
 *   leaky: round(code * multiplier) + zero point of a single code less the input's zero point, with a multiplier for
 *     codes of zero or more and one for those below.
 * The result, clamped to minimum .. maximum, is the code.
 */
export interface RequantizeNode extends NodeBase {
  readonly op: 'requantize';
  readonly arithmetic:
    | ({ readonly kind: 'multiply'; readonly bias: Int32Array } & FixedPointMultiplier) // bias [1] or [channels], in units of the sum
    | { readonly kind: 'divide'; readonly count: number; readonly zeroPoint: number } // count: taps of the window
    | {
        readonly kind: 'leaky';
        readonly positive: FixedPointMultiplier; // [1]
        readonly negative: FixedPointMultiplier; // [1]
      };
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
  readonly attributes?: { readonly alpha?: number; readonly beta?: number; readonly gamma?: number }; // hard-sigmoid: alpha, beta; leaky-relu, elu: alpha; selu: alpha, gamma
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
  | 'elu' // x >= 0 ? x : alpha * (exp(x) - 1)
  | 'selu' // gamma * elu
  | 'clip'
  | 'sigmoid'
  | 'hard-sigmoid'
  | 'tanh'
  | 'softplus' // log(1 + exp(x))
  | 'softsign' // x / (1 + |x|)
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
  readonly logarithm?: true; // of the probabilities: ONNX LogSoftmax
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

/** What the hardware's input port carries. real = (code - zeroPoint) * numerator / denominator. */
export interface PortType {
  readonly signed: boolean;
  readonly bits: number;
  readonly scale: { readonly numerator: number; readonly denominator: number };
  readonly zeroPoint?: number; // 0 by default
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
  readonly tfliteRounding?: FixedPointRounding; // of the integer kernels, for .tflite files
}
