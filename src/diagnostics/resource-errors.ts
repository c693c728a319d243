/** Messages about synthesis. */
import { define } from './diagnostic.js';

export const synthesisFailed = define(
  'synthesis_failed',
  2,
  'Yosys could not synthesise a unit. The generated Verilog was edited, or narrowgate wrote something Yosys does not accept.',
  (unit: string, lastLines: string) => ({
    message: `Yosys stopped in unit '${unit}': ${lastLines}`,
    hint: 'build again into a new folder; if it happens with unedited files, report it with the model',
  }),
);

export const synthesisToolMissing = define(
  'synthesis_tool_missing',
  3,
  'The npm package @yowasp/yosys, which does the synthesis, is not installed.',
  () => ({
    message: 'the npm package @yowasp/yosys was not found',
    hint: 'run npm ci again',
  }),
);
