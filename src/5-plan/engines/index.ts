/** The engine that a choice names. */
import { foldedEngine } from './folded.js';
import type { EngineChoice, EngineName, EngineOption, EnginePlan, PlannedLayer } from './types.js';
import { unrolledEngine } from './unrolled/index.js';

/** Engines that an option allows, in the order in which ties are broken. */
export function allowedEngines(_option: EngineOption): readonly EngineName[] {
  return ['folded', 'unrolled'];
}

/**
 * Plan the engine of a layer.
 *
 * @param module prefix of the names of files that the engine needs
 */
export function planEngine(planned: PlannedLayer, choice: EngineChoice, module: string): EnginePlan {
  switch (choice.engine) {
    case 'folded':
      return foldedEngine(planned, choice, module);
    case 'unrolled':
      return unrolledEngine(planned, module);
    default:
      throw new Error(`no engine ${choice.engine}`);
  }
}
