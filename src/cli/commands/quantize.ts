import { importModel } from '../../1-import/index.js';
import type { Network } from '../../1-import/types.js';
import { assignUniform } from '../../2-quantize/assign.js';
import { prepareFloat } from '../../2-quantize/quantize.js';
import { inputCodes } from '../../3-integer/host.js';
import type { IntegerNetwork } from '../../3-integer/types.js';
import type { BoundedNetwork } from '../../4-bounds/types.js';
import { fail } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/quantize-errors.js';
import { hull } from '../../shared/interval.js';
import { type NpyArray, readNpy } from '../../shared/npy.js';
import { floatAccuracy, integerAccuracy } from '../accuracy.js';
import { withProgress } from '../background.js';
import type { BackgroundProgress } from '../background-worker.js';
import { classesOf, readLabels } from '../dataset.js';
import { checkModelOutput, writeModel } from '../model-output.js';
import type { GivenOptions } from '../options.js';
import { alignTable, type Output } from '../output.js';
import { parsePortType, parseTfliteRounding, parseWhole } from '../parse.js';
import { parseQuantize, parseWidths } from '../quantize-options.js';
import { realSamples } from '../samples.js';
import { warnOfEmptyLayers } from '../sparsity.js';

const DEFAULT_COUNT = 500;

/** Float network in, quantized network out. */
export async function quantize(given: GivenOptions, output: Output): Promise<number> {
  const model = given.model ?? '';
  const widths = parseWidths(given);
  const options = parseQuantize(given);
  checkModelOutput(given.output ?? '', model);
  const most = parseWhole('--count', given.count, 1, 2 ** 31) ?? DEFAULT_COUNT;
  const inputPort = parsePortType(given.inputType, given.inputScale);
  const tfliteRounding = parseTfliteRounding(given.tfliteRounding, model);
  const network = await importModel(model, { inputPort, tfliteRounding });
  const prepared = prepareFloat(network);
  const assignment = assignUniform(prepared.network, prepared.points, widths);
  const file = given.calibrate ?? '';
  const array = readNpy(file);
  const labels =
    given.labels === undefined
      ? undefined
      : readLabels(given.labels, classesOf(network), array.shape[0] ?? 0);
  const samples = realSamples(network, array, file, most);
  if (samples.count === 0) fail(errors.calibrationSamplesMissing({ file, path: '' }));
  output.progress(`${samples.count} calibration samples, ${assignment.layers.size} layers`);

  const report = progressOf(output);
  const { bounded, ...quantized } = await withProgress(
    report,
    'quantize',
    prepared,
    assignment,
    samples,
    options,
  );
  if (quantized.alwaysZero.length > 0)
    output.warning(errors.calibrationAllZero(quantized.alwaysZero, { file, path: '' }));
  warnOfEmptyLayers(quantized.network, widths.accumulator, output);
  const accuracies = labels ? await accuraciesOf(network, bounded.network, array, file, labels) : {};
  writeModel(given.output ?? '', quantized.network);
  const layers = layersOf(bounded, widths.accumulator);
  output.result(
    { output: given.output, samples: samples.count, layers, ...accuracies },
    textOf(given.output ?? '', layers, accuracies),
  );
  return 0;
}

/** Of the integer model, which is what hardware gives, and of the float network it came from. */
async function accuraciesOf(
  network: Network,
  integer: IntegerNetwork,
  array: NpyArray,
  file: string,
  labels: ArrayLike<number>,
): Promise<Accuracies> {
  return {
    accuracy: await integerAccuracy(integer, inputCodes(integer, array, file), labels),
    floatAccuracy: await floatAccuracy(network, realSamples(network, array, file), labels),
  };
}

interface Accuracies {
  readonly accuracy?: number; // top-1, first maximum on ties
  readonly floatAccuracy?: number;
}

interface QuantizedLayer {
  readonly name: string;
  readonly op: string;
  readonly weightBits?: number;
  readonly sparsity?: number; // part of the weights that are zero
  readonly inputBits?: number;
  readonly activationBits?: number; // of what follows the sums; none where the sums are the output
  readonly accumulator: {
    readonly limit?: number;
    readonly datatype: number;
    readonly l1?: number;
    readonly exact: number;
    readonly span?: number;
    readonly min: number;
    readonly max: number;
  };
}

/** Every node that sums. */
function layersOf({ network, accumulators, sums }: BoundedNetwork, limit?: number): QuantizedLayer[] {
  return network.nodes.flatMap((node): QuantizedLayer[] => {
    const step = network.nodes.find((other) => other.kind === 'step' && other.input === node.output);
    const common = {
      name: node.name,
      op: node.kind,
      inputBits: network.tensors.get(node.input)?.type.bits,
      activationBits: step && network.tensors.get(step.output)?.type.bits,
    };
    const proven = accumulators.get(node.name);
    if (proven) {
      const { weights, weightType } = proven.layer;
      const zeros = weights.reduce((count, code) => count + (code === 0 ? 1 : 0), 0);
      const accumulator = { limit, ...proven.widths, ...hull(proven.ranges) };
      return [{ ...common, weightBits: weightType.bits, sparsity: zeros / weights.length, accumulator }];
    }
    const sum = sums.get(node.name);
    if (!sum) return [];
    const { exact, datatype, ranges } = sum;
    return [{ ...common, accumulator: { limit, datatype, exact, ...hull(ranges) } }];
  });
}

function textOf(
  place: string,
  layers: readonly QuantizedLayer[],
  { accuracy, floatAccuracy: before }: Accuracies,
): string {
  const percent = (part: number | undefined) => (part === undefined ? '' : `${(100 * part).toFixed(2)} %`);
  const rows = layers.map(({ name, op, weightBits, inputBits, activationBits, sparsity, accumulator }) => [
    name,
    op,
    weightBits,
    inputBits,
    activationBits,
    accumulator.exact,
    sparsity === undefined ? undefined : percent(sparsity),
  ]);
  return [
    `quantized network in ${place}`,
    ...(accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}, float ${percent(before)}`]),
    alignTable([['layer', 'op', 'weights', 'input', 'output', 'accumulator', 'zero weights'], ...rows]),
  ].join('\n');
}

/** A line for each step and each further quarter of it. */
function progressOf(output: Output): (progress: BackgroundProgress) => void {
  let shown = '';
  return ({ step, done }) => {
    const line = `${step} ${25 * Math.floor(4 * done + 1e-9)} %`;
    if (line !== shown) output.progress(line);
    shown = line;
  };
}
