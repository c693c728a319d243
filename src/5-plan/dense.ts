/** A dense layer as a unit: width converter, engine, requantisation, output register. */
import type { IntegerNetwork, IntegerStep } from '../3-integer/types.js';
import { hull, type Interval } from '../shared/interval.js';
import { orderOfSum } from './accumulator.js';
import { planEngine } from './engines/index.js';
import type { EngineChoice, PlannedLayer } from './engines/types.js';
import { planRequantisation, type RequantisationWay, type StepInput } from './requantise.js';
import { convertLanes, laneCode, registerPart, tensorOf } from './stream.js';
import type { PlannedAccumulator, Stream, Unit } from './types.js';

/**
 * The unit of a dense layer.
 *
 * @param from stream that reaches it
 * @param name of the unit
 * @param way of requantisation; the cheapest by default
 */
export function denseUnit(
  network: IntegerNetwork,
  planned: PlannedLayer,
  choice: EngineChoice,
  from: Stream,
  name: string,
  way?: RequantisationWay,
): Unit {
  const { layer, step } = planned;
  const { pe, simd } = choice;
  const module = `${network.name}_${name}`;
  const engine = planEngine(planned, choice, module);
  const { accumulator, sums } = engine;
  const before = convertLanes(from, engine.input.lanes, 'input_width');
  const common = {
    name,
    module,
    kind: 'dense',
    op: 'dense',
    node: layer.name,
    before,
    array: engine.array,
    input: from,
    accumulator,
    engine: choice.engine,
    generated: engine.generated,
    fold: { pe, simd, neuronFold: layer.outputs / pe, synapseFold: layer.inputs / simd },
    interval: Math.max(engine.interval, ...before.map(({ output }) => output.beats)),
  } as const;
  if (!step) {
    const register = registerPart(sums);
    const { signed, step: stride, offset } = accumulator;
    return {
      ...common,
      after: [register],
      output: sums,
      outputCode: { signed, base: offset, stride },
      tensor: layer.output,
      memories: engine.memories,
    };
  }
  const to = tensorOf(network, step.output).type;
  const requantise = planRequantisation(
    accumulator.offsets ? stepPerChannel(step) : step,
    to,
    sumOrder(accumulator, planned.ranges),
    sums.lanes,
    sums.beats,
    Math.floor(engine.interval / sums.beats),
    `${module}_steps`,
    way,
  );
  const register = registerPart(requantise.part.output);
  return {
    ...common,
    after: [requantise.part, register],
    output: register.output,
    outputCode: laneCode(to),
    tensor: step.output,
    memories: [...engine.memories, ...requantise.memories],
    requantisation: requantise.way,
  };
}

/** The same function with thresholds for every channel. */
function stepPerChannel(step: IntegerStep): IntegerStep {
  const { rows, channels, thresholds } = step;
  if (rows > 1 || channels === 1) return step;
  const own = new Float64Array(channels * thresholds.length);
  for (let c = 0; c < channels; c++) own.set(thresholds, c * thresholds.length);
  return { ...step, rows: channels, thresholds: own };
}

/** Unsigned order of the accumulator field. */
function sumOrder(accumulator: PlannedAccumulator, ranges: readonly Interval[]): StepInput {
  const { bits, signed, overflow } = accumulator;
  const order = (sum: number, channel: number) => orderOfSum(accumulator, sum, channel);
  const xorMask = signed ? 2 ** (bits - 1) : 0;
  if (overflow === 'wrap') return { bits, xorMask, order, lo: 0, hi: 2 ** bits - 1 };
  const channels = ranges.map(({ min, max }, channel) => ({
    lo: order(min, channel),
    hi: order(max, channel),
  }));
  const { min: lo, max: hi } = hull(channels.map((each) => ({ min: each.lo, max: each.hi })));
  return { bits, xorMask, order, lo, hi, channels };
}
