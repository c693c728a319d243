/** Units that move codes without computing: concatenation, upsampling, depth to space, and the fork of a stream. */
import type { IntegerConcat, IntegerDepthToSpace, IntegerUpsample } from '../3-integer/types.js';
import { intervalOf, type Place } from './dense.js';
import { prefersBlock } from './memory.js';
import { convertLanes, laneCode, registerPart, tensorOf } from './stream.js';
import type { Part, Stream, StreamSource, Unit } from './types.js';

/** Two tensors after one another along the channels; `channels` are those of the two. */
export function concatUnit(place: Place, node: IntegerConcat): Unit {
  const { network, name, from, streams, option } = place;
  const lanes = option.inLanes;
  const converted = streams.map((stream, k) =>
    convertLanes(stream, lanes, k === 0 ? 'input_width' : 'input2_width'),
  );
  const [taken, taken2] = converted.map((parts, k) => parts.at(-1)?.output ?? streams[k]);
  const output: Stream = { ...taken, beats: taken.beats + taken2.beats };
  const part: Part = {
    module: 'stream_concat',
    instance: 'concat',
    input: taken,
    input2: taken2,
    output,
    parameters: new Map([
      ['WIDTH', lanes * taken.laneBits],
      ['FOLDS_A', node.channels[0] / lanes],
      ['FOLDS_B', node.channels[1] / lanes],
    ]),
  };
  return {
    ...moveUnit(place, 'concat', node.output, converted[0], [part, registerPart(output)]),
    from,
    second: { input: streams[1], parts: converted[1] },
    module: `${network.name}_${name}`,
    interval: Math.max(
      intervalOf(streams[0], converted[0], output.beats),
      intervalOf(streams[1], converted[1], 1),
    ),
  };
}

export function upsampleUnit(
  place: Place,
  { image, channels, factor, output: tensor }: IntegerUpsample,
): Unit {
  const lanes = place.option.inLanes;
  const converted = convertLanes(place.streams[0], lanes, 'input_width');
  const input = converted.at(-1)?.output ?? place.streams[0];
  const folds = channels / lanes;
  const output = { ...input, beats: input.beats * factor.height * factor.width };
  const width = lanes * input.laneBits;
  const part: Part = {
    module: 'upsample',
    instance: 'upsample',
    input,
    output,
    parameters: new Map([
      ['WIDTH', width],
      ['COLUMNS', image.width],
      ['FOLDS', folds],
      ['FACTOR_H', factor.height],
      ['FACTOR_W', factor.width],
      ['BLOCK', prefersBlock(width, 2 * image.width * folds) ? 1 : 0],
    ]),
  };
  return moveUnit(place, 'upsample', tensor, [...converted, part, registerPart(output)], []);
}

export function depthToSpaceUnit(place: Place, node: IntegerDepthToSpace): Unit {
  const lanes = place.option.inLanes;
  const converted = convertLanes(place.streams[0], lanes, 'input_width');
  const stream = converted.at(-1)?.output ?? place.streams[0];
  const folds = node.channels / lanes;
  const words = 2 * node.image.width * node.block ** 2 * folds;
  const part: Part = {
    module: 'depth_to_space',
    instance: 'depth_to_space',
    input: stream,
    output: stream,
    parameters: new Map([
      ['LANE_W', stream.laneBits],
      ['LANES', lanes],
      ['COLUMNS', node.image.width],
      ['FOLDS', folds],
      ['BLOCK_SIZE', node.block],
      ['CRD', node.columnMajor ? 1 : 0],
      ['BLOCK', prefersBlock(lanes * stream.laneBits, words) ? 1 : 0],
    ]),
  };
  return moveUnit(place, 'depth-to-space', node.output, [...converted, part, registerPart(stream)], []);
}

/** A stream to two readers. */
export function forkUnit(network: string, name: string, from: StreamSource, source: Unit): Unit {
  const stream = from.second && source.output2 ? source.output2 : source.output;
  const part: Part = {
    module: 'stream_fork',
    instance: 'copies',
    input: stream,
    output: stream,
    output2: stream,
    parameters: new Map([['WIDTH', stream.lanes * stream.laneBits]]),
  };
  return {
    name,
    module: `${network}_${name}`,
    kind: 'fork',
    op: 'fork',
    from: [from],
    before: [part],
    array: [],
    after: [],
    input: stream,
    output: stream,
    output2: stream,
    outputCode: source.outputCode,
    tensor: source.tensor,
    memories: [],
    generated: [],
    interval: stream.beats,
  };
}

function moveUnit(
  { network, name, from, streams }: Place,
  kind: 'concat' | 'upsample' | 'depth-to-space',
  tensor: string,
  before: readonly Part[],
  after: readonly Part[],
): Unit {
  const parts = [...before, ...after];
  const { output } = parts[parts.length - 1];
  return {
    name,
    module: `${network.name}_${name}`,
    kind,
    op: kind,
    from,
    before,
    array: [],
    after,
    input: streams[0],
    output,
    outputCode: laneCode(tensorOf(network, tensor).type),
    tensor,
    memories: [],
    generated: [],
    interval: intervalOf(streams[0], before, output.beats),
  };
}
