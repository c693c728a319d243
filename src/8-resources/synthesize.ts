/** Synthesise many units on few cores, never the same text twice. */
import type { Target } from '../5-plan/types.js';
import { type Diagnostic, fail } from '../diagnostics/diagnostic.js';
import { reason } from '../diagnostics/file-errors.js';
import { synthesisFailed } from '../diagnostics/resource-errors.js';
import { cacheFolder } from '../shared/cache-folder.js';
import { cacheKey, readCached, writeCached } from './cache.js';
import { countResources } from './count.js';
import { type FileTree, fileTree } from './file-tree.js';
import { type Step, synthesisSteps } from './recipe.js';
import type { Netlist, Resources, SynthesisJob, SynthesisOptions, UnitResources } from './types.js';
import { startYosys, type YosysResult, type YosysWorker, yosysVersion } from './yosys.js';

/** Jobs that have the same key, and therefore the same figures. */
interface Group {
  readonly key: string;
  readonly jobs: SynthesisJob[];
  readonly steps: readonly Step[];
  readonly files: FileTree;
  readonly size: number; // characters of all files
}

/**
 * Resources of every job, in the order of the jobs.
 *
 * @throws synthesis_failed, one for each unit that Yosys rejects, after all others are finished and cached
 */
export async function synthesizeAll(
  jobs: readonly SynthesisJob[],
  target: Target,
  { cacheDir = cacheFolder(), workers = 2, onProgress = () => {} }: SynthesisOptions = {},
): Promise<UnitResources[]> {
  const found = new Map<string, Resources>(); // by key
  const failures: Diagnostic[] = [];
  let done = 0;
  let cacheBroken = false;
  const groups = groupJobs(jobs, target);
  const finish = ({ jobs: equal }: Group, seconds: number, cached: boolean) =>
    equal.forEach(({ name }, index) => {
      const first = index === 0;
      done += 1;
      onProgress({ done, total: jobs.length, name, seconds: first ? seconds : 0, cached: cached || !first });
    });
  const store = async (key: string, resources: Resources) => {
    found.set(key, resources);
    if (cacheBroken) return;
    try {
      await writeCached(cacheDir, key, resources);
    } catch (error) {
      cacheBroken = true;
      const warning = `cannot keep results in '${cacheDir}': ${reason(error)}; going on without a cache`;
      onProgress({ done, total: jobs.length, name: '', seconds: 0, cached: false, warning });
    }
  };

  const open: Group[] = [];
  for (const group of groups) {
    const cached = await readCached(cacheDir, group.key);
    if (!cached) open.push(group);
    else {
      found.set(group.key, cached);
      finish(group, 0, true);
    }
  }
  open.sort((a, b) => b.size - a.size); // long ones first, so that the workers end together
  const synthesize = async (yosys: YosysWorker, group: Group) => {
    const start = performance.now();
    const outcome = figures(await yosys.run(group), group.jobs[0].top, target);
    if ('error' in outcome)
      failures.push(...group.jobs.map(({ name }) => synthesisFailed(name, outcome.error)));
    else await store(group.key, outcome);
    finish(group, (performance.now() - start) / 1000, false);
  };
  await runOnWorkers(open, Math.max(1, workers), synthesize);

  if (failures.length > 0) fail(...failures.sort((a, b) => (a.message < b.message ? -1 : 1)));
  const byJob = new Map(
    groups.flatMap(({ key, jobs: equal }) => equal.map((job) => [job, found.get(key)] as const)),
  );
  return jobs.map((job) => ({ name: job.name, ...(byJob.get(job) as Resources) }));
}

function groupJobs(jobs: readonly SynthesisJob[], target: Target): Group[] {
  const version = yosysVersion();
  const groups = new Map<string, Group>();
  for (const job of jobs) {
    const steps = synthesisSteps(target, job.top, [...job.files.keys()].sort());
    const key = cacheKey(job, target, steps, version);
    const equal = groups.get(key);
    if (equal) equal.jobs.push(job);
    else groups.set(key, { key, jobs: [job], steps, files: fileTree(job.files), size: totalSize(job) });
  }
  return [...groups.values()];
}

/** Hand out the groups to workers; each worker takes the next when it is free. */
async function runOnWorkers(
  groups: readonly Group[],
  workers: number,
  work: (yosys: YosysWorker, group: Group) => Promise<void>,
): Promise<void> {
  let next = 0;
  const serve = async () => {
    const yosys = startYosys();
    try {
      while (next < groups.length) {
        const group = groups[next++];
        await work(yosys, group);
      }
    } catch (error) {
      next = groups.length; // the other workers stop after what they have in hand
      throw error;
    } finally {
      await yosys.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, groups.length) }, serve));
}

function figures(result: YosysResult, top: string, target: Target): Resources | { error: string } {
  if ('error' in result) return result;
  const module = (JSON.parse(result.netlist) as Netlist).modules[top];
  return module ? countResources(module, target) : { error: `its netlist has no module '${top}'` };
}

function totalSize({ files }: SynthesisJob): number {
  return [...files.values()].reduce((sum, text) => sum + text.length, 0);
}
