/** Latencies of modules, as the headers of hw/ state them. */
import { addLatency } from './add-latency.js';
import { arrayLatency } from './array.js';
import type { Part } from './types.js';

const LATENCY: Record<string, (part: Part) => number> = {
  input_port: () => 1,
  output_port: () => 1,
  stream_register: () => 1,
  stream_fork: () => 1,
  stream_fifo: () => 2,
  stream_add: (part) => latencyOfAddition(part),
  matrix_vector: ({ parameters }) => 3 + arrayLatency(parameters),
  // four, a link each, and the accumulators behind the chain
  dsp_matrix_vector: ({ parameters }) =>
    4 + Number(parameters.get('SIMD')) - 1 + Number(parameters.get('SPLIT')),
  pool: () => 1,
  global_pool: ({ parameters }) => (Number(parameters.get('FOLDS')) > 1 ? 2 : 1),
  threshold_search: ({ parameters }) => Number(parameters.get('LEVEL_BITS')) + 1,
  threshold_parallel: () => 2,
  scale_shift: () => 3,
};

/**
 * Cycles from taking a beat, the last one of those that make a result, to offering the result. For modules whose
 * latency does not depend on the beats around it.
 */
export function partLatency(part: Part): number {
  return part.latency ?? LATENCY[part.module](part);
}

function latencyOfAddition({ parameters }: Part): number {
  const number = (name: string) => Number(parameters.get(name));
  return addLatency({
    A_W: number('A_W'),
    A_SIGNED: number('A_SIGNED'),
    A_WEIGHT: number('A_WEIGHT'),
    B_W: number('B_W'),
    B_SIGNED: number('B_SIGNED'),
    B_WEIGHT: number('B_WEIGHT'),
  });
}
