/** One point of a sweep: a float network quantized, evaluated, built, simulated and synthesised. */
import { join } from 'node:path';
import type { Network } from '../../1-import/types.js';
import { assignUniform } from '../../2-quantize/assign.js';
import type { Samples } from '../../2-quantize/evaluate/evaluate.js';
import type { Prepared } from '../../2-quantize/quantize.js';
import type { Dataset } from '../../2-quantize/train/dataset.js';
import { classify, inputCodes } from '../../3-integer/host.js';
import type { BoundedNetwork } from '../../4-bounds/types.js';
import { readBuildFolder } from '../../7-simulate/build-folder.js';
import type { Simulator } from '../../7-simulate/types.js';
import { PART_NAMES, type PartLuts, synthesizeAll, synthesizeParts } from '../../8-resources/index.js';
import type { SweepPoint, SweepResult } from '../../9-report/sweep/types.js';
import type { Compilation } from '../../compile.js';
import type { NpyArray } from '../../shared/npy.js';
import { writeFolder } from '../../shared/output-folder.js';
import { partCorrect } from '../accuracy.js';
import { inBackground } from '../background.js';
import { KEPT } from '../commands/build.js';
import { progressTo, totalOf, unitJobs } from '../commands/resources.js';
import { accumulatorBits, checkHardware } from '../hardware.js';
import { writeModel } from '../model-output.js';
import { type GivenOptions, planOptions } from '../options.js';
import type { Output } from '../output.js';
import { parseQuantize, parseWidths } from '../quantize-options.js';
import { pointOptions, trainedMethod } from './points.js';
import { type Stopped, trainPoint } from './train-point.js';

/** What all points of a sweep share. */
export interface SweepInputs {
  readonly given: GivenOptions;
  readonly prepared: Prepared;
  readonly calibration: Samples;
  readonly test: TestSet;
  readonly training?: Dataset;
  readonly simulators: readonly Simulator[];
  readonly count: number; // samples that are simulated, the first of the test set
  readonly parts: boolean; // whether LUTs are counted by part, which takes a second synthesis
}

export interface TestSet {
  readonly file: string;
  readonly array: NpyArray;
  readonly labels: ArrayLike<number>;
}

/** A point's network, and its hardware as files. */
export interface BuiltPoint extends Compilation {
  readonly network: Network;
}

/**
 * Quantize or train, check and build; but for the checkpoints of a training nothing is written.
 *
 * @param fingerprint of the point, for its checkpoint
 * @param directory of the point
 * @throws what phases 2 to 5 throw of a network or an option that they cannot take
 */
export async function buildPoint(
  inputs: SweepInputs,
  point: SweepPoint,
  fingerprint: string,
  directory: string,
  output: Output,
): Promise<BuiltPoint | Stopped> {
  const { given } = inputs;
  const method = trainedMethod(point);
  const made = method
    ? await trainPoint(inputs, point, method, { file: join(directory, 'checkpoint'), fingerprint }, output)
    : await quantizePoint(inputs, point);
  if ('stoppedBy' in made) return made;
  const { network, bounded } = made;
  const { policy = 'asked' } = given;
  const options = planOptions(given, bounded, policy === 'asked' ? String(point.accumulator) : policy);
  return { network, ...(await inBackground('generate', bounded, options)) };
}

async function quantizePoint({ given, prepared, calibration }: SweepInputs, point: SweepPoint) {
  const own = pointOptions(given, point);
  const assignment = assignUniform(prepared.network, prepared.points, parseWidths(own));
  return inBackground('quantize', prepared, assignment, calibration, parseQuantize(own));
}

/**
 * Write, evaluate, simulate and synthesise.
 *
 * @param directory to put the network and its build folder in
 */
export async function measurePoint(
  inputs: SweepInputs,
  { network, bounded, plan, files }: BuiltPoint,
  directory: string,
  output: Output,
): Promise<SweepResult> {
  const { test, parts } = inputs;
  const { codes, count } = inputCodes(bounded.network, test.array, test.file);
  writeModel(join(directory, 'model'), network);
  const build = join(directory, 'build');
  writeFolder(build, files, 'build.json', KEPT);
  const folder = readBuildFolder(build);

  output.progress(`  accuracy on ${count} samples`);
  const results = await inBackground('evaluateAll', bounded.network, codes, count, plan.units);
  const classes = classify(bounded.network, results, results.length / count);
  const simulated = Math.min(inputs.count, count);
  const some = codes.subarray(0, (codes.length / count) * simulated);
  const verdict = await checkHardware(folder, some, simulated, inputs.simulators, output);
  const jobs = unitJobs(build, folder.record);
  const synthesis = { onProgress: progressTo(output) };
  const units = await synthesizeAll(jobs, plan.target, synthesis);
  const split = parts ? await synthesizeParts(jobs, plan.target, synthesis) : undefined;
  return {
    ...totalOf(units),
    accuracy: partCorrect(classes, test.labels) ?? 0,
    sparsity: sparsityOf(bounded),
    needed: [...bounded.accumulators.values()].map(({ widths }) => widths.exact),
    bits: accumulatorBits(plan),
    passed: verdict.passed,
    vectors: verdict.vectors,
    ...verdict.cycles,
    parts: split && sumOfParts(split),
  };
}

/** Part of the weights of all layers that are zero. */
function sparsityOf({ accumulators }: BoundedNetwork): number {
  let [zeros, all] = [0, 0];
  for (const { layer } of accumulators.values()) {
    all += layer.weights.length;
    for (const code of layer.weights) if (code === 0) zeros++;
  }
  return all === 0 ? 0 : zeros / all;
}

function sumOfParts(units: readonly PartLuts[]): PartLuts {
  const total = { array: 0, thresholds: 0, memory: 0, streams: 0 };
  for (const unit of units) for (const part of PART_NAMES) total[part] += unit[part];
  return total;
}
