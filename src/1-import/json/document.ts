/**
 * The model description as it stands in the file, after schema/model.schema.json was checked.
 * `unknown[]` marks arrays of numbers that the schema does not walk.
 */
export interface ModelDocument {
  readonly name: string;
  readonly input: { readonly shape: readonly number[]; readonly type?: PortTypeDocument };
  readonly layers: readonly LayerDocument[];
}

export type LayerDocument = DenseDocument | QuantizeDocument | FlattenDocument;

/** A constant of one value or one per channel. */
export type RealsDocument = number | readonly unknown[] | { readonly file: string };

/** As RealsDocument; a string is a fraction such as `1/255`. */
export type ScaleDocument = RealsDocument | string;

export interface PortTypeDocument {
  readonly bits: number;
  readonly signed: boolean;
  readonly scale?: number | string; // default 1
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
}

/** Numbers in place or in a .npy file; exactly one of the two. */
export interface ArrayDocument {
  readonly values?: readonly unknown[];
  readonly file?: string;
}

export interface WeightsDocument extends ArrayDocument {
  readonly bits?: number;
  readonly signed?: boolean; // default true
  readonly encoding?: 'integer' | 'bipolar';
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
  | { readonly clip: readonly [number, number] }
  | { readonly 'leaky-relu': { readonly alpha: number } }
  | { readonly 'hard-sigmoid': { readonly alpha: number; readonly beta: number } };

interface LayerBase {
  readonly name?: string; // default: type and index, such as dense_0
}

export interface DenseDocument extends LayerBase {
  readonly type: 'dense';
  readonly weights: WeightsDocument;
  readonly bias?: RealsDocument;
  readonly batchNorm?: BatchNormDocument;
  readonly activation?: ActivationDocument;
  readonly output?: QuantizerDocument;
  readonly thresholds?: ThresholdsDocument;
  readonly accumulator?: { readonly bits: number; readonly overflow?: 'refuse' | 'wrap' };
  readonly fold?: { readonly pe: number; readonly simd: number };
}

export interface QuantizeDocument extends LayerBase, QuantizerDocument {
  readonly type: 'quantize';
}

export interface FlattenDocument extends LayerBase {
  readonly type: 'flatten';
}
