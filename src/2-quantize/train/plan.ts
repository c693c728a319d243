/** Which tensors and layers the trainer quantizes, and with what limits. */
import type { Network, Quantizer } from '../../1-import/types.js';
import { centredL1Budget, l1Budget } from '../accumulator/budget.js';
import { producersOf } from '../graph.js';
import { findPoints, pointBehind, type QuantizationPoint } from '../points.js';
import type { AccumulatorMethod, Assignment, InputRange } from '../types.js';
import { layersOf } from './model.js';
import type { ActivationRule, WeightRule } from './quantizers.js';

export interface PlannedActivation extends ActivationRule {
  readonly bits: number;
  readonly signed: boolean;
  readonly shared: string; // tensor by which its scale parameter is known
  readonly learned: boolean; // false: the scale stays what it starts with
  readonly scale?: number; // real value of a code, where it is given beforehand
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
 * @param assignment bits of every layer and of every tensor that `findPoints` names
 * @param inputScale real value of a code of the network's input; learned when not given
 */
export function planTraining(
  network: Network,
  assignment: Assignment,
  method: TrainedMethod,
  inputScale?: number,
): TrainingPlan {
  const points = findPoints(network);
  const activations = new Map(
    points.map((point) => [point.tensor, planActivation(point, assignment, network, inputScale)]),
  );
  const producers = producersOf(network.nodes);
  const tensors = new Set(activations.keys());
  const weights = new Map<string, WeightRule>();
  const inputs = new Map<string, InputRange>();
  const accumulators = new Map<string, number>();
  for (const layer of layersOf(network)) {
    const planned = activations.get(pointBehind(layer.input, producers, tensors));
    const assigned = assignment.layers.get(layer.name);
    if (!planned || !assigned) throw new Error(`layer ${layer.name} has no bits`);
    const { bits, signed, minimum: min, maximum: max } = planned;
    const input: InputRange = { bits, signed, min, max };
    inputs.set(layer.name, input);
    const { weightBits, accumulator } = assigned;
    if (accumulator === undefined) {
      weights.set(layer.name, { kind: 'nearest', bits: weightBits });
      continue;
    }
    accumulators.set(layer.name, accumulator);
    const budget = method === 'a2q' ? l1Budget(accumulator, input) : centredL1Budget(accumulator, input);
    weights.set(layer.name, { kind: method, bits: weightBits, budget });
  }
  return { activations, weights, inputs, accumulators };
}

function planActivation(
  { tensor, signed, shared }: QuantizationPoint,
  { activationBits }: Assignment,
  network: Network,
  inputScale: number | undefined,
): PlannedActivation {
  const bits = activationBits.get(tensor);
  if (bits === undefined) throw new Error(`tensor ${tensor} has no bits`);
  const isInput = tensor === network.input.name;
  const unsigned = isInput && network.inputPort ? !network.inputPort.signed : !signed;
  return {
    bits,
    signed: !unsigned,
    shared,
    minimum: unsigned ? 0 : -(2 ** (bits - 1)),
    maximum: unsigned ? 2 ** bits - 1 : 2 ** (bits - 1) - 1,
    learned: !(isInput && inputScale !== undefined),
    scale: isInput ? inputScale : undefined,
  };
}

/** The quantizer that an activation's rule and trained scale stand for. */
export function quantizerOf({ bits, signed }: PlannedActivation, scale: number): Quantizer {
  return {
    encoding: 'integer',
    bits,
    signed,
    narrow: false,
    scale: Float32Array.of(scale),
    zeroPoint: 0,
    rounding: 'half-even',
  };
}
