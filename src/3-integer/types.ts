/**
 * The IntegerNetwork: every tensor holds integer codes, every node is exact integer arithmetic. It is the golden
 * model that all hardware is compared with. Shapes are per sample, channels last.
 */
import type { AccumulatorRequest, ElementwiseNode, Fold, PortType, QuantizeNode } from '../1-import/types.js';
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

export interface IntegerTensor {
  readonly name: string;
  readonly shape: readonly number[]; // per sample
  readonly type: IntegerType;
}

interface NodeBase {
  readonly name: string;
  readonly source: Location;
  readonly input: string;
  readonly output: string;
}

/** accumulator[o] = sum over i of weights[o][i] * code[i]. */
export interface IntegerDense extends NodeBase {
  readonly kind: 'dense';
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Int32Array; // [outputs * inputs], row-major
  readonly weightType: IntegerType;
  readonly accumulator?: AccumulatorRequest;
  readonly fold?: Fold;
}

/**
 * A non-decreasing step function from an integer (accumulator or code) to a code:
 * level(x) = number of thresholds T with x >= T; code = base + stride * level.
 * `reversed`: the function is applied to -x instead of x (only for functions of input codes; the rows of a
 * reduction are negated instead).
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

export type IntegerNode = IntegerDense | IntegerStep;

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
  readonly inputShape: readonly number[]; // per sample, as the model file has it
  readonly input: string;
  readonly output: string;
  readonly tensors: ReadonlyMap<string, IntegerTensor>;
  readonly nodes: readonly IntegerNode[]; // topological order
  readonly hostInput: HostInput;
  readonly hostOutput: HostOutput;
}
