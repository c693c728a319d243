/** The beats of a stream, and who waits for them. */

/** Something that decides events on streams, in cycles, from those it knows. */
export interface Process {
  /** Decide all that can be decided. */
  advance(): void;
}

/** A process in the agenda. Apart from the process, since a property that all kinds of processes have is slow to find. */
export class Entry {
  readonly process: Process;
  listed = false;
  next: Entry | undefined; // that was listed after this one

  constructor(process: Process) {
    this.process = process;
  }
}

/** Processes for which something new is known, in the order in which it became known. */
export class Agenda {
  private first: Entry | undefined;
  private last: Entry | undefined;

  add(entry: Entry): void {
    if (entry.listed) return;
    entry.listed = true;
    if (this.last) this.last.next = entry;
    else this.first = entry;
    this.last = entry;
  }

  /** Until nothing more can be decided. */
  run(): void {
    for (let entry = this.first; entry; entry = this.first) {
      this.first = entry.next;
      if (!this.first) this.last = undefined;
      entry.next = undefined;
      entry.listed = false;
      entry.process.advance();
    }
  }
}

/** One stream: when each beat is first offered, and when it is taken, as far as that is decided. Units: cycles. */
export class Beats {
  readonly offered: Float64Array; // [beats]
  readonly taken: Float64Array; // [beats]
  offers = 0; // decided
  takes = 0; // decided
  producer: Entry | undefined;
  consumer: Entry | undefined;
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
