/** A layer with weights as a unit: width converter, line buffer of a convolution, engine, requantisation, register. */
import type { IntegerNetwork, IntegerStep } from '../3-integer/types.js';
import { hull, type Interval } from '../shared/interval.js';
import { orderOfSum } from './accumulator.js';
import { isPointwise, windowPart } from './conv.js';
import { planEngine } from './engines/index.js';
import type { PlannedLayer } from './engines/types.js';
import { foldShape, type LaneOption } from './fold.js';
import type { Memo } from './memo.js';
import { planRequantisation, type RequantisationWay, type StepInput } from './requantise.js';
import { requantisationReport } from './requantise-report.js';
import { convertLanes, laneCode, registerPart, tensorOf } from './stream.js';
import type { Part, PlannedAccumulator, Stream, StreamSource, Target, Unit } from './types.js';

/** Where a unit stands: what is common to the units of all kinds of nodes. */
export interface Place {
  readonly network: IntegerNetwork;
  readonly name: string; // of the unit
  readonly from: readonly StreamSource[];
  readonly streams: readonly Stream[]; // that reach it
  readonly option: LaneOption;
  readonly way?: RequantisationWay; // of requantisation; the cheapest by default
  readonly target: Target;
  readonly report: boolean; // of what the ways of requantisation cost
  readonly memo: Memo; // of the network and the options that all its drafts share
}

/** The unit of a dense layer or a convolution. */
export function layerUnit(place: Place, planned: PlannedLayer): Unit {
  const { network, name, option, streams, from, memo } = place;
  const { layer, step } = planned;
  const { choice } = option;
  if (!choice) throw new Error(`layer ${layer.name} has no folding`);
  const { pe, simd } = choice;
  const module = `${network.name}_${name}`;
  const { draft, dsp } = planned;
  const rules = { unrolled: draft, dsp, folded: undefined }[choice.engine];
  const engineKey = JSON.stringify(['engine', choice, rules]);
  const engine = memo.once(layer, engineKey, () => planEngine(planned, choice, module));
  const { accumulator, sums } = engine;
  const before = partsBefore(planned, option, streams[0]);
  const { inputs, outputs } = foldShape(layer);
  const separate = layer.kind === 'conv' && layer.separate;
  const common = {
    name,
    module,
    kind: layer.kind,
    op: separate ? 'depthwise' : layer.kind,
    node: layer.name,
    from,
    before,
    array: engine.array,
    input: streams[0],
    accumulator,
    engine: choice.engine,
    generated: engine.generated,
    fold: {
      pe,
      simd,
      neuronFold: outputs / pe,
      synapseFold: inputs / simd,
      ...(layer.kind === 'conv' && !isPointwise(layer) && { windows: true }),
    },
    interval: intervalOf(streams[0], before, engine.interval),
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
  const perChannel = accumulator.offsets ? stepPerChannel(step) : step;
  const spacing = Math.floor(engine.interval / sums.beats);
  const requantised = requantiseSums(place, perChannel, accumulator, planned.ranges, sums, spacing);
  return { ...common, ...requantised, memories: [...engine.memories, ...requantised.memories] };
}

/** Cycles per inference of a unit whose own engine takes `engine`. */
export function intervalOf(input: Stream, before: readonly Part[], engine: number): number {
  return Math.max(engine, input.beats, ...before.map(({ output }) => output.beats));
}

/** Lanes as the array takes them, and the windows of an image. */
function partsBefore(
  { layer, inputType }: PlannedLayer,
  { inLanes, choice }: LaneOption,
  from: Stream,
): Part[] {
  const parts = convertLanes(from, inLanes, 'input_width');
  if (layer.kind !== 'conv' || isPointwise(layer) || !choice) return parts;
  const repeats = layer.separate ? layer.outputs / layer.window.channels : layer.outputs / choice.pe;
  return [...parts, windowPart(layer.window, inputType, inLanes, repeats, layer.separate)];
}

/**
 * Requantisation of sums, on as many lanes as the option says, and the register behind it.
 *
 * @param spacing cycles from one beat of sums to the next, at least
 */
export function requantiseSums(
  { network, name, option, way, target, report, memo }: Place,
  step: IntegerStep,
  accumulator: PlannedAccumulator,
  ranges: readonly Interval[],
  sums: Stream,
  spacing: number,
) {
  const type = tensorOf(network, step.output).type;
  const narrowed = convertLanes(sums, option.outLanes, 'sum_width');
  const { lanes, beats } = narrowed.at(-1)?.output ?? sums;
  const cycles = Math.max(1, Math.floor((spacing * lanes) / sums.lanes));
  const key = JSON.stringify(['requantisation', lanes, beats, cycles, way]);
  const requantise = memo.once(accumulator, key, () =>
    planRequantisation(
      step,
      type,
      step.reversed ? fallingOrder(sumOrder(accumulator, ranges)) : sumOrder(accumulator, ranges),
      lanes,
      beats,
      cycles,
      `${network.name}_${name}_steps`,
      target,
      way,
    ),
  );
  const register = registerPart(requantise.part.output);
  return {
    after: [...narrowed, requantise.part, register],
    output: register.output,
    outputCode: laneCode(type),
    tensor: step.output,
    memories: requantise.memories(),
    requantisation: requantise.way,
    ...(report && { requantisationReport: requantisationReport(requantise, target) }),
  };
}

/** The same function with thresholds for every channel. */
export function stepPerChannel(step: IntegerStep): IntegerStep {
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

/** The same field for a function of the negated sum: its complement puts sums in falling order. */
function fallingOrder(rising: StepInput): StepInput {
  const top = 2 ** rising.bits - 1;
  const fall = ({ lo, hi }: { lo: number; hi: number }) => ({ lo: top - hi, hi: top - lo });
  return {
    ...rising,
    ...fall(rising),
    xorMask: top - rising.xorMask,
    order: (negated, channel) => top - rising.order(-negated, channel),
    ...(rising.channels && { channels: rising.channels.map(fall) }),
  };
}
