/** The thread that background.ts starts: one task, one answer. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Network } from '../1-import/types.js';
import { evaluateFloat, type Samples } from '../2-quantize/evaluate/evaluate.js';
import { quantizeNetwork } from '../2-quantize/quantize.js';
import { type Codes, evaluateBatches, type Overflow } from '../3-integer/evaluate.js';
import type { IntegerNetwork } from '../3-integer/types.js';
import { overflowOf, type WrappingUnit } from '../7-simulate/verify.js';
import { generate, plan, quantize as quantizeChecked } from '../compile.js';
import { type Diagnostic, NarrowgateError } from '../diagnostics/diagnostic.js';

/** What can be computed in the background. Arguments and results are copied between threads: no functions in them. */
const tasks = { evaluateAll, evaluateReal, generate, plan, quantize, quantizeNetwork };
export type Tasks = typeof tasks;
export type Task = { [Name in keyof Tasks]: { name: Name; given: Parameters<Tasks[Name]> } }[keyof Tasks];
export type Answer =
  | { readonly value: unknown }
  | { readonly diagnostics: readonly Diagnostic[] }
  | { readonly progress: BackgroundProgress };

/** Where a task is: a step of it, and the part of the step that is done, 0 .. 1. */
export interface BackgroundProgress {
  readonly step: string;
  readonly done: number;
}

/**
 * Outputs of all samples.
 *
 * @param input codes of the input tensor, [count * elements]
 * @param units of a plan, whose accumulators may wrap
 * @returns [count * outputs]
 */
function evaluateAll(
  network: IntegerNetwork,
  input: Codes,
  count: number,
  units: readonly WrappingUnit[] = [],
): Codes {
  const outputs = network.tensors.get(network.output)?.shape.reduce((product, n) => product * n, 1) ?? 1;
  const results = new Float64Array(count * outputs);
  const overflow: Overflow = overflowOf(units);
  const keep = (part: Codes, first: number) => results.set(part, first * outputs);
  evaluateBatches(network, input, count, keep, overflow);
  return results;
}

/** Outputs of a network in float32. */
function evaluateReal(network: Network, samples: Samples): Float32Array {
  return evaluateFloat(network, samples);
}

/** A float network quantized and checked. */
function quantize(
  prepared: Parameters<typeof quantizeChecked>[0],
  assignment: Parameters<typeof quantizeChecked>[1],
  samples: Samples,
  options: Parameters<typeof quantizeChecked>[3],
): ReturnType<typeof quantizeChecked> {
  return quantizeChecked(prepared, assignment, samples, options, (step, done) =>
    parentPort?.postMessage({ progress: { step, done } } satisfies Answer),
  );
}

function answer({ name, given }: Task): Answer {
  try {
    return { value: (tasks[name] as (...all: unknown[]) => unknown)(...given) };
  } catch (error) {
    if (error instanceof NarrowgateError) return { diagnostics: error.diagnostics };
    throw error; // arrives at the other thread as the worker's 'error'
  }
}

parentPort?.postMessage(answer(workerData as Task));
