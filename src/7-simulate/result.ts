/** Reads what harness.cpp and bench_icarus.v write about a run. */
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/simulation-errors.js';
import { bytesPerBeat } from './beats.js';
import { LineScanner, wholeLines } from './hex-lines.js';
import type { Outcome, RunResult, Simulator, StreamRequest } from './types.js';

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  complete: 'all beats passed',
  no_progress: 'no beat was accepted for a long time',
  valid_dropped: 'm_axis_tvalid fell before the beat was accepted',
  data_changed: 'm_axis_tdata or m_axis_tlast changed before the beat was accepted',
  surplus: 'an output beat came that nobody expects',
  unknown: 'a handshake signal or an accepted beat holds x or z',
};

/**
 * Read a result file.
 *
 * @returns undefined when the simulation did not come to its end
 */
export async function readResult(
  file: string,
  request: StreamRequest,
  simulator: Simulator,
): Promise<Omit<RunResult, 'seconds'> | undefined> {
  const { expectedBeats } = request;
  const stride = bytesPerBeat(request.outputBits);
  const outputs = new Uint8Array(expectedBeats * stride);
  const outputCycles = new Float64Array(expectedBeats);
  const last = new Uint8Array(expectedBeats);
  const inputCycles = new Float64Array(request.beats.length / bytesPerBeat(request.inputBits));
  let accepted = 0;
  let received = 0;
  let cycles = 0;
  let end: { outcome: Outcome; cycle: number } | undefined;
  for await (const text of wholeLines(file)) {
    const scanner = new LineScanner(text);
    while (!scanner.done) {
      const kind = scanner.kind();
      if (kind === 'i') {
        inputCycles[accepted++] = scanner.decimal();
        cycles = inputCycles[accepted - 1] + 1;
      } else if (kind === 'o') {
        outputCycles[received] = scanner.decimal();
        last[received] = scanner.decimal();
        scanner.beat(outputs, received * stride, stride);
        cycles = outputCycles[received++] + 1;
      } else {
        const [, outcome, cycle] = scanner.rest().split(' '); // the rest of 'end <outcome> <cycle>'
        if (outcome in OUTCOMES) end = { outcome: outcome as Outcome, cycle: Number(cycle) };
      }
    }
  }
  if (!end) return undefined;
  const { outcome } = end;
  const position = {
    cycle: end.cycle,
    accepted,
    beats: inputCycles.length,
    received,
    expected: expectedBeats,
  };
  return {
    simulator,
    outcome,
    problem: problemOf(outcome, request, simulator, position),
    outputs: outputs.subarray(0, received * stride),
    outputCycles: outputCycles.subarray(0, received),
    last: last.subarray(0, received),
    inputCycles: inputCycles.subarray(0, accepted),
    cycles,
  };
}

function problemOf(
  outcome: Outcome,
  { device, timeoutCycles }: StreamRequest,
  simulator: Simulator,
  position: errors.RunPosition,
): Diagnostic | undefined {
  if (outcome === 'complete') return undefined;
  if (outcome === 'no_progress')
    return errors.simulationNoProgress(simulator, device, timeoutCycles, position);
  return errors.simulationProtocol(simulator, device, OUTCOMES[outcome], position);
}
