/** The units at the network's ends: byte-aligned AXI4-Stream on the outside. */
import type { IntegerNetwork, IntegerTensor } from '../3-integer/types.js';
import { hull, signedBits } from '../shared/interval.js';
import { elementsOf, laneCode, portPitch, tensorOf } from './stream.js';
import type { LaneCode, Part, StreamSource, Unit } from './types.js';

/** The input port with a number of lanes. */
export function inputUnit(network: IntegerNetwork, tensor: IntegerTensor, lanes: number): Unit {
  const { type } = tensor;
  const pitch = portPitch(type.bits);
  const beats = elementsOf(tensor) / lanes;
  const input = { lanes, laneBits: pitch, beats };
  const output = { lanes, laneBits: type.bits, beats };
  const parameters = new Map([
    ['LANES', lanes],
    ['LANE_W', type.bits],
    ['PITCH', pitch],
  ]);
  const part: Part = { module: 'input_port', instance: 'port', parameters, input, output };
  return {
    name: 'input',
    module: `${network.name}_input_port`,
    kind: 'input',
    op: 'input port',
    from: [],
    before: [part],
    array: [],
    after: [],
    input,
    output,
    outputCode: laneCode(type),
    tensor: tensor.name,
    memories: [],
    generated: [],
    interval: beats,
  };
}

/** The output port behind the last unit: accumulators leave as the sums they stand for. */
export function outputUnit(network: IntegerNetwork, before: Unit, from: StreamSource): Unit {
  const { output: input, accumulator } = before;
  const tensor = tensorOf(network, network.output);
  const leaves = accumulator !== undefined && before.requantisation === undefined;
  const { signed, base, stride } = before.outputCode;
  const fieldEnds = signed
    ? [-(2 ** (input.laneBits - 1)), 2 ** (input.laneBits - 1) - 1]
    : [0, 2 ** input.laneBits - 1];
  const reachable =
    leaves && accumulator.overflow === 'none'
      ? accumulator
      : { min: base + stride * fieldEnds[0], max: base + stride * fieldEnds[1] };
  const outSigned = reachable.min < 0;
  const bits = outSigned
    ? signedBits(hull([reachable]))
    : Math.max(1, Math.ceil(Math.log2(reachable.max + 1)));
  const pitch = portPitch(bits);
  const output = { lanes: input.lanes, laneBits: pitch, beats: input.beats };
  const parameters = new Map<string, number | string>([
    ['LANES', input.lanes],
    ['IN_W', input.laneBits],
    ['IN_SIGNED', signed ? 1 : 0],
    ['STEP', stride],
    ['OFFSET', base],
    ['OUT_W', bits],
    ['OUT_SIGNED', outSigned ? 1 : 0],
    ['PITCH', pitch],
    ['BEATS', input.beats],
  ]);
  const part: Part = { module: 'output_port', instance: 'port', parameters, input, output };
  const outputCode: LaneCode = { signed: outSigned, base: 0, stride: 1 };
  return {
    name: 'output',
    module: `${network.name}_output_port`,
    kind: 'output',
    op: 'output port',
    from: [from],
    before: [part],
    array: [],
    after: [],
    input,
    output,
    outputCode,
    tensor: tensor.name,
    memories: [],
    generated: [],
    interval: output.beats,
  };
}
