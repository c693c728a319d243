/** A constant matrix as an adder graph: subexpressions shared by several rows are added once. */
import type { Interval } from '../../../shared/interval.js';
import type { SumReference } from '../../types.js';
import { solveAdderGraph } from './solve.js';
import { fieldOf, type RowSum, type SumMatrix, type UntimedNode, type UntimedSums } from './sums.js';

/** Every node at the exact width of its own linear form of the inputs. */
export function adderSums(matrix: SumMatrix): UntimedSums {
  const { weights, inputs, outputs, field } = matrix;
  const graph = solveAdderGraph(weights, outputs, inputs);
  const forms = new Map<SumReference, Float64Array>(); // coefficients of nodes
  const formOf = (reference: SumReference) => forms.get(reference) ?? unitForm(reference, inputs);
  const nodes = graph.nodes.map((node, k): UntimedNode => {
    const a = { from: node.a, shift: node.shiftA, negate: node.negateA };
    const b = { from: node.b, shift: node.shiftB, negate: node.negateB };
    const [left, right] = [formOf(a.from), formOf(b.from)];
    const scaleA = (a.negate ? -1 : 1) * 2 ** a.shift;
    const scaleB = (b.negate ? -1 : 1) * 2 ** b.shift;
    const form = left.map((coefficient, i) => scaleA * coefficient + scaleB * right[i]);
    forms.set(inputs + k, form);
    return { kind: 'adder', a, b, ...fieldOf(rangeOf(form, field)) };
  });
  const rows = graph.outputs.map(({ operand, shift, negate }): RowSum => {
    if (operand < 0) return { shift: 0, invert: false, constant: 0 };
    // -(v << s) = (~v << s) + 2^s
    return { from: operand, shift, invert: negate, constant: negate ? 2 ** shift : 0 };
  });
  return { nodes, rows };
}

function unitForm(input: SumReference, inputs: number): Float64Array {
  const form = new Float64Array(inputs);
  form[input] = 1;
  return form;
}

function rangeOf(form: Float64Array, { min, max }: Interval): Interval {
  let [low, high] = [0, 0];
  for (const coefficient of form) {
    low += coefficient * (coefficient > 0 ? min : max);
    high += coefficient * (coefficient > 0 ? max : min);
  }
  return { min: low, max: high };
}
