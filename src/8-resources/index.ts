/** Phase 8: files in, resources out. */
export { PART_NAMES, type PartLuts } from './parts.js';
export { SYNTHESIS_COMMANDS } from './recipe.js';
export { synthesizeAll, synthesizeParts } from './synthesize.js';
export type { Resources, SynthesisJob, SynthesisOptions, SynthesisProgress, UnitResources } from './types.js';
export { yosysVersion } from './yosys.js';
