/** The search for an adder graph with few adders. */
import { type AdderGraph, minimumDepth, naiveAdders } from './adder-graph.js';
import { buildGraph } from './build-graph.js';
import { improve } from './improve.js';
import type { Sums } from './order.js';
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
  /** Length of the search, in changes of pattern counts; 0: greedy sharing only. Default: DEFAULT_EFFORT. */
  readonly effort?: number;
}

/** Less than a tenth of a second on one core. */
export const DEFAULT_EFFORT = 5e5;
/** Small matrices need less: most effort for each adder of the graph that shares nothing. */
const EFFORT_PER_ADDER = 2e5;
/** Depth allowed to a transposed network; what it is once transposed back is what counts. */
const TRANSPOSED_DEPTH = 40;

/**
 * An adder graph of y = W x with few adders. The same arguments give the same graph on every machine.
 *
 * @param weights [outputs * inputs], row-major
 */
export function solveAdderGraph(
  weights: Int32Array,
  outputs: number,
  inputs: number,
  { maxDepth, effort }: SolveOptions = {},
): AdderGraph {
  return startSearch(weights, outputs, inputs, maxDepth).improved(effort);
}

/** A search that has shared greedily. */
export interface AdderSearch {
  /** The graph of greedy sharing, without the transposed matrix. */
  readonly greedy: AdderGraph;
  /** What the search finds from there, with an effort as in SolveOptions. */
  improved(effort?: number): AdderGraph;
}

/**
 * Greedy sharing of two-term patterns, then local search, on the transposed matrix for the first half of the effort.
 *
 * Source: two-term common subexpressions of canonical signed digits as in Hartley (1996); levels as in Aksoy et al.
 * and da4ml (Sun et al., 2025); transposition as in Bordewijk (1956). The local search is this project's own.
 */
export function startSearch(
  weights: Int32Array,
  outputs: number,
  inputs: number,
  maxDepth?: number,
): AdderSearch {
  const leastDepth = minimumDepth(weights, outputs, inputs);
  const depth = Math.max(leastDepth, maxDepth ?? leastDepth + 2);
  const enough = EFFORT_PER_ADDER * naiveAdders(weights, outputs, inputs);
  const { weights: matrix, rows, uses } = primitiveRows(weights, outputs, inputs);
  const random = seededRandom(1);

  let start = networkOf((row, column) => matrix[row * inputs + column], rows, inputs, depth);
  shareAll(start, random);
  const greedy = buildGraph(start, uses);
  let least = start.adders;
  let best: Sums | undefined; // of the least adders, where they are fewer than greedy sharing finds
  const keep = ({ adders, inputs, rows, live }: SumNetwork) => {
    if (adders >= least) return;
    least = adders;
    best = { inputs, rows: rows.map((terms) => terms.slice()), live: live.slice() };
  };
  const search = (effort: number) => {
    const column = (row: number, from: number) => matrix[from * inputs + row];
    const backward = networkOf(column, inputs, rows, TRANSPOSED_DEPTH);
    const turnBack = () => {
      const forward = transposed(backward, depth);
      if (!forward) return;
      shareAll(forward, random);
      keep(forward);
      if (forward.adders <= start.adders) start = forward;
    };
    shareAll(backward, random);
    turnBack();
    if (effort === 0) return;
    improve(backward, random, { effort, temperature: 0.5, depth: TRANSPOSED_DEPTH }, () => {});
    turnBack();
    improve(start, random, { effort, temperature: 0.4, depth }, () => keep(start));
  };
  let used = false;
  return {
    greedy,
    improved(wanted = DEFAULT_EFFORT) {
      if (used) return solveAdderGraph(weights, outputs, inputs, { maxDepth, effort: wanted });
      used = true;
      search(Math.min(wanted, enough) / 2);
      return best ? buildGraph(best, uses) : greedy;
    },
  };
}

/** Every row the sum of its weights' canonical signed digits. */
function networkOf(
  weight: (row: number, column: number) => number,
  rows: number,
  columns: number,
  depth: number,
): SumNetwork {
  const network = new SumNetwork(columns, rows, new PatternTable(), depth);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const { shift, negative } of canonicalDigits(weight(row, column)))
        network.addTerm(columns + row, term(column, shift, negative));
    }
  }
  return network;
}
