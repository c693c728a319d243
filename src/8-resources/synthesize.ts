/** Synthesise many units on few cores, never the same text twice. */
import type { Target } from '../5-plan/types.js';
import { type Diagnostic, fail } from '../diagnostics/diagnostic.js';
import { reason } from '../diagnostics/file-errors.js';
import { synthesisFailed } from '../diagnostics/resource-errors.js';
import { cacheFolder } from '../shared/cache-folder.js';
import { cacheKey, readCached, readEntry, writeCached, writeEntry } from './cache.js';
import { countResources } from './count.js';
import { type FileTree, fileTree } from './file-tree.js';
import { operandJob, sumResources } from './operands.js';
import { countParts, isPartLuts, PARTS_VERSION, type PartLuts } from './parts.js';
import { partSteps, type Step, synthesisSteps, wholeSteps } from './recipe.js';
import type { Netlist, Resources, SynthesisJob, SynthesisOptions, UnitResources } from './types.js';
import { startYosys, type YosysResult, type YosysWorker, yosysVersion } from './yosys.js';

/** What is asked of a netlist, the script that makes one to answer it, and where answers are kept. */
interface Question<Value extends object> {
  readonly steps: (target: Target, top: string, files: readonly string[]) => Step[];
  readonly counting: string; // version of the counting, where the cache's own is not all
  readonly figures: (netlist: Netlist, top: string, target: Target) => Value | undefined; // undefined: no such module
  readonly read: (cacheDir: string, key: string) => Promise<Value | undefined>;
  readonly write: (cacheDir: string, key: string, value: Value) => Promise<void>;
  readonly rest?: Rest<Value>; // what the netlist leaves out
}

/** What a netlist leaves out, is synthesised by itself and added. */
interface Rest<Value extends object> {
  readonly jobOf: (netlist: Netlist, job: SynthesisJob) => SynthesisJob | undefined;
  readonly question: Question<Value>;
  readonly add: (a: Value, b: Value) => Value;
}

const WHOLE_RESOURCES: Question<Resources> = {
  steps: wholeSteps,
  counting: '',
  figures: ({ modules }, top, target) => modules[top] && countResources(modules[top], target),
  read: readCached,
  write: writeCached,
};

const RESOURCES: Question<Resources> = {
  ...WHOLE_RESOURCES,
  steps: synthesisSteps,
  rest: { jobOf: operandJob, question: WHOLE_RESOURCES, add: sumResources },
};

const PARTS: Question<PartLuts> = {
  steps: partSteps,
  counting: PARTS_VERSION,
  figures: countParts,
  read: (cacheDir, key) => readEntry(cacheDir, key, isPartLuts),
  write: writeEntry,
};

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
  options: SynthesisOptions = {},
): Promise<UnitResources[]> {
  const found = await answerAll(RESOURCES, jobs, target, options);
  return jobs.map(({ name }, index) => ({ name, ...found[index] }));
}

/**
 * LUTs of every job by what they are for. The parts of a unit are kept apart for it, so nothing is optimised across them, and their sum
 * may differ a little from the unit's LUTs.
 *
 * @throws synthesis_failed
 */
export function synthesizeParts(
  jobs: readonly SynthesisJob[],
  target: Target,
  options: SynthesisOptions = {},
): Promise<PartLuts[]> {
  return answerAll(PARTS, jobs, target, options);
}

/** Answers to one question about every job, in the order of the jobs. */
async function answerAll<Value extends object>(
  question: Question<Value>,
  jobs: readonly SynthesisJob[],
  target: Target,
  { cacheDir = cacheFolder(), workers = 2, onProgress = () => {} }: SynthesisOptions,
): Promise<Value[]> {
  const found = new Map<string, Value>(); // by key
  const failures: Diagnostic[] = [];
  let done = 0;
  let cacheBroken = false;
  const groups = groupJobs(question, jobs, target);
  const finish = ({ jobs: equal }: Group, seconds: number, cached: boolean) =>
    equal.forEach(({ name }, index) => {
      const first = index === 0;
      done += 1;
      onProgress({ done, total: jobs.length, name, seconds: first ? seconds : 0, cached: cached || !first });
    });
  const store = async (key: string, value: Value) => {
    if (cacheBroken) return;
    try {
      await question.write(cacheDir, key, value);
    } catch (error) {
      cacheBroken = true;
      const warning = `cannot keep results in '${cacheDir}': ${reason(error)}; going on without a cache`;
      onProgress({ done, total: jobs.length, name: '', seconds: 0, cached: false, warning });
    }
  };
  const rests = new Map<string, Promise<Value | string>>(); // by key, also while they are worked on
  const answerRest = (yosys: YosysWorker, rest: Rest<Value>, job: SynthesisJob) => {
    const [group] = groupJobs(rest.question, [job], target);
    let answer = rests.get(group.key);
    if (!answer) {
      answer = rest.question.read(cacheDir, group.key).then(async (known) => {
        if (known) return known;
        const value = figures(rest.question, netlistOf(await yosys.run(group)), job.top, target);
        if (typeof value !== 'string') await store(group.key, value);
        return value;
      });
      rests.set(group.key, answer);
    }
    return answer;
  };
  /** @returns the answer, or what is wrong */
  const answerGroup = async (yosys: YosysWorker, group: Group): Promise<Value | string> => {
    const [job] = group.jobs;
    const netlist = netlistOf(await yosys.run(group));
    const own = figures(question, netlist, job.top, target);
    if (typeof own === 'string' || typeof netlist === 'string' || !question.rest) return own;
    const rest = question.rest.jobOf(netlist, job);
    if (!rest) return own;
    const other = await answerRest(yosys, question.rest, rest);
    return typeof other === 'string' ? other : question.rest.add(own, other);
  };

  const open: Group[] = [];
  for (const group of groups) {
    const cached = await question.read(cacheDir, group.key);
    if (!cached) open.push(group);
    else {
      found.set(group.key, cached);
      finish(group, 0, true);
    }
  }
  open.sort((a, b) => b.size - a.size); // long ones first, so that the workers end together
  const synthesize = async (yosys: YosysWorker, group: Group) => {
    const start = performance.now();
    const outcome = await answerGroup(yosys, group);
    if (typeof outcome === 'string')
      failures.push(...group.jobs.map(({ name }) => synthesisFailed(name, outcome)));
    else {
      found.set(group.key, outcome);
      await store(group.key, outcome);
    }
    finish(group, (performance.now() - start) / 1000, false);
  };
  await runOnWorkers(open, Math.max(1, workers), synthesize);

  if (failures.length > 0) fail(...failures.sort((a, b) => (a.message < b.message ? -1 : 1)));
  const byJob = new Map(
    groups.flatMap(({ key, jobs: equal }) => equal.map((job) => [job, found.get(key)] as const)),
  );
  return jobs.map((job) => byJob.get(job) as Value);
}

function groupJobs<Value extends object>(
  { steps: stepsOf, counting }: Question<Value>,
  jobs: readonly SynthesisJob[],
  target: Target,
): Group[] {
  const version = `${yosysVersion()}${counting}`;
  const groups = new Map<string, Group>();
  for (const job of jobs) {
    const steps = stepsOf(target, job.top, [...job.files.keys()].sort());
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

/** @returns the netlist, or what is wrong */
function netlistOf(result: YosysResult): Netlist | string {
  return 'error' in result ? result.error : (JSON.parse(result.netlist) as Netlist);
}

/** @returns the answer, or what is wrong */
function figures<Value extends object>(
  question: Question<Value>,
  netlist: Netlist | string,
  top: string,
  target: Target,
): Value | string {
  if (typeof netlist === 'string') return netlist;
  return question.figures(netlist, top, target) ?? `its netlist has no module '${top}'`;
}

function totalSize({ files }: SynthesisJob): number {
  return [...files.values()].reduce((sum, text) => sum + text.length, 0);
}
