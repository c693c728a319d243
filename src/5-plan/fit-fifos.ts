/**
 * FIFOs where branches meet, held against the schedule of the whole network, which knows every register. The analysis in
 * reconvergence.ts asks that a fork is never late by an even pace; the network needs no more than to keep its interval.
 */
import { depthOf, type JoinedUnits, withDepths, withFifosBehindConverters } from './reconvergence.js';
import { type Schedule, scheduleOf } from './schedule/schedule.js';
import type { Part, Plan, Unit } from './types.js';

/** Inferences that show the steady interval, as many as `simulate` times. */
const TIMED_INFERENCES = 4;
/** Inferences after which most networks repeat themselves beat by beat: those that follow need not be looked at then. */
const SETTLING_INFERENCES = 3;
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
 * is enough, since the same events are then possible at the same times; if that does not help, behind converters. FIFOs about which forks disagree are tried with the
 * least that a fork asks for. No depth is taken with which the network could stand still if every pipeline held a
 * single beat, which is what they hold at least, whoever stalls.
 *
 * @param interval that is to be kept, in cycles; where it cannot be kept, the units' cycles say so
 */
export function fitFifos({ units, doubtful, unknown }: JoinedUnits, interval: number): FittedUnits {
  const planned = plannedDepths(units);
  let best = withCycles(units, planned);
  let parts = units; // that the depths are of
  const tryOut = (depths: Depths, most: number, changed = parts) => {
    const trial = withCycles(changed, depths);
    if (trial.slowest <= most) [best, parts] = [trial, changed];
  };
  // deeper FIFOs have to be worth it
  const faster = () => best.slowest - 1;
  const isSlow = () => best.slowest > interval;
  if (unknown.size > 0 || isSlow()) {
    const held = heldBy(units, interval);
    const known = new Map(planned);
    for (const part of unknown) known.set(part, held.get(part) ?? depthOf(part));
    tryOut(known, Math.max(interval, best.slowest));
    if (isSlow()) tryOut(held, faster());
  }
  if (isSlow()) {
    const moved = withFifosBehindConverters(units);
    tryOut(heldBy(moved, interval), faster(), moved);
  }
  for (const [part, depth] of doubtful)
    if (depth < (best.depths.get(part) ?? 0))
      tryOut(new Map(best.depths).set(part, depth), Math.max(interval, best.slowest));
  if (best.slowest === Number.POSITIVE_INFINITY) throw new Error('the planned network stands still');
  return best;
}

function plannedDepths(units: readonly Unit[]): Depths {
  const parts = units.flatMap(({ before, second }) => [...before, ...(second?.parts ?? [])]);
  const fifos = parts.filter(({ module }) => module === 'stream_fifo');
  return new Map(fifos.map((part) => [part, depthOf(part)]));
}

/** What endless FIFOs hold at most when the source has an even pace. */
function heldBy(units: readonly Unit[], interval: number): Depths {
  return scheduleOf(units, { images: HELD_INFERENCES, interval, endless: true }).depths;
}

interface Candidate extends FittedUnits {
  readonly depths: Depths;
  readonly slowest: number; // the steady interval; of the last two the longer one where FIFOs lack a beat or two, so that they vary
}

/** Cycles with a source that never pauses; infinite where the network can stand still. */
function withCycles(units: readonly Unit[], depths: Depths): Candidate {
  const fitted = withDepths(units, depths);
  const safe = depths.size === 0 || scheduleOf(fitted, { images: 1, cautious: true }).complete;
  const { ends, settled } = safe ? untilSettled(fitted) : { ends: undefined, settled: false };
  if (!ends) {
    const never = Number.POSITIVE_INFINITY;
    return { units: fitted, cycles: { interval: never, latency: never }, depths, slowest: never };
  }
  const [before, last] = [2, 1].map((k) => ends[ends.length - k] - ends[ends.length - k - 1]);
  const cycles = { interval: last, latency: ends[0] };
  return { units: fitted, cycles, depths, slowest: settled ? last : Math.max(before, last) };
}

/** As many inferences as show the steady interval. */
function untilSettled(units: readonly Unit[]): Schedule {
  const schedule = scheduleOf(units, { images: SETTLING_INFERENCES });
  const isKnown = schedule.settled || !schedule.complete;
  return isKnown ? schedule : scheduleOf(units, { images: TIMED_INFERENCES });
}
