/** When every beat passes every part, in cycles, when nothing holds it up: what FIFOs are sized by. */
import { partLatency } from './part-latency.js';
import type { Part, Unit } from './types.js';

/** When beats pass the parts of a unit, in cycles; the arrays hold one inference behind another. */
export interface UnitTimes {
  readonly before: readonly Float64Array[]; // input beats of each part of `before`, then of what follows them
  readonly second: readonly Float64Array[]; // the same of the other input; empty where there is none
  readonly after: readonly Float64Array[]; // input beats of each part of the array and of `after`, without the joining one
  readonly output: Float64Array;
}

/** Pass beats through a unit whose output is taken at once; `taken` are the times of its inputs. */
export function passUnit(unit: Unit, taken: readonly Float64Array[], images: number): UnitTimes {
  const through = (start: Float64Array, parts: readonly Part[]) => {
    const times = [start];
    for (const part of parts) times.push(passPart(times[times.length - 1], part, images));
    return times;
  };
  const before = through(taken[0], unit.before);
  const second = unit.second ? through(taken[1], unit.second.parts) : [];
  const [a, b] = [before, second].map((times) => times.at(-1));
  const joined = a && b ? passJoin(a, b, unit.after[0], images) : before[before.length - 1];
  const after = through(joined, [...unit.array, ...unit.after.slice(unit.second ? 1 : 0)]);
  return { before, second, after, output: after[after.length - 1] };
}

/** Two streams into one: an addition takes both beats of a pair, a concatenation each in its turn. */
function passJoin(a: Float64Array, b: Float64Array, part: Part, images: number): Float64Array {
  if (part.module === 'stream_add') {
    const latency = partLatency(part);
    return a.map((time, beat) => Math.max(time, b[beat]) + latency);
  }
  const [foldsA, foldsB] = [Number(part.parameters.get('FOLDS_A')), Number(part.parameters.get('FOLDS_B'))];
  const result = new Float64Array(part.output.beats * images);
  for (let beat = 0, [fromA, fromB] = [0, 0]; beat < result.length; beat++) {
    const time = beat % (foldsA + foldsB) < foldsA ? a[fromA++] : b[fromB++];
    result[beat] = Math.max(time + 1, beat > 0 ? result[beat - 1] + 1 : 0);
  }
  return result;
}

/** Output beat times of a part from its input beat times, of so many inferences. */
function passPart(times: Float64Array, part: Part, images: number): Float64Array {
  switch (part.module) {
    case 'stream_width':
      return passWidth(times, part, images);
    case 'vector_buffer':
      return passBuffer(times, part);
    case 'matrix_vector':
    case 'dsp_matrix_vector': {
      const rowBeats = Number(part.parameters.get('SYNAPSE_FOLD'));
      return passGroups(times, rowBeats, part.output.beats * images, partLatency(part));
    }
    case 'pool':
      return passGroups(
        times,
        Number(part.parameters.get('TAPS')),
        part.output.beats * images,
        partLatency(part),
      );
    case 'global_pool': {
      const folds = Number(part.parameters.get('FOLDS'));
      const perImage = times.length / images;
      return Float64Array.from({ length: folds * images }, (_, beat) => {
        const end = (Math.floor(beat / folds) + 1) * perImage - folds + (beat % folds);
        return times[end] + partLatency(part);
      });
    }
    case 'sliding_window':
      return passWindow(times, part, images);
    case 'upsample':
      return passUpsample(times, part, images);
    case 'depth_to_space':
      return passDepthToSpace(times, part, images);
    case 'threshold_sequential':
      return passSequential(times, Number(part.parameters.get('LEVEL_BITS')), 1);
    case 'scale_sequential':
      return passSequential(
        times,
        Number(part.parameters.get('STEPS')),
        Number(part.parameters.get('STAGES')) + 1,
      );
    default: {
      const latency = partLatency(part);
      return times.map((time) => time + latency);
    }
  }
}

function passWidth(times: Float64Array, { input, output }: Part, images: number): Float64Array {
  const result = new Float64Array(output.beats * images);
  if (output.lanes > input.lanes) {
    const ratio = output.lanes / input.lanes;
    return result.map((_, beat) => times[(beat + 1) * ratio - 1] + 1);
  }
  const ratio = input.lanes / output.lanes;
  for (let beat = 0; beat < result.length; beat++)
    result[beat] = Math.max(times[Math.floor(beat / ratio)] + 1, beat > 0 ? result[beat - 1] + 1 : 0);
  return result;
}

/** One beat every so many cycles, and out some registers later. */
function passSequential(times: Float64Array, cycles: number, registers: number): Float64Array {
  let free = 0;
  return times.map((time) => {
    const start = Math.max(time, free);
    free = start + cycles;
    return free + registers;
  });
}

function passBuffer(times: Float64Array, part: Part): Float64Array {
  const beats = Number(part.parameters.get('BEATS'));
  const repeats = Number(part.parameters.get('REPEATS'));
  if (repeats === 1) return times.map((time) => time + 1);
  const result = new Float64Array(times.length * repeats);
  for (let beat = 0; beat < result.length; beat++) {
    const within = beat % (beats * repeats);
    const written = within < beats ? times[Math.floor(beat / (beats * repeats)) * beats + within] + 2 : 0;
    result[beat] = Math.max(written, beat > 0 ? result[beat - 1] + 1 : 0);
  }
  return result;
}

/** One output for the last of every `size` beats; of windows only these last beats are kept. */
function passGroups(times: Float64Array, size: number, groups: number, latency: number): Float64Array {
  if (times.length === groups) return times.map((time) => time + latency);
  return Float64Array.from({ length: groups }, (_, group) => times[(group + 1) * size - 1] + latency);
}

/** The last beat of every window and repeat: with channel-major order, of every group of channels. */
function passWindow(times: Float64Array, { parameters }: Part, images: number): Float64Array {
  const number = (name: string) => Number(parameters.get(name));
  const [rows, columns, folds, repeats] = ['HEIGHT', 'COLUMNS', 'FOLDS', 'REPEATS'].map(number);
  const [tapRows, tapColumns] = [number('KERNEL_H'), number('KERNEL_W')];
  const major = number('CHANNEL_MAJOR') === 1;
  const groups = major ? folds : 1;
  const [outRows, outColumns] = [number('OUT_HEIGHT'), number('OUT_WIDTH')];
  const [strideRows, strideColumns] = [number('STRIDE_H'), number('STRIDE_W')];
  const [dilationRows, dilationColumns] = [number('DILATION_H'), number('DILATION_W')];
  const [padTop, padLeft] = [number('PAD_TOP'), number('PAD_LEFT')];
  const result = new Float64Array(images * outRows * outColumns * groups * repeats);
  const [inner, length] = major ? [1, tapRows * tapColumns] : [folds, tapRows * tapColumns * folds];
  let time = 0;
  let at = 0;
  for (let first = 0; first < times.length; first += rows * columns * folds) {
    time = Math.max(time, times[first] + 1); // the first tap of an image waits for its first pixel
    for (let y = 0; y < outRows; y++)
      for (let x = 0; x < outColumns; x++)
        for (let group = 0; group < groups; group++) {
          for (let i = 0; i < tapRows; i++)
            for (let j = 0; j < tapColumns; j++) {
              const row = y * strideRows + i * dilationRows - padTop;
              const column = x * strideColumns + j * dilationColumns - padLeft;
              if (row < 0 || row >= rows || column < 0 || column >= columns) {
                time += inner;
                continue;
              }
              const pixel = first + (row * columns + column + 1) * folds - 1; // its last beat
              const ready = times[pixel] + 2;
              time = Math.max(time + 1, ready) + inner - 1;
            }
          result[at++] = time;
          for (let repeat = 1; repeat < repeats; repeat++) {
            time += length;
            result[at++] = time;
          }
        }
  }
  return result;
}

/** Each pixel as often as the factors say: a beat leaves two cycles after it came, at the earliest. */
function passUpsample(times: Float64Array, { parameters, output }: Part, images: number): Float64Array {
  const number = (name: string) => Number(parameters.get(name));
  const [columns, folds, tall, wide] = ['COLUMNS', 'FOLDS', 'FACTOR_H', 'FACTOR_W'].map(number);
  const latency = tall * wide === 1 ? 1 : 2;
  const perRow = columns * wide * folds;
  return inOrder(output.beats * images, latency, (beat) => {
    const row = Math.floor(beat / perRow / tall); // rows run on over images
    const column = Math.floor((beat % perRow) / folds / wide);
    return times[(row * columns + column) * folds + (beat % folds)];
  });
}

function passDepthToSpace(times: Float64Array, { parameters, output }: Part, images: number): Float64Array {
  const number = (name: string) => Number(parameters.get(name));
  const [columns, folds, block, columnMajor] = ['COLUMNS', 'FOLDS', 'BLOCK_SIZE', 'CRD'].map(number);
  const perRow = columns * block * folds;
  return inOrder(output.beats * images, 2, (beat) => {
    const row = Math.floor(beat / perRow / block);
    const down = Math.floor(beat / perRow) % block;
    const column = Math.floor((beat % perRow) / folds / block);
    const across = Math.floor((beat % perRow) / folds) % block;
    const position = down * block + across;
    const fold = beat % folds;
    const within = columnMajor ? fold * block * block + position : position * folds + fold;
    return times[(row * columns + column) * block * block * folds + within];
  });
}

/** Beats that leave one a cycle, each `latency` cycles after its own came at the earliest. */
function inOrder(beats: number, latency: number, arrival: (beat: number) => number): Float64Array {
  const result = new Float64Array(beats);
  for (let beat = 0; beat < beats; beat++)
    result[beat] = Math.max(arrival(beat) + latency, beat > 0 ? result[beat - 1] + 1 : 0);
  return result;
}
