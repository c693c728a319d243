import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { importModel } from '../../1-import/index.js';
import { prepareFloat } from '../../2-quantize/quantize.js';
import { SYNTHESIS_COMMANDS, yosysVersion } from '../../8-resources/index.js';
import { renderJson } from '../../9-report/index.js';
import { renderSweepHtml } from '../../9-report/sweep/html.js';
import { formatRow, ROW_TITLES } from '../../9-report/sweep/rows.js';
import {
  measured,
  type SweepPoint,
  type SweepReport,
  type SweepResult,
  type SweepRow,
} from '../../9-report/sweep/types.js';
import * as errors from '../../diagnostics/command-errors.js';
import { type Diagnostic, fail, formatDiagnostic, NarrowgateError } from '../../diagnostics/diagnostic.js';
import { fileNotReadable, samplesMissing } from '../../diagnostics/file-errors.js';
import { readNpy } from '../../shared/npy.js';
import { writeWhole } from '../../shared/output-folder.js';
import { floatAccuracy as accuracyOf } from '../accuracy.js';
import { classesOf, readDataset, readLabels } from '../dataset.js';
import type { GivenOptions } from '../options.js';
import { alignTable, type Output } from '../output.js';
import {
  parseBudget,
  parsePolicy,
  parsePortType,
  parseTarget,
  parseTfliteRounding,
  parseWhole,
} from '../parse.js';
import { parseRange } from '../quantize-options.js';
import { dashed } from '../report-command.js';
import { realSamples } from '../samples.js';
import { exitCodeOf } from '../signals.js';
import { buildPoint, measurePoint, type SweepInputs } from '../sweep/measure.js';
import { sweepPoints, trainedMethod } from '../sweep/points.js';
import { fingerprintOf, SweepState } from '../sweep/state.js';
import { pointSettings, sweepCommand, trainingOption, trainingSettings } from '../sweep-options.js';
import { parseTraining } from '../train-options.js';
import { parseSimulators } from './simulate.js';

const DEFAULT_COUNT = 10;
const CALIBRATION_SAMPLES = 500;

/** A float network at every asked width of its accumulators: accuracy, Verilog and LUTs of each, one report over all. */
export async function sweep(given: GivenOptions, output: Output): Promise<number> {
  const folder = given.output ?? '';
  const points = sweepPoints(given);
  const target = parseTarget(given.target ?? parseBudget(given)?.device?.target ?? 'xc7');
  checkOptions(given, points);
  const state = new SweepState(folder, sweepCommand(given));
  const inputs = await readInputs(given);
  const common = fingerprintOf(
    inputs.prepared,
    inputs.calibration,
    inputs.test.array.data,
    Float64Array.from(inputs.test.labels),
    pointSettings(given),
    given.fold === undefined ? '' : readText(given.fold),
    yosysVersion(),
  );

  const rows: SweepRow[] = [];
  const problems: Diagnostic[] = [];
  const started = performance.now();
  const training = fingerprintOf(common, inputs.training ?? null, trainingSettings(given));
  const fingerprints = points.map((point) =>
    fingerprintOf(trainedMethod(point) ? training : common, point.name),
  );
  const open = points.filter(({ name }, index) => !state.recall(name, fingerprints[index]));
  let [tried, spent] = [0, 0];
  for (const [index, point] of points.entries()) {
    const fingerprint = fingerprints[index];
    const known = state.recall<SweepResult>(point.name, fingerprint);
    const left = tried === 0 ? '' : `, about ${timeText((spent / tried) * (open.length - tried))} left`;
    output.progress(
      `point ${index + 1} of ${points.length}: ${point.name}${known ? ' (measured before)' : left}`,
    );
    if (known) {
      rows.push({ point, result: known });
      continue;
    }
    const directory = state.directory(point.name);
    if (trainedMethod(point)) state.begin();
    const built = await buildPoint(inputs, point, fingerprint, directory, output).catch((error: unknown) => {
      if (error instanceof NarrowgateError) return error;
      throw error;
    });
    if ('stoppedBy' in built) {
      process.stderr.write(`${formatDiagnostic(errors.interrupted(built.stoppedBy))}\n`);
      return exitCodeOf(built.stoppedBy);
    }
    if (built instanceof NarrowgateError) {
      problems.push(...built.diagnostics);
      const problem = built.diagnostics.map(({ message }) => message).join('; ');
      output.progress(`  not possible: ${problem}`);
      rows.push({ point, problem });
    } else {
      state.begin();
      const result = await measurePoint(inputs, built, directory, output);
      state.keep(point.name, fingerprint, result);
      rows.push({ point, result });
    }
    tried += 1;
    spent = (performance.now() - started) / 1000;
  }
  const found = measured(rows);
  if (found.length === 0) fail(...distinct(problems));

  const report: SweepReport = {
    model: titleOf(given.model ?? '', inputs.prepared.network.name),
    target,
    tool: yosysVersion(),
    command: sweepCommand(given),
    synthesis: SYNTHESIS_COMMANDS[target],
    testSamples: inputs.test.labels.length,
    floatAccuracy: await floatAccuracy(inputs, state, common),
    rows,
  };
  writeWhole(join(folder, 'report.html'), await renderSweepHtml(report));
  writeWhole(join(folder, 'report.json'), renderJson(report));
  const place = join(folder, 'report.html');
  const { floatAccuracy: before } = report;
  const table = alignTable([ROW_TITLES, ...rows.map((row) => formatRow(row, before))]);
  const summary = `float accuracy ${(100 * before).toFixed(2)} % on ${report.testSamples} samples`;
  const reasons = rows.flatMap((row) => ('problem' in row ? [`${row.point.name}: ${row.problem}`] : []));
  output.result(
    { floatAccuracy: before, rows, report: place },
    [table, ...reasons, summary, place].join('\n'),
  );
  return found.every(({ result }) => result.passed) ? 0 : 1;
}

/**
 * What every point would refuse.
 *
 * @throws bad_option, usage
 */
function checkOptions(given: GivenOptions, points: readonly SweepPoint[]): void {
  const { policy = 'asked' } = given;
  if (policy !== 'asked') parsePolicy('--policy', policy, ['asked']);
  parseRange(given);
  parseTraining(given);
  const option = trainingOption(given);
  if (option !== undefined && !points.some(trainedMethod))
    fail(errors.usage(`expected --train, and a method that trains, beside --${dashed(option)}`, 'sweep'));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail(fileNotReadable(file, error));
  }
}

async function readInputs(given: GivenOptions): Promise<SweepInputs> {
  const model = given.model ?? '';
  const simulators = parseSimulators(given.simulator ?? 'both');
  const count = parseWhole('--count', given.count, 1, 2 ** 31) ?? DEFAULT_COUNT;
  const inputPort = parsePortType(given.inputType, given.inputScale);
  const tfliteRounding = parseTfliteRounding(given.tfliteRounding, model);
  const network = await importModel(model, { inputPort, tfliteRounding });
  const prepared = prepareFloat(network);
  const calibrationFile = given.calibrate ?? '';
  const calibration = realSamples(network, readNpy(calibrationFile), calibrationFile, CALIBRATION_SAMPLES);
  const file = given.test ?? '';
  const array = readNpy(file);
  const { count: samples } = realSamples(network, array, file);
  if (samples === 0) fail(samplesMissing(file));
  const labels = readLabels(given.testLabels ?? '', classesOf(network), samples);
  const test = { file, array, labels };
  const training =
    given.train === undefined ? undefined : readDataset(network, given.train, given.trainLabels ?? '');
  return { given, prepared, calibration, test, training, simulators, count, parts: given.parts ?? true };
}

/** Of the float network on the test samples, measured once. */
async function floatAccuracy(
  { prepared: { network }, test }: SweepInputs,
  state: SweepState,
  common: string,
): Promise<number> {
  const known = state.recall<{ accuracy: number }>('float', common);
  if (known) return known.accuracy;
  const samples = realSamples(network, test.array, test.file);
  const accuracy = (await accuracyOf(network, samples, test.labels)) ?? 0;
  state.keep('float', common, { accuracy });
  return accuracy;
}

/** A file is known by its name; folders are named alike, such as float, so that of the network says more. */
function titleOf(model: string, network: string): string {
  return statSync(model).isDirectory() ? network : basename(model);
}

/** Each message once: an option that no point can take is one problem. */
function distinct(problems: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(problems.map((each) => [JSON.stringify(each), each])).values()];
}

function timeText(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
