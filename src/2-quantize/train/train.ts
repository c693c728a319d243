/** A float network and samples with labels become a trainer, and a trained network. */
import type { Network } from '../../1-import/types.js';
import { portCodes } from '../activations.js';
import { applyChoices } from '../apply.js';
import type { Samples } from '../evaluate/evaluate.js';
import { type Prepared, type Quantization, type QuantizeOptions, quantizeNetwork } from '../quantize.js';
import type { Assignment, RangeMethod } from '../types.js';
import type { Dataset } from './dataset.js';
import { finishFloat, finishQuantized } from './finish.js';
import { floatStart, quantizedStart } from './initialize.js';
import { checkTrainable } from './model.js';
import { planTraining, type TrainedMethod } from './plan.js';
import { startBackEnd, Trainer, type TrainingOptions } from './trainer.js';

/** What quantized training is asked for. */
export interface QuantizedTraining {
  readonly assignment: Assignment;
  readonly method: TrainedMethod; // of layers that have an accumulator
  readonly range: RangeMethod; // of the activations before training
  readonly inputBits?: number; // asked for by the user, where a declared port has others
  readonly calibration: Samples;
}

/** A training that has not started. */
export interface Training {
  readonly trainer: Trainer;
  readonly alwaysZero: readonly string[]; // tensors whose ranges start from nothing: zero on all calibration samples
  /** The network with the parameters as they are now. */
  finish(): Network;
}

/** quantizeNetwork, or the same on another thread: on a large network it takes minutes. */
export type Quantize = (
  prepared: Prepared,
  assignment: Assignment,
  samples: Samples,
  options: QuantizeOptions,
) => Quantization | Promise<Quantization>;

/**
 * @param prepared folded float network and its points
 * @param quantized none: the float network is trained
 * @param quantize makes the quantized network that training starts from
 * @throws training_unsupported, and what quantizing without training throws
 */
export async function prepareTraining(
  { network, points }: Prepared,
  data: Dataset,
  options: TrainingOptions,
  quantized?: QuantizedTraining,
  quantize: Quantize = quantizeNetwork,
): Promise<Training> {
  checkTrainable(network);
  await startBackEnd();
  if (!quantized) {
    const { values, shapes } = floatStart(network);
    const trainer = new Trainer(network, undefined, data, options, values, shapes);
    return { trainer, alwaysZero: [], finish: () => finishFloat(network, trainer.values()) };
  }
  const { assignment, method, range, inputBits, calibration } = quantized;
  const limited = [...assignment.layers.values()].some(({ accumulator }) => accumulator !== undefined);
  const start = method === 'a2q' ? withOneBitLess(assignment) : assignment;
  const { choices, alwaysZero } = await quantize({ network, points }, start, calibration, {
    method: limited ? 'axe' : undefined, // the best codes that there are without training
    range,
    biasCorrection: true,
    inputBits,
  });
  const port = portCodes(network, points, inputBits);
  const plan = planTraining(network, points, assignment, method, choices.activations, port);
  const { values, shapes } = quantizedStart(network, plan, choices);
  const trainer = new Trainer(network, plan, data, options, values, shapes);
  const finish = () => applyChoices(network, finishQuantized(network, plan, trainer.values()));
  return { trainer, alwaysZero, finish };
}

/**
 * Accumulators of a bit less. AXE spends the budget of positive and of negative weights, each half of the range; A2Q has
 * one budget for both, of about half as much.
 */
function withOneBitLess({ layers, activationBits }: Assignment): Assignment {
  const less = (bits: number | undefined) => (bits === undefined ? undefined : Math.max(2, bits - 1));
  return {
    layers: new Map(
      [...layers].map(([name, layer]) => [name, { ...layer, accumulator: less(layer.accumulator) }]),
    ),
    activationBits,
  };
}
