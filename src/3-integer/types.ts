/**
 * The IntegerNetwork: every tensor holds integer codes, every node is exact integer arithmetic. It is the golden
 * model that all hardware is compared with. Shapes are per sample, channels last.
 */
import type {
  AccumulatorRequest,
  ElementwiseNode,
  EngineRequest,
  FixedPointRounding,
  Fold,
  PortType,
  QuantizeNode,
  Size,
  Window,
} from '../1-import/types.js';
import type { Location } from '../diagnostics/diagnostic.js';

/** What the codes of a tensor mean: real = (code - zeroPoint) * scale. */
export interface IntegerType {
  readonly encoding: 'integer' | 'bipolar'; // bipolar: codes -1 and +1, one bit in hardware
  readonly signed: boolean;
  readonly bits: number; // in hardware
  readonly min: number; // smallest code the type allows
  readonly max: number;
  readonly scale: Float32Array; // [1] or [channels]; empty for accumulators
  readonly zeroPoint: number;
}

/** A node may read a tensor of another shape with as many elements: a reshape is the same codes in the same order. */
export interface IntegerTensor {
  readonly name: string;
  readonly shape: readonly number[]; // per sample
  readonly type: IntegerType;
}

interface NodeBase {
  readonly name: string;
  readonly source: Location;
  readonly input: string; // of nodes with several inputs, the first
  readonly output: string;
}

/** Dot products of vectors with rows of constant weights. */
interface DotProducts extends NodeBase {
  readonly inputs: number; // of one dot product
  readonly outputs: number; // channels
  readonly weights: Int32Array; // [outputs * inputs], row-major
  readonly weightType: IntegerType;
  readonly accumulator?: AccumulatorRequest;
  readonly fold?: Fold;
  readonly engine?: EngineRequest;
}

/** accumulator[o] = sum over i of weights[o][i] * code[i]. */
export interface IntegerDense extends DotProducts {
  readonly kind: 'dense';
}

/** Windows over an image of codes; positions outside it hold the code `padCode`. */
export interface IntegerWindow extends Window {
  readonly image: Size; // of the input
  readonly channels: number; // of the input
  readonly positions: Size; // windows: height and width of the output
  readonly padCode: number;
}

/**
 * Dot products of the windows of an image, one for each output position and channel.
 * Not `separate`: accumulator[o] = sum over taps and channels; a row has inputs = taps * channels weights, tap by tap
 * (row by row), channels innermost. `separate` (depthwise): output channel o sees input channel
 * floor(o / (outputs / channels)) alone, and a row has one weight per tap.
 */
export interface IntegerConv extends DotProducts {
  readonly kind: 'conv';
  readonly window: IntegerWindow;
  readonly separate: boolean;
}

/** A layer with weights: what engines compute and bounds are proven for. */
export type IntegerLayer = IntegerDense | IntegerConv;

/** The largest code, or the sum of the codes, of each channel over the windows of an image. */
export interface IntegerPool extends NodeBase {
  readonly kind: 'pool';
  readonly mode: 'maximum' | 'sum';
  readonly window: IntegerWindow; // maximum: padCode is the type's smallest code, or the zero point where zeros pad
}

/** accumulator = weights[0] * code of input + weights[1] * code of other, element by element. */
export interface IntegerAdd extends NodeBase {
  readonly kind: 'add';
  readonly other: string;
  readonly channels: number;
  readonly weights: readonly [number, number];
  readonly deviating?: { readonly codes: number; readonly of: number }; // pairs that give a code next to the reference's
}

/** Codes of several tensors of one type, one after another along the channels. */
export interface IntegerConcat extends NodeBase {
  readonly kind: 'concat';
  readonly others: readonly string[];
  readonly channels: readonly number[]; // of input and others
}

/** Nearest neighbour by whole factors. */
export interface IntegerUpsample extends NodeBase {
  readonly kind: 'upsample';
  readonly image: Size; // of the input
  readonly channels: number;
  readonly factor: Size;
}

/** [H, W, b*b*C] -> [b*H, b*W, C], channel (by*b + bx)*C + c to (by, bx); with `columnMajor` channel c*b*b + by*b + bx. */
export interface IntegerDepthToSpace extends NodeBase {
  readonly kind: 'depth-to-space';
  readonly image: Size; // of the input
  readonly channels: number; // of the output
  readonly block: number;
  readonly columnMajor: boolean;
}

/**
 * The same codes in the same order with another shape. Conversion makes none: a node says itself which shape it sees,
 * and may take a tensor of another shape with as many elements.
 */
export interface IntegerReshape extends NodeBase {
  readonly kind: 'reshape';
}

/**
 * A non-decreasing step function from an integer (accumulator or code) to a code:
 * level(x) = number of thresholds T with x >= T; code = base + stride * level.
 * `reversed`: the function is applied to -x instead of x (only for functions of codes and of sums of pools, which have
 * no weights; the rows of a layer are negated instead).
 */
export interface IntegerStep extends NodeBase {
  readonly kind: 'step';
  readonly channels: number; // of the tensor, last axis
  readonly rows: number; // 1 (same for all channels) or channels
  readonly levels: number; // codes the step can give, 2 or more
  readonly thresholds: Float64Array; // [rows * (levels - 1)], integers, ascending in a row; +-Infinity: never, always
  readonly base: number; // code of level 0
  readonly stride: number; // 1, or 2 for bipolar
  readonly reversed: boolean;
}

export type IntegerNode =
  | IntegerLayer
  | IntegerStep
  | IntegerPool
  | IntegerAdd
  | IntegerConcat
  | IntegerUpsample
  | IntegerDepthToSpace;

/** All tensors that a node reads. */
export function inputsOf(node: IntegerNode): readonly string[] {
  if (node.kind === 'add') return [node.input, node.other];
  return node.kind === 'concat' ? [node.input, ...node.others] : [node.input];
}

/** Nodes whose output holds sums of their own width, not codes of a type. */
export function makesSums(node: IntegerNode): boolean {
  return (
    node.kind === 'dense' ||
    node.kind === 'conv' ||
    node.kind === 'add' ||
    (node.kind === 'pool' && node.mode === 'sum')
  );
}

/** What the host does before the input port: float32 operations and a quantizer; empty when the port type is declared. */
export interface HostInput {
  readonly nodes: readonly (ElementwiseNode | QuantizeNode)[];
  readonly port?: PortType;
}

/** What the host may do with the output codes: the model's remaining float32 operations, in order. */
export interface HostOutput {
  readonly scale: Float32Array; // real value of one accumulator or code step, [1] or [channels]
  readonly offset: Float64Array; // subtracted from the code before scaling, [1] or [channels]
  readonly nodes: readonly ElementwiseNode[]; // in order; softmax is left out
  readonly ordered: boolean; // codes sort as real values do: same increasing function for all channels
}

export interface IntegerNetwork {
  readonly name: string;
  readonly file: string;
  readonly layout: 'NCHW' | 'NHWC';
  readonly outputLayout?: 'NCHW' | 'NHWC'; // where it is another than the input's
  readonly inputShape: readonly number[]; // per sample, as the model file has it
  readonly input: string;
  readonly output: string;
  readonly tensors: ReadonlyMap<string, IntegerTensor>;
  readonly nodes: readonly IntegerNode[]; // topological order
  readonly hostInput: HostInput;
  readonly hostOutput: HostOutput;
  readonly tfliteRounding?: FixedPointRounding; // of the integer kernels that the steps reproduce
}

/** Products of one inference, those with padding included. */
export function macsOf(layer: IntegerLayer): number {
  const windows = layer.kind === 'conv' ? layer.window.positions.height * layer.window.positions.width : 1;
  return windows * layer.inputs * layer.outputs;
}
