/** The search for an adder graph with few adders. */
import { type AdderGraph, minimumDepth } from './adder-graph.js';
import { buildGraph } from './build-graph.js';
import { PatternTable } from './pattern-table.js';
import { primitiveRows } from './primitive-rows.js';
import { seededRandom } from './random.js';
import { shareAll } from './share.js';
import { canonicalDigits } from './signed-digits.js';
import { SumNetwork } from './sum-network.js';
import { term } from './term.js';
import { transposed } from './transpose.js';

export interface SolveOptions {
  /** Most adders on a path; the least possible depth where that is more. Default: the least possible plus 2. */
  readonly maxDepth?: number;
}

/**
 * An adder graph of y = W x.
 *
 * @param weights [outputs * inputs], row-major
 */
export function solveAdderGraph(
  weights: Int32Array,
  outputs: number,
  inputs: number,
  options: SolveOptions = {},
): AdderGraph {
  const least = minimumDepth(weights, outputs, inputs);
  const depth = Math.max(least, options.maxDepth ?? least + 2);
  const { weights: matrix, rows, uses } = primitiveRows(weights, outputs, inputs);
  const direct = networkOf((row, column) => matrix[row * inputs + column], rows, inputs, depth);
  shareAll(direct, seededRandom(1));
  const backward = networkOf((row, column) => matrix[column * inputs + row], inputs, rows, 50);
  shareAll(backward, seededRandom(1));
  const other = transposed(backward, depth);
  if (other) shareAll(other, seededRandom(1));
  return buildGraph(other && other.adders < direct.adders ? other : direct, uses);
}

/** Every row the sum of its weights' canonical signed digits. */
function networkOf(
  weight: (row: number, column: number) => number,
  rows: number,
  columns: number,
  depth: number,
): SumNetwork {
  const network = new SumNetwork(columns, rows, new PatternTable(0), depth);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const { shift, negative } of canonicalDigits(weight(row, column)))
        network.addTerm(columns + row, term(column, shift, negative));
    }
  }
  return network;
}
