/** The weights of one layer: what a solver is given, and what it answers. */
import type { ConvNode, DenseNode, Network, QuantizedWeights } from '../1-import/types.js';
import { MomentSums } from './calibrate/moments.js';
import { evaluateNode, type LiveTensors } from './evaluate/evaluate.js';
import { elementsOf, shapeOf } from './graph.js';
import type { AccumulatorMethod, Assignment, InputRange, WeightProblem, WeightSolution } from './types.js';
import { asWeights, roundWeights, weightScales } from './weights.js';

/** Elements of moments above which a layer is solved without them. */
const MOST_MOMENTS = 2 ** 25;

export class LayerSolver {
  private readonly assignment: Assignment;
  private readonly method: AccumulatorMethod | undefined;

  constructor(assignment: Assignment, method: AccumulatorMethod | undefined) {
    this.assignment = assignment;
    this.method = method;
  }

  /**
   * @param input codes that the layer takes
   * @param tensors with the layer's input, quantized
   */
  solve(
    network: Network,
    node: DenseNode | ConvNode,
    input: InputRange,
    tensors: LiveTensors,
    count: number,
  ): QuantizedWeights {
    const asked = this.assignment.layers.get(node.name);
    if (!asked || node.weights.encoding !== 'real') throw new Error(`nothing is asked of layer ${node.name}`);
    const { weightBits: bits, accumulator } = asked;
    const { values } = node.weights;
    const { outputs } = node;
    const inputs = values.length / outputs;
    const groups = node.op === 'conv' ? node.groups : 1;
    const scale = weightScales(values, outputs, bits);
    if (!this.method) return asWeights(roundWeights(values, scale, bits), bits);
    const moments = this.moments(network, node, groups, inputs, tensors, count);
    const problem = { values, outputs, inputs, groups, bits, scale, input, accumulator, moments };
    return asWeights(solve(problem, this.method), bits);
  }

  private moments(
    network: Network,
    node: DenseNode | ConvNode,
    groups: number,
    inputs: number,
    tensors: LiveTensors,
    count: number,
  ): Float64Array | undefined {
    if (groups * inputs * inputs > MOST_MOMENTS) return undefined;
    const rows = (count * elementsOf(shapeOf(network, node.output))) / node.outputs;
    const sums = new MomentSums(groups, inputs, rows);
    evaluateNode(network, node, tensors, count, sums.observe);
    return sums.finish();
  }
}

function solve(problem: WeightProblem, _method: AccumulatorMethod): WeightSolution {
  return roundWeights(problem.values, problem.scale, problem.bits);
}
