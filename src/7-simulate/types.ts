/** Running streams of beats through a compiled bench. */
import type { Diagnostic } from '../diagnostics/diagnostic.js';

export type Simulator = 'verilator' | 'icarus';

/**
 * What goes through one device of the bench in one run. Beats are packed little-endian: beat b is bytes
 * [b * n, (b + 1) * n), n = bytesPerBeat(bits), lane 0 in the low bits of byte 0.
 */
export interface StreamRequest {
  readonly select: number; // 0: the whole network; i: the array of layer i
  readonly device: string; // how messages call it, such as "layer 'conv1'"
  readonly inputBits: number; // per beat, of this device
  readonly outputBits: number; // per beat, of this device
  readonly beats: Uint8Array; // input beats
  readonly expectedBeats: number; // output beats; one more is a fault
  readonly timeoutCycles: number; // without any accepted beat
  readonly stallIn?: number; // percent of cycles in which the source pauses, default 0
  readonly stallOut?: number; // percent of cycles in which the sink is not ready, default 0
  readonly seed?: number; // of the stalls and of Verilator's initial register values, default 1
  readonly drainCycles?: number; // watched for surplus beats after the last one, default 32
  readonly probePrefix?: string; // probe i writes to <prefix>_<i>.txt
  readonly timeoutSeconds?: number; // of real time, default unlimited
  readonly cancelSignal?: AbortSignal;
}

export type Outcome = 'complete' | 'no_progress' | 'valid_dropped' | 'data_changed' | 'surplus' | 'unknown';

export interface RunResult {
  readonly simulator: Simulator;
  readonly outcome: Outcome;
  readonly problem?: Diagnostic; // in words, unless the outcome is 'complete'
  readonly outputs: Uint8Array; // beats received, packed as the input
  readonly outputCycles: Float64Array; // [beats received], cycle in which each was accepted
  readonly last: Uint8Array; // [beats received], tlast of each
  readonly inputCycles: Float64Array; // [beats accepted]
  readonly cycles: number; // from reset to the last accepted beat, inclusive
  readonly seconds: number; // of real time
}

export interface CompiledSimulation {
  readonly simulator: Simulator;
  readonly version: string; // of the simulator
  readonly compiled: boolean; // false: an earlier result was up to date
  readonly seconds: number; // of real time, to get here
  run(request: StreamRequest): Promise<RunResult>;
}

export interface CompileOptions {
  readonly cancelSignal?: AbortSignal;
}
