/** The values that the sums of an adder graph can take, and the adder bits that follow. */
import { type Interval, signedBits } from '../../../shared/interval.js';
import type { AdderGraph } from './adder-graph.js';

/**
 * The exact range of every operand, inputs first: the inputs vary independently, so each bound is reached.
 *
 * @param inputRanges [graph.inputs], input codes
 * @returns [graph.inputs + graph.nodes.length]
 */
export function operandRanges(
  { inputs, nodes }: AdderGraph,
  inputRanges: readonly Interval[],
): readonly Interval[] {
  const factors = new Float64Array((inputs + nodes.length) * inputs); // of each input in each operand
  for (let k = 0; k < inputs; k++) factors[k * inputs + k] = 1;
  const ranges: Interval[] = [...inputRanges];
  nodes.forEach(({ a, b, shiftA, shiftB, negateA, negateB }, index) => {
    const scaleA = (negateA ? -1 : 1) * 2 ** shiftA;
    const scaleB = (negateB ? -1 : 1) * 2 ** shiftB;
    let [min, max] = [0, 0];
    for (let k = 0; k < inputs; k++) {
      const factor = scaleA * factors[a * inputs + k] + scaleB * factors[b * inputs + k];
      if (factor === 0) continue;
      factors[(inputs + index) * inputs + k] = factor;
      const range = inputRanges[k];
      min += factor * (factor > 0 ? range.min : range.max);
      max += factor * (factor > 0 ? range.max : range.min);
    }
    ranges.push({ min, max });
  });
  return ranges;
}

/**
 * Full-adder bits of all nodes: each as wide as its sum in two's complement, less the low bits that one operand's
 * shift leaves to the other one unchanged.
 */
export function adderBits(graph: AdderGraph, inputRanges: readonly Interval[]): number {
  const ranges = operandRanges(graph, inputRanges);
  return graph.nodes.reduce((bits, { shiftA, shiftB, negateA, negateB }, index) => {
    // where the shifted operand is zero, the other one passes, unless it is the one to be negated
    const passes = shiftA > 0 ? !negateB : !negateA;
    return bits + signedBits(ranges[graph.inputs + index]) - (passes ? Math.max(shiftA, shiftB) : 0);
  }, 0);
}
