import { classify, inputCodes, outputReals, toFileOrder } from '../../3-integer/host.js';
import * as commandErrors from '../../diagnostics/command-errors.js';
import { fail } from '../../diagnostics/diagnostic.js';
import { formatNpy, readNpy } from '../../shared/npy.js';
import { writeWhole } from '../../shared/output-folder.js';
import { partCorrect } from '../accuracy.js';
import { inBackground } from '../background.js';
import { readLabels } from '../dataset.js';
import { analyseGiven, type GivenOptions, planOptions } from '../options.js';
import type { Output } from '../output.js';
import { parseWhole } from '../parse.js';

/** Samples whose outputs are shown when they are not written to a file. */
const SHOWN = 100;

/** Golden inference. */
export async function run(given: GivenOptions, output: Output): Promise<number> {
  const bounded = await analyseGiven(given, output);
  const { network } = bounded;
  const file = given.inputs ?? '';
  const samples = readNpy(file);
  const { codes, count } = inputCodes(network, samples, file, parseWhole('--count', given.count, 1, 2 ** 31));
  const outputs = network.tensors.get(network.output)?.shape.reduce((product, n) => product * n, 1) ?? 1;
  const labels =
    given.labels === undefined ? undefined : readLabels(given.labels, outputs, count, samples.shape[0]);
  const options = planOptions(given, bounded, given.accumulator); // checked also where nothing is planned
  const units =
    given.accumulator === undefined ? [] : (await inBackground('plan', bounded, options)).plan.units;
  const results = await inBackground('evaluateAll', network, codes, count, units);

  const accuracy = labels && partCorrect(classify(network, results, outputs), labels);
  const reals = given.real ? outputReals(network.hostOutput, results, outputs) : undefined;
  const { data: values, shape } = toFileOrder(network, reals ?? results);
  if (given.output !== undefined) {
    if (!reals && results.some((code) => Math.abs(code) >= 2 ** 31))
      fail(commandErrors.usage('output codes exceed int32; expected --real for this model', 'run'));
    writeWhole(
      given.output,
      formatNpy([count, ...shape], values instanceof Float32Array ? values : Int32Array.from(values)),
    );
  }
  const shown = given.output === undefined ? rows(values, outputs, Math.min(count, SHOWN)) : undefined;
  const text = [
    `${count} samples`,
    ...(accuracy === undefined ? [] : [`accuracy ${(100 * accuracy).toFixed(2)} %`]),
    ...(given.output === undefined
      ? (shown ?? []).slice(0, 10).map((row) => row.join(' '))
      : [`outputs in ${given.output}`]),
  ];
  output.result({ count, accuracy, outputs: shown }, text.join('\n'));
  return 0;
}

function rows(values: ArrayLike<number>, width: number, count: number): number[][] {
  return Array.from({ length: count }, (_, n) =>
    Array.from({ length: width }, (__, k) => values[n * width + k]),
  );
}
