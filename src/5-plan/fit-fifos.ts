/**
 * FIFOs where branches meet, held against the schedule of the whole network, which knows every register. The analysis in
 * reconvergence.ts asks that a fork is never late by an even pace; the network needs no more than to keep its interval.
 */
import { depthOf, type JoinedUnits, withDepths } from './reconvergence.js';
import { scheduleOf } from './schedule/schedule.js';
import type { Part, Plan, Unit } from './types.js';

/** Inferences that show the steady interval, as many as `simulate` times. */
const TIMED_INFERENCES = 4;
/** Inferences that show how much a FIFO holds. */
const HELD_INFERENCES = 3;

type Depths = ReadonlyMap<Part, number>; // beats of each FIFO

/** Units with FIFOs, and how fast they are. */
export interface FittedUnits {
  readonly units: readonly Unit[];
  readonly cycles: Plan['cycles'];
}

/**
 * Take from the FIFOs what they do not need, and give them what they lack.
 *
 * What endless FIFOs hold at an even pace is enough, since the same events are then possible at the same times. Of these
 * depths and those of the analysis the smaller ones are taken if the interval is kept with them; then FIFOs about which
 * forks disagree are tried with the least that a fork asks for. No depth is taken with which the network could stand
 * still if every pipeline held a single beat, which is what they hold at least, whoever stalls.
 *
 * @param interval that is to be kept, in cycles; where it cannot be kept, the units' cycles say so
 */
export function fitFifos({ units, doubtful }: JoinedUnits, interval: number): FittedUnits {
  const { depths: held } = scheduleOf(units, { images: HELD_INFERENCES, interval, endless: true });
  const planned = new Map(Array.from(held.keys(), (part) => [part, depthOf(part)]));
  const least = new Map(Array.from(held, ([part, depth]) => [part, Math.min(depth, depthOf(part))]));
  let best = fastest(units, interval, [least, planned, held]);
  for (const [part, depth] of doubtful) {
    if (depth >= (best.depths.get(part) ?? 0)) continue;
    const trial = withCycles(units, new Map(best.depths).set(part, depth));
    if (trial.cycles.interval <= Math.max(interval, best.cycles.interval)) best = trial;
  }
  if (best.cycles.latency === Number.POSITIVE_INFINITY) throw new Error('the planned network stands still');
  return best;
}

interface Candidate extends FittedUnits {
  readonly depths: Depths;
}

/** The first depths with which the interval is kept; the best ones where it cannot be. */
function fastest(units: readonly Unit[], interval: number, depths: readonly Depths[]): Candidate {
  let best: Candidate | undefined;
  for (const each of depths) {
    const candidate = withCycles(units, each);
    if (!best || candidate.cycles.interval < best.cycles.interval) best = candidate;
    if (best.cycles.interval <= interval) break;
  }
  if (!best) throw new Error('no depths to choose from');
  return best;
}

/** Cycles with a source that never pauses; infinite where the network can stand still. */
function withCycles(units: readonly Unit[], depths: Depths): Candidate {
  const fitted = withDepths(units, depths);
  const safe = depths.size === 0 || scheduleOf(fitted, { images: 1, cautious: true }).complete;
  const ends = safe ? scheduleOf(fitted, { images: TIMED_INFERENCES }).ends : undefined;
  const cycles = ends
    ? { interval: ends[TIMED_INFERENCES - 1] - ends[TIMED_INFERENCES - 2], latency: ends[0] }
    : { interval: Number.POSITIVE_INFINITY, latency: Number.POSITIVE_INFINITY };
  return { units: fitted, cycles, depths };
}
