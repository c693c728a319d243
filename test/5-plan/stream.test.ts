import { expect, test } from 'vitest';
import { scheduleOf } from '../../src/5-plan/schedule/schedule.js';
import {
  conversionBeats,
  convertLanes,
  greatestCommonDivisor,
  laneCode,
  portPitch,
  registerPart,
} from '../../src/5-plan/stream.js';
import type { Part, Stream, Unit } from '../../src/5-plan/types.js';
import { bipolar, signed, unsigned } from '../support/integer-layers.js';

test('port lanes are 8, 16, 32 or 64 bits', () => {
  expect([1, 8, 9, 16, 17, 32, 33, 48].map(portPitch)).toEqual([8, 8, 16, 16, 32, 32, 64, 64]);
});

test('bipolar codes travel as one bit', () => {
  expect(laneCode(bipolar)).toEqual({ signed: false, base: -1, stride: 2 });
  expect(laneCode(signed(3))).toEqual({ signed: true, base: 0, stride: 1 });
  expect(laneCode(unsigned(3))).toEqual({ signed: false, base: 0, stride: 1 });
});

const from: Stream = { lanes: 6, laneBits: 3, beats: 4 };

test('lanes that divide need one converter, equal ones none', () => {
  expect(convertLanes(from, 6, 'w')).toEqual([]);
  for (const [lanes, beats] of [
    [2, 12],
    [24, 1],
  ]) {
    const parts = convertLanes(from, lanes, 'w');
    expect(parts).toHaveLength(1);
    expect(parts[0]).toMatchObject({
      module: 'stream_width',
      instance: 'w',
      input: from,
      output: { lanes, laneBits: 3, beats },
    });
    expect(Object.fromEntries(parts[0].parameters)).toEqual({ LANE_W: 3, IN_LANES: 6, OUT_LANES: lanes });
  }
});

test('others go through their greatest common divisor', () => {
  expect(greatestCommonDivisor(6, 8)).toBe(2);
  const parts = convertLanes(from, 8, 'w');
  expect(
    parts.map(({ instance, input, output }) => [instance, input.lanes, output.lanes, output.beats]),
  ).toEqual([
    ['w_narrow', 6, 2, 12],
    ['w_widen', 2, 8, 3],
  ]);
  expect(parts[1].input).toEqual(parts[0].output);
});

test('beats at the narrowest point of a conversion', () => {
  expect(conversionBeats(24, 6, 6)).toBe(4);
  expect(conversionBeats(24, 6, 2)).toBe(12);
  expect(conversionBeats(24, 6, 8)).toBe(12);
});

function part(module: string, input: Stream, output: Stream, parameters: Record<string, number> = {}): Part {
  return { module, instance: module, parameters: new Map(Object.entries(parameters)), input, output };
}

function unit(parts: Part[]): Unit {
  return {
    name: 'u',
    module: 'u',
    kind: 'dense',
    from: [],
    op: 'dense',
    before: parts,
    array: [],
    after: [],
    input: parts[0].input,
    output: parts[parts.length - 1].output,
    outputCode: { signed: false, base: 0, stride: 1 },
    tensor: 't',
    memories: [],
    generated: [],
    interval: 1,
  };
}

const latency = (units: Unit[]) => scheduleOf(units, { images: 1 }).ends?.[0];

test('latency by hand: two beats in, a converter, a replayed vector, two rows', () => {
  const two: Stream = { lanes: 2, laneBits: 4, beats: 2 };
  const four: Stream = { lanes: 1, laneBits: 4, beats: 4 };
  const replayed: Stream = { ...four, beats: 8 };
  const sums: Stream = { lanes: 1, laneBits: 9, beats: 2 };
  const port = part('input_port', two, two); // beats at 1, 2
  const width = part('stream_width', two, four); // 2, 3, 4, 5: a beat a cycle after it arrived, one at a time
  const buffer = part('vector_buffer', four, replayed, { BEATS: 4, REPEATS: 2 }); // 4 .. 7, then 8 .. 11
  const engine = part('matrix_vector', replayed, sums, { SYNAPSE_FOLD: 4, PIPELINE: 0 }); // rows end at 7 and 11: 10 and 14
  const search = part('threshold_search', sums, sums, { LEVEL_BITS: 2 }); // 13, 17
  const register = registerPart(sums); // 14, 18
  expect(latency([unit([port])])).toBe(2);
  expect(latency([unit([port, width])])).toBe(5);
  expect(latency([unit([port, width, buffer])])).toBe(11);
  expect(latency([unit([port, width, buffer, engine])])).toBe(14);
  expect(
    latency([
      { ...unit([port, width]), name: 'first' },
      { ...unit([buffer, engine, search, register]), from: [{ unit: 'first', second: false }] },
    ]),
  ).toBe(18);
});
