/**
 * When the first inference is done, to the cycle, in an empty pipeline with a source and a sink that never pause.
 *
 * Every stream's beats are followed through the modules of hw/ with their registers and memories, back-pressure included.
 * A module's next event follows from events that come no later, so that each is decided once, in any order in which
 * what it depends on is known: no cycle in which nothing happens costs anything.
 */

import { partLatency } from '../part-latency.js';
import type { Part, Unit } from '../types.js';
import { Agenda, Beats, type Process } from './beats.js';
import { Alternate, Fork, Pair, Register, Rigid, Sequential, Sink, Split } from './processes.js';
import { memoryOf } from './runs.js';
import { Store, StoreAndRigid } from './store.js';

/** Cycles from the first input beat taken to the last output beat taken, by a network that is empty before. */
export function firstInference(units: readonly Unit[]): number {
  const { beats } = units[0].input;
  const builder = new Builder();
  const source = builder.stream(beats);
  source.offers = beats; // each of them from the beginning
  const outputs = new Map<string, readonly Beats[]>(); // of each unit
  let last = source;
  for (const unit of units) {
    const inputs = unit.from.map(({ unit: name, second }) => outputs.get(name)?.[second ? 1 : 0] ?? source);
    const made = builder.unit(unit, inputs.length ? inputs : [source]);
    outputs.set(unit.name, made);
    last = made[0];
  }
  builder.finish(last);
  if (last.takes < last.taken.length) throw new Error('the planned network stands still');
  return last.taken[last.taken.length - 1];
}

/** Makes processes of parts. */
export class Builder {
  private readonly agenda = new Agenda();

  stream(beats: number): Beats {
    return new Beats(beats, this.agenda);
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
    for (const input of inputs) input.consumer = process;
    for (const output of outputs) output.producer = process;
    this.agenda.add(process);
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
        ? new Pair(inputs, output, partLatency(part))
        : new Alternate(inputs, [folds[0], folds[1]], output);
    this.place(process, inputs, [output]);
    return output;
  }

  private chain(parts: readonly Part[], input: Beats): Beats {
    let last = input;
    for (let k = 0; k < parts.length; k++) {
      const memory = memoryOf(parts[k]);
      if (!memory) {
        last = this.part(parts[k], last);
        continue;
      }
      const following = k + 1 < parts.length ? rigidOf(parts[k + 1]) : undefined;
      const output = this.stream(parts[following?.results === 1 ? k + 1 : k].output.beats);
      if (following?.results === 1) {
        const { latency, period } = following;
        this.place(new StoreAndRigid(last, output, latency, memory, period), [last], [output]);
        k++;
      } else this.place(new Store(last, output, memory), [last], [output]);
      last = output;
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
        return this.rigid(this.sequential(input, number('LEVEL_BITS')), input.taken.length, STAGE);
      case 'scale_sequential': {
        // the stages move together; the sum and the output have registers that wait each for itself
        const stages = number('STAGES');
        const product =
          stages > 1
            ? this.rigid(input, input.taken.length, { ...STAGE, latency: stages })
            : this.sequential(input, number('STEPS'));
        return this.rigid(this.rigid(product, input.taken.length, STAGE), input.taken.length, STAGE);
      }
      default:
        throw new Error(`nothing is known about the timing of ${part.module}`);
    }
  }

  private rigid(input: Beats, beats: number, { latency, period, results }: RigidStages): Beats {
    return this.one(input, beats, (output) => new Rigid(input, output, latency, period, results));
  }

  private sequential(input: Beats, cycles: number): Beats {
    return this.one(input, input.taken.length, (output) => new Sequential(input, output, cycles));
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
