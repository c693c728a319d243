/** Modules with a memory: one side writes as long as there is room, the other reads what was written. */
import type { Beats, Process } from './beats.js';
import type { Pipeline } from './pipeline.js';
import type { Memory, Run } from './runs.js';

/** Cycles from a beat written to the first read of it, and from the last read of a word to a beat in its place. */
const SEEN = 1;

/** The side that writes. */
class Writer {
  private readonly input: Beats;
  private room: number; // beats, counted from the first one

  constructor(input: Beats, room: number) {
    this.input = input;
    this.room = Math.min(room, input.taken.length);
  }

  write(): void {
    const { input, room } = this;
    while (input.takes < input.offers && input.takes < room) {
      const beat = input.takes;
      const next = beat > 0 ? input.taken[beat - 1] + 1 : 0;
      input.take(Math.max(input.offered[beat], input.taken[beat], next));
    }
  }

  /** Until it is decided when a beat is taken, its place holds since when there is room. */
  makeRoom(room: number, time: number): void {
    const { taken } = this.input;
    const before = this.room;
    this.room = Math.max(before, Math.min(room, taken.length));
    taken.fill(time, before, this.room);
  }
}

/** What both ways to read have in common. */
abstract class Reader implements Process {
  protected readonly pipeline: Pipeline;
  private readonly input: Beats;
  private readonly writer: Writer;
  private readonly runs: Iterator<Run>;
  private run: Run | undefined;

  constructor(input: Beats, pipeline: Pipeline, { room, runs }: Memory) {
    this.input = input;
    this.pipeline = pipeline;
    this.writer = new Writer(input, room);
    this.runs = runs;
    this.run = this.next();
  }

  /**
   * Read a run.
   *
   * @param from the cycle from which on its first beat can be read
   * @returns the cycle in which the last one is read; undefined while it is not known
   */
  protected abstract read(beats: number, from: number): number | undefined;

  advance(): void {
    const { input, writer, pipeline } = this;
    writer.write();
    pipeline.publish();
    while (this.run) {
      const { beats, needs, room } = this.run;
      if (needs >= input.takes) return;
      const last = this.read(beats, needs < 0 ? 0 : input.taken[needs] + SEEN);
      if (last === undefined) return;
      if (room > 0) {
        writer.makeRoom(room, last + SEEN);
        writer.write();
      }
      this.run = this.next();
    }
  }

  private next(): Run | undefined {
    const { done, value } = this.runs.next();
    return done ? undefined : value;
  }
}

/** A memory whose beats go on as they are: a read fills the output register. */
export class Store extends Reader {
  private done = 0; // beats of the run
  private earliest = 0; // that the next one can be read

  protected read(beats: number, from: number): number | undefined {
    const { pipeline } = this;
    for (; this.done < beats; this.done++) {
      if (!pipeline.moveFrom(Math.max(from, this.earliest))) return undefined;
      this.earliest = pipeline.time + 1;
      pipeline.emit();
    }
    this.done = 0;
    return pipeline.time;
  }
}

/**
 * A memory in front of stages that move together, each `period` beats of which give a result: the beats between are many,
 * and go one a cycle, so they are not looked at one by one.
 */
export class StoreAndRigid extends Reader {
  private readonly period: number;
  private taken = 0; // beats of the result in the making
  private done = 0; // beats of the run
  private stage: 'begin' | 'first' | 'middle' | 'last' = 'begin';
  private lastRead = 0;

  constructor(input: Beats, pipeline: Pipeline, memory: Memory, period: number) {
    super(input, pipeline, memory);
    this.period = period;
  }

  protected read(beats: number, from: number): number | undefined {
    while (this.done < beats) {
      const group = Math.min(beats - this.done, this.period - this.taken);
      if (!this.readGroup(group, from)) return undefined;
      this.done += group;
      this.taken += group;
      if (this.taken < this.period) continue;
      this.taken = 0;
      this.pipeline.emit();
    }
    this.done = 0;
    return this.lastRead;
  }

  /** A beat is read when the stages take the one before it, which leaves the register between, and taken a cycle later. */
  private readGroup(beats: number, from: number): boolean {
    const { pipeline } = this;
    if (this.stage === 'begin') {
      this.lastRead = Math.max(pipeline.time, from);
      this.stage = 'first';
    }
    if (this.stage === 'first') {
      if (!pipeline.moveFrom(this.lastRead + 1)) return false;
      pipeline.skip(Math.max(0, beats - 2));
      this.stage = 'middle';
    }
    if (this.stage === 'middle') {
      if (beats > 2 && !pipeline.settle()) return false;
      if (beats > 1) this.lastRead = pipeline.time;
      this.stage = 'last';
    }
    if (beats > 1 && !pipeline.moveFrom(this.lastRead + 1)) return false;
    this.stage = 'begin';
    return true;
  }
}
