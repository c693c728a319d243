/** A constant matrix as an adder graph: subexpressions shared by several rows are added once. */
import { operandRanges } from './node-ranges.js';
import { solveAdderGraph } from './solve.js';
import { fieldOf, type RowSum, type SumMatrix, type UntimedNode, type UntimedSums } from './sums.js';

/**
 * Every node at the exact width of the values it can take.
 *
 * @param effort of the search for common sums; 0 is greedy, undefined the search's own
 */
export function adderSums(matrix: SumMatrix, effort?: number): UntimedSums {
  const { weights, inputs, outputs, field } = matrix;
  const graph = solveAdderGraph(weights, outputs, inputs, { effort });
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
