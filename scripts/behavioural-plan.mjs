/**
 * The same network, folding, ROMs and streams as a build of this project, with behavioural arrays (multiply and add, two's
 * complement accumulators) and parallel threshold comparators: the hardware that narrow accumulators are usually measured on.
 */
import { readFileSync } from 'node:fs';
import { stepPerChannel } from '../dist/5-plan/dense.js';
import { planRequantisation } from '../dist/5-plan/requantise.js';
import { registerPart, tensorOf } from '../dist/5-plan/stream.js';
import { emitFiles, unitSources } from '../dist/6-emit/emit.js';

const ARRAY = readFileSync(new URL('behavioural/matrix_vector.v', import.meta.url), 'utf8');
/** Parameters of hw/matrix_vector.v that the behavioural one has too. */
const KEPT = ['PE', 'SIMD', 'SYNAPSE_FOLD', 'NEURON_FOLD', 'A_W', 'W_W', 'BLOCK', 'WEIGHTS'];
/** What only the arrays of hw/ instantiate. */
const UNUSED = /^(booth_|popcount_|bit_count)/;

/**
 * @param bounded the network as the plan has its channels
 * @param plan dense layers on folded LUT engines, unsigned activations, weights in two's complement
 * @param bits of every accumulator and threshold
 */
export function behaviouralPlan(bounded, plan, bits) {
  return {
    ...plan,
    units: plan.units.map((unit) => (unit.accumulator ? behaviouralUnit(bounded, unit, bits) : unit)),
  };
}

function behaviouralUnit({ network, accumulators }, unit, bits) {
  const engine = unit.array.at(-1);
  const { widths } = unit.accumulator;
  if (
    engine.module !== 'matrix_vector' ||
    engine.parameters.get('A_KIND') !== 0 ||
    engine.parameters.get('W_KIND') !== 1
  )
    throw new Error(`${unit.name}: expected a folded layer with unsigned activations and signed weights`);
  if (widths.exact > bits) throw new Error(`${unit.name}: ${bits} bits do not hold its sums`);
  const narrowed = (stream) => ({ ...stream, laneBits: bits });
  const parameters = new Map(KEPT.map((key) => [key, engine.parameters.get(key)])).set('ACC_W', bits);
  const array = [...unit.array.slice(0, -1), { ...engine, parameters, output: narrowed(engine.output) }];
  const weights = unit.memories.filter(({ file }) => file.includes('_weights_'));
  const accumulator = {
    ...unit.accumulator,
    bits,
    perPe: undefined,
    signed: true,
    offset: 0,
    offsets: undefined,
  };
  const common = { ...unit, array, accumulator };
  const step = network.nodes.find((node) => node.kind === 'step' && node.output === unit.tensor);
  if (!step) {
    const register = registerPart(array.at(-1).output);
    const outputCode = { signed: true, base: 0, stride: 1 };
    return { ...common, after: [register], output: register.output, outputCode, memories: weights };
  }
  const converters = unit.after
    .filter(({ instance }) => instance === 'sum_width')
    .map((part) => ({ ...part, input: narrowed(part.input), output: narrowed(part.output) }));
  const { lanes, beats } = (converters.at(-1) ?? array.at(-1)).output;
  const half = 2 ** (bits - 1); // two's complement with its sign bit flipped is the sum plus this
  const { ranges } = accumulators.get(unit.node);
  const input = {
    bits,
    xorMask: half,
    order: (sum) => sum + half,
    lo: Math.min(...ranges.map(({ min }) => min)) + half,
    hi: Math.max(...ranges.map(({ max }) => max)) + half,
  };
  if (step.reversed) throw new Error(`${unit.name}: falling step functions are not supported here`);
  const { type } = tensorOf(network, step.output);
  const prefix = `${network.name}_${unit.name}_steps`;
  const way = 'threshold_parallel';
  const steps = stepPerChannel(step);
  const requantise = planRequantisation(steps, type, input, lanes, beats, 1, prefix, 'xc7', way);
  if (requantise.way !== way) throw new Error(`${unit.name}: ${requantise.way} came in place of ${way}`);
  const after = [...converters, requantise.part, registerPart(requantise.part.output)];
  return {
    ...common,
    after,
    memories: [...weights, ...requantise.memories()],
    requantisation: requantise.way,
  };
}

/** One synthesis job per unit, as narrowgate makes them of a build folder. */
export function unitJobs(plan, behavioural) {
  return plan.units.map((unit) => {
    const files = unitSources(unit);
    return {
      name: unit.name,
      top: unit.module,
      files: behavioural ? withBehaviouralArray(files, '') : files,
    };
  });
}

/** The files of a build folder, which `narrowgate simulate` checks as any other. */
export function buildFiles(plan, bounded) {
  return withBehaviouralArray(emitFiles(plan, bounded), 'rtl/');
}

function withBehaviouralArray(files, folder) {
  const own = new Map([...files].filter(([name]) => !UNUSED.test(name)));
  const array = `${folder}matrix_vector.v`;
  if (own.has(array)) own.set(array, ARRAY);
  return own;
}
