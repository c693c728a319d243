/** Phases in order: 1 to 6 make the files of a build folder from a model file, 2 to 4 a quantized network from a float one. */
import { type ImportOptions, importModel } from './1-import/index.js';
import type { Samples } from './2-quantize/evaluate/evaluate.js';
import {
  type Prepared,
  type Progress,
  type Quantization,
  type QuantizeOptions,
  quantizeNetwork,
} from './2-quantize/quantize.js';
import type { Assignment } from './2-quantize/types.js';
import { toInteger } from './3-integer/convert.js';
import { boundNetwork } from './4-bounds/bounds.js';
import type { BoundedNetwork } from './4-bounds/types.js';
import { wrappedSums } from './5-plan/accumulator.js';
import { permuteChannels } from './5-plan/permute.js';
import type { PlanOptions } from './5-plan/plan.js';
import { planWithin } from './5-plan/planner.js';
import type { Plan } from './5-plan/types.js';
import { emitFiles } from './6-emit/emit.js';
import { fail } from './diagnostics/diagnostic.js';
import { accumulatorNotReached } from './diagnostics/quantize-errors.js';

export interface Compilation {
  readonly bounded: BoundedNetwork;
  readonly plan: Plan;
  readonly files: ReadonlyMap<string, string>; // path in the build folder -> text
}

/** Phases 1 to 4: what the widths are proven from. */
export async function analyse(model: string, options: ImportOptions = {}): Promise<BoundedNetwork> {
  const network = await importModel(model, options);
  const integerNetwork = toInteger(network);
  return boundNetwork(integerNetwork);
}

/**
 * Phase 5: hardware for one target, speed and accumulator policy. Where accumulators were asked to wrap, the layers
 * after them are bounded again for the sums that then remain.
 *
 * @returns the plan, and the network that it is of: channels of hidden layers may be in another order
 */
export function plan(bounded: BoundedNetwork, options: PlanOptions): { bounded: BoundedNetwork; plan: Plan } {
  const planned = (each: BoundedNetwork) => {
    const made = planWithin(each, options);
    return { bounded: permuteChannels(each, made.channelOrders), plan: made };
  };
  let current = planned(bounded);
  for (let known = 0; ; ) {
    const wrapped = wrappedSums(current.plan.units);
    if (wrapped.size === known) return current;
    known = wrapped.size; // rebounding widens ranges, so layers that wrapped go on wrapping
    current = planned(boundNetwork(bounded.network, wrapped));
  }
}

/** Phases 5 and 6. */
export function generate(bounded: BoundedNetwork, options: PlanOptions): Compilation {
  const planned = plan(bounded, options);
  return { ...planned, files: emitFiles(planned.plan, planned.bounded) };
}

export interface CheckedQuantization extends Quantization {
  readonly bounded: BoundedNetwork;
}

/**
 * Phases 2 to 4: a float network is quantized, and every accumulator is held against its exact bound.
 *
 * @param limit bits that every sum of the network was to fit, those of pools and additions included
 * @throws accumulator_not_reached, and what phases 2 to 4 throw
 */
export function quantize(
  prepared: Prepared,
  assignment: Assignment,
  samples: Samples,
  options: QuantizeOptions & { readonly limit?: number },
  progress?: Progress,
): CheckedQuantization {
  const quantization = quantizeNetwork(prepared, assignment, samples, options, progress);
  const bounded = boundNetwork(toInteger(quantization.network));
  checkAccumulators(bounded, options.limit);
  return { ...quantization, bounded };
}

/** @throws accumulator_not_reached for each sum that needs more than `limit` bits */
export function checkAccumulators({ network, accumulators, sums }: BoundedNetwork, limit = Infinity): void {
  const problems = network.nodes.flatMap(({ kind, name, source }) => {
    const needed = accumulators.get(name)?.widths.exact ?? sums.get(name)?.exact ?? 0;
    return needed > limit ? [accumulatorNotReached(name, source, kind, needed, limit)] : [];
  });
  if (problems.length > 0) fail(...problems);
}
