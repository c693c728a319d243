/**
 * FIFOs where branches meet again.
 *
 * A fork hands each pixel to both branches. The branch with the larger windows needs pixels well ahead of those it
 * delivers; until then the other branch has nowhere to put its own, unless a FIFO takes them. docs/architecture.md
 * derives the depth: an even schedule, one image per interval, is followed through both branches, and a self-timed
 * network whose FIFOs hold what that schedule holds is at least as fast and cannot deadlock.
 */
import { type IntegerNetwork, type IntegerNode, inputsOf } from '../3-integer/types.js';
import { prefersBlock } from './memory.js';
import { tensorOf } from './stream.js';
import type { Part, Stream, Unit } from './types.js';
import { pixelsNeeded } from './window-demand.js';

/** Cycles that a unit's pipeline may add to the time of one pixel. */
const PIPELINE_CYCLES = 40;

/** A tensor as a fork sees it: how many of the fork's pixels each of its own needs. */
interface Lead {
  readonly needed: Float64Array; // [pixels], counts, non-decreasing
  readonly delay: number; // cycles from the last of them to the pixel, at most
}

/** The units with FIFOs in front of the units that join streams. */
export function withFifos(units: readonly Unit[], network: IntegerNetwork): Unit[] {
  const interval = Math.max(...units.map((unit) => unit.interval));
  const forks = units.filter(({ kind }) => kind === 'fork');
  const leads = new Map(forks.map((fork) => [fork.name, leadsFrom(fork, units, network, interval)]));
  return units.map((unit) => {
    if (!unit.second) return unit;
    const meeting = forks.filter(({ name }) =>
      unit.from.every((source) => leads.get(name)?.has(source.unit)),
    );
    // what a fork sees of a join behind a later fork that all its paths pass is that later fork's concern
    const nearest = meeting.filter(
      (fork, k) => !meeting.slice(k + 1).some((later) => !reaches(fork, unit, later, units)),
    );
    const held: [number, number] = [0, 0];
    for (const fork of nearest) {
      const [a, b] = unit.from.map((source) => leads.get(fork.name)?.get(source.unit));
      if (!a || !b) continue;
      held[0] = Math.max(held[0], pixelsHeld(b, a, interval));
      held[1] = Math.max(held[1], pixelsHeld(a, b, interval));
    }
    return insertFifos(unit, held, network);
  });
}

/** Whether a path leads from a unit to another without passing a third. */
function reaches(from: Unit, to: Unit, without: Unit, units: readonly Unit[]): boolean {
  const reached = new Set([from.name]);
  for (const unit of units)
    if (unit !== without && unit.from.some((source) => reached.has(source.unit))) reached.add(unit.name);
  return reached.has(to.name);
}

/** What the streams of all units behind a fork need of its pixels, by unit. */
function leadsFrom(
  fork: Unit,
  units: readonly Unit[],
  network: IntegerNetwork,
  interval: number,
): Map<string, Lead> {
  const pixels = pixelsOf(network, fork.tensor);
  const start: Lead = { needed: Float64Array.from({ length: pixels }, (_, n) => n + 1), delay: 0 };
  const leads = new Map([[fork.name, start]]);
  for (const unit of units) {
    const reached = unit.from.map((source) => leads.get(source.unit));
    if (unit !== fork && reached.some((each) => each !== undefined))
      leads.set(unit.name, through(unit, reached, network, interval));
  }
  return leads;
}

/**
 * The most pixels of `branch` that wait at the join for the `other` branch: those that it has made when the other one has
 * just what its pixel n needs, and those by which it is ahead of its own need on the even schedule.
 */
function pixelsHeld(other: Lead, branch: Lead, interval: number): number {
  const count = other.needed.length;
  if (branch.needed.length !== count) return 0;
  const source = Math.max(other.needed[count - 1], branch.needed[count - 1]);
  const [own, most] = [branch, other].map((each) => evenLead(each, source, interval));
  let held = Math.ceil((Math.max(0, most - own) * count) / source) + 1;
  for (let n = 0, made = 0; n < count; n++) {
    while (made < count && branch.needed[made] <= other.needed[n]) made++;
    held = Math.max(held, made - n);
  }
  return held;
}

/** Pixels by which the fork has to lead so that a branch, at an even pace, always has what it needs. */
function evenLead({ needed, delay }: Lead, source: number, interval: number): number {
  const count = needed.length;
  const ahead = Math.ceil((delay * count) / interval); // pixels of the join that pass while one is on its way
  let lead = 0;
  for (let n = 0; n < count; n++) {
    const pixel = n + ahead;
    const due = Math.floor(pixel / count) * source + needed[pixel % count];
    lead = Math.max(lead, due - (n * source) / count);
  }
  return lead;
}

/** The lead of a unit's output. */
function through(
  unit: Unit,
  reached: readonly (Lead | undefined)[],
  network: IntegerNetwork,
  interval: number,
): Lead {
  const leads = reached.filter((each): each is Lead => each !== undefined);
  const [first] = leads;
  if (unit.kind === 'fork') return { needed: first.needed, delay: first.delay + 1 };
  const own = pixelsOf(network, unit.tensor);
  const pace = Math.ceil(Math.min(unit.interval, interval) / own) + PIPELINE_CYCLES;
  const delay = Math.max(...leads.map((each) => each.delay)) + pace;
  if (unit.kind === 'add' || unit.kind === 'concat')
    return {
      needed: first.needed.map((_, n) => Math.max(...leads.map((each) => each.needed[n] ?? 0))),
      delay,
    };
  const node = nodeOf(unit, network);
  const last = first.needed[first.needed.length - 1];
  if (node && (node.kind === 'conv' || node.kind === 'pool')) {
    return {
      needed: Float64Array.from(pixelsNeeded(node.window), (count) => first.needed[count - 1]),
      delay,
    };
  }
  if (node?.kind === 'upsample') {
    const { width, height } = node.image;
    const { factor } = node;
    return {
      needed: Float64Array.from({ length: own }, (_, n) => {
        const row = Math.floor(n / (width * factor.width) / factor.height);
        const column = Math.floor((n % (width * factor.width)) / factor.width);
        return first.needed[Math.min(row, height - 1) * width + column];
      }),
      delay,
    };
  }
  if (first.needed.length === own) return { needed: first.needed, delay };
  return { needed: new Float64Array(own).fill(last), delay }; // a whole image, or a row and more
}

/** The node whose unit this is. */
function nodeOf(unit: Unit, { nodes }: IntegerNetwork): IntegerNode | undefined {
  const made = nodes.find(({ output }) => output === unit.tensor);
  return made?.kind === 'step' ? (nodes.find(({ output }) => output === inputsOf(made)[0]) ?? made) : made;
}

/** Pixels of a tensor; a vector counts as one. */
function pixelsOf(network: IntegerNetwork, tensor: string): number {
  const { shape } = tensorOf(network, tensor);
  return shape.slice(0, -1).reduce((product, n) => product * n, 1);
}

function insertFifos(unit: Unit, [first, second]: readonly [number, number], network: IntegerNetwork): Unit {
  const pixels = pixelsOf(network, unit.tensor);
  const fifo = (stream: Stream, held: number, instance: string): Part[] =>
    held > 1 ? [fifoPart(stream, Math.ceil((held * stream.beats) / pixels), instance)] : [];
  const { before, second: other } = unit;
  if (!other) return unit;
  return {
    ...unit,
    before: [...fifo(unit.input, first, 'input_fifo'), ...before],
    second: { ...other, parts: [...fifo(other.input, second, 'input2_fifo'), ...other.parts] },
  };
}

/** A FIFO of so many beats; one of them lies in its output register. */
function fifoPart(stream: Stream, beats: number, instance: string): Part {
  const width = stream.lanes * stream.laneBits;
  const depth = Math.max(2, beats);
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
