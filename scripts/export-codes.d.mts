import type { INamespace } from 'protobufjs';
import type { IntegerNetwork } from '../src/3-integer/types.js';

export interface CodeRow {
  readonly tensor: string;
  readonly codes: number;
  readonly differing: number;
  readonly samples: number;
  readonly largest: number;
}

export interface Difference {
  readonly tensor: string;
  readonly sample: number;
  readonly element: number;
  readonly expected: number;
  readonly found: number;
}

export function isAtThreshold(
  network: IntegerNetwork,
  golden: ReadonlyMap<string, ArrayLike<number>>,
  difference: Difference,
): boolean;

export function compareCodes(
  bytes: Uint8Array,
  schema: INamespace,
  reals: Float32Array,
  dims: readonly number[],
  golden: ReadonlyMap<string, ArrayLike<number>>,
): Promise<{ rows: CodeRow[]; first: Difference[]; outputs: number[] }>;

export function optimizedOutputs(
  bytes: Uint8Array,
  reals: Float32Array,
  dims: readonly number[],
): Promise<number[]>;
