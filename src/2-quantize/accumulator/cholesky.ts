/** The triangular factor that error feedback needs. */
import { dot } from './moments.js';

/**
 * R^T of moments = R R^T, R upper triangular, so that |R^T e|^2 is the squared error of an error e in the weights, and its
 * element j depends on the errors of the columns up to j alone.
 *
 * OPTQ takes U with (moments)^-1 = U^T U instead, which is R^-1: its update of the columns after i by (e_i / U_ii) U_ij
 * gives column j the target w_j + sum over i < j of R_ij e_i / R_jj, without inverting anything.
 *
 * @param order columns in the order of rounding
 * @param moments [inputs][inputs], symmetric, positive definite
 * @returns [order.length][order.length], row j holds R_ij at i <= j
 */
export function feedbackFactor(
  moments: Float64Array,
  inputs: number,
  order: readonly number[] | Int32Array,
): Float64Array {
  const size = order.length;
  // With the order turned round, the lower factor L of a common Cholesky decomposition is R.
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = lower.subarray(i * size, (i + 1) * size);
    const source = order[size - 1 - i] * inputs;
    for (let j = 0; j <= i; j++) {
      const other = lower.subarray(j * size, (j + 1) * size);
      const rest = moments[source + order[size - 1 - j]] - dot(row, other, 0, j);
      row[j] = i === j ? Math.sqrt(rest) : rest / other[j];
    }
  }
  const factor = new Float64Array(size * size);
  for (let j = 0; j < size; j++)
    for (let i = 0; i <= j; i++) factor[j * size + i] = lower[(size - 1 - i) * size + (size - 1 - j)];
  return factor;
}

/** x with R R^T x = right, from `feedbackFactor`. */
export function solveWithFactor(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const solution = right.slice();
  // R y = right: R is upper triangular, and its column j is row j of the factor.
  for (let j = size - 1; j >= 0; j--) {
    solution[j] /= factor[j * size + j];
    for (let i = 0; i < j; i++) solution[i] -= factor[j * size + i] * solution[j];
  }
  // R^T x = y: row j of the factor.
  for (let j = 0; j < size; j++) {
    const row = factor.subarray(j * size, (j + 1) * size);
    solution[j] = (solution[j] - dot(row, solution, 0, j)) / row[j];
  }
  return solution;
}
