/** Options of training, in yargs' terms, and the values they stand for. */
import type { Argv } from 'yargs';
import type { TrainedMethod } from '../2-quantize/train/plan.js';
import type { TrainingOptions } from '../2-quantize/train/trainer.js';
import * as errors from '../diagnostics/command-errors.js';
import { fail } from '../diagnostics/diagnostic.js';
import type { GivenOptions } from './options.js';
import { parseWhole } from './parse.js';
import { rangeArguments, widthArguments } from './quantize-options.js';
import { dashed } from './report-command.js';

const METHODS = ['a2q', 'a2q+'] as const;
const OPTIMIZERS = ['adam', 'sgd'] as const;
const SCHEDULES = ['cosine', 'step', 'constant'] as const;
const DEFAULT = {
  epochs: 10,
  batch: 128,
  learningRate: 1e-3,
  weightDecay: 0,
  penalty: 1e-3, // lambda of Brevitas' A2Q examples
  settling: 0.3,
  seed: 1,
} as const;

export function trainArguments(yargs: Argv): Argv {
  return scheduleArguments(trainingArguments(rangeArguments(widthArguments(dataArguments(yargs)))));
}

function dataArguments(yargs: Argv): Argv {
  return yargs
    .option('inputs', { type: 'string', demandOption: true, describe: '.npy samples to train on' })
    .option('labels', { type: 'string', demandOption: true, describe: '.npy class numbers of the samples' })
    .option('test-inputs', { type: 'string', describe: '.npy samples that only measure accuracy' })
    .option('test-labels', { type: 'string', describe: '.npy class numbers of --test-inputs' })
    .option('weights', {
      type: 'string',
      describe: 'bits of weights, 2 to 16 (default: none, the float network is trained)',
    })
    .option('accumulator', { type: 'string', describe: 'bits that every sum must fit (default: no limit)' })
    .option('method', { type: 'string', describe: 'a2q or a2q+, with --accumulator (default a2q+)' });
}

/** What a training and the trainings of a sweep can be told. */
export function trainingArguments(yargs: Argv): Argv {
  return yargs
    .option('epochs', { type: 'string', describe: `passes over the samples (default ${DEFAULT.epochs})` })
    .option('batch', { type: 'string', describe: `samples of a step (default ${DEFAULT.batch})` })
    .option('learning-rate', {
      type: 'string',
      describe: `of the first step (default ${DEFAULT.learningRate})`,
    })
    .option('seed', { type: 'string', describe: `of the order of the samples (default ${DEFAULT.seed})` });
}

function scheduleArguments(yargs: Argv): Argv {
  return yargs
    .option('schedule', {
      type: 'string',
      describe:
        'of the learning rate: cosine (to 0), step (a tenth after each third) or constant (default cosine)',
    })
    .option('optimizer', { type: 'string', describe: 'adam, or sgd with a momentum of 0.9 (default adam)' })
    .option('weight-decay', {
      type: 'string',
      describe: `of weights, not of biases and scales (default ${DEFAULT.weightDecay})`,
    })
    .option('penalty', {
      type: 'string',
      describe: `lambda: cost of norms beyond the budget of an accumulator (default ${DEFAULT.penalty})`,
    })
    .option('settling', {
      type: 'string',
      describe: `how much weights of code zero shrink in a step, in learning rates (default ${DEFAULT.settling})`,
    })
    .option('resume', { type: 'boolean', describe: 'go on where the same command was stopped' });
}

/** How the parameters are found. */
export function parseTraining(given: GivenOptions): TrainingOptions {
  return {
    epochs: parseWhole('--epochs', given.epochs, 1, 1e5) ?? DEFAULT.epochs,
    batch: parseWhole('--batch', given.batch, 1, 1e5) ?? DEFAULT.batch,
    seed: parseWhole('--seed', given.seed, 0, 2 ** 31 - 1) ?? DEFAULT.seed,
    optimizer: {
      kind: parseChoice('--optimizer', given.optimizer, OPTIMIZERS) ?? 'adam',
      schedule: parseChoice('--schedule', given.schedule, SCHEDULES) ?? 'cosine',
      learningRate: parseReal('--learning-rate', given.learningRate, 100) ?? DEFAULT.learningRate,
      weightDecay: parseReal('--weight-decay', given.weightDecay, 100) ?? DEFAULT.weightDecay,
    },
    penalty: parseReal('--penalty', given.penalty, 1e6) ?? DEFAULT.penalty,
    settling: parseReal('--settling', given.settling, 100) ?? DEFAULT.settling,
  };
}

/** @throws usage for options of quantizers where nothing is quantized */
export function parseTrainedMethod(given: GivenOptions): TrainedMethod {
  const { weights, firstWeights, lastWeights, activations, inputBits, accumulator, method } = given;
  const { range, percentile, penalty, settling } = given;
  const needAccumulator = { method, penalty, settling };
  const quantizers = { firstWeights, lastWeights, activations, inputBits, accumulator, range, percentile };
  const needWeights = { ...quantizers, ...needAccumulator };
  const alone = Object.entries(needWeights).find(([, value]) => value !== undefined);
  if (weights === undefined && alone)
    fail(
      errors.usage(
        `expected --weights beside --${dashed(alone[0])}: without it the float network is trained`,
        'train',
      ),
    );
  const unlimited = Object.entries(needAccumulator).find(([, value]) => value !== undefined);
  if (accumulator === undefined && unlimited)
    fail(errors.usage(`expected --accumulator beside --${dashed(unlimited[0])}`, 'train'));
  return parseChoice('--method', method, METHODS) ?? 'a2q+';
}

function parseChoice<Name extends string>(
  option: string,
  text: string | undefined,
  names: readonly Name[],
): Name | undefined {
  const found = names.find((name) => name === text);
  if (text !== undefined && found === undefined) fail(errors.badOption(option, names.join(', '), text));
  return found;
}

function parseReal(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= 0 && value <= most)) fail(errors.badOption(option, `a number from 0 to ${most}`, text));
  return value;
}
