/** Synthesise a whole network, place and route it, and read the clock; neither twice for the same text. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fail } from '../../diagnostics/diagnostic.js';
import { reason } from '../../diagnostics/file-errors.js';
import { placementDoesNotFit, placementFailed, synthesisFailed } from '../../diagnostics/resource-errors.js';
import { cacheFolder } from '../../shared/cache-folder.js';
import { readEntry, writeEntry } from '../cache.js';
import { fileTree } from '../file-tree.js';
import { placementSteps } from '../recipe.js';
import { startYosys, yosysVersion } from '../yosys.js';
import { HARNESS_MODULE, harnessVerilog } from './harness.js';
import { type NextpnrResult, type NextpnrRun, startNextpnr } from './nextpnr.js';
import { type NextpnrPackage, nextpnrCitation, requireNextpnr } from './package.js';
import { excesses, type PlacedDesign, readPlacedDesign } from './report.js';
import { ROUTERS, watchRouting } from './routing.js';
import type { Placement, PlacementJob, PlacementOptions } from './types.js';

/** Raise it when a report is read differently: it is part of every cache key. */
const READING_VERSION = 2;

/** What nextpnr is about to do, by a line of its log. */
const STAGES: readonly (readonly [RegExp, string])[] = [
  [/^Info: Packing constants/, 'packing'],
  [/^Info: Creating initial/, 'placing'],
  [/^Info: Routing\.\./, 'routing'],
];

/** What is kept of results, and how it fails: with one warning, and work goes on. */
class Cache {
  private readonly directory: string;
  private readonly warn: (text: string) => void;
  private broken = false;

  constructor(directory: string, warn: (text: string) => void) {
    this.directory = directory;
    this.warn = warn;
  }

  read<Value>(key: string, isValid: (entry: unknown) => entry is Value): Promise<Value | undefined> {
    return readEntry(this.directory, key, isValid);
  }

  async write(key: string, value: object): Promise<void> {
    if (this.broken) return;
    try {
      await writeEntry(this.directory, key, value);
    } catch (error) {
      this.broken = true;
      this.warn(
        `warning: cannot keep results in '${this.directory}': ${reason(error)}; going on without a cache`,
      );
    }
  }
}

/**
 * Place and route a network with each seed; the fastest counts, the first of equals.
 *
 * @throws placement_tool_missing, synthesis_failed, placement_does_not_fit, placement_failed
 */
export async function placeAndRoute(
  job: PlacementJob,
  { cacheDir = cacheFolder(), workers = 2, onProgress = () => {} }: PlacementOptions = {},
): Promise<Placement> {
  const nextpnr = requireNextpnr();
  const cache = new Cache(cacheDir, onProgress);
  const synthesis = synthesisOf(job);
  const runs = Array.from({ length: job.seeds }, (_, index) => {
    const args = nextpnrArguments(job, index + 1);
    return {
      seed: index + 1,
      args,
      key: hash([READING_VERSION, synthesis.key, nextpnrCitation(nextpnr), ROUTERS, args]),
    };
  });
  const designs = new Map<number, PlacedDesign>(); // by seed
  const open: typeof runs = [];
  for (const run of runs) {
    const cached = await cache.read(run.key, isPlacedDesign);
    if (cached) designs.set(run.seed, cached);
    else open.push(run);
  }
  if (designs.size > 0) onProgress(`place and route: ${designs.size} of ${job.seeds} cached`);
  if (open.length > 0) {
    const netlist = await synthesize(job, synthesis, cache, onProgress);
    const place = async (route: Router, { seed, args, key }: (typeof runs)[number]) => {
      const start = performance.now();
      const outcome = await route({ netlist, args });
      if (!outcome) return; // the other seeds may do
      const design = readResult(job, outcome);
      designs.set(seed, design);
      await cache.write(key, design);
      onProgress(
        `place and route, seed ${seed}: ${design.clockMHz} MHz, ${((performance.now() - start) / 1000).toFixed(1)} s`,
      );
    };
    await runAll(open, Math.max(1, workers), nextpnr, onProgress, place);
  }
  if (designs.size === 0)
    fail(placementFailed(job.top, `no router comes to an end with ${job.seeds > 1 ? 'any seed' : 'seed 1'}`));
  return result(job, nextpnr, designs);
}

/** Place and route once; undefined when every router goes round in circles. */
type Router = (run: NextpnrRun) => Promise<NextpnrResult | undefined>;

interface Synthesis {
  readonly key: string;
  readonly files: ReadonlyMap<string, string>;
  readonly steps: ReturnType<typeof placementSteps>;
}

/** The network and its harness, and how they are synthesised. */
function synthesisOf({ top, files, input, output, device }: PlacementJob): Synthesis {
  const all = new Map(files).set(`${HARNESS_MODULE}.v`, harnessVerilog(top, input, output));
  const names = [...all.keys()].sort();
  const steps = placementSteps(device.speed, HARNESS_MODULE, top, names);
  const texts = names.map((name) => [name, all.get(name)]);
  return { files: all, steps, key: hash([yosysVersion(), steps, texts]) };
}

function nextpnrArguments({ device, targetMHz }: PlacementJob, seed: number): string[] {
  const place = [
    device.flag,
    '--package',
    device.package,
    '--freq',
    String(targetMHz),
    '--seed',
    String(seed),
  ];
  return [...place, '--timing-allow-fail'];
}

async function synthesize(
  { top }: PlacementJob,
  { key, files, steps }: Synthesis,
  cache: Cache,
  onProgress: (text: string) => void,
): Promise<string> {
  const cached = await cache.read(key, isNetlist);
  if (cached) return gunzipSync(Buffer.from(cached.netlist, 'base64')).toString();
  const start = performance.now();
  onProgress(`synthesis of ${top} as a whole ...`);
  const yosys = startYosys();
  try {
    const outcome = await yosys.run({ files: fileTree(files), steps });
    if ('error' in outcome) return fail(synthesisFailed(top, outcome.error));
    await cache.write(key, { netlist: gzipSync(outcome.netlist).toString('base64') });
    onProgress(`synthesis of ${top} as a whole: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return outcome.netlist;
  } finally {
    await yosys.close();
  }
}

/** Hand out the runs to workers; each takes the next when it is free. A failure stops all. */
async function runAll<Run extends { readonly seed: number }>(
  runs: readonly Run[],
  workers: number,
  nextpnr: NextpnrPackage,
  onProgress: (text: string) => void,
  place: (route: Router, run: Run) => Promise<void>,
): Promise<void> {
  let next = 0;
  const serve = async () => {
    let seed = 0;
    const say = (text: string) => onProgress(`place and route, seed ${seed}: ${text}`);
    let circles = watchRouting();
    let endless = false;
    const tool = startNextpnr(nextpnr, (line) => {
      const stage = STAGES.find(([pattern]) => pattern.test(line))?.[1];
      if (stage) say(stage);
      if (endless || !circles(line)) return;
      endless = true;
      void tool.close(); // the run then comes back with an error
    });
    const route: Router = async ({ netlist, args }) => {
      for (const router of ROUTERS) {
        [circles, endless] = [watchRouting(), false];
        const outcome = await tool.run({ netlist, args: [...args, '--router', router] });
        if (!endless) return outcome;
        say(`${router} goes round in circles`);
      }
      return undefined;
    };
    try {
      while (next < runs.length) {
        const run = runs[next++];
        seed = run.seed;
        await place(route, run);
      }
    } catch (error) {
      next = runs.length;
      throw error;
    } finally {
      await tool.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, runs.length) }, serve));
}

/** @throws placement_does_not_fit, placement_failed */
function readResult({ top, device }: PlacementJob, outcome: NextpnrResult): PlacedDesign {
  if ('error' in outcome) {
    const tooMuch = excesses(outcome.log);
    if (tooMuch.length > 0) return fail(placementDoesNotFit(top, device.name, tooMuch));
    const errors = outcome.log.split('\n').filter((line) => line.startsWith('ERROR: '));
    return fail(placementFailed(top, errors.length > 0 ? errors.slice(-3).join('; ') : outcome.error));
  }
  try {
    return readPlacedDesign(outcome.report, outcome.placed);
  } catch (error) {
    return fail(placementFailed(top, reason(error)));
  }
}

function result(
  { device, targetMHz, interval }: PlacementJob,
  nextpnr: NextpnrPackage,
  designs: ReadonlyMap<number, PlacedDesign>,
): Placement {
  const bySeed = [...designs].sort(([a], [b]) => a - b);
  const [seed, best] = bySeed.reduce((first, each) => (each[1].clockMHz > first[1].clockMHz ? each : first));
  return {
    device: device.name,
    package: device.package,
    targetMHz,
    clockMHz: best.clockMHz,
    criticalPath: best.criticalPath,
    inferencesPerSecond: Math.round((best.clockMHz * 1e6) / interval),
    cells: best.cells,
    seed,
    seeds: bySeed.map(([each, { clockMHz }]) => ({ seed: each, clockMHz })),
    tool: `${yosysVersion()}, ${nextpnrCitation(nextpnr)}`,
  };
}

function hash(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function isPlacedDesign(entry: unknown): entry is PlacedDesign {
  const { clockMHz, criticalPath, cells } = (entry ?? {}) as Partial<PlacedDesign>;
  return typeof clockMHz === 'number' && typeof criticalPath?.unit === 'string' && Boolean(cells?.logicCells);
}

function isNetlist(entry: unknown): entry is { netlist: string } {
  return typeof (entry as { netlist?: unknown } | null)?.netlist === 'string';
}
