/** Options of quantizing, in yargs' terms, and the values they stand for. */
import type { Argv } from 'yargs';
import type { UniformWidths } from '../2-quantize/assign.js';
import type { QuantizeOptions } from '../2-quantize/quantize.js';
import type { AccumulatorMethod, RangeMethod } from '../2-quantize/types.js';
import * as errors from '../diagnostics/command-errors.js';
import { fail } from '../diagnostics/diagnostic.js';
import type { GivenOptions } from './options.js';
import { parseWhole } from './parse.js';

const METHODS = ['a2q', 'a2q+', 'axe'] as const;
const RANGES = ['minimum-maximum', 'percentile', 'mean-squared-error'] as const;
const DEFAULT_BITS = 8;
const DEFAULT_PERCENT = 99.9;
const DEFAULT_RANGE: (typeof RANGES)[number] = 'mean-squared-error';
/** To nearest codes: no method that could hold an accumulator. */
const NEAREST = 'nearest';
/** Without a limit AXE is OPTQ, which measures better than rounding to nearest. */
export const DEFAULT_METHOD: AccumulatorMethod = 'axe';

export function quantizeArguments(yargs: Argv): Argv {
  const own = yargs
    .option('calibrate', {
      type: 'string',
      demandOption: true,
      describe: '.npy file of samples that ranges are found on',
    })
    .option('count', { type: 'string', describe: 'calibrate on N samples, evenly spaced (default 500)' })
    .option('labels', {
      type: 'string',
      describe: '.npy labels of all samples in the file: reports accuracy',
    })
    .option('weights', { type: 'string', describe: `bits of weights, 2 to 16 (default ${DEFAULT_BITS})` })
    .option('accumulator', {
      type: 'string',
      describe: 'bits that every sum must fit, 2 to 48 (default: no limit)',
    })
    .option('method', {
      type: 'string',
      describe: `${[...METHODS, NEAREST].join(', ')} (default ${DEFAULT_METHOD})`,
    });
  return biasArguments(rangeArguments(widthArguments(own)));
}

/** Bits besides those of all weights, of the commands that quantize. */
export function widthArguments(yargs: Argv): Argv {
  return yargs
    .option('first-weights', { type: 'string', describe: 'of the first layer (default: as --weights)' })
    .option('last-weights', { type: 'string', describe: 'of the last layer (default: as --weights)' })
    .option('activations', {
      type: 'string',
      describe: `bits of activations, 1 to 16 (default ${DEFAULT_BITS})`,
    })
    .option('input-bits', {
      type: 'string',
      describe: "bits of the network's input, 1 to 16 (default: those of the input port, else 8)",
    });
}

/** How ranges of activations are found, or how they start. */
export function rangeArguments(yargs: Argv): Argv {
  return yargs
    .option('range', {
      type: 'string',
      describe: `of activations: ${RANGES.join(', ')} (default ${DEFAULT_RANGE})`,
    })
    .option('percentile', {
      type: 'string',
      describe: `percent of magnitudes within the range, for --range percentile (default ${DEFAULT_PERCENT})`,
    });
}

export function biasArguments(yargs: Argv): Argv {
  return yargs.option('bias-correction', {
    type: 'boolean',
    default: true,
    describe: 'keep the mean of each channel (--no-bias-correction turns it off)',
  });
}

/** Bits of weights, activations, input and accumulator. */
export function parseWidths(given: GivenOptions): UniformWidths {
  return {
    weights: parseWhole('--weights', given.weights, 2, 16) ?? DEFAULT_BITS,
    firstWeights: parseWhole('--first-weights', given.firstWeights, 2, 16),
    lastWeights: parseWhole('--last-weights', given.lastWeights, 2, 16),
    activations: parseWhole('--activations', given.activations, 1, 16) ?? DEFAULT_BITS,
    inputs: parseWhole('--input-bits', given.inputBits, 1, 16),
    accumulator: parseWhole('--accumulator', given.accumulator, 2, 48),
  };
}

/** How numbers are chosen. */
export function parseQuantize(given: GivenOptions): QuantizeOptions & { readonly limit?: number } {
  const { inputs: inputBits, accumulator: limit } = parseWidths(given);
  const method = given.method === NEAREST ? undefined : (parseMethod(given.method) ?? DEFAULT_METHOD);
  return { method, range: parseRange(given), biasCorrection: given.biasCorrection ?? true, inputBits, limit };
}

/** a2q, a2q+ or axe. */
function parseMethod(text: string | undefined): AccumulatorMethod | undefined {
  const method = METHODS.find((each) => each === text);
  if (text !== undefined && method === undefined)
    fail(errors.badOption('--method', [...METHODS, NEAREST].join(', '), text));
  return method;
}

export function parseRange({ range, percentile }: GivenOptions): RangeMethod {
  const kind = RANGES.find((each) => each === (range ?? DEFAULT_RANGE));
  if (kind === undefined) return fail(errors.badOption('--range', RANGES.join(', '), range ?? ''));
  if (kind !== 'percentile') {
    if (percentile !== undefined)
      fail(errors.badOption('--percentile', '--range percentile beside it', percentile));
    return { kind };
  }
  const percent = percentile === undefined ? DEFAULT_PERCENT : Number(percentile.trim() || Number.NaN);
  if (!(percent >= 50 && percent <= 100))
    fail(errors.badOption('--percentile', 'a number from 50 to 100', percentile ?? ''));
  return { kind, percent };
}
