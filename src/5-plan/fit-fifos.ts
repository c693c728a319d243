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
 * Where the interval is not kept, or the analysis knows no depth, FIFOs get what endless ones hold at an even pace, which
 * is enough, since the same events are then possible at the same times. FIFOs about which forks disagree are tried with the
 * least that a fork asks for. No depth is taken with which the network could stand still if every pipeline held a
 * single beat, which is what they hold at least, whoever stalls.
 *
 * @param interval that is to be kept, in cycles; where it cannot be kept, the units' cycles say so
 */
export function fitFifos({ units, doubtful, unknown }: JoinedUnits, interval: number): FittedUnits {
  const fifos = units.flatMap(({ before, second }) =>
    [before.at(0), second?.parts.at(0)].flatMap((part) => (part?.module === 'stream_fifo' ? [part] : [])),
  );
  const planned = new Map(fifos.map((part) => [part, depthOf(part)]));
  let best = withCycles(units, planned);
  const tryOut = (depths: Depths, most: number) => {
    const trial = withCycles(units, depths);
    if (trial.cycles.interval <= most) best = trial;
  };
  if (unknown.size > 0 || best.cycles.interval > interval) {
    const { depths: held } = scheduleOf(units, { images: HELD_INFERENCES, interval, endless: true });
    const known = new Map(planned);
    for (const part of unknown) known.set(part, held.get(part) ?? depthOf(part));
    tryOut(known, Math.max(interval, best.cycles.interval));
    if (best.cycles.interval > interval) tryOut(held, best.cycles.interval - 1); // deeper ones have to be worth it
  }
  for (const [part, depth] of doubtful)
    if (depth < (best.depths.get(part) ?? 0))
      tryOut(new Map(best.depths).set(part, depth), Math.max(interval, best.cycles.interval));
  if (best.cycles.latency === Number.POSITIVE_INFINITY) throw new Error('the planned network stands still');
  return best;
}

interface Candidate extends FittedUnits {
  readonly depths: Depths;
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
