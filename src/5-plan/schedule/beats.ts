/** The beats of a stream, and who waits for them. */

/** Something that decides events on streams, in cycles, from those it knows. */
export abstract class Process {
  listed = false; // in the agenda

  /** Decide all that can be decided. */
  abstract advance(): void;
}

/** Processes for which something new is known. */
export class Agenda {
  private readonly waiting: Process[] = [];

  add(process: Process): void {
    if (process.listed) return;
    process.listed = true;
    this.waiting.push(process);
  }

  /** Until nothing more can be decided. */
  run(): void {
    for (let process = this.waiting.pop(); process; process = this.waiting.pop()) {
      process.listed = false;
      process.advance();
    }
  }
}

/** One stream: when each beat is first offered, and when it is taken, as far as that is decided. Units: cycles. */
export class Beats {
  readonly offered: Float64Array; // [beats]
  readonly taken: Float64Array; // [beats]
  offers = 0; // decided
  takes = 0; // decided
  producer: Process | undefined;
  consumer: Process | undefined;
  private readonly agenda: Agenda;

  constructor(beats: number, agenda: Agenda) {
    this.offered = new Float64Array(beats);
    this.taken = new Float64Array(beats);
    this.agenda = agenda;
  }

  /** The next beat is offered from a cycle on, until it is taken. */
  offer(time: number): void {
    this.offered[this.offers++] = time;
    if (this.consumer) this.agenda.add(this.consumer);
  }

  /** The next beat is taken. */
  take(time: number): void {
    this.taken[this.takes++] = time;
    if (this.producer) this.agenda.add(this.producer);
  }

  /** When the beat before this one was taken; 0 if there is none. */
  takenBefore(beat: number): number {
    return beat > 0 ? this.taken[beat - 1] : 0;
  }
}
