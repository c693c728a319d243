import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { classify, inputCodes } from '../../3-integer/host.js';
import { type IntegerNetwork, macsOf } from '../../3-integer/types.js';
import type { Plan } from '../../5-plan/types.js';
import { readBuildFolder } from '../../7-simulate/build-folder.js';
import type { Verdict } from '../../7-simulate/verify.js';
import {
  SYNTHESIS_COMMANDS,
  synthesizeAll,
  type UnitResources,
  yosysVersion,
} from '../../8-resources/index.js';
import { renderHtml, renderJson, renderJunit, renderTable } from '../../9-report/index.js';
import type { CompareReport, CompareRow } from '../../9-report/types.js';
import type { Compilation } from '../../compile.js';
import * as errors from '../../diagnostics/command-errors.js';
import { fail } from '../../diagnostics/diagnostic.js';
import { samplesMissing } from '../../diagnostics/file-errors.js';
import { readNpy } from '../../shared/npy.js';
import { checkReplaceable, checkWritable, writeFolder, writeWhole } from '../../shared/output-folder.js';
import { partCorrect } from '../accuracy.js';
import { inBackground } from '../background.js';
import { compareCommand } from '../compare-command.js';
import { classesOf, readLabels } from '../dataset.js';
import { accumulatorBits, checkHardware } from '../hardware.js';
import { analyseGiven, type GivenOptions, planOptions } from '../options.js';
import type { Output } from '../output.js';
import { parseWhole } from '../parse.js';
import { progressTo, totalOf, unitJobs } from './resources.js';
import { parseSimulators, verdictText } from './simulate.js';

const DEFAULT_COUNT = 20;

/** Build, check and synthesise a model at several accumulator widths; one report over all. */
export async function compare(given: GivenOptions, output: Output): Promise<number> {
  const bounded = await analyseGiven(given, output);
  const policies = (given.accumulators ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (policies.length === 0)
    fail(
      errors.badOption('--accumulators', 'a list such as 32,datatype,l1,minimal', given.accumulators ?? ''),
    );
  const folder = given.output ?? '';
  checkReplaceable(folder, 'report.json');
  checkWritable(folder);
  const simulators = parseSimulators(given.simulator ?? 'both');
  const count = parseWhole('--count', given.count, 1, 2 ** 31) ?? DEFAULT_COUNT;
  const samples = readSamples(bounded.network, given, count);
  const choices = policies.map((policy) => planOptions(given, bounded, policy));
  const compilations: Compilation[] = [];
  for (const options of choices) compilations.push(await inBackground('generate', bounded, options));

  const work = mkdtempSync(join(tmpdir(), 'narrowgate-compare-'));
  const removeWork = () => rmSync(work, { recursive: true, force: true });
  process.once('exit', removeWork);
  try {
    const builds = compilations.map(({ plan, files }, index) => {
      const directory = join(work, `${index}-${policies[index]}`);
      writeFolder(directory, files, 'build.json');
      return { plan, directory, files, folder: readBuildFolder(directory) };
    });
    // Same text, same result: a policy that gives the same hardware as another is built and simulated once.
    const verdicts = new Map<string, Verdict>();
    const checked: Verdict[] = [];
    for (const [index, build] of builds.entries()) {
      const key = build.files.get('certificate.json') + JSON.stringify(build.plan.cycles);
      const known = verdicts.get(key);
      output.progress(`--accumulator ${policies[index]}${known ? ': the same hardware as before' : ''}`);
      const verdict =
        known ?? (await checkHardware(build.folder, samples.codes, samples.count, simulators, output));
      verdicts.set(key, verdict);
      checked.push(verdict);
    }
    const target = compilations[0].plan.target;
    const jobs = builds.flatMap(({ directory, folder: { record } }) => unitJobs(directory, record));
    const figures = await synthesizeAll(jobs, target, { onProgress: progressTo(output) });
    let at = 0;
    const rows: CompareRow[] = [];
    for (const [index, { plan }] of builds.entries()) {
      const layers = figures.slice(at, at + plan.units.length);
      at += plan.units.length;
      const accuracy = await accuracyOf(bounded.network, plan, samples);
      rows.push(rowOf(policies[index], plan, layers, checked[index], accuracy));
    }
    const report: CompareReport = {
      model: basename(given.model ?? ''),
      target,
      tool: yosysVersion(),
      command: compareCommand(given),
      synthesis: SYNTHESIS_COMMANDS[target],
      rows,
      layerWidths: [...bounded.accumulators.values()].map(({ layer, widths }) => ({
        name: layer.name,
        macs: macsOf(layer),
        ...widths,
      })),
    };
    const files = new Map([
      ['report.html', await renderHtml(report)],
      ['report.json', renderJson(report)],
    ]);
    writeFolder(folder, files, 'report.json');
    if (given.junit !== undefined) writeWhole(given.junit, comparisonJunit(report, checked));
    const passed = rows.every((row) => row.passed);
    output.result(
      { rows, report: join(folder, 'report.html') },
      `${renderTable(report)}\n${join(folder, 'report.html')}`,
    );
    return passed ? 0 : 1;
  } finally {
    process.off('exit', removeWork);
    removeWork();
  }
}

interface Samples {
  readonly codes: Int32Array; // of the simulated samples
  readonly count: number;
  readonly all: Int32Array; // of every sample in the file
  readonly allCount: number;
  readonly labels?: ArrayLike<number>;
}

/** The samples of --inputs, or random codes of the input type from a fixed seed. */
function readSamples(network: IntegerNetwork, given: GivenOptions, count: number): Samples {
  if (given.inputs === undefined) {
    if (given.labels !== undefined) fail(errors.usage('expected --inputs beside --labels', 'compare'));
    const codes = randomCodes(network, count);
    return { codes, count, all: codes, allCount: count };
  }
  const { codes: all, count: allCount } = inputCodes(network, readNpy(given.inputs), given.inputs);
  if (allCount === 0) fail(samplesMissing(given.inputs));
  const used = Math.min(count, allCount);
  const labels =
    given.labels === undefined ? undefined : readLabels(given.labels, classesOf(network), allCount);
  return { codes: all.subarray(0, (all.length / allCount) * used), count: used, all, allCount, labels };
}

/** Uniform codes from a fixed linear congruential generator (Numerical Recipes' constants). */
function randomCodes(network: IntegerNetwork, count: number): Int32Array {
  const type = network.tensors.get(network.input)?.type;
  if (!type) throw new Error('the network has no input tensor');
  let state = 1;
  const size = network.inputShape.reduce((product, n) => product * n, 1);
  return Int32Array.from({ length: count * size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const unit = state / 2 ** 32;
    if (type.encoding === 'bipolar') return unit < 0.5 ? -1 : 1;
    return type.min + Math.floor(unit * (type.max - type.min + 1));
  });
}

async function accuracyOf(
  network: IntegerNetwork,
  plan: Plan,
  { all, allCount, labels }: Samples,
): Promise<number | undefined> {
  if (!labels) return undefined;
  const codes = await inBackground('evaluateAll', network, all, allCount, plan.units);
  const classes = classify(network, codes, codes.length / allCount);
  return partCorrect(classes, labels);
}

function rowOf(
  accumulator: string,
  plan: Plan,
  units: readonly UnitResources[],
  verdict: Verdict,
  accuracy: number | undefined,
): CompareRow {
  const bits = accumulatorBits(plan);
  const layers = units.map((unit, index) => ({
    ...unit,
    accumulatorBits: plan.units[index].accumulator?.bits,
  }));
  const { passed, vectors, cycles } = verdict;
  return { accumulator, bits, ...totalOf(units), accuracy, passed, vectors, ...cycles, layers };
}

function comparisonJunit(report: CompareReport, verdicts: readonly Verdict[]): string {
  const cases = report.rows.map((row, index) => ({
    name: `accumulator ${row.accumulator}: ${row.vectors} vectors bit-exact`,
    classname: report.model,
    failure: row.passed ? undefined : verdictText(verdicts[index]),
  }));
  return renderJunit([{ name: report.model, cases }]);
}
