/**
 * The Plan: hardware as numbers. A network is a graph of units that streams connect; a unit is a chain of parts, each an
 * instance of one module of hw/. Templates print it and compute nothing.
 */
import type { AccumulatorWidths } from '../4-bounds/types.js';
import type { EngineName } from './engines/types.js';

/** How the elements of one sample travel: `beats` words per inference, lane 0 in the low bits. */
export interface Stream {
  readonly lanes: number; // elements per beat
  readonly laneBits: number; // bits per lane
  readonly beats: number; // per inference; lanes * beats = elements
}

/** What one lane of a stream means: code = base + stride * field, where field is the lane as `signed` says. */
export interface LaneCode {
  readonly signed: boolean; // two's complement field
  readonly base: number;
  readonly stride: number;
}

/** One instance of a library module. Numbers print as decimals, texts as they are (already Verilog). */
export interface Part {
  readonly module: string;
  readonly instance: string;
  readonly parameters: ReadonlyMap<string, number | string>;
  readonly latency?: number; // cycles from a beat to its result, of a generated module; hw/ modules: part-latency.ts
  readonly input: Stream;
  readonly output: Stream;
  readonly input2?: Stream; // s2_axis, of modules that join two streams
  readonly output2?: Stream; // m2_axis, of stream_fork
}

/** The contents of a ROM: one file for $readmemh. */
export interface MemoryImage {
  readonly file: string; // relative to rtl/
  readonly width: number; // bits per word
  readonly words: readonly string[]; // hexadecimal
  readonly unregistered?: boolean; // read without a register: cannot be block RAM
  readonly sized?: boolean; // goes to block RAM by its size; others by their depth alone, see deepPrefersBlock
}

/** A value inside a SumModule: inputs come first, then the nodes in order. */
export type SumReference = number;

/** +-(value << shift). */
export interface SumOperand {
  readonly from: SumReference;
  readonly shift: number;
  readonly negate: boolean;
}

/** value = a + b. At most one operand is negated, and the smaller shift is 0. */
export interface SumAdder extends SumField {
  readonly kind: 'adder';
  readonly a: SumOperand;
  readonly b: SumOperand;
}

/** value = +-(from << shift) + constant, modulo 2^width. */
export interface SumBias extends SumField {
  readonly kind: 'bias';
  readonly from: SumReference;
  readonly shift: number;
  readonly negate: boolean;
  readonly constant: number;
}

/** value = below + (table[bits] << shift); without `below` the table alone. Bits of inputs address it, first bit lowest. */
export interface SumTable extends SumField {
  readonly kind: 'table';
  readonly below?: SumReference;
  readonly shift: number;
  readonly bits: readonly { readonly input: number; readonly bit: number }[]; // at most 5, without below 6
  readonly table: readonly number[]; // [2^bits], unsigned
}

/** How a value inside a SumModule is held, and when: it is combinational in `stage`, stages being registers apart. */
export interface SumField {
  readonly width: number;
  readonly signed: boolean;
  readonly stage: number;
}

export type SumNode = SumAdder | SumBias | SumTable;

/** A lane of a SumModule's output: (invert ? ~value : value) << shift; a constant where there is no value. */
export type SumOutput =
  | { readonly from: SumReference; readonly shift: number; readonly invert: boolean }
  | { readonly constant: number };

/**
 * A module generated for one layer: all of its products and sums at once, as straight-line arithmetic on constants.
 */
export interface SumModule {
  readonly name: string; // Verilog module name
  readonly inputs: readonly SumField[]; // fields of the input stream's lanes
  readonly nodes: readonly SumNode[]; // operands before their users
  readonly outputs: readonly SumOutput[]; // [output lanes]
  readonly laneBits: number; // of the output
  readonly stages: number; // cycles from a beat to its result; the last register is the output's
}

/** A stream between units: the output of a unit, or the second output of a fork. */
export interface StreamSource {
  readonly unit: string; // name
  readonly second: boolean;
}

export type UnitKind =
  | 'input'
  | 'dense'
  | 'conv'
  | 'step'
  | 'pool'
  | 'add'
  | 'concat'
  | 'upsample'
  | 'depth-to-space'
  | 'fork'
  | 'output';

/** A part of the network that is a module of its own: synthesised, counted and reported by itself. */
export interface Unit {
  readonly name: string; // layer name, 'input' or 'output'
  readonly module: string; // Verilog module name
  readonly kind: UnitKind;
  readonly op: string; // for reports
  readonly from: readonly StreamSource[]; // what its inputs take; none: the network's input port
  readonly before: readonly Part[]; // between the unit's first input and the array, or the part that joins
  readonly second?: { readonly input: Stream; readonly parts: readonly Part[] }; // other input of the first part of `after`
  readonly array: readonly Part[]; // dense and conv: a module of its own, so that its witnesses can be driven
  readonly after: readonly Part[];
  readonly input: Stream;
  readonly output: Stream;
  readonly output2?: Stream; // of a fork
  readonly outputCode: LaneCode; // of the tensor that `tensor` names
  readonly tensor: string; // IntegerNetwork tensor that leaves this unit
  readonly node?: string; // of units with an accumulator: IntegerNetwork node of the sums
  readonly channelOrder?: readonly number[]; // dense only: [outputs], the model's channel at each position; else as in the model
  readonly memories: readonly MemoryImage[];
  readonly generated: readonly SumModule[]; // modules made for this unit alone
  readonly interval: number; // cycles between inferences when nothing stalls
  readonly accumulator?: PlannedAccumulator;
  readonly engine?: EngineName; // dense and conv
  readonly fold?: {
    readonly pe: number;
    readonly simd: number;
    readonly neuronFold: number;
    readonly synapseFold: number;
    readonly windows?: boolean; // the array takes windows that come once for every group of neurons
  };
  readonly requantisation?: string; // name of the module that does it
  readonly requantisationReport?: RequantisationReport; // of plans that are no drafts
}

/**
 * What the hardware's accumulator holds: sum = step * field + offset, the field unsigned or two's complement of
 * `bits` bits. `min` .. `max` are the proven ends of the sum over all channels. Where processing elements have widths of
 * their own, `bits` is the widest, and the field fits the narrower ones.
 */
export interface PlannedAccumulator {
  readonly bits: number;
  readonly perPe?: readonly number[]; // [PE], bits of each processing element's accumulator; else all have `bits`
  readonly uniformBits?: number; // with perPe: what all of them would have with one width for the layer
  readonly signed: boolean;
  readonly step: number;
  readonly offset: number;
  readonly offsets?: readonly number[]; // [outputs] in place of offset, where every channel has its own
  readonly min: number;
  readonly max: number;
  readonly widths: AccumulatorWidths;
  readonly overflow: 'none' | 'wrap'; // none: proven impossible
}

/** What a step function costs in each way there is, and the constants of those that multiply. */
export interface RequantisationReport {
  readonly ways: readonly { readonly way: string; readonly estimate: Estimate }[];
  readonly constants?: ConstantBits; // absent: no constants reproduce the step function, or it was not tried
}

/** Bits of the constants of multiply, add, shift. */
export interface ConstantBits {
  readonly shift: number; // of all channels
  readonly multiplierBits: number; // as stored
  readonly biasBits: number; // as stored
  readonly extraBits: number; // as stored; 0: one line a channel
  readonly ownMultiplierBits: Spread; // that channels would need by themselves, with shifts of their own
  readonly ownShift: Spread;
}

/** Over the channels of a layer. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What a unit is expected to occupy. */
export interface Estimate {
  readonly lut: number;
  readonly sites: number; // LUT sites; ice40: logic cells
  readonly ff: number;
  readonly bram: number; // RAMB36 equivalents
  readonly dsp: number;
}

/** Dense node name -> [outputs], the model's channel at each position. */
export type ChannelOrders = ReadonlyMap<string, readonly number[]>;

export interface Plan {
  readonly top: string; // Verilog module name
  readonly target: Target;
  readonly device?: string; // that it was folded for
  readonly accumulatorPolicy: string;
  readonly units: readonly Unit[];
  readonly channelOrders: ChannelOrders; // of the layers whose channels are not in the model's order
  readonly estimates: readonly Estimate[]; // [units], by the resource model for `target`
  readonly input: Stream; // at the port
  readonly output: Stream;
  readonly cycles: { readonly interval: number; readonly latency: number };
}

export type Target = 'xc7' | 'xcup' | 'ice40';
