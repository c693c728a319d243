/** From the sums that a search found to two-operand adders. */
import type { AdderGraph, AdderNode, AdderOutput } from './adder-graph.js';
import { evaluationOrder, type Sums } from './order.js';
import type { RowUse } from './primitive-rows.js';
import { isNegative, shiftOf, variableOf } from './term.js';

/** +-(value of an operand) << shift, with the operand's depth. */
interface Summand extends AdderOutput {
  readonly depth: number;
}

const ZERO: Summand = { operand: -1, shift: 0, negate: false, depth: 0 };

/** Sum every row by a tree of least depth. `uses` tells which row is which output. */
export function buildGraph(network: Sums, uses: readonly RowUse[]): AdderGraph {
  const { inputs } = network;
  const nodes: AdderNode[] = [];
  const values: Summand[] = []; // [variable]
  for (let k = 0; k < inputs; k++) values[k] = { operand: k, shift: 0, negate: false, depth: 0 };

  const add = (p: Summand, q: Summand): Summand => {
    const shift = Math.min(p.shift, q.shift);
    const negate = p.negate && q.negate;
    nodes.push({
      a: p.operand,
      b: q.operand,
      shiftA: p.shift - shift,
      shiftB: q.shift - shift,
      negateA: p.negate && !negate,
      negateB: q.negate && !negate,
    });
    return { operand: inputs + nodes.length - 1, shift, negate, depth: 1 + Math.max(p.depth, q.depth) };
  };

  for (const variable of evaluationOrder(network)) {
    const summands = network.rows[variable].map((code) => scaled(values[variableOf(code)], code));
    values[variable] = sumTree(summands, add);
  }
  const outputs = uses.map(({ row, shift, negate }) => {
    if (row < 0) return { operand: -1, shift: 0, negate: false };
    const value = values[inputs + row];
    return { operand: value.operand, shift: value.shift + shift, negate: value.negate !== negate };
  });
  return { inputs, nodes, outputs };
}

function scaled(value: Summand, code: number): Summand {
  return { ...value, shift: value.shift + shiftOf(code), negate: value.negate !== isNegative(code) };
}

/**
 * Add the two summands of least depth until one is left: of all trees the one of least depth, ceil(log2(sum of
 * 2^depth)). Among equal depths, neighbours in shift are added, which keeps the sums narrow.
 */
function sumTree(summands: Summand[], add: (p: Summand, q: Summand) => Summand): Summand {
  const before = (p: Summand, q: Summand) => p.depth - q.depth || p.shift - q.shift || p.operand - q.operand;
  const waiting = summands.sort(before);
  while (waiting.length > 1) {
    const [p, q] = waiting.splice(0, 2);
    const sum = add(p, q);
    let place = waiting.findIndex((other) => before(sum, other) < 0);
    if (place < 0) place = waiting.length;
    waiting.splice(place, 0, sum);
  }
  return waiting[0] ?? ZERO;
}
