import type { BuildRecord } from '../../6-emit/build-record.js';
import { readBuildFolder } from '../../7-simulate/build-folder.js';
import { type Resources, type SynthesisJob, synthesizeAll, yosysVersion } from '../../8-resources/index.js';
import { sumResources } from '../../8-resources/operands.js';
import { placeAndRoute } from '../../8-resources/place-and-route/index.js';
import { badOption } from '../../diagnostics/command-errors.js';
import { fail } from '../../diagnostics/diagnostic.js';
import type { GivenOptions } from '../options.js';
import { alignTable, type Output } from '../output.js';
import { parseTarget } from '../parse.js';
import { deviceTarget, placementJob, placementText, readSource } from './place-and-route.js';

/** Synthesis report of a build folder. */
export async function resources(given: GivenOptions, output: Output): Promise<number> {
  const directory = given.dir ?? '';
  const { record } = readBuildFolder(directory);
  const target =
    given.target === undefined ? (deviceTarget(given) ?? record.target) : parseTarget(given.target);
  const engine = given.engine ?? 'yosys';
  if (engine !== 'yosys' && engine !== 'model') fail(badOption('--engine', 'yosys or model', engine));
  if (engine === 'model' && target !== record.target)
    fail(
      badOption('--target', `${record.target}, as built: the model's figures are part of the build`, target),
    );
  const job = placementJob(given, directory, record, target);
  const layers =
    engine === 'model'
      ? record.units.map(({ name, estimate }) => ({ name, ...estimate, carry: 0 }))
      : await synthesizeAll(unitJobs(directory, record), target, { onProgress: progressTo(output) });
  const total = totalOf(layers);
  const tool = engine === 'model' ? 'analytic model' : yosysVersion();
  const figures = (each: Resources) => [each.lut, each.sites, each.ff, each.dsp, each.bram, each.carry];
  const head = ['layer', 'LUT', 'sites', 'FF', 'DSP', 'BRAM', 'carry'];
  const rows = layers.map((each) => [each.name, ...figures(each)]);
  const table = `${record.top} for ${target}, ${tool}\n${alignTable([head, ...rows, ['total', ...figures(total)]])}`;
  const placed = job && (await placeAndRoute(job, { onProgress: output.progress }));
  output.result(
    { total, layers, target, tool, placeAndRoute: placed },
    job && placed ? `${table}\n\n${placementText(placed, job.interval)}` : table,
  );
  return 0;
}

/** One job per unit of a build folder. */
export function unitJobs(directory: string, record: BuildRecord): SynthesisJob[] {
  return record.units.map(({ name, module, sources }) => {
    const files = new Map(sources.map((source) => [source, readSource(directory, source)]));
    return { name, top: module, files };
  });
}

export function totalOf(units: readonly Resources[]): Resources {
  const none = { lut: 0, sites: 0, ff: 0, dsp: 0, bram: 0, carry: 0 };
  return units.reduce(sumResources, none);
}

export function progressTo(output: Output) {
  return (p: {
    done: number;
    total: number;
    name: string;
    seconds: number;
    cached: boolean;
    warning?: string;
  }) => {
    if (p.warning) output.progress(`warning: ${p.warning}`);
    else
      output.progress(
        `synthesis ${p.done}/${p.total}: ${p.name} ${p.cached ? '(cached)' : `${p.seconds.toFixed(1)} s`}`,
      );
  };
}
