/** What modules of hw/ without a memory do with the beats of their streams. */
import type { Beats, Process } from './beats.js';
import type { Pipeline } from './pipeline.js';

/** stream_register: a beat at the output and a spare one. */
export class Register implements Process {
  private readonly input: Beats;
  private readonly output: Beats;

  constructor(input: Beats, output: Beats) {
    [this.input, this.output] = [input, output];
  }

  advance(): void {
    const { input, output } = this;
    for (;;) {
      const beat = output.offers;
      if (input.takes === beat) {
        if (input.offers === beat) return;
        // the spare register is free in the cycle after the beat in it moved to the output
        const free = beat > 0 ? output.offered[beat - 1] : 0;
        input.take(Math.max(input.offered[beat], free));
      }
      if (output.takes < beat) return;
      output.offer(Math.max(input.taken[beat], output.takenBefore(beat)) + 1);
    }
  }
}

/** Stages that move together. Of every `period` beats the last `results` give one each. */
export class Rigid implements Process {
  private readonly input: Beats;
  private readonly pipeline: Pipeline;
  private readonly period: number;
  private readonly results: number;

  constructor(input: Beats, pipeline: Pipeline, period: number, results: number) {
    this.input = input;
    this.pipeline = pipeline;
    [this.period, this.results] = [period, results];
  }

  advance(): void {
    const { input, pipeline } = this;
    pipeline.publish();
    while (input.takes < input.offers) {
      const beat = input.takes;
      if (!pipeline.moveFrom(Math.max(input.offered[beat], beat > 0 ? input.taken[beat - 1] + 1 : 0))) return;
      input.take(pipeline.time);
      if (beat % this.period >= this.period - this.results) pipeline.emit();
    }
  }
}

/** Works on a beat for some cycles, and holds it until the register behind is free. */
export class Sequential implements Process {
  private readonly input: Beats;
  private readonly output: Beats;
  private readonly cycles: number;

  constructor(input: Beats, output: Beats, cycles: number) {
    [this.input, this.output, this.cycles] = [input, output, cycles];
  }

  advance(): void {
    const { input, output, cycles } = this;
    while (input.takes < input.offers && output.takes === input.takes) {
      const beat = input.takes;
      input.take(Math.max(input.offered[beat], output.takenBefore(beat)));
      output.offer(input.taken[beat] + cycles);
    }
  }
}

/** stream_fork: both outputs have taken a beat before the next one comes. */
export class Fork implements Process {
  private readonly input: Beats;
  private readonly outputs: readonly [Beats, Beats];

  constructor(input: Beats, outputs: readonly [Beats, Beats]) {
    [this.input, this.outputs] = [input, outputs];
  }

  advance(): void {
    const { input } = this;
    const [a, b] = this.outputs;
    while (input.takes < input.offers && a.takes === input.takes && b.takes === input.takes) {
      const beat = input.takes;
      const time = Math.max(input.offered[beat], a.takenBefore(beat), b.takenBefore(beat));
      input.take(time);
      a.offer(time + 1);
      b.offer(time + 1);
    }
  }
}

/** stream_width from wide to narrow: the next beat comes as the last piece of this one goes. */
export class Split implements Process {
  private readonly input: Beats;
  private readonly output: Beats;
  private readonly pieces: number;

  constructor(input: Beats, output: Beats, pieces: number) {
    [this.input, this.output, this.pieces] = [input, output, pieces];
  }

  advance(): void {
    const { input, output, pieces } = this;
    while (output.takes === output.offers) {
      const piece = output.offers;
      if (piece === output.offered.length) return;
      const before = output.takenBefore(piece);
      if (piece % pieces > 0) output.offer(before + 1);
      else {
        const beat = piece / pieces;
        if (input.offers === beat) return;
        input.take(Math.max(input.offered[beat], before));
        output.offer(input.taken[beat] + 1);
      }
    }
  }
}

/** stream_add: each input waits in a register of its own for the other. */
export class Pair implements Process {
  private readonly inputs: readonly [Beats, Beats];
  private readonly pipeline: Pipeline;
  private pairs = 0; // that have gone on

  constructor(inputs: readonly [Beats, Beats], pipeline: Pipeline) {
    this.inputs = inputs;
    this.pipeline = pipeline;
  }

  advance(): void {
    const { inputs, pipeline } = this;
    const [a, b] = inputs;
    pipeline.publish();
    for (;;) {
      const pair = this.pairs;
      for (const input of inputs)
        if (input.takes === pair && input.offers > pair)
          input.take(Math.max(input.offered[pair], pair > 0 ? pipeline.time : 0));
      if (a.takes === pair || b.takes === pair) return;
      if (!pipeline.moveFrom(Math.max(a.taken[pair], b.taken[pair]) + 1)) return;
      this.pairs++;
      pipeline.emit();
    }
  }
}

/** stream_concat: some beats of the one input, then some of the other. */
export class Alternate implements Process {
  private readonly inputs: readonly [Beats, Beats];
  private readonly folds: readonly [number, number];
  private readonly pipeline: Pipeline;
  private beat = 0;

  constructor(inputs: readonly [Beats, Beats], pipeline: Pipeline, folds: readonly [number, number]) {
    [this.inputs, this.folds] = [inputs, folds];
    this.pipeline = pipeline;
  }

  advance(): void {
    const { inputs, folds, pipeline } = this;
    const [a, b] = inputs;
    pipeline.publish();
    for (;;) {
      const input = this.beat % (folds[0] + folds[1]) < folds[0] ? a : b;
      const { takes } = input;
      if (input.offers === takes) return;
      const next = this.beat > 0 ? Math.max(a.takenBefore(a.takes), b.takenBefore(b.takes)) + 1 : 0;
      if (!pipeline.moveFrom(Math.max(input.offered[takes], next))) return;
      input.take(pipeline.time);
      pipeline.emit();
      this.beat++;
    }
  }
}

/** Takes every beat as it is offered. */
export class Sink implements Process {
  private readonly input: Beats;

  constructor(input: Beats) {
    this.input = input;
  }

  advance(): void {
    const { input } = this;
    while (input.takes < input.offers) input.take(input.offered[input.takes]);
  }
}
