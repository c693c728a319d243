/** Which tensors and layers the trainer quantizes, and with what limits. */
import type { Network, PortType, Quantizer } from '../../1-import/types.js';
import { centredL1Budget, holdsAnyRow, l1Budget } from '../accumulator/budget.js';
import { largestCode } from '../accumulator/rounding.js';
import { producersOf } from '../graph.js';
import { pointBehind, type QuantizationPoint } from '../points.js';
import type { AccumulatorMethod, Assignment, InputRange } from '../types.js';
import { layersOf } from './model.js';
import type { ActivationRule, WeightRule } from './quantizers.js';

export interface PlannedActivation extends ActivationRule {
  readonly quantizer: Quantizer; // with the scale that training starts from
  readonly shared: string; // tensor by which its scale parameter is known
  readonly learned: boolean; // false: the scale stays as it is
}

/** All that is fixed before training starts. */
export interface TrainingPlan {
  readonly activations: ReadonlyMap<string, PlannedActivation>; // by tensor
  readonly weights: ReadonlyMap<string, WeightRule>; // by dense or conv node
  readonly inputs: ReadonlyMap<string, InputRange>; // codes that a layer reads, by its node
  readonly accumulators: ReadonlyMap<string, number>; // bits, by the layers that have a limit
}

/** Methods that have a quantizer with gradients. */
export type TrainedMethod = Exclude<AccumulatorMethod, 'axe'>;

/**
 * @param network folded
 * @param points of the network
 * @param quantizers by tensor, from calibration
 * @param port codes that layers take as they come, where the input has no quantizer
 */
export function planTraining(
  network: Network,
  points: readonly QuantizationPoint[],
  assignment: Assignment,
  method: TrainedMethod,
  quantizers: ReadonlyMap<string, Quantizer>,
  port: PortType | undefined,
): TrainingPlan {
  const activations = planActivations(points, quantizers);
  const producers = producersOf(network.nodes);
  const tensors = new Set(points.map(({ tensor }) => tensor));
  const weights = new Map<string, WeightRule>();
  const inputs = new Map<string, InputRange>();
  const accumulators = new Map<string, number>();
  for (const layer of layersOf(network)) {
    const codes = quantizers.get(pointBehind(layer.input, producers, tensors)) ?? port;
    const assigned = assignment.layers.get(layer.name);
    if (!codes || !assigned) throw new Error(`layer ${layer.name} has no bits`);
    const { bits, signed } = codes;
    const { minimum: min, maximum: max } = codeRange(bits, signed);
    const input: InputRange = { bits, signed, min, max };
    inputs.set(layer.name, input);
    const { weightBits, accumulator } = assigned;
    if (accumulator !== undefined) accumulators.set(layer.name, accumulator);
    const rowInputs = layer.weights.values.length / layer.outputs;
    if (accumulator === undefined || holdsAnyRow(rowInputs, largestCode(weightBits), input, accumulator)) {
      weights.set(layer.name, { kind: 'nearest', bits: weightBits });
      continue;
    }
    const budget = method === 'a2q' ? l1Budget(accumulator, input) : centredL1Budget(accumulator, input);
    weights.set(layer.name, { kind: method, bits: weightBits, budget });
  }
  return { activations, weights, inputs, accumulators };
}

/** Scales that meet in an addition differ by powers of two, so they stay as calibration aligned them. */
function planActivations(
  points: readonly QuantizationPoint[],
  quantizers: ReadonlyMap<string, Quantizer>,
): Map<string, PlannedActivation> {
  const activations = new Map<string, PlannedActivation>();
  for (const { tensor, shared, scales } of points) {
    const quantizer = quantizers.get(tensor);
    if (!quantizer) continue;
    const learned = points.every((other) => other.shared === shared || other.scales !== scales);
    const { bits, signed } = quantizer;
    activations.set(tensor, { ...codeRange(bits, signed), quantizer, shared, learned });
  }
  return activations;
}

function codeRange(bits: number, signed: boolean): ActivationRule {
  return signed
    ? { minimum: -(2 ** (bits - 1)), maximum: 2 ** (bits - 1) - 1 }
    : { minimum: 0, maximum: 2 ** bits - 1 };
}
