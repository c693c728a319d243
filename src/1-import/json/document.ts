/**
 * The model description as it stands in the file, after schema/model.schema.json was checked.
 * `unknown[]` marks arrays of numbers that the schema does not walk.
 */
export interface ModelDocument {
  readonly name: string;
  readonly input: {
    readonly shape: readonly number[]; // channels last
    readonly layout?: LayoutDocument; // of the arrays that users give; default NHWC
    readonly type?: PortTypeDocument;
  };
  readonly output?: { readonly layout: LayoutDocument }; // default: that of the input
  readonly layers: readonly LayerDocument[];
}

export type LayoutDocument = 'NCHW' | 'NHWC';

export type LayerDocument =
  | DenseDocument
  | ConvDocument
  | PoolDocument
  | AddDocument
  | ConcatDocument
  | PadDocument
  | UpsampleDocument
  | DepthToSpaceDocument
  | QuantizeDocument
  | FlattenDocument
  | ReshapeDocument
  | ElementwiseDocument
  | BatchNormLayerDocument
  | ActivationLayerDocument
  | ThresholdsLayerDocument
  | SoftmaxDocument;

/** One number for both directions, or [vertical, horizontal]. */
export type SizeDocument = number | readonly [number, number];

/** Rows and columns around an image; an array is [vertical, horizontal] or [top, left, bottom, right]. */
export type PaddingDocument = 'valid' | 'same' | number | readonly number[];

/** A constant of one value or one per channel. */
export type RealsDocument = number | readonly unknown[] | { readonly file: string };

/** As RealsDocument; a string is a fraction such as `1/255`. */
export type ScaleDocument = RealsDocument | string;

export interface PortTypeDocument {
  readonly bits: number;
  readonly signed: boolean;
  readonly scale?: number | string; // default 1
  readonly zeroPoint?: number; // default 0
}

export interface CodeTypeDocument {
  readonly bits?: number; // bipolar: 1
  readonly signed?: boolean; // bipolar: true
  readonly encoding?: 'integer' | 'bipolar'; // default integer
  readonly narrow?: boolean; // default false
  readonly scale?: ScaleDocument; // default 1, except in a quantizer
  readonly zeroPoint?: number; // default 0
}

export interface QuantizerDocument extends CodeTypeDocument {
  readonly scale: ScaleDocument;
  readonly rounding?: 'half-even' | 'half-up' | 'half-down' | 'ceil' | 'floor' | 'up' | 'down'; // default half-even
  readonly zeroPointAdded?: 'before-rounding' | 'after-rounding'; // default before
  readonly truncation?: { readonly scale: number; readonly zeroPoint?: number; readonly shift: number };
}

/** Numbers in place or in a .npy file; exactly one of the two. */
export interface ArrayDocument {
  readonly values?: readonly unknown[];
  readonly file?: string;
}

/** With the encoding `real`, a network that is not quantized yet, there are only the values. */
export interface WeightsDocument extends ArrayDocument {
  readonly bits?: number;
  readonly signed?: boolean; // default true
  readonly encoding?: 'integer' | 'bipolar' | 'real';
  readonly narrow?: boolean;
  readonly scale?: ScaleDocument; // default 1
}

export interface ThresholdsDocument extends ArrayDocument {
  readonly output: CodeTypeDocument;
}

export interface BatchNormDocument {
  readonly mean: RealsDocument;
  readonly variance: RealsDocument;
  readonly scale?: RealsDocument; // default 1
  readonly bias?: RealsDocument; // default 0
  readonly epsilon?: number; // default 1e-5
}

export type ActivationDocument =
  | 'relu'
  | 'relu6'
  | 'sigmoid'
  | 'tanh'
  | 'hard-tanh'
  | 'hard-sigmoid'
  | 'leaky-relu'
  | 'elu'
  | 'selu'
  | 'softplus'
  | 'softsign'
  | { readonly clip: readonly [number, number] }
  | { readonly 'leaky-relu': { readonly alpha: number } }
  | { readonly elu: { readonly alpha: number } }
  | { readonly selu: { readonly alpha: number; readonly gamma: number } }
  | { readonly 'hard-sigmoid': { readonly alpha: number; readonly beta: number } };

interface LayerBase {
  readonly name?: string; // default: type and index, such as dense_0
}

interface SingleInput extends LayerBase {
  readonly input?: string; // default: the layer before
}

interface SeveralInputs extends LayerBase {
  readonly inputs: readonly string[];
}

/** What follows a sum in the same layer. */
export interface StepsDocument {
  readonly bias?: RealsDocument;
  readonly batchNorm?: BatchNormDocument;
  readonly activation?: ActivationDocument;
  readonly output?: QuantizerDocument;
  readonly thresholds?: ThresholdsDocument;
}

/** What dense and conv layers have in common. */
export interface WeightedDocument extends SingleInput, StepsDocument {
  readonly weights: WeightsDocument;
  readonly accumulator?: { readonly bits: number; readonly overflow?: 'refuse' | 'wrap' };
  readonly fold?: { readonly pe: number; readonly simd: number };
  readonly engine?: 'lut' | 'dsp' | 'auto'; // default: --engine, else lut
}

export interface DenseDocument extends WeightedDocument {
  readonly type: 'dense';
}

export interface WindowDocument {
  readonly kernel?: SizeDocument;
  readonly stride?: SizeDocument;
  readonly dilation?: SizeDocument; // default 1
  readonly padding?: PaddingDocument; // default valid
}

export interface ConvDocument extends WeightedDocument, WindowDocument {
  readonly type: 'conv';
  readonly groups?: number; // default 1
}

export interface PoolDocument extends SingleInput, WindowDocument {
  readonly type: 'pool';
  readonly kind: 'maximum' | 'average';
  readonly global?: boolean; // default false
  readonly countPadding?: boolean; // default false
  readonly output?: QuantizerDocument;
}

export interface AddDocument extends SeveralInputs {
  readonly type: 'add';
  readonly activation?: ActivationDocument;
  readonly output?: QuantizerDocument;
}

export interface ConcatDocument extends SeveralInputs {
  readonly type: 'concat';
}

export interface PadDocument extends SingleInput {
  readonly type: 'pad';
  readonly padding: Exclude<PaddingDocument, string>;
}

export interface UpsampleDocument extends SingleInput {
  readonly type: 'upsample';
  readonly factor: SizeDocument;
}

export interface DepthToSpaceDocument extends SingleInput {
  readonly type: 'depth-to-space';
  readonly block: number;
  readonly order?: 'DCR' | 'CRD'; // default DCR
}

export interface QuantizeDocument extends SingleInput, QuantizerDocument {
  readonly type: 'quantize';
}

export interface FlattenDocument extends SingleInput {
  readonly type: 'flatten';
}

export interface ReshapeDocument extends SingleInput {
  readonly type: 'reshape';
  readonly shape: readonly number[];
}

export interface ElementwiseDocument extends SingleInput {
  readonly type: 'elementwise';
  readonly operation: 'add' | 'subtract' | 'reverse-subtract' | 'multiply' | 'divide' | 'negate' | 'sign';
  readonly operand?: RealsDocument; // of all but negate and sign
}

export interface BatchNormLayerDocument extends SingleInput, BatchNormDocument {
  readonly type: 'batch-norm';
}

export interface ActivationLayerDocument extends SingleInput {
  readonly type: 'activation';
  readonly function: ActivationDocument;
}

export interface ThresholdsLayerDocument extends SingleInput, ThresholdsDocument {
  readonly type: 'thresholds';
  readonly base?: number; // default: the smallest code
}

export interface SoftmaxDocument extends SingleInput {
  readonly type: 'softmax';
  readonly logarithm?: boolean; // of the probabilities; default: false
}
