/** How gradients change parameters. Everything here runs inside of the compiled training step. */
import { numpy as np } from '@jax-js/jax';
import type { Parameters } from './model.js';
import type { Tensor } from './windows.js';

export type OptimizerKind = 'adam' | 'sgd';
export type ScheduleKind = 'cosine' | 'step' | 'constant';

export interface OptimizerOptions {
  readonly kind: OptimizerKind;
  readonly learningRate: number;
  readonly schedule: ScheduleKind;
  readonly weightDecay: number; // of weights only: not of biases, scales and norms
}

/** Moments, by parameter. SGD keeps its momentum in `first`. */
export interface Moments {
  readonly first: Parameters;
  readonly second: Parameters;
}

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

/** Numbers that change from step to step: [learning rate, 1 - beta1^step, 1 - beta2^step]. */
export function stepConstants(options: OptimizerOptions, step: number, steps: number): Float32Array {
  return Float32Array.of(
    learningRate(options, step, steps),
    1 - FIRST_DECAY ** (step + 1),
    1 - SECOND_DECAY ** (step + 1),
  );
}

/** Cosine falls to 0 at the end; step falls to a tenth after each third. */
function learningRate({ learningRate, schedule }: OptimizerOptions, step: number, steps: number): number {
  if (schedule === 'constant') return learningRate;
  if (schedule === 'step') return learningRate * 0.1 ** Math.floor((3 * step) / steps);
  return (learningRate * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}

/**
 * One step. Takes over all tensors.
 *
 * @param fixed parameters that stay as they are
 * Source: Kingma and Ba, Adam (ICLR 2015); decay apart from the gradient as in Loshchilov and Hutter (ICLR 2019).
 */
export function update(
  parameters: Parameters,
  gradients: Parameters,
  { first, second }: Moments,
  constants: Tensor,
  { kind, weightDecay }: OptimizerOptions,
  fixed: ReadonlySet<string>,
): { parameters: Parameters; first: Parameters; second: Parameters } {
  const next = { parameters: {}, first: {}, second: {} } as {
    parameters: Parameters;
    first: Parameters;
    second: Parameters;
  };
  const constant = (index: number) => constants.ref.slice(index);
  for (const [name, parameter] of Object.entries(parameters)) {
    if (fixed.has(name)) {
      next.parameters[name] = parameter;
      next.first[name] = first[name];
      next.second[name] = second[name];
      gradients[name].dispose();
      continue;
    }
    const gradient = gradients[name];
    let change: Tensor;
    if (kind === 'adam') {
      const m = first[name].mul(FIRST_DECAY).add(gradient.ref.mul(1 - FIRST_DECAY));
      const v = second[name].mul(SECOND_DECAY).add(np.square(gradient).mul(1 - SECOND_DECAY));
      next.first[name] = m.ref;
      next.second[name] = v.ref;
      change = m.div(constant(1)).div(np.sqrt(v.div(constant(2))).add(EPSILON));
    } else {
      const m = first[name].mul(FIRST_DECAY).add(gradient);
      next.first[name] = m.ref;
      next.second[name] = second[name];
      change = m;
    }
    const decays = weightDecay > 0 && name.startsWith('weights:');
    const total = decays ? change.add(parameter.ref.mul(weightDecay)) : change;
    next.parameters[name] = parameter.sub(total.mul(constant(0)));
  }
  constants.dispose();
  return next;
}
