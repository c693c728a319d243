/** Dot products of many vectors with rows of constant weights, exactly. */
import type { Codes } from './evaluate.js';

export interface Rows {
  readonly weights: Int32Array; // [outputs][inputs]
  readonly inputs: number;
  readonly outputs: number;
}

/** Whether 32-bit arithmetic is exact for codes of at most this magnitude. */
export function fitsInt32({ weights, inputs, outputs }: Rows, magnitude: number): boolean {
  let norm = 0;
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let i = o * inputs; i < (o + 1) * inputs; i++) sum += Math.abs(weights[i]);
    if (sum > norm) norm = sum;
  }
  return norm * magnitude < 2 ** 31;
}

/** Largest magnitude of some codes. */
export function magnitudeOf(x: Codes): number {
  let largest = 0;
  for (let k = 0; k < x.length; k++) {
    const magnitude = x[k] < 0 ? -x[k] : x[k];
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}

/**
 * y[v][o] = sum over i of weights[o][i] * x[v][i] in 32-bit arithmetic: 4 rows and 2 vectors at a time, so that 6 loads
 * serve 8 products.
 *
 * @param x [vectors * inputs]
 * @param y where the sums go, from `at` on, [vectors * outputs]
 */
export function multiplyInt32(rows: Rows, x: Int32Array, vectors: number, y: Int32Array, at: number): void {
  const { weights, inputs, outputs } = rows;
  let v = 0;
  for (; v + 2 <= vectors; v += 2) {
    const x0 = v * inputs;
    const x1 = x0 + inputs;
    const y0 = at + v * outputs;
    const y1 = y0 + outputs;
    let o = 0;
    for (; o + 4 <= outputs; o += 4) {
      let w0 = o * inputs;
      let w1 = w0 + inputs;
      let w2 = w1 + inputs;
      let w3 = w2 + inputs;
      let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let i = 0; i < inputs; i++) {
        const a = x[x0 + i];
        const b = x[x1 + i];
        let w = weights[w0++];
        s00 = (s00 + Math.imul(w, a)) | 0;
        s10 = (s10 + Math.imul(w, b)) | 0;
        w = weights[w1++];
        s01 = (s01 + Math.imul(w, a)) | 0;
        s11 = (s11 + Math.imul(w, b)) | 0;
        w = weights[w2++];
        s02 = (s02 + Math.imul(w, a)) | 0;
        s12 = (s12 + Math.imul(w, b)) | 0;
        w = weights[w3++];
        s03 = (s03 + Math.imul(w, a)) | 0;
        s13 = (s13 + Math.imul(w, b)) | 0;
      }
      y[y0 + o] = s00;
      y[y0 + o + 1] = s01;
      y[y0 + o + 2] = s02;
      y[y0 + o + 3] = s03;
      y[y1 + o] = s10;
      y[y1 + o + 1] = s11;
      y[y1 + o + 2] = s12;
      y[y1 + o + 3] = s13;
    }
    for (; o < outputs; o++) {
      y[y0 + o] = dotInt32(weights, o * inputs, x, x0, inputs);
      y[y1 + o] = dotInt32(weights, o * inputs, x, x1, inputs);
    }
  }
  for (; v < vectors; v++)
    for (let o = 0; o < outputs; o++)
      y[at + v * outputs + o] = dotInt32(weights, o * inputs, x, v * inputs, inputs);
}

function dotInt32(weights: Int32Array, row: number, x: Int32Array, vector: number, inputs: number): number {
  let sum = 0;
  for (let i = 0; i < inputs; i++) sum = (sum + Math.imul(weights[row + i], x[vector + i])) | 0;
  return sum;
}

/** The same in doubles, exact to 2^53. */
export function multiplyDoubles(
  { weights, inputs, outputs }: Rows,
  x: Codes,
  vectors: number,
  y: Float64Array,
  at: number,
): void {
  for (let v = 0; v < vectors; v++)
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i] * x[v * inputs + i];
      y[at + v * outputs + o] = sum;
    }
}
