/** The command that makes a comparison again, for its report. */
import type { GivenOptions } from './options.js';
import { PRINTED_PLAN, type Printed, reportCommand } from './report-command.js';

/** Every option, so that a new one cannot be forgotten; what changes the result is printed, in this order. */
const PRINTED: Readonly<Record<keyof GivenOptions, Printed>> = {
  accumulators: 'value',
  ...PRINTED_PLAN,
  inputs: 'file',
  labels: 'file',
  count: 'value',
  simulator: 'value',
  // printed by themselves
  model: 'no',
  output: 'no',
  // how much is said, and where
  junit: 'no',
  json: 'no',
  quiet: 'no',
  // of other commands
  accumulator: 'no',
  dir: 'no',
  format: 'no',
  real: 'no',
  placeAndRoute: 'no',
  freq: 'no',
  seeds: 'no',
  stall: 'no',
  seed: 'no',
  trace: 'no',
  calibrate: 'no',
  weights: 'no',
  firstWeights: 'no',
  lastWeights: 'no',
  activations: 'no',
  inputBits: 'no',
  method: 'no',
  range: 'no',
  percentile: 'no',
  biasCorrection: 'no',
  methods: 'no',
  test: 'no',
  parts: 'no',
  policy: 'no',
  train: 'no',
  trainLabels: 'no',
  testInputs: 'no',
  testLabels: 'no',
  epochs: 'no',
  batch: 'no',
  learningRate: 'no',
  schedule: 'no',
  optimizer: 'no',
  weightDecay: 'no',
  penalty: 'no',
  settling: 'no',
  resume: 'no',
};

/** Values that an option has when it is not given. */
const DEFAULTS: Readonly<Record<string, string>> = { overflow: 'refuse', simulator: 'both' };

/** The command line of a comparison, with file names but no folders. */
export function compareCommand(given: GivenOptions): string {
  return reportCommand('compare', given, PRINTED, DEFAULTS, 'report');
}
