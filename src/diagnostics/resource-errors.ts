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

export const placementToolMissing = define(
  'placement_tool_missing',
  3,
  'The npm package with nextpnr, which does place and route, is not installed. It is optional, because it takes 220 MB; docs/resources.md says where it is looked for.',
  (name: string, version: string, variable: string, named: string | undefined) => ({
    message: named
      ? `expected the npm package ${name} in '${named}', as ${variable} says, but it is not there`
      : `place and route needs the npm package ${name}, which is not installed`,
    hint:
      `npm install --no-save --save-dev ${name}@${version} (220 MB) in narrowgate's own folder, npm install -g in ` +
      `place of that where narrowgate is installed with -g, or ${named ? 'correct or unset' : 'name its folder in'} ${variable}`,
  }),
);

export const placementTarget = define(
  'placement_target',
  2,
  'Place and route exists for iCE40 only.',
  (found: string) => ({
    message: `expected an ice40 design for --place-and-route, found ${found}`,
    hint: '--target ice40, or build with --device ice40up5k or ice40hx8k to fold for the device',
  }),
);

export const placementDoesNotFit = define(
  'placement_does_not_fit',
  2,
  'The synthesised network needs more of a resource than the device has.',
  (
    network: string,
    device: string,
    excesses: readonly { resource: string; used: number; available: number }[],
  ) => ({
    message: `${network} does not fit ${device}: ${excesses
      .map(({ resource, used, available }) => `${used} of ${available} ${resource}`)
      .join(', ')}`,
    hint: `build with --device ${device}, which finds a folding that fits, or with a larger --cycles`,
  }),
);

export const placementFailed = define(
  'placement_failed',
  2,
  'nextpnr could not place or route a network that seems to fit: the device is too full, or nextpnr failed.',
  (network: string, lastLines: string) => ({
    message: `nextpnr stopped at ${network}: ${lastLines}`,
    hint: 'build with a lower --utilisation, or --seeds 4 to try other placements',
  }),
);
