/** When every beat of one inference passes every part, in cycles, when nothing outside stalls. */
import { arrayLatency } from './array.js';
import type { Part, Unit } from './types.js';

/** Cycles from taking a beat to offering the result, of the modules that map beats one to one. */
const LATENCY: Record<string, (part: Part) => number> = {
  input_port: () => 1,
  output_port: () => 1,
  stream_register: () => 1,
  threshold_search: (part) => Number(part.parameters.get('LEVEL_BITS')) + 1,
  threshold_parallel: () => 2,
  scale_shift: () => 3,
};

/**
 * Cycles from the first input beat taken to the last output beat taken, for a single inference in an empty pipeline.
 * Source: the latencies stated in the headers of hw/; `simulate` measures them.
 */
export function chainLatency(units: readonly Unit[]): number {
  const parts = units.flatMap((unit) => [...unit.before, ...unit.array, ...unit.after]);
  const first = Float64Array.from({ length: parts[0].input.beats }, (_, beat) => beat);
  const last = parts.reduce(passPart, first);
  return last[last.length - 1];
}

/** Output beat times of a part from its input beat times. */
function passPart(times: Float64Array, part: Part): Float64Array {
  switch (part.module) {
    case 'stream_width':
      return passWidth(times, part);
    case 'vector_buffer':
      return passBuffer(times, part);
    case 'matrix_vector':
    case 'dsp_matrix_vector': {
      const rowBeats = Number(part.parameters.get('SYNAPSE_FOLD'));
      const latency = part.module === 'matrix_vector' ? 3 + arrayLatency(part) : dspLatency(part);
      return Float64Array.from(
        { length: part.output.beats },
        (_, row) => times[(row + 1) * rowBeats - 1] + latency,
      );
    }
    case 'threshold_sequential':
      return passSequential(times, part);
    default: {
      const latency = part.latency ?? LATENCY[part.module](part);
      return times.map((time) => time + latency);
    }
  }
}

/** Cycles from the last beat of a row to its result: four, a link each, and the accumulators behind the chain. */
function dspLatency({ parameters }: Part): number {
  return 4 + Number(parameters.get('SIMD')) - 1 + Number(parameters.get('SPLIT'));
}

function passWidth(times: Float64Array, { input, output }: Part): Float64Array {
  const result = new Float64Array(output.beats);
  if (output.lanes > input.lanes) {
    const ratio = output.lanes / input.lanes;
    return result.map((_, beat) => times[(beat + 1) * ratio - 1] + 1);
  }
  const ratio = input.lanes / output.lanes;
  for (let beat = 0; beat < result.length; beat++)
    result[beat] = Math.max(times[Math.floor(beat / ratio)] + 1, beat > 0 ? result[beat - 1] + 1 : 0);
  return result;
}

/** One beat every LEVEL_BITS cycles. */
function passSequential(times: Float64Array, { parameters }: Part): Float64Array {
  const bits = Number(parameters.get('LEVEL_BITS'));
  let free = 0;
  return times.map((time) => {
    const start = Math.max(time, free);
    free = start + bits;
    return start + bits + 1;
  });
}

function passBuffer(times: Float64Array, part: Part): Float64Array {
  const beats = Number(part.parameters.get('BEATS'));
  const repeats = Number(part.parameters.get('REPEATS'));
  if (repeats === 1) return times.map((time) => time + 1);
  const result = new Float64Array(beats * repeats);
  for (let beat = 0; beat < result.length; beat++) {
    const written = beat < beats ? times[beat] + 2 : 0;
    result[beat] = Math.max(written, beat > 0 ? result[beat - 1] + 1 : 0);
  }
  return result;
}
