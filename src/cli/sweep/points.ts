/** The points of a sweep: every method at every width of weights and accumulators. */
import type { TrainedMethod } from '../../2-quantize/train/plan.js';
import type { SweepPoint } from '../../9-report/sweep/types.js';
import * as errors from '../../diagnostics/command-errors.js';
import { fail } from '../../diagnostics/diagnostic.js';
import type { GivenOptions } from '../options.js';
import { DEFAULT_METHOD, parseWidths } from '../quantize-options.js';

/** Points in the order of the lists; accumulators change fastest, from left to right. */
export function sweepPoints(given: GivenOptions): SweepPoint[] {
  const accumulators = parseList('--accumulators', given.accumulators ?? '', 2, 48);
  const { activations, weights: defaultWeights } = parseWidths({ ...given, weights: undefined });
  const weights =
    given.weights === undefined ? [defaultWeights] : parseList('--weights', given.weights, 2, 16);
  const methods = parseMethods(given);
  return methods.flatMap((method) =>
    weights.flatMap((weightBits) =>
      accumulators.map((accumulator) => ({
        name: `w${weightBits}-a${activations}-p${accumulator}-${method.replace('+', 'plus')}`,
        method,
        weightBits,
        activationBits: activations,
        accumulator,
      })),
    ),
  );
}

/** Prefix of a method that is trained with. */
const TRAINED = 'train-';
const METHODS = ['a2q', 'a2q+', 'axe', 'train-a2q', 'train-a2q+'];

/** How weights of a point are trained; undefined when they are not. */
export function trainedMethod({ method }: SweepPoint): TrainedMethod | undefined {
  return method === 'train-a2q' ? 'a2q' : method === 'train-a2q+' ? 'a2q+' : undefined;
}

/** Options of the commands quantize and train for one point. */
export function pointOptions(
  given: GivenOptions,
  { method, weightBits, accumulator }: SweepPoint,
): GivenOptions {
  const name = method.replace(TRAINED, '');
  return { ...given, weights: String(weightBits), accumulator: String(accumulator), method: name };
}

/** Whole numbers with commas between them, none twice. */
function parseList(option: string, text: string, min: number, max: number): number[] {
  const numbers = text.split(',').map((each) => (/^\s*\d+\s*$/.test(each) ? Number(each) : Number.NaN));
  const wrong = numbers.some((number) => !(number >= min && number <= max));
  if (wrong || new Set(numbers).size < numbers.length)
    fail(
      errors.badOption(
        option,
        `different whole numbers from ${min} to ${max} with commas between them`,
        text,
      ),
    );
  return numbers;
}

function parseMethods({ methods: text, train, trainLabels }: GivenOptions): string[] {
  if ((train === undefined) !== (trainLabels === undefined))
    fail(errors.usage('expected both of --train and --train-labels, or none', 'sweep'));
  const usual = train === undefined ? [DEFAULT_METHOD] : [DEFAULT_METHOD, 'train-a2q+'];
  const names = text === undefined ? usual : text.split(',').map((name) => name.trim());
  if (names.some((name) => !METHODS.includes(name)) || new Set(names).size < names.length)
    fail(errors.badOption('--methods', `different ones of ${METHODS.join(', ')}`, text ?? ''));
  if (train === undefined && names.some((name) => name.startsWith(TRAINED)))
    fail(errors.badOption('--methods', '--train and --train-labels beside it', text ?? ''));
  return names;
}
