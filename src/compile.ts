/** Phases 1 to 6 in order: a model file becomes the files of a build folder. */
import { type ImportOptions, importModel } from './1-import/index.js';
import { toInteger } from './3-integer/convert.js';
import { boundNetwork } from './4-bounds/bounds.js';
import type { BoundedNetwork } from './4-bounds/types.js';
import { wrappedSums } from './5-plan/accumulator.js';
import { permuteChannels } from './5-plan/permute.js';
import type { PlanOptions } from './5-plan/plan.js';
import { planWithin } from './5-plan/planner.js';
import type { Plan } from './5-plan/types.js';
import { emitFiles } from './6-emit/emit.js';

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
