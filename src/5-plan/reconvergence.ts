/**
 * FIFOs where branches meet again.
 *
 * A fork hands each beat to both branches. The branch with the larger windows needs pixels well ahead of those it
 * delivers; until then the other branch has nowhere to put its own, unless a FIFO takes them. docs/architecture.md
 * derives the depth: the fork passes its beats at an even pace, one image per interval; the join takes each pair as soon
 * as it is there; the FIFO is the smallest with which the fork is never held up and the join never waits for it.
 */
import { backwards, type Demand, demandOfJoin, demandOnInputs, throughFifo } from './back-pressure.js';
import { Memo } from './memo.js';
import { prefersBlock } from './memory.js';
import { passUnit, type UnitTimes } from './timing.js';
import type { Part, Stream, Unit } from './types.js';

/** Inferences that are followed: what happens between two of them shows in the third at the latest. */
const IMAGES = 3;
/** Cycles from a beat taken by a FIFO to the beat offered, in its header. */
const FIFO_LATENCY = 2;

export interface JoinedUnits {
  readonly units: readonly Unit[];
  readonly doubtful: ReadonlyMap<Part, number>; // FIFOs that hold more for one fork than for another, and the least of these
  readonly unknown: ReadonlySet<Part>; // FIFOs of an inference's beats, since no depth keeps a fork at an even pace
}

/** Beats that a stream_fifo holds at least. */
export const LEAST_DEPTH = 2;

/** Beats in the memory of a FIFO. */
export function depthOf({ parameters }: Part): number {
  return Number(parameters.get('DEPTH'));
}

/**
 * The units with FIFOs in front of the units that join streams.
 *
 * @param memo of the depths: a plan has those of its draft
 */
export function withFifos(units: readonly Unit[], memo = new Memo()): JoinedUnits {
  const interval = Math.max(...units.map((unit) => unit.interval));
  const done: Unit[] = [];
  const doubtful = new Map<Part, number>();
  const unknown = new Set<Part>();
  for (const unit of units) {
    if (!unit.second) {
      done.push(unit);
      continue;
    }
    const ofForks = memo.once(memo, timingOf([...done, unit], interval), () =>
      depthsOf(unit, done, interval),
    );
    const most = [unit.input, unit.second.input].map(({ beats }, side) => ({
      depth: Math.min(Math.max(0, ...ofForks[side]), beats * IMAGES),
      least: Math.min(...ofForks[side]),
      isKnown: ofForks[side].every((depth) => depth < Number.POSITIVE_INFINITY),
    }));
    const joined = insertFifos(unit, [most[0].depth, most[1].depth]);
    done.push(joined);
    for (const [side, part] of [joined.before.at(0), joined.second?.parts.at(0)].entries()) {
      if (part?.module !== 'stream_fifo') continue;
      const { least, isKnown } = most[side];
      if (!isKnown) unknown.add(part);
      else if (least < depthOf(part)) doubtful.set(part, least);
    }
  }
  return { units: done, doubtful, unknown };
}

/** All that depths follow from. */
function timingOf(units: readonly Unit[], interval: number): string {
  const partsOf = (parts: readonly Part[] = []) =>
    parts.map(({ module, latency, input, output, parameters }) => [
      module,
      latency,
      input.beats,
      output.beats,
      [...parameters],
    ]);
  const all = units.map(({ name, kind, from, before, second, array, after }) => [
    name,
    kind,
    from,
    [before, second?.parts, array, after].map(partsOf),
  ]);
  return JSON.stringify(['fifos', interval, all]);
}

/** Beats that the FIFO of each input has to hold for each fork; `units` are those in front of the join, with their FIFOs. */
function depthsOf(join: Unit, units: readonly Unit[], interval: number): [number[], number[]] {
  const depths: [number[], number[]] = [[], []];
  const forks = units.filter(({ kind }) => kind === 'fork');
  const meeting = forks.filter((fork) => {
    const reached = reachedFrom(fork, units);
    return join.from.every((source) => reached.has(source.unit));
  });
  // what a fork sees of a join behind a later fork that all its paths pass is that later fork's concern
  const nearest = meeting.filter(
    (fork, k) =>
      !meeting.slice(k + 1).some((later) => {
        const reached = reachedFrom(fork, units, later);
        return !join.from.some((source) => reached.has(source.unit));
      }),
  );
  for (const fork of nearest) {
    const branches = new Branches(fork, join, units, interval);
    for (const side of [0, 1] as const) depths[side].push(branches.leastDepth(side));
  }
  return depths;
}

/** The names of all units that a path leads to from a unit, without passing another one. */
function reachedFrom(from: Unit, units: readonly Unit[], without?: Unit): Set<string> {
  const reached = new Set([from.name]);
  for (const unit of units)
    if (unit !== without && unit.from.some((source) => reached.has(source.unit))) reached.add(unit.name);
  return reached;
}

/** What lies between a fork and a join, and when each beat passes it without back-pressure. */
class Branches {
  private readonly units: readonly Unit[]; // reached from the fork, in order
  private readonly times = new Map<string, UnitTimes>();
  private readonly passed: Float64Array; // when each beat leaves the fork
  private readonly arrives: readonly Float64Array[]; // at both inputs of the join, [beats of the stream]
  private readonly demands: readonly Demand[]; // behind the FIFOs
  private readonly fork: Unit;
  private readonly join: Unit;

  constructor(fork: Unit, join: Unit, units: readonly Unit[], interval: number) {
    [this.fork, this.join] = [fork, join];
    const reached = reachedFrom(fork, units);
    this.units = units.filter((unit) => unit !== fork && reached.has(unit.name));
    const { beats } = fork.output;
    this.passed = Float64Array.from({ length: IMAGES * beats }, (_, k) => Math.floor((k * interval) / beats));
    for (const unit of this.units) this.times.set(unit.name, passUnit(unit, this.inputTimes(unit), IMAGES));
    this.arrives = this.inputTimes(join);
    this.demands = this.demandsOfJoin();
  }

  /** The smallest FIFO in front of one input of the join; 0: none; infinite: none keeps the fork at its pace. */
  leastDepth(side: 0 | 1): number {
    // where a line buffer in the branch holds up the fork now and then, no FIFO prevents it
    const free = this.takenAtFork(side, Number.POSITIVE_INFINITY);
    const beats = this.arrives[side].length;
    if (!free) return Number.POSITIVE_INFINITY;
    const due = this.passed.map((_, beat) => Math.max(this.passed[beat + 1] ?? 0, free[beat]));
    due[due.length - 1] = Number.POSITIVE_INFINITY;
    const late = (depth: number) => lateness(this.takenAtFork(side, depth), due);
    const pace = this.passed[this.passed.length - 1] / beats; // cycles per beat at the FIFO
    let [low, high] = [0, neverFull(this.arrives[side], this.demands[side].taken)]; // low is too small
    let lack = late(0);
    if (lack === 0) return 0;
    for (let step = 1; high - low > 1; ) {
      // how late beats are with too small a FIFO says about how much it lacks
      const guess = Math.max(low + 1, Math.min(low + Math.ceil(lack / pace), high - step));
      const depth = lack === Number.POSITIVE_INFINITY ? (low + high) >> 1 : guess;
      const found = late(depth);
      if (found > 0) [low, lack, step] = [depth, found, 1];
      else [high, step] = [depth, 2 * step];
    }
    return high;
  }

  /** When each beat of the fork is taken, with a FIFO of so many beats; undefined when that holds up the join. */
  private takenAtFork(side: 0 | 1, depth: number): Float64Array | undefined {
    const demands = new Map<string, Demand>(); // on the output of each unit
    const ask = (name: string, demand: Demand) => {
      const other = demands.get(name);
      demands.set(name, other ? both(other, demand) : demand);
    };
    ask(this.join.from[side].unit, throughFifo(this.arrives[side], this.demands[side], depth));
    for (const unit of this.units.toReversed()) {
      const demand = demands.get(unit.name);
      const times = this.times.get(unit.name);
      if (!demand || !times) continue;
      const onInputs = demandOnInputs(unit, times, demand, IMAGES);
      if (!onInputs) return undefined;
      for (const [k, { unit: source }] of unit.from.entries()) ask(source, onInputs[k]);
    }
    return demands.get(this.fork.name)?.taken ?? this.passed;
  }

  /** Times of a unit's inputs; what does not come from the fork is always there. */
  private inputTimes(unit: Unit): Float64Array[] {
    const inputs = unit.second ? [unit.input, unit.second.input] : [unit.input];
    return inputs.map(({ beats }, k) => {
      const { unit: source } = unit.from[k];
      if (source === this.fork.name) return this.passed;
      return this.times.get(source)?.output ?? new Float64Array(IMAGES * beats);
    });
  }

  private demandsOfJoin(): Demand[] {
    const { join } = this;
    const behindFifos = this.arrives.map((times) => times.map((time) => time + FIFO_LATENCY));
    const { before, second, after } = passUnit(join, behindFifos, IMAGES);
    const [a, b] = [before, second].map((times) => times[times.length - 1]);
    const beats = after[0].length;
    const free: Demand = { taken: new Float64Array(beats), slack: new Float64Array(beats) };
    const chains = [join.before, join.second?.parts ?? []];
    return demandOfJoin(join.after[0], a, b, free).map((demand, side) => {
      const behindFifo = backwards(chains[side], [before, second][side], demand, IMAGES);
      if (!behindFifo) throw new Error(`no windows stand directly in front of the join ${join.name}`);
      return behindFifo;
    });
  }
}

/** By how many cycles some beat is taken after it is due, at most. */
function lateness(taken: Float64Array | undefined, due: Float64Array): number {
  if (!taken) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let beat = 0; beat < due.length; beat++) most = Math.max(most, taken[beat] - due[beat]);
  return most;
}

/** The smallest FIFO that takes every beat as it arrives. */
function neverFull(arrives: Float64Array, taken: Float64Array): number {
  let depth = 1;
  for (let beat = depth + 1; beat < arrives.length; beat++)
    while (beat > depth && taken[beat - depth - 1] + 1 > arrives[beat]) depth++;
  return depth;
}

/** What two readers of a stream ask together. */
function both(a: Demand, b: Demand): Demand {
  return {
    taken: a.taken.map((time, beat) => Math.max(time, b.taken[beat])),
    slack: a.slack.map((time, beat) => Math.min(time, b.slack[beat])),
  };
}

function insertFifos(unit: Unit, [first, second]: readonly [number, number]): Unit {
  const { before, second: other } = unit;
  if (!other) return unit;
  const fifo = (stream: Stream, depth: number, instance: string): Part[] =>
    depth > 0 ? [fifoPart(stream, depth, instance)] : [];
  return {
    ...unit,
    before: [...fifo(unit.input, first, 'input_fifo'), ...before],
    second: { ...other, parts: [...fifo(other.input, second, 'input2_fifo'), ...other.parts] },
  };
}

/** The same units with FIFOs of other depths. */
export function withDepths(units: readonly Unit[], depths: ReadonlyMap<Part, number>): Unit[] {
  const change = (parts: readonly Part[]): Part[] =>
    parts.map((part) => {
      const depth = depths.get(part);
      if (depth === undefined || Math.max(LEAST_DEPTH, depth) === depthOf(part)) return part;
      return fifoPart(part.output, depth, part.instance);
    });
  const concerns = (parts: readonly Part[] = []) => parts.some((part) => depths.has(part));
  return units.map((unit) => {
    const { before, second } = unit;
    if (!concerns(before) && !concerns(second?.parts)) return unit;
    return {
      ...unit,
      before: change(before),
      ...(second && { second: { ...second, parts: change(second.parts) } }),
    };
  });
}

/**
 * The same units with FIFOs behind converters to more lanes: in front of them, such a converter holds one word while a
 * concatenation takes the other input's, and then makes no more than its own pace.
 */
export function withFifosBehindConverters(units: readonly Unit[]): Unit[] {
  const move = (parts: readonly Part[]): readonly Part[] => {
    const [fifo, ...converters] = parts;
    const last = converters.at(-1);
    if (fifo?.module !== 'stream_fifo' || !last || last.output.lanes <= last.input.lanes) return parts;
    return [...converters, fifoPart(last.output, depthOf(fifo), fifo.instance)];
  };
  return units.map((unit) => {
    const { before, second } = unit;
    if (!second) return unit;
    return { ...unit, before: move(before), second: { ...second, parts: move(second.parts) } };
  });
}

/** A FIFO of so many beats in its memory. */
function fifoPart(stream: Stream, beats: number, instance: string): Part {
  const width = stream.lanes * stream.laneBits;
  const depth = Math.max(LEAST_DEPTH, beats);
  return {
    module: 'stream_fifo',
    instance,
    input: stream,
    output: stream,
    parameters: new Map([
      ['WIDTH', width],
      ['DEPTH', depth],
      ['BLOCK', prefersBlock(width, depth) ? 1 : 0],
    ]),
  };
}
