/** resources --place-and-route: its options, the job they stand for, and the text of its result. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../../5-plan/types.js';
import type { BuildRecord } from '../../6-emit/build-record.js';
import {
  DEFAULT_PLACEMENT_DEVICE,
  PLACEMENT_DEVICES,
  type Placement,
  type PlacementDevice,
  type PlacementJob,
  requireNextpnr,
} from '../../8-resources/place-and-route/index.js';
import { badOption } from '../../diagnostics/command-errors.js';
import { fail } from '../../diagnostics/diagnostic.js';
import { buildFolderInvalid, reason } from '../../diagnostics/file-errors.js';
import { placementTarget } from '../../diagnostics/resource-errors.js';
import type { GivenOptions } from '../options.js';
import { parseWhole } from '../parse.js';

/** What nextpnr aims for, in MHz: the oscillator of the UltraPlus. */
const DEFAULT_FREQUENCY = 48;

/** Options that mean something with --place-and-route only. */
const OPTIONS = ['device', 'freq', 'seeds'] as const;

/** The target that --device implies. */
export function deviceTarget(given: GivenOptions): Target | undefined {
  return given.placeAndRoute && given.device !== undefined ? 'ice40' : undefined;
}

/**
 * What --place-and-route asks for; undefined without it.
 *
 * @throws bad_option, placement_target, placement_tool_missing: all that can be known before synthesis
 */
export function placementJob(
  given: GivenOptions,
  directory: string,
  record: BuildRecord,
  target: Target,
): PlacementJob | undefined {
  if (!given.placeAndRoute) {
    const alone = OPTIONS.find((name) => given[name] !== undefined);
    if (alone) fail(badOption(`--${alone}`, '--place-and-route beside it', given[alone] ?? ''));
    return undefined;
  }
  if (target !== 'ice40') fail(placementTarget(target));
  const built = PLACEMENT_DEVICES.find(({ name }) => name === record.device);
  const device = given.device === undefined && built ? built : parseDevice(given.device);
  const targetMHz = parseWhole('--freq', given.freq, 1, 1000) ?? DEFAULT_FREQUENCY;
  const seeds = parseWhole('--seeds', given.seeds, 1, 1000) ?? 1;
  requireNextpnr();
  const names = record.files
    .filter((file) => file.startsWith('rtl/'))
    .map((file) => file.slice('rtl/'.length));
  return {
    top: record.top,
    files: new Map(names.map((name) => [name, readSource(directory, name)])),
    input: record.input,
    output: record.output,
    interval: record.cycles.interval,
    device,
    targetMHz,
    seeds,
  };
}

/** A file of the build folder's rtl/. */
export function readSource(directory: string, source: string): string {
  try {
    return readFileSync(join(directory, 'rtl', source), 'utf8');
  } catch (error) {
    return fail(buildFolderInvalid(directory, `rtl/${source}: ${reason(error)}`));
  }
}

function parseDevice(name = DEFAULT_PLACEMENT_DEVICE): PlacementDevice {
  const device = PLACEMENT_DEVICES.find((each) => each.name === name);
  const names = PLACEMENT_DEVICES.map((each) => each.name).join(' or ');
  return device ?? fail(badOption('--device', names, name));
}

/** Two or three lines for people; whole numbers with commas. */
export function placementText(placed: Placement, interval: number): string {
  const { criticalPath: path, cells, seeds } = placed;
  const number = (value: number) => value.toLocaleString('en-US');
  const seed = seeds.length === 1 ? 'seed 1' : `seed ${placed.seed}, the fastest of ${seeds.length}`;
  const adders = path.adders === 1 ? '1 carry chain' : `${path.adders} carry chains`;
  const part = path.unit === path.part ? path.unit : `${path.unit}, ${path.part}`;
  return [
    `${placed.device} (${placed.package}), ${seed}, ${placed.tool}`,
    `clock          ${placed.clockMHz.toFixed(2)} MHz: ${number(placed.inferencesPerSecond)} inferences per second, one per ${number(interval)} cycles`,
    `critical path  ${path.delayNs.toFixed(2)} ns in ${part}, ${adders}`,
    `  from         ${path.from}`,
    `  to           ${path.to}`,
    `logic cells    ${number(cells.logicCells.used)} of ${number(cells.logicCells.available)}, and ${number(cells.harness)} of the harness`,
    `block RAM      ${cells.bram.used} of ${cells.bram.available}`,
    ...(cells.dsp ? [`DSP blocks     ${cells.dsp.used} of ${cells.dsp.available}`] : []),
  ].join('\n');
}
