import type { Beats } from './beats.js';

/**
 * Stages that move together: all of them in every cycle but those in which a result is offered and not taken.
 *
 * Time without these cycles runs evenly: a result is at the output a fixed number of moves after its last beat went in.
 */
export class Pipeline {
  time = 0; // of the latest move that was asked for
  private readonly output: Beats;
  private readonly latency: number;
  private readonly cautious: boolean;
  private made = 0; // results that are under way or have left
  private passed = 0; // results before `time`
  private stalls = 0; // cycles that these waited
  private stallsBefore = 0; // cycles that the results before the next one to be offered waited

  /**
   * @param latency moves from a beat to its result
   * @param cautious nothing goes in while a result is under way: what stages surely hold when gaps lie between beats
   */
  constructor(output: Beats, latency: number, cautious = false) {
    this.output = output;
    this.latency = latency;
    this.cautious = cautious;
  }

  /** Put `time` to the first move from a cycle on; false while that is not known: ask again. */
  moveFrom(cycle: number): boolean {
    if (cycle > this.time) this.time = cycle;
    const { output } = this;
    const { offered, taken } = output;
    while (this.passed < output.offers && offered[this.passed] <= this.time) {
      if (this.passed >= output.takes) return false;
      const end = taken[this.passed];
      if (end > this.time) this.time = end;
      this.pass();
    }
    return this.cautious ? this.isEmptyFrom(output.takenBefore(this.made)) : true;
  }

  /** Put `time` so many moves on, without stalls; settle() adds them. */
  skip(moves: number): void {
    this.time += moves;
  }

  /** Add to `time` the stalls between the moves that were skipped; false while they are not known: ask again. */
  settle(): boolean {
    const { output } = this;
    const { offered, taken } = output;
    while (this.passed < output.offers && offered[this.passed] <= this.time) {
      if (this.passed >= output.takes) return false;
      this.time += taken[this.passed] - offered[this.passed];
      this.pass();
    }
    return true;
  }

  /** The beat that goes in at `time` completes a result. */
  emit(): void {
    // until it is decided when the result is offered, its place holds when it is there but for stalls
    this.output.offered[this.made++] = this.time - this.stalls + this.latency;
    this.publish();
  }

  /** Offer what is known to come out: a result's time is known once the one before it was taken. */
  publish(): void {
    const { output } = this;
    while (output.offers < this.made && output.takes >= output.offers) {
      const next = output.offers;
      if (next > 0) this.stallsBefore += output.taken[next - 1] - output.offered[next - 1];
      output.offer(output.offered[next] + this.stallsBefore);
    }
  }

  private isEmptyFrom(cycle: number): boolean {
    if (this.output.takes < this.made) return false;
    if (cycle > this.time) this.time = cycle;
    return true;
  }

  private pass(): void {
    this.stalls += this.output.taken[this.passed] - this.output.offered[this.passed];
    this.passed++;
    this.publish();
  }
}
