/** A constant matrix as an adder graph: subexpressions shared by several rows are added once. */
import type { AdderGraph } from './adder-graph.js';
import { operandRanges } from './node-ranges.js';
import { fieldOf, type RowSum, type SumMatrix, type UntimedNode, type UntimedSums } from './sums.js';

/** Every node at the exact width of the values it can take. */
export function adderSums({ inputs, field }: SumMatrix, graph: AdderGraph): UntimedSums {
  const ranges = operandRanges(graph, new Array(inputs).fill(field));
  const nodes = graph.nodes.map((node, k): UntimedNode => {
    const a = { from: node.a, shift: node.shiftA, negate: node.negateA };
    const b = { from: node.b, shift: node.shiftB, negate: node.negateB };
    return { kind: 'adder', a, b, ...fieldOf(ranges[inputs + k]) };
  });
  const rows = graph.outputs.map(({ operand, shift, negate }): RowSum => {
    if (operand < 0) return { shift: 0, invert: false, constant: 0 };
    // -(v << s) = (~v << s) + 2^s
    return { from: operand, shift, invert: negate, constant: negate ? 2 ** shift : 0 };
  });
  return { nodes, rows };
}
