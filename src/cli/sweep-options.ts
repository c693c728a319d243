/** Options of a sweep, in yargs' terms, and the command that its report names. */
import type { Argv } from 'yargs';
import type { GivenOptions } from './options.js';
import { biasArguments, rangeArguments, widthArguments } from './quantize-options.js';
import { PRINTED_PLAN, type Printed, reportCommand } from './report-command.js';
import { trainingArguments } from './train-options.js';

export function sweepArguments(yargs: Argv): Argv {
  return trainingArguments(biasArguments(rangeArguments(widthArguments(pointArguments(yargs)))));
}

function pointArguments(yargs: Argv): Argv {
  return yargs
    .option('accumulators', {
      type: 'string',
      demandOption: true,
      describe: 'bits that every sum must fit, a list such as 32,20,18,16,14,12',
    })
    .option('weights', { type: 'string', describe: 'bits of weights, a list such as 8,6,4 (default 8)' })
    .option('methods', {
      type: 'string',
      describe:
        'a list of a2q, a2q+, axe, and with --train train-a2q, train-a2q+ (default axe, with --train axe,train-a2q+)',
    })
    .option('calibrate', {
      type: 'string',
      demandOption: true,
      describe: '.npy file of samples that ranges are found on, 500 of them evenly spaced',
    })
    .option('test', {
      type: 'string',
      demandOption: true,
      describe: '.npy file of samples for accuracy; the first of them are simulated',
    })
    .option('test-labels', {
      type: 'string',
      demandOption: true,
      describe: '.npy file of their class labels',
    })
    .option('train', {
      type: 'string',
      describe: '.npy file of samples to train with: points of trained weights',
    })
    .option('train-labels', { type: 'string', describe: '.npy file of their class labels' })
    .option('policy', {
      type: 'string',
      describe:
        'accumulators that are built: asked, minimal, l1 or datatype (default asked: each point its own)',
    })
    .option('count', { type: 'string', describe: 'samples simulated for each point (default 10)' })
    .option('simulator', { type: 'string', default: 'both', describe: 'both, verilator or icarus' })
    .option('parts', {
      type: 'boolean',
      default: true,
      describe: 'LUTs by part, from a second synthesis (--no-parts turns it off)',
    });
}

/** Options that change the result, in the order they are printed. */
const PRINTED: Readonly<Partial<Record<keyof GivenOptions, Printed>>> = {
  accumulators: 'value',
  weights: 'value',
  firstWeights: 'value',
  lastWeights: 'value',
  activations: 'value',
  inputBits: 'value',
  methods: 'value',
  policy: 'value',
  range: 'value',
  percentile: 'value',
  biasCorrection: 'value',
  ...PRINTED_PLAN,
  calibrate: 'file',
  test: 'file',
  testLabels: 'file',
  train: 'file',
  trainLabels: 'file',
  epochs: 'value',
  batch: 'value',
  learningRate: 'value',
  seed: 'value',
  count: 'value',
  simulator: 'value',
  parts: 'value',
};

/** The command line of a sweep, with file names but no folders. */
export function sweepCommand(given: GivenOptions): string {
  const plain = {
    ...given,
    biasCorrection: given.biasCorrection === false ? false : undefined,
    parts: given.parts === false ? false : undefined,
  };
  return reportCommand('sweep', plain, PRINTED, { simulator: 'both', overflow: 'refuse' }, 'sweep');
}

/** What points are made of, and files, whose contents count. */
const LISTS = [
  'accumulators',
  'weights',
  'methods',
  'calibrate',
  'test',
  'testLabels',
  'train',
  'trainLabels',
  'fold',
];
const TRAINING = ['epochs', 'batch', 'learningRate', 'seed'] as const;

/** Values of the options that change the figures of every point. */
export function pointSettings(given: GivenOptions): object {
  const others: readonly string[] = [...LISTS, ...TRAINING];
  const keys = (Object.keys(PRINTED) as (keyof GivenOptions)[]).filter((key) => !others.includes(key));
  return Object.fromEntries(keys.map((key) => [key, given[key] ?? null]));
}

/** An option that only changes trainings, where it is given. */
export function trainingOption(given: GivenOptions): string | undefined {
  return TRAINING.find((key) => given[key] !== undefined);
}

/** Values of the options that change trained points besides. */
export function trainingSettings(given: GivenOptions): object {
  return Object.fromEntries(TRAINING.map((key) => [key, given[key] ?? null]));
}
