/** Matrix products of float32 values, summed in double precision and rounded once. */

/** Rows of x that are worked on together, so that a row of weights is read from cache. */
const BLOCK = 4;

/** Where the results of a product go: y[at + row * stride + output]. */
export interface Destination {
  readonly values: Float32Array;
  readonly at: number;
  readonly stride: number;
}

/**
 * y[r][o] = sum over i of x[r][i] * w[o][i].
 *
 * @param x [rows][inputs]
 * @param w [outputs][inputs], from element `from` on
 */
export function multiply(
  x: Float32Array,
  rows: number,
  w: Float32Array,
  from: number,
  outputs: number,
  inputs: number,
  y: Destination,
): void {
  const fullRows = rows - (rows % BLOCK);
  const fullOutputs = outputs - (outputs % BLOCK);
  for (let r = 0; r < fullRows; r += BLOCK)
    for (let o = 0; o < fullOutputs; o += BLOCK)
      blockProduct(x, r * inputs, w, from + o * inputs, inputs, y, r, o);
  for (let r = 0; r < rows; r++)
    for (let o = r < fullRows ? fullOutputs : 0; o < outputs; o++)
      y.values[y.at + r * y.stride + o] = dot(x, r * inputs, w, from + o * inputs, inputs);
}

function dot(x: Float32Array, xAt: number, w: Float32Array, wAt: number, inputs: number): number {
  let sum = 0;
  for (let i = 0; i < inputs; i++) sum += x[xAt + i] * w[wAt + i];
  return sum;
}

/** Four rows by four outputs: each value that is loaded is used four times. */
function blockProduct(
  x: Float32Array,
  xAt: number,
  w: Float32Array,
  wAt: number,
  inputs: number,
  y: Destination,
  row: number,
  output: number,
): void {
  let [a00, a01, a02, a03] = [0, 0, 0, 0];
  let [a10, a11, a12, a13] = [0, 0, 0, 0];
  let [a20, a21, a22, a23] = [0, 0, 0, 0];
  let [a30, a31, a32, a33] = [0, 0, 0, 0];
  const [x1, x2, x3] = [xAt + inputs, xAt + 2 * inputs, xAt + 3 * inputs];
  const [w1, w2, w3] = [wAt + inputs, wAt + 2 * inputs, wAt + 3 * inputs];
  for (let i = 0; i < inputs; i++) {
    const p0 = w[wAt + i];
    const p1 = w[w1 + i];
    const p2 = w[w2 + i];
    const p3 = w[w3 + i];
    let v = x[xAt + i];
    a00 += v * p0;
    a01 += v * p1;
    a02 += v * p2;
    a03 += v * p3;
    v = x[x1 + i];
    a10 += v * p0;
    a11 += v * p1;
    a12 += v * p2;
    a13 += v * p3;
    v = x[x2 + i];
    a20 += v * p0;
    a21 += v * p1;
    a22 += v * p2;
    a23 += v * p3;
    v = x[x3 + i];
    a30 += v * p0;
    a31 += v * p1;
    a32 += v * p2;
    a33 += v * p3;
  }
  const { values, stride } = y;
  let at = y.at + row * stride + output;
  values[at] = a00;
  values[at + 1] = a01;
  values[at + 2] = a02;
  values[at + 3] = a03;
  at += stride;
  values[at] = a10;
  values[at + 1] = a11;
  values[at + 2] = a12;
  values[at + 3] = a13;
  at += stride;
  values[at] = a20;
  values[at + 1] = a21;
  values[at + 2] = a22;
  values[at + 3] = a23;
  at += stride;
  values[at] = a30;
  values[at + 1] = a31;
  values[at + 2] = a32;
  values[at + 3] = a33;
}
