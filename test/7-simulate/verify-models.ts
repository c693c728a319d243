/** Two small networks: integer codes of several widths, and bipolar codes. */
import type { ModelText } from './verify-build.js';

/** The smallest example without its own folding; hidden neuron 2 counts for nothing. */
export const INTEGER: ModelText & Record<string, unknown> = {
  format: 'narrowgate-model',
  version: 1,
  name: 'integer_mlp',
  input: { shape: [8], type: { bits: 4, signed: false } },
  layers: [
    {
      type: 'dense',
      name: 'hidden',
      weights: {
        bits: 3,
        values: [
          [1, 2, 3, 1, -1, -2, -3, -1],
          [-2, 0, 2, 0, 2, 0, -2, 0],
          [3, 1, -1, -3, -3, -1, 1, 3],
          [1, 1, 1, 1, 1, 1, 1, 1],
        ],
      },
      thresholds: {
        values: [
          [-20, 0, 20],
          [-12, 1, 14],
          [-30, -3, 24],
          [30, 60, 90],
        ],
        output: { bits: 2, signed: false },
      },
    },
    {
      type: 'dense',
      name: 'scores',
      weights: {
        bits: 4,
        scale: 0.125,
        values: [
          [5, -3, 0, -1],
          [-4, 2, 0, -2],
          [-1, 1, 0, 4],
        ],
      },
    },
  ],
};

/** Codes for its input: all values, in no simple order. */
export const INTEGER_CODES = [0, 15, 3, 7, 1, 9, 12, 4, 5, 2, 11, 14, 6, 13, 8, 10, 0, 15, 15];

/** Two wide rows and two narrow ones, in an order in which each of two processing elements has one of both. */
export const UNEVEN: ModelText & Record<string, unknown> = {
  ...INTEGER,
  name: 'uneven_mlp',
  layers: [
    {
      type: 'dense',
      name: 'hidden',
      weights: {
        bits: 3,
        values: [
          [3, 3, 3, 3, -3, -3, -3, -3],
          [3, -3, 3, -3, 3, -3, 3, 2],
          [1, 0, 0, 0, 0, 0, 0, 0],
          [0, 1, 1, 0, 0, 0, 0, 0],
        ],
      },
      thresholds: {
        values: [
          [-20, 0, 20],
          [-30, -3, 24],
          [2, 7, 12],
          [4, 12, 20],
        ],
        output: { bits: 2, signed: false },
      },
    },
    INTEGER.layers[1],
  ],
};

/** Sums from 0 up, whose zero moves: the unsigned field is a bit narrower than two's complement. */
export const POSITIVE: ModelText & Record<string, unknown> = {
  format: 'narrowgate-model',
  version: 1,
  name: 'positive_mlp',
  input: { shape: [8], type: { bits: 4, signed: false } },
  layers: [
    {
      type: 'dense',
      name: 'hidden',
      weights: { bits: 3, values: [Array(8).fill(1), [2, 1, 0, 1, 1, 1, 1, 1]] },
      thresholds: { values: [[30, 60, 90]], output: { bits: 2, signed: false } },
    },
    { type: 'dense', name: 'scores', weights: { bits: 3, values: [[1, -1]] } },
  ],
};

const sign = (row: number, column: number) => ((row * 5 + column * 3 + row * column) % 7 < 3 ? 1 : -1);
const signs = (rows: number, columns: number) =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => sign(row, column)),
  );

/** Products counted by popcount, then bipolar weights on 2-bit codes. */
export const BIPOLAR: ModelText & Record<string, unknown> = {
  format: 'narrowgate-model',
  version: 1,
  name: 'bipolar_mlp',
  input: { shape: [12] },
  layers: [
    { type: 'quantize', name: 'entry', encoding: 'bipolar', scale: 1 },
    {
      type: 'dense',
      name: 'first',
      weights: { encoding: 'bipolar', values: signs(6, 12) },
      output: { encoding: 'bipolar', scale: 1 },
    },
    {
      type: 'dense',
      name: 'second',
      weights: { encoding: 'bipolar', values: signs(4, 6) },
      thresholds: {
        values: Array.from({ length: 4 }, () => [-4, 0, 2]),
        output: { bits: 2, signed: false },
      },
    },
    { type: 'dense', name: 'scores', weights: { encoding: 'bipolar', values: signs(3, 4) } },
  ],
};

export const BIPOLAR_CODES = [1, -1, -1, 1, 1, 1, -1, 1, -1, -1, 1, -1, 1, 1, -1, -1, -1];

const mixed = (rows: number, columns: number, low: number, high: number) =>
  Array.from({ length: rows }, (_, row) =>
    Array.from(
      { length: columns },
      (__, column) => low + ((row * 7 + column * 5 + row * column) % (high - low + 1)),
    ),
  );

/** Bipolar codes with weights of every kind: counted, selected, with thresholds of their own or sums that leave. */
export const SELECTING: ModelText & Record<string, unknown> = {
  format: 'narrowgate-model',
  version: 1,
  name: 'selecting_mlp',
  input: { shape: [24] },
  layers: [
    { type: 'quantize', name: 'entry', encoding: 'bipolar', scale: 1 },
    {
      type: 'dense',
      name: 'counted',
      weights: { encoding: 'bipolar', values: signs(8, 24) },
      output: { encoding: 'bipolar', scale: 1 },
    },
    {
      type: 'dense',
      name: 'signed_weights',
      weights: { bits: 3, values: mixed(6, 8, -4, 3) },
      output: { encoding: 'bipolar', scale: 1 },
    },
    {
      type: 'dense',
      name: 'ternary',
      weights: { bits: 2, narrow: true, values: mixed(6, 6, -1, 1) },
      thresholds: { values: mixed(6, 1, -3, 2), output: { encoding: 'bipolar' } },
    },
    {
      type: 'dense',
      name: 'unsigned_weights',
      weights: { bits: 4, signed: false, values: mixed(4, 6, 0, 15) },
      thresholds: { values: [[20], [3], [-5], [0]], output: { encoding: 'bipolar' } },
    },
    { type: 'dense', name: 'scores', weights: { bits: 5, values: mixed(3, 4, -16, 15) } },
  ],
};
