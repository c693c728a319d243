/** Phase 8: files in, resources out. */
export { SYNTHESIS_COMMANDS } from './recipe.js';
export { synthesizeAll } from './synthesize.js';
export type { Resources, SynthesisJob, SynthesisOptions, SynthesisProgress, UnitResources } from './types.js';
export { yosysVersion } from './yosys.js';
