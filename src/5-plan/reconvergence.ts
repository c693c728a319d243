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
import { windowDemand } from './window-demand.js';

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
  const depths = new Map<string, [number, number]>(); // unit -> beats for each input
  for (const fork of units) {
    if (fork.kind !== 'fork') continue;
    const leads = new Map<string, Lead>(); // stream name ->
    const pixels = pixelsOf(network, fork.tensor);
    const start: Lead = { needed: Float64Array.from({ length: pixels }, (_, n) => n + 1), delay: 0 };
    const own = new Map<string, Lead>([[fork.name, start]]);
    for (const unit of units) {
      const reached = unit.from.map(({ unit: name }) => own.get(name) ?? leads.get(name));
      if (unit === fork || reached.every((each) => each === undefined)) continue;
      if (unit.from.length === 2 && reached[0] && reached[1] && unit.kind !== 'fork') {
        const [a, b] = reached;
        const slots = depths.get(unit.name) ?? [0, 0];
        depths.set(unit.name, [
          Math.max(slots[0], pixelsHeld(b, a, interval)),
          Math.max(slots[1], pixelsHeld(a, b, interval)),
        ]);
      }
      leads.set(unit.name, through(unit, reached, network, interval));
    }
  }
  return units.map((unit) => {
    const held = depths.get(unit.name);
    return held && unit.second ? insertFifos(unit, held, network) : unit;
  });
}

/** The most of its pixels that the `early` branch has delivered and the join not taken, when it waits for the `late` one. */
function pixelsHeld(late: Lead, early: Lead, interval: number): number {
  const count = late.needed.length;
  if (early.needed.length !== count) return 0;
  const source = Math.max(late.needed[count - 1], early.needed[count - 1]);
  // pixels of the join that pass while one is on its way
  const ahead = Math.ceil((late.delay * count) / interval);
  const needed = (lead: Lead, n: number) => Math.floor(n / count) * source + lead.needed[n % count];
  let lead = 0; // pixels of the fork before those of the join, on an even schedule
  for (let n = 0; n < count; n++) lead = Math.max(lead, needed(late, n + ahead) - (n * source) / count);
  let most = 0;
  let delivered = 0; // pixels of the early branch
  for (let n = 0; n < count; n++) {
    const passed = ((n + 1) * source) / count + lead;
    while (needed(early, delivered) <= passed) delivered++;
    most = Math.max(most, delivered - n);
  }
  return most;
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
  const own = pixelsOf(network, unit.tensor);
  const pace = Math.ceil(Math.min(unit.interval, interval) / own) + PIPELINE_CYCLES;
  const delay = Math.max(...leads.map((each) => each.delay)) + (unit.kind === 'fork' ? 1 : pace);
  if (unit.kind === 'add' || unit.kind === 'concat')
    return {
      needed: first.needed.map((_, n) => Math.max(...leads.map((each) => each.needed[n] ?? 0))),
      delay,
    };
  const node = nodeOf(unit, network);
  const last = first.needed[first.needed.length - 1];
  if (node && (node.kind === 'conv' || node.kind === 'pool')) {
    const { needed } = windowDemand(node.window);
    return { needed: Float64Array.from(needed, (count) => first.needed[count - 1]), delay };
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
