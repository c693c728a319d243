/** The sum of two tensors as a unit: two streams joined, weighted and added, and the step behind the sum. */
import type { IntegerAdd, IntegerStep } from '../3-integer/types.js';
import type { BoundedSums } from '../4-bounds/types.js';
import { sumAccumulator } from './accumulator.js';
import { intervalOf, type Place, requantiseSums } from './dense.js';
import { modulo } from './memory.js';
import { convertLanes, registerPart, tensorOf } from './stream.js';
import type { Part, Stream, Unit } from './types.js';

/** The unit of an addition; its streams may be of different lanes. */
export function addUnit(
  place: Place,
  add: IntegerAdd,
  step: IntegerStep | undefined,
  bounded: BoundedSums,
): Unit {
  const { network, name, from, streams, option } = place;
  const [a, b] = [add.input, add.other].map((tensor) => tensorOf(network, tensor).type);
  const lanes = option.inLanes;
  const converted = streams.map((stream, k) =>
    convertLanes(stream, lanes, k === 0 ? 'input_width' : 'input2_width'),
  );
  const [taken, taken2] = converted.map((parts, k) => parts.at(-1)?.output ?? streams[k]);
  const accumulator = place.memo.once(bounded, 'accumulator', () => sumAccumulator(bounded, true));
  const sums: Stream = { lanes, laneBits: accumulator.bits, beats: taken.beats };
  // the field is unsigned where its zero moved: sum = field + offset
  const added = modulo(-accumulator.offset, 2 ** accumulator.bits);
  const part: Part = {
    module: 'stream_add',
    instance: 'sum',
    input: taken,
    input2: taken2,
    output: sums,
    parameters: new Map<string, number | string>([
      ['LANES', lanes],
      ['A_W', a.bits],
      ['A_SIGNED', a.signed ? 1 : 0],
      ['B_W', b.bits],
      ['B_SIGNED', b.signed ? 1 : 0],
      ['A_WEIGHT', add.weights[0]],
      ['B_WEIGHT', add.weights[1]],
      ['ACC_W', accumulator.bits],
      ['OFFSET', `${accumulator.bits}'h${added.toString(16)}`],
    ]),
  };
  const common = {
    name,
    module: `${network.name}_${name}`,
    kind: 'add',
    op: 'add',
    node: add.name,
    from,
    before: converted[0],
    second: { input: streams[1], parts: converted[1] },
    array: [],
    input: streams[0],
    accumulator,
    generated: [],
    interval: Math.max(
      intervalOf(streams[0], converted[0], sums.beats),
      intervalOf(streams[1], converted[1], 1),
    ),
  } as const;
  if (!step) {
    const { signed, offset } = accumulator;
    return {
      ...common,
      after: [part, registerPart(sums)],
      output: sums,
      outputCode: { signed, base: offset, stride: 1 },
      tensor: add.output,
      memories: [],
    };
  }
  const requantised = requantiseSums(place, step, accumulator, bounded.ranges, sums, 1);
  return { ...common, ...requantised, after: [part, ...requantised.after] };
}
