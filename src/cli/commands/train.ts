import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { importModel } from '../../1-import/index.js';
import type { Network } from '../../1-import/types.js';
import { assignUniform } from '../../2-quantize/assign.js';
import { type Prepared, prepareFloat } from '../../2-quantize/quantize.js';
import type { Dataset } from '../../2-quantize/train/dataset.js';
import type { Quantize, QuantizedTraining } from '../../2-quantize/train/train.js';
import { toInteger } from '../../3-integer/convert.js';
import { inputCodes } from '../../3-integer/host.js';
import { boundNetwork } from '../../4-bounds/bounds.js';
import { checkAccumulators } from '../../compile.js';
import * as commandErrors from '../../diagnostics/command-errors.js';
import { fail, formatDiagnostic } from '../../diagnostics/diagnostic.js';
import { calibrationAllZero } from '../../diagnostics/quantize-errors.js';
import * as errors from '../../diagnostics/training-errors.js';
import { readNpy } from '../../shared/npy.js';
import { floatAccuracy, integerAccuracy } from '../accuracy.js';
import { inBackground } from '../background.js';
import { classesOf, readDataset, readLabels } from '../dataset.js';
import { checkModelOutput, writeModel } from '../model-output.js';
import type { GivenOptions } from '../options.js';
import type { Output } from '../output.js';
import { parsePortType, parseTfliteRounding } from '../parse.js';
import { parseRange, parseWidths } from '../quantize-options.js';
import { realSamples } from '../samples.js';
import { exitCodeOf } from '../signals.js';
import { sparsityOf, warnOfEmptyLayers } from '../sparsity.js';
import { parseTrainedMethod, parseTraining } from '../train-options.js';
import { runTraining } from '../training-loop.js';

/** Samples that ranges of activations and the first codes are found on. */
const CALIBRATION_SAMPLES = 500;

/** Float network in; trained float network out, or with --weights a trained quantized network. */
export async function train(given: GivenOptions, output: Output): Promise<number> {
  const model = given.model ?? '';
  const out = given.output ?? '';
  const options = parseTraining(given);
  const method = parseTrainedMethod(given);
  const widths = parseWidths(given);
  const range = parseRange(given);
  if ((given.testInputs === undefined) !== (given.testLabels === undefined))
    fail(commandErrors.usage('expected both of --test-inputs and --test-labels, or none', 'train'));
  checkModelOutput(out, model);
  const inputPort = parsePortType(given.inputType, given.inputScale);
  const tfliteRounding = parseTfliteRounding(given.tfliteRounding, model);
  const prepared = prepareFloat(await importModel(model, { inputPort, tfliteRounding }));
  const { network } = prepared;
  const data = readDataset(network, given.inputs ?? '', given.labels ?? '');
  const test =
    given.testInputs === undefined
      ? undefined
      : readDataset(network, given.testInputs, given.testLabels ?? '');

  const quantized = (): QuantizedTraining => ({
    assignment: assignUniform(network, prepared.points, widths),
    method,
    range,
    inputBits: widths.inputs,
    calibration: realSamples(network, readNpy(given.inputs ?? ''), given.inputs ?? '', CALIBRATION_SAMPLES),
  });
  const { prepareTraining } = await import('../../2-quantize/train/train.js');
  if (given.weights !== undefined) output.progress('quantizing the network that training starts from');
  const inThread: Quantize = (...start) => inBackground('quantizeNetwork', ...start);
  const asked = given.weights === undefined ? undefined : quantized();
  const { trainer, alwaysZero, finish } = await prepareTraining(prepared, data, options, asked, inThread);
  if (alwaysZero.length > 0)
    output.warning(calibrationAllZero(alwaysZero, { file: given.inputs ?? '', path: '' }));
  const asks = { options, method, range, widths: asked && widths };
  const checkpoint = {
    file: `${out.replace(/[/\\]+$/, '')}.checkpoint`,
    fingerprint: fingerprintOf(prepared, data, asks),
    resume: given.resume ?? false,
  };
  const result = await runTraining(trainer, checkpoint, output);
  if (result.stoppedBy) {
    const stopped = errors.trainingStopped(result.stoppedBy, trainer.step, trainer.steps, checkpoint.file);
    process.stderr.write(`${formatDiagnostic(stopped)}\n`);
    return exitCodeOf(result.stoppedBy);
  }
  const trained = finish();
  if (asked) checkAccumulators(boundNetwork(toInteger(trained)), widths.accumulator);
  warnOfEmptyLayers(trained, widths.accumulator, output);
  writeModel(out, trained);
  rmSync(checkpoint.file, { force: true });
  const accuracies = test && {
    accuracy: await (asked
      ? goldenAccuracy(trained, given)
      : floatAccuracy(trained, test.samples, test.labels)),
    trainerAccuracy: trainer.accuracy(test),
  };
  trainer.dispose();
  const { loss, accuracy: trainAccuracy, samplesPerSecond } = result;
  const { epochs, seed } = options;
  const sparsity = asked ? sparsityOf(trained) : undefined;
  output.result(
    {
      output: out,
      epochs,
      seed,
      samples: data.count,
      loss,
      trainAccuracy,
      samplesPerSecond,
      sparsity,
      ...accuracies,
    },
    [
      `trained network in ${out}`,
      `loss ${loss.toFixed(4)}, ${percent(trainAccuracy)} of the training samples right in the last epoch`,
      ...(accuracies ? [`accuracy on the test samples ${percent(accuracies.accuracy ?? 0)}`] : []),
      ...(sparsity === undefined ? [] : [`${percent(sparsity)} of the weights are zero`]),
    ].join('\n'),
  );
  return 0;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`;
}

/** Accuracy of the integer model, which is what hardware gives. */
function goldenAccuracy(
  network: Network,
  { testInputs = '', testLabels = '' }: GivenOptions,
): Promise<number | undefined> {
  const integers = toInteger(network);
  const codes = inputCodes(integers, readNpy(testInputs), testInputs);
  return integerAccuracy(integers, codes, readLabels(testLabels, classesOf(network), codes.count));
}

/** What fixes the course of a training. */
function fingerprintOf({ network }: Prepared, data: Dataset, asks: object): string {
  const hash = createHash('sha256').update(JSON.stringify(asks));
  const add = (values: ArrayLike<number>) => hash.update(Buffer.from(Float32Array.from(values).buffer));
  for (const node of network.nodes) {
    hash.update(`${node.op} ${node.name} `);
    if ((node.op === 'dense' || node.op === 'conv') && node.weights.encoding === 'real')
      add(node.weights.values);
    if (node.op === 'elementwise' && node.operand) add(node.operand);
  }
  add(data.values);
  add(data.labels);
  return hash.digest('hex');
}
