/** Weight problems for the tests of the accumulator methods. */
import fc from 'fast-check';
import type { InputRange, WeightProblem } from '../../../src/2-quantize/types.js';

export const unsigned = (bits: number): InputRange => ({ bits, signed: false, min: 0, max: 2 ** bits - 1 });

/** Whole types, and codes that a zero point moved to one side or away from zero. */
export const inputRanges: fc.Arbitrary<InputRange> = fc
  .record({
    bits: fc.integer({ min: 1, max: 8 }),
    signed: fc.boolean(),
    shift: fc.integer({ min: -300, max: 300 }),
  })
  .chain(({ bits, signed, shift }) => {
    const min = signed ? -(2 ** (bits - 1)) : 0;
    const whole = { bits, signed, min, max: min + 2 ** bits - 1 };
    return fc.constantFrom(whole, { ...whole, min: whole.min - shift, max: whole.max - shift });
  });

/** Numbers from a fixed generator, uniform in -1 .. 1. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export interface ProblemShape {
  readonly outputs: number;
  readonly inputs: number;
  readonly groups: number;
  readonly bits: number;
  readonly input: InputRange;
  readonly accumulator?: number;
  readonly samples?: number; // of which there are moments
  readonly seed: number;
}

/** Weights with a few large ones, a row of zeros now and then, and moments of correlated inputs. */
export function problem(shape: ProblemShape): WeightProblem {
  const { outputs, inputs, groups, bits, samples, seed } = shape;
  const next = uniform(seed);
  const values = new Float32Array(outputs * inputs);
  for (let output = 0; output < outputs; output++) {
    const size = next() < -0.8 ? 0 : 2 ** (4 * next());
    for (let i = 0; i < inputs; i++) values[output * inputs + i] = size * next() ** 3;
  }
  const scale = Float32Array.from({ length: outputs }, (_, output) => {
    const row = values.subarray(output * inputs, (output + 1) * inputs);
    const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return largest > 0 ? largest / (2 ** (bits - 1) - 1) : 1;
  });
  const moments = samples === undefined ? undefined : momentsOf(inputs, groups, samples, next);
  return {
    values,
    outputs,
    inputs,
    groups,
    bits,
    scale,
    input: shape.input,
    accumulator: shape.accumulator,
    moments,
  };
}

function momentsOf(inputs: number, groups: number, samples: number, next: () => number): Float64Array {
  const moments = new Float64Array(groups * inputs * inputs);
  for (let group = 0; group < groups; group++)
    for (let sample = 0; sample < samples; sample++) {
      const shared = next();
      const x = Float64Array.from({ length: inputs }, (_, i) =>
        i % 7 === 6 ? 0 : Math.max(0, shared + next()),
      );
      for (let i = 0; i < inputs; i++)
        for (let j = 0; j < inputs; j++) moments[(group * inputs + i) * inputs + j] += x[i] * x[j];
    }
  return moments;
}
