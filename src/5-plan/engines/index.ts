/** The engine that a choice names. */
import type { IntegerLayer } from '../../3-integer/types.js';
import type { Target } from '../types.js';
import { dspEngine } from './dsp.js';
import { foldedEngine } from './folded.js';
import type { EngineChoice, EngineName, EngineOption, EnginePlan, PlannedLayer } from './types.js';
import { unrolledEngine } from './unrolled/index.js';

/** What the user allows for a layer: the command line for all of them, else the model file, else LUTs. */
export function engineOption({ engine: own }: IntegerLayer, all: EngineOption | undefined): EngineOption {
  return all ?? own ?? 'lut';
}

/** Engines that an option allows, in the order in which ties are broken; none: the target has no DSP blocks. */
export function allowedEngines(option: EngineOption, target: Target): readonly EngineName[] {
  const dsp: readonly EngineName[] = target === 'ice40' ? [] : ['dsp'];
  if (option === 'lut') return ['folded', 'unrolled'];
  return option === 'dsp' ? dsp : ['folded', 'unrolled', ...dsp];
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
    case 'dsp':
      return dspEngine(planned, choice, module);
    default:
      throw new Error(`no engine ${choice.engine}`);
  }
}
