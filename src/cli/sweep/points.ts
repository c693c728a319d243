/** The points of a sweep: every method at every width of weights and accumulators. */
import type { SweepPoint } from '../../9-report/sweep/types.js';
import * as errors from '../../diagnostics/command-errors.js';
import { fail } from '../../diagnostics/diagnostic.js';
import type { GivenOptions } from '../options.js';
import { DEFAULT_METHOD, parseMethod, parseWidths } from '../quantize-options.js';

/** Points in the order of the lists; accumulators change fastest, from left to right. */
export function sweepPoints(given: GivenOptions): SweepPoint[] {
  const accumulators = parseList('--accumulators', given.accumulators ?? '', 2, 48);
  const { activations, weights: defaultWeights } = parseWidths({ ...given, weights: undefined });
  const weights =
    given.weights === undefined ? [defaultWeights] : parseList('--weights', given.weights, 2, 16);
  const methods = parseMethods(given.methods);
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

/** Options of the command quantize for one point. */
export function pointOptions(
  given: GivenOptions,
  { method, weightBits, accumulator }: SweepPoint,
): GivenOptions {
  return { ...given, weights: String(weightBits), accumulator: String(accumulator), method };
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

function parseMethods(text: string | undefined): string[] {
  if (text === undefined) return [DEFAULT_METHOD];
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) parseMethod(name, '--methods');
  if (new Set(names).size < names.length)
    fail(errors.badOption('--methods', 'different methods with commas between them', text));
  return names;
}
