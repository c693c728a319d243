/** From beats back to codes: what a run gave, what was expected, and when. */
import type { Codes } from '../3-integer/evaluate.js';
import type { LaneCode, Stream } from '../5-plan/types.js';
import { unpackBeats } from './beats.js';
import type { RunResult } from './types.js';

/** Codes to lane fields. */
export function toFields(codes: Codes, { base, stride }: LaneCode): Codes {
  return base === 0 && stride === 1 ? codes : codes.map((code) => (code - base) / stride);
}

/** Output codes against the golden model. */
export interface Comparison {
  readonly mismatches: number;
  readonly first: number; // flat index of the first code that differs or is missing
  readonly expected: number;
  readonly got: number | null;
}

/** Meaning of a lane; `bases` gives every channel its own base: element k of a sample is channel k. */
export interface ChannelCode extends LaneCode {
  readonly bases?: readonly number[];
}

/** Compare a run's output beats with expected codes; missing ones differ. */
export function compare(
  result: RunResult,
  stream: Stream,
  { signed, base, bases, stride }: ChannelCode,
  expected: Codes,
): Comparison {
  const fields = unpackBeats(result.outputs, stream, signed);
  const code = (k: number) => (bases ? bases[k % bases.length] : base) + stride * fields[k];
  let mismatches = 0;
  let first = -1;
  for (let k = 0; k < expected.length; k++) {
    if (k < fields.length && code(k) === expected[k]) continue;
    mismatches++;
    if (first < 0) first = k;
  }
  const got = first >= 0 && first < fields.length ? code(first) : null;
  return { mismatches, first: Math.max(first, 0), expected: expected[Math.max(first, 0)], got };
}

/** Interval between the last two inferences, and latency of the first, in cycles. */
export function measureCycles(
  { outputCycles, inputCycles }: RunResult,
  inputBeats: number,
  outputBeats: number,
) {
  const ends = Array.from(
    { length: Math.floor(outputCycles.length / outputBeats) },
    (_, n) => outputCycles[(n + 1) * outputBeats - 1],
  );
  if (ends.length < 2 || inputCycles.length < inputBeats) return { interval: 0, latency: 0 };
  return { interval: ends[ends.length - 1] - ends[ends.length - 2], latency: ends[0] - inputCycles[0] };
}
