/** Options that several commands share, in yargs' terms, and the values they stand for. */
import type { Argv } from 'yargs';
import type { BoundedNetwork } from '../4-bounds/types.js';
import type { AccumulatorOptions } from '../5-plan/accumulator.js';
import { DEVICES } from '../5-plan/device.js';
import { DEFAULT_EFFORT } from '../5-plan/engines/unrolled/solve.js';
import { DEFAULT_CYCLES } from '../5-plan/foldings.js';
import type { PlanOptions } from '../5-plan/plan.js';
import { analyse } from '../compile.js';
import * as errors from '../diagnostics/command-errors.js';
import { fail } from '../diagnostics/diagnostic.js';
import { addDeviates } from '../diagnostics/network-errors.js';
import type { Output } from './output.js';
import {
  DEFAULT_UTILISATION,
  parseBudget,
  parseEngine,
  parseFoldFile,
  parsePolicy,
  parsePortType,
  parseTarget,
  parseTfliteRounding,
  parseWhole,
} from './parse.js';

/** Steps of the search in one unit of --search-effort. */
const EFFORT_UNIT = 1e5;

/** Values of --requantise. */
const WAYS = [
  'threshold_search',
  'threshold_sequential',
  'threshold_parallel',
  'scale_shift',
  'scale_sequential',
] as const;

/** All options as yargs delivers them: texts, checked by parse.ts. */
export interface GivenOptions {
  readonly model?: string;
  readonly dir?: string;
  readonly inputs?: string;
  readonly labels?: string;
  readonly output?: string;
  readonly real?: boolean;
  readonly inputType?: string;
  readonly inputScale?: string;
  readonly tfliteRounding?: string;
  readonly accumulator?: string;
  readonly accumulators?: string;
  readonly overflow?: string;
  readonly target?: string;
  readonly device?: string;
  readonly utilisation?: string;
  readonly maxLut?: string;
  readonly engine?: string;
  readonly searchEffort?: string;
  readonly placeAndRoute?: boolean;
  readonly freq?: string;
  readonly seeds?: string;
  readonly cycles?: string;
  readonly fold?: string;
  readonly format?: string;
  readonly simulator?: string;
  readonly count?: string;
  readonly stall?: string;
  readonly seed?: string;
  readonly trace?: boolean;
  readonly requantise?: string;
  readonly junit?: string;
  readonly calibrate?: string;
  readonly weights?: string;
  readonly firstWeights?: string;
  readonly lastWeights?: string;
  readonly activations?: string;
  readonly inputBits?: string;
  readonly method?: string;
  readonly range?: string;
  readonly percentile?: string;
  readonly biasCorrection?: boolean;
  readonly methods?: string;
  readonly test?: string;
  readonly parts?: boolean;
  readonly policy?: string;
  readonly train?: string;
  readonly trainLabels?: string;
  readonly testInputs?: string;
  readonly testLabels?: string;
  readonly epochs?: string;
  readonly batch?: string;
  readonly learningRate?: string;
  readonly schedule?: string;
  readonly optimizer?: string;
  readonly weightDecay?: string;
  readonly penalty?: string;
  readonly settling?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function modelArguments(yargs: Argv): Argv {
  return yargs
    .positional('model', {
      type: 'string',
      describe: 'model: .json description or a folder with model.json, QONNX .onnx or .tflite',
    })
    .option('input-type', {
      type: 'string',
      describe: "type of the input port: uint8, int8, 'fixed<16,6>', ...",
    })
    .option('input-scale', {
      type: 'string',
      describe: 'real value of one step of the input port, such as 1/255',
    })
    .option('tflite-rounding', {
      type: 'string',
      describe: 'kernels that a .tflite model is built to equal: double (default), single or float',
    });
}

export function planArguments(yargs: Argv): Argv {
  return yargs
    .option('target', {
      type: 'string',
      describe: 'xc7, xcup or ice40 (default: that of --device, else xc7)',
    })
    .option('device', {
      type: 'string',
      describe: `fastest folding that fits a device: ${DEVICES.map(({ name }) => name).join(', ')}`,
    })
    .option('utilisation', {
      type: 'string',
      describe: `percent of the device that may be used (default ${DEFAULT_UTILISATION})`,
    })
    .option('max-lut', { type: 'string', describe: 'fastest folding with at most this many LUT sites' })
    .option('cycles', {
      type: 'string',
      describe: `cheapest folding with at most this interval per inference (default ${DEFAULT_CYCLES})`,
    })
    .option('fold', {
      type: 'string',
      describe: 'folding by hand: a JSON file {"<layer>": {"pe": N, "simd": N}}',
    })
    .option('engine', {
      type: 'string',
      describe: 'lut, dsp, or auto: what costs least for each layer (default: the model file, else lut)',
    })
    .option('search-effort', {
      type: 'string',
      describe: `length of the search for sums that unrolled layers share, in 100,000 steps a layer (default ${DEFAULT_EFFORT / EFFORT_UNIT})`,
    })
    .option('overflow', {
      type: 'string',
      default: 'refuse',
      describe: 'refuse or wrap sums that a narrow accumulator cannot hold',
    })
    .option('requantise', {
      type: 'string',
      describe: `${WAYS.join(', ')} (default: the cheapest)`,
    });
}

/** Phases 1 to 4 on the model that the options name, and a warning where the integer model is not the reference in all codes. */
export async function analyseGiven(given: GivenOptions, output: Output): Promise<BoundedNetwork> {
  const model = given.model ?? '';
  const inputPort = parsePortType(given.inputType, given.inputScale);
  const tfliteRounding = parseTfliteRounding(given.tfliteRounding, model);
  const bounded = await analyse(model, { inputPort, tfliteRounding });
  for (const node of bounded.network.nodes)
    if (node.kind === 'add' && node.deviating)
      output.warning(addDeviates(node.name, node.source, node.deviating.codes, node.deviating.of));
  return bounded;
}

/** What phase 5 needs; `accumulator` is the text of one policy. */
export function planOptions(given: GivenOptions, bounded: BoundedNetwork, accumulator?: string): PlanOptions {
  const layers = bounded.network.nodes.flatMap(({ kind, name }) =>
    kind === 'dense' || kind === 'conv' ? [name] : [],
  );
  const overflow = given.overflow ?? 'refuse';
  if (overflow !== 'refuse' && overflow !== 'wrap')
    fail(errors.badOption('--overflow', 'refuse or wrap', overflow));
  if (given.cycles !== undefined && given.fold !== undefined)
    fail(errors.usage('expected one of --cycles and --fold, found both', 'build'));
  const policy = accumulator === undefined ? undefined : parsePolicy('--accumulator', accumulator);
  const options: AccumulatorOptions = { policy, overflow };
  const way = WAYS.find((each) => each === given.requantise);
  if (given.requantise !== undefined && way === undefined)
    return fail(errors.badOption('--requantise', WAYS.join(', '), given.requantise));
  const budget = parseBudget(given);
  const effort = parseWhole('--search-effort', given.searchEffort, 0, 10_000);
  const target = parseTarget(given.target ?? budget?.device?.target ?? 'xc7');
  if (budget?.device && target !== budget.device.target)
    fail(errors.badOption('--target', `${budget.device.target}, which ${budget.device.name} is`, target));
  return {
    target,
    budget,
    accumulator: options,
    cycles: parseWhole('--cycles', given.cycles, 1, 2 ** 31),
    folds: given.fold === undefined ? undefined : parseFoldFile(given.fold, layers),
    engine: parseEngine(given.engine),
    requantisation: way,
    searchEffort: effort === undefined ? undefined : effort * EFFORT_UNIT,
  };
}
