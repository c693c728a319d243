/** Streams and the parts that change their lanes. */
import type { IntegerNetwork, IntegerTensor, IntegerType } from '../3-integer/types.js';
import type { LaneCode, Part, Stream, Unit } from './types.js';

/** Bits of one lane at a port: whole bytes of 8, 16, 32 or 64, so that software sees plain arrays. */
export function portPitch(bits: number): number {
  let pitch = 8;
  while (pitch < bits) pitch *= 2;
  return pitch;
}

/** How codes of a type travel in a lane. */
export function laneCode(type: IntegerType): LaneCode {
  if (type.encoding === 'bipolar') return { signed: false, base: -1, stride: 2 };
  return { signed: type.signed, base: 0, stride: 1 };
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Beats per inference at the narrowest point between two lane counts; the interval cannot be shorter. */
export function conversionBeats(elements: number, from: number, to: number): number {
  return (
    elements / (from % to === 0 || to % from === 0 ? Math.min(from, to) : greatestCommonDivisor(from, to))
  );
}

/** Width converters from one lane count to another: none, one, or two through the greatest common divisor. */
export function convertLanes(from: Stream, lanes: number, instance: string): Part[] {
  if (from.lanes === lanes) return [];
  if (from.lanes % lanes !== 0 && lanes % from.lanes !== 0) {
    const narrow = convertLanes(from, greatestCommonDivisor(from.lanes, lanes), `${instance}_narrow`);
    return [...narrow, ...convertLanes(narrow[0].output, lanes, `${instance}_widen`)];
  }
  const output = { lanes, laneBits: from.laneBits, beats: (from.lanes * from.beats) / lanes };
  const parameters = new Map<string, number | string>([
    ['LANE_W', from.laneBits],
    ['IN_LANES', from.lanes],
    ['OUT_LANES', lanes],
  ]);
  return [{ module: 'stream_width', instance, parameters, input: from, output }];
}

/** A register stage that cuts every path between two units. */
export function registerPart(stream: Stream): Part {
  const parameters = new Map<string, number | string>([['WIDTH', stream.lanes * stream.laneBits]]);
  return {
    module: 'stream_register',
    instance: 'output_register',
    parameters,
    input: stream,
    output: stream,
  };
}

/** A tensor that the network is known to have. */
export function tensorOf(network: IntegerNetwork, name: string): IntegerTensor {
  const tensor = network.tensors.get(name);
  if (!tensor) throw new Error(`tensor ${name} does not exist`);
  return tensor;
}

/** Elements of one sample. */
export function elementsOf({ shape }: IntegerTensor): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** What a unit consists of. */
export type UnitContents = Pick<Unit, 'before' | 'second' | 'array' | 'after' | 'memories' | 'generated'>;

/** All parts of a unit. */
export function partsOf({ before, second, array, after }: UnitContents): Part[] {
  return [...before, ...(second?.parts ?? []), ...array, ...after];
}
