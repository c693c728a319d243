/**
 * How late the parts of a unit take their beats when what follows takes its own late: the counterpart of timing.ts,
 * backwards. A part is credited with what it surely holds when it stands still: line buffers and pairs of vectors or rows
 * in full, every other part with one beat, since gaps in a pipeline that has stopped stay gaps.
 */
import type { UnitTimes } from './timing.js';
import type { Part, Unit } from './types.js';
import { slidingWindowOf, windowDemand } from './window.js';

/** What a stream meets; [beats of all inferences], in cycles. */
export interface Demand {
  readonly taken: Float64Array; // when each beat is taken, at the earliest
  readonly slack: Float64Array; // by how much it may come later than without any back-pressure
}

/**
 * The demand on a unit's inputs that follows from the one on its output.
 *
 * @param times of the unit without back-pressure
 * @returns [inputs]; undefined when some beat would come too late
 */
export function demandOnInputs(
  unit: Unit,
  { before, second, after, output }: UnitTimes,
  demand: Demand,
  images: number,
): Demand[] | undefined {
  const behind = [...unit.array, ...unit.after.slice(unit.second ? 1 : 0)];
  const middle = backwards(behind, [...after.slice(0, behind.length), output], demand, images);
  if (!middle) return undefined;
  if (!unit.second) {
    const input = backwards(unit.before, before, middle, images);
    return input && [input];
  }
  const [a, b] = [before, second].map((times) => times[times.length - 1]);
  const joined = demandOfJoin(unit.after[0], a, b, middle);
  const first = backwards(unit.before, before, joined[0], images);
  const other = backwards(unit.second.parts, second, joined[1], images);
  return first && other && [first, other];
}

/** The demand on both inputs of the part that joins two streams; `a` and `b` are the times of their beats. */
export function demandOfJoin(join: Part, a: Float64Array, b: Float64Array, demand: Demand): [Demand, Demand] {
  const [timesA, timesB] = [new Float64Array(a.length), new Float64Array(b.length)];
  const [slackA, slackB] = [new Float64Array(a.length), new Float64Array(b.length)];
  if (join.module === 'stream_add') {
    // each input has a register of its own, which waits for the other
    for (let beat = 0; beat < a.length; beat++) {
      const pair = beat > 0 ? Math.max(a[beat - 1], b[beat - 1], beat > 1 ? demand.taken[beat - 2] : 0) : 0;
      timesA[beat] = Math.max(a[beat], pair);
      timesB[beat] = Math.max(b[beat], pair);
      const both = Math.max(a[beat], b[beat]) + demand.slack[beat];
      slackA[beat] = both - a[beat];
      slackB[beat] = both - b[beat];
    }
  } else {
    const foldsA = Number(join.parameters.get('FOLDS_A'));
    const folds = foldsA + Number(join.parameters.get('FOLDS_B'));
    let time = 0;
    for (let beat = 0, [fromA, fromB] = [0, 0]; beat < demand.taken.length; beat++) {
      const isA = beat % folds < foldsA;
      const at = isA ? fromA++ : fromB++;
      const arrives = isA ? a[at] : b[at];
      time = Math.max(time + 1, arrives, beat > 0 ? demand.taken[beat - 1] : 0);
      (isA ? timesA : timesB)[at] = time;
      (isA ? slackA : slackB)[at] = time + demand.slack[beat] - arrives;
    }
  }
  return [
    { taken: timesA, slack: slackA },
    { taken: timesB, slack: slackB },
  ];
}

/** Through a chain of parts; `times` are those of the input of each, and of the last one's output. */
export function backwards(
  parts: readonly Part[],
  times: readonly Float64Array[],
  demand: Demand,
  images: number,
): Demand | undefined {
  let current: Demand | undefined = demand;
  for (let k = parts.length - 1; k >= 0 && current; k--)
    current = demandOnInput({ part: parts[k], arrives: times[k], made: times[k + 1], images }, current);
  return current;
}

/** A part, and when beats reach and leave it without back-pressure. */
interface Passage {
  readonly part: Part;
  readonly arrives: Float64Array; // [beats of its input, of all inferences]
  readonly made: Float64Array; // [beats of its output], of windows the last beat of each delivery
  readonly images: number; // inferences
}

function demandOnInput(passage: Passage, demand: Demand): Demand | undefined {
  const { part, arrives } = passage;
  const number = (name: string) => Number(part.parameters.get(name));
  if (part.module === 'sliding_window') return throughWindow(passage, demand);
  if (part.module === 'stream_fifo') return throughFifo(arrives, demand, number('DEPTH'));
  return throughGroups(arrives, demand, ...heldBy(passage));
}

/** Beats of a group that is kept or let go of as a whole, and how many such groups a part surely holds. */
function heldBy({ part, arrives, made, images }: Passage): [size: number, held: number] {
  const number = (name: string) => Number(part.parameters.get(name));
  const [columns, folds] = [number('COLUMNS'), number('FOLDS')];
  switch (part.module) {
    case 'vector_buffer':
      return number('REPEATS') > 1 ? [number('BEATS'), 2] : [1, 1];
    case 'upsample':
      if (number('FACTOR_H') * number('FACTOR_W') === 1) return [1, 1]; // a register
      return [number('FACTOR_H') > 1 ? columns * folds : folds, 2];
    case 'depth_to_space':
      return [columns * folds * number('BLOCK_SIZE') ** 2, 2];
    case 'global_pool':
      return [arrives.length / images, 1];
    default:
      return [Math.max(1, arrives.length / made.length), 1];
  }
}

/** A memory of `held` groups of so many beats: a group has room when the one before those in the memory has left. */
function throughGroups(arrives: Float64Array, demand: Demand, size: number, held: number): Demand {
  const out = (demand.taken.length / arrives.length) * size; // beats that a group becomes
  const taken = arrives.slice();
  if (size === 1 && out === 1) {
    for (let beat = held; beat < taken.length; beat++)
      taken[beat] = Math.max(taken[beat], demand.taken[beat - held]);
    return { taken, slack: demand.slack };
  }
  const slack = new Float64Array(arrives.length);
  for (let begin = 0, group = 0; begin < arrives.length; begin += size, group++) {
    const last = Math.floor((group - held + 1) * out) - 1;
    const room = last >= 0 ? demand.taken[last] : 0;
    const end = Math.min(begin + size, arrives.length);
    for (let beat = begin; beat < end; beat++) taken[beat] = Math.max(arrives[beat], room);
    let least = Number.POSITIVE_INFINITY;
    for (let k = Math.floor(group * out); k < Math.ceil((group + 1) * out); k++)
      least = Math.min(least, demand.slack[k]);
    slack.fill(least, begin, end);
  }
  return { taken, slack };
}

/** A FIFO of so many beats in its memory and one in its output register; 0: no FIFO. */
export function throughFifo(arrives: Float64Array, { taken, slack }: Demand, depth: number): Demand {
  const times = arrives.slice();
  if (depth === 0)
    for (let beat = 0; beat < times.length; beat++) times[beat] = Math.max(times[beat], taken[beat]);
  else
    for (let beat = depth + 1; beat < times.length; beat++)
      times[beat] = Math.max(times[beat], taken[beat - depth - 1] + 1);
  return { taken: times, slack };
}

/** Windows that are read as late as they can be; a pixel is taken when the windows that it displaces were read. */
function throughWindow({ part, arrives, made, images }: Passage, demand: Demand): Demand | undefined {
  const window = slidingWindowOf(part);
  const { needed, released } = windowDemand(window);
  const perImage = window.height * window.columns;
  const entries = made.length / images / needed.length; // of a window: one for every repeat and group
  const beats = window.kernelHeight * window.kernelWidth * (window.channelMajor ? 1 : window.folds); // of an entry
  const taken = new Float64Array(arrives.length);
  let room = 0; // pixels for which a time is known
  const makeRoom = (pixels: number, time: number) => {
    for (; room < pixels && room * window.folds < arrives.length; room++)
      for (let beat = room * window.folds; beat < (room + 1) * window.folds; beat++)
        taken[beat] = Math.max(arrives[beat], time, beat > 0 ? taken[beat - 1] + 1 : 0);
  };
  const capacity = Number(part.parameters.get('PIXELS'));
  makeRoom(capacity, 0);
  let end = 0;
  let entry = 0;
  for (let image = 0; image < images; image++)
    for (const [index, pixels] of needed.entries()) {
      const last = (image * perImage + pixels) * window.folds - 1;
      end = Math.max(end, taken[last] + 2 - beats);
      for (let k = 0; k < entries; k++, entry++) {
        end = Math.max(end + beats, made[entry], entry > 0 ? demand.taken[entry - 1] : 0);
        if (end > made[entry] + demand.slack[entry]) return undefined;
      }
      makeRoom(capacity + image * perImage + released[index], end + 1);
    }
  return { taken, slack: new Float64Array(arrives.length).fill(Number.POSITIVE_INFINITY) };
}
