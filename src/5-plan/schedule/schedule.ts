/**
 * When every beat passes every stream of a network, to the cycle, from an empty pipeline on and with a sink that never
 * pauses.
 *
 * Every stream's beats are followed through the modules of hw/ with their registers and memories, back-pressure included.
 * A module's next event follows from events that come no later, so that each is decided once, in any order in which
 * what it depends on is known: no cycle in which nothing happens costs anything.
 */

import { partLatency } from '../part-latency.js';
import type { Part, Unit } from '../types.js';
import { Agenda, Beats, Entry, type Process } from './beats.js';
import { Pipeline } from './pipeline.js';
import { Alternate, Fork, Pair, Register, Rigid, Sequential, Sink, Split } from './processes.js';
import { memoryOf } from './runs.js';
import { Store, StoreAndRigid } from './store.js';

export interface ScheduleOptions {
  readonly images: number; // inferences, one behind another
  readonly interval?: number; // cycles between inferences of a source with an even pace; default: one that never pauses
  readonly endless?: boolean; // FIFOs that are never full
  readonly cautious?: boolean; // pipelines hold one beat: what they hold at least, whoever stalls
}

export interface Schedule {
  readonly ends: readonly number[] | undefined; // [images], cycles from the first input beat to the last output beat of each
  readonly settled: boolean; // the last inference went as the one before, stream by stream, and so will all that follow
  readonly complete: boolean; // every beat has passed every stream: nothing stands still
  readonly depths: ReadonlyMap<Part, number>; // of each stream_fifo, the beats that its memory held at most
}

/** Beats of one inference in all streams that a schedule follows: its time and its memory. */
export function beatsOf(units: readonly Unit[]): number {
  const parts = units.flatMap(({ before, second, array, after }) => [
    ...before,
    ...(second?.parts ?? []),
    ...array,
    ...after,
  ]);
  return parts.reduce((sum, { module, output }) => sum + (MANY_READS.has(module) ? 0 : output.beats), 0);
}

/** Follow some inferences through a network. */
export function scheduleOf(units: readonly Unit[], options: ScheduleOptions): Schedule {
  const { images, interval } = options;
  const builder = new Builder(options);
  const [{ input }] = units;
  const source = builder.stream(input.beats);
  for (let beat = 0; beat < source.offered.length; beat++)
    source.offer(interval ? Math.floor((beat * interval) / input.beats) : 0);
  const outputs = new Map<string, readonly Beats[]>(); // of each unit
  let last = source;
  for (const unit of units) {
    const inputs = unit.from.map(({ unit: name, second }) => outputs.get(name)?.[second ? 1 : 0] ?? source);
    const made = builder.unit(unit, inputs.length ? inputs : [source]);
    outputs.set(unit.name, made);
    last = made[0];
  }
  builder.finish(last);
  const { taken, takes } = last;
  const ends = Array.from({ length: images }, (_, image) => taken[((image + 1) * taken.length) / images - 1]);
  const steady = ends[images - 1] - ends[images - 2];
  return {
    ends: takes < taken.length ? undefined : ends,
    settled: images > 1 && builder.streams.every((stream) => repeats(stream, images, steady)),
    complete: builder.streams.every((stream) => stream.takes === stream.taken.length),
    depths: new Map(Array.from(builder.fifos, ([part, [written, read]]) => [part, mostHeld(written, read)])),
  };
}

/** Whether all beats of the last inference were taken so many cycles later than those of the one before. */
function repeats({ taken }: Beats, images: number, cycles: number): boolean {
  const beats = taken.length / images;
  for (let beat = taken.length - beats; beat < taken.length; beat++)
    if (taken[beat] - taken[beat - beats] !== cycles) return false;
  return true;
}

/** The least memory that has room for every beat of a FIFO as it comes. */
function mostHeld(written: Beats, read: Beats): number {
  let most = 0;
  let left = 0; // beats that were read, a cycle before they were offered, before one is written
  for (let beat = 0; beat < written.takes; beat++) {
    while (left < read.offers && read.offered[left] - 1 < written.taken[beat]) left++;
    most = Math.max(most, beat + 1 - left);
  }
  return most;
}

/** Makes processes of parts. */
class Builder {
  readonly streams: Beats[] = [];
  readonly fifos = new Map<Part, readonly [Beats, Beats]>(); // input and output
  private readonly agenda = new Agenda();
  private readonly options: ScheduleOptions;

  constructor(options: ScheduleOptions) {
    this.options = options;
  }

  /** @param beats of an inference */
  stream(beats: number): Beats {
    const stream = new Beats(beats * this.options.images, this.agenda);
    this.streams.push(stream);
    return stream;
  }

  /** @returns its output, or the two of a fork */
  unit(unit: Unit, inputs: readonly Beats[]): readonly Beats[] {
    const { before, second, array, after } = unit;
    if (unit.kind === 'fork') return this.fork(before[0], inputs[0]);
    const first = this.chain(second ? before : [...before, ...array, ...after], inputs[0]);
    if (!second) return [first];
    const joined = this.join(after[0], [first, this.chain(second.parts, inputs[1])]);
    return [this.chain([...array, ...after.slice(1)], joined)];
  }

  /** Let the sink take everything, and decide all events. */
  finish(output: Beats): void {
    this.place(new Sink(output), [output], []);
    this.agenda.run();
  }

  private place(process: Process, inputs: readonly Beats[], outputs: readonly Beats[]): void {
    const entry = new Entry(process);
    for (const input of inputs) input.consumer = entry;
    for (const output of outputs) output.producer = entry;
    this.agenda.add(entry);
  }

  private fork({ output }: Part, input: Beats): readonly Beats[] {
    const outputs = [this.stream(output.beats), this.stream(output.beats)] as const;
    this.place(new Fork(input, outputs), [input], outputs);
    return outputs;
  }

  private join(part: Part, inputs: readonly [Beats, Beats]): Beats {
    const output = this.stream(part.output.beats);
    const folds = ['FOLDS_A', 'FOLDS_B'].map((name) => Number(part.parameters.get(name)));
    const process =
      part.module === 'stream_add'
        ? new Pair(inputs, this.pipeline(output, partLatency(part) - 1)) // the inputs' registers are not of the pipeline
        : new Alternate(inputs, this.pipeline(output, 1), [folds[0], folds[1]]);
    this.place(process, inputs, [output]);
    return output;
  }

  private chain(parts: readonly Part[], input: Beats): Beats {
    let last = input;
    for (let k = 0; k < parts.length; k++) {
      const [part, next] = [parts[k], parts.at(k + 1)];
      const memory = memoryOf(part, this.options);
      const behind = memory && next && MANY_READS.has(part.module) ? rigidOf(next) : undefined;
      if (!memory) last = this.part(part, last);
      else if (next && behind?.results === 1) {
        const { latency, period } = behind;
        const input = last;
        last = this.one(input, next.output.beats, (output) => {
          return new StoreAndRigid(input, this.pipeline(output, latency), memory, period);
        });
        k++;
      } else {
        const input = last;
        last = this.one(input, part.output.beats, (output) => {
          if (part.module === 'stream_fifo') this.fifos.set(part, [input, output]);
          return new Store(input, this.pipeline(output, 1), memory);
        });
      }
    }
    return last;
  }

  private part(part: Part, input: Beats): Beats {
    const rigid = rigidOf(part);
    if (rigid) return this.rigid(input, part.output.beats, rigid);
    const number = (name: string) => Number(part.parameters.get(name));
    switch (part.module) {
      case 'input_port':
      case 'stream_register':
        return this.one(input, part.output.beats, (output) => new Register(input, output));
      case 'stream_width':
        return this.one(
          input,
          part.output.beats,
          (output) => new Split(input, output, part.input.lanes / part.output.lanes),
        );
      case 'threshold_sequential':
        return this.rigid(
          this.sequential(input, part.output.beats, number('LEVEL_BITS')),
          part.output.beats,
          STAGE,
        );
      case 'scale_sequential': {
        // the stages move together; the sum and the output have registers that wait each for itself
        const stages = number('STAGES');
        const product =
          stages > 1
            ? this.rigid(input, part.output.beats, { ...STAGE, latency: stages })
            : this.sequential(input, part.output.beats, number('STEPS'));
        return this.rigid(this.rigid(product, part.output.beats, STAGE), part.output.beats, STAGE);
      }
      default:
        throw new Error(`nothing is known about the timing of ${part.module}`);
    }
  }

  private rigid(input: Beats, beats: number, { latency, period, results }: RigidStages): Beats {
    return this.one(
      input,
      beats,
      (output) => new Rigid(input, this.pipeline(output, latency), period, results),
    );
  }

  private sequential(input: Beats, beats: number, cycles: number): Beats {
    return this.one(input, beats, (output) => new Sequential(input, output, cycles));
  }

  private pipeline(output: Beats, latency: number): Pipeline {
    return new Pipeline(output, latency, this.options.cautious);
  }

  private one(input: Beats, beats: number, make: (output: Beats) => Process): Beats {
    const output = this.stream(beats);
    this.place(make(output), [input], [output]);
    return output;
  }
}

/** Stages that move together: the last `results` of every `period` beats give a result each. */
interface RigidStages {
  readonly latency: number;
  readonly period: number;
  readonly results: number;
}

/** Memories that are read many times, one beat a cycle. */
const MANY_READS = new Set(['sliding_window', 'vector_buffer']);

const STAGE: RigidStages = { latency: 1, period: 1, results: 1 };

/** @returns undefined for modules that are something else */
function rigidOf(part: Part): RigidStages | undefined {
  const number = (name: string) => Number(part.parameters.get(name));
  switch (part.module) {
    case 'matrix_vector':
    case 'dsp_matrix_vector':
      return { latency: partLatency(part), period: number('SYNAPSE_FOLD'), results: 1 };
    case 'pool':
      return { latency: partLatency(part), period: number('TAPS'), results: 1 };
    case 'global_pool':
      return { latency: partLatency(part), period: part.input.beats, results: number('FOLDS') };
    case 'threshold_search':
    case 'threshold_parallel':
    case 'scale_shift':
    case 'output_port':
      return { ...STAGE, latency: partLatency(part) };
    case 'stream_width':
      return part.output.lanes > part.input.lanes
        ? { ...STAGE, period: part.output.lanes / part.input.lanes }
        : undefined;
    case 'vector_buffer':
      return number('REPEATS') === 1 ? STAGE : undefined;
    case 'upsample':
      return number('FACTOR_H') * number('FACTOR_W') === 1 ? STAGE : undefined;
    default:
      return part.latency === undefined ? undefined : { ...STAGE, latency: part.latency };
  }
}
