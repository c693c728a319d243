/**
 * Phase 7: run the hardware in two simulators and compare every output with the golden model; drive every
 * accumulator's witnesses; measure the cycles when nothing stalls.
 */
import { evaluate, type Overflow } from '../3-integer/evaluate.js';
import { foldSum } from '../5-plan/accumulator.js';
import type { BuildUnit } from '../6-emit/build-record.js';
import * as errors from '../diagnostics/simulation-errors.js';
import { packBeats } from './beats.js';
import type { BuildFolder } from './build-folder.js';
import { type Comparison, compare, measureCycles, toFields } from './comparison.js';
import { findDeadlock } from './deadlock.js';
import { firstDivergence } from './divergence.js';
import { compileIcarus } from './icarus.js';
import type { CompiledSimulation, RunResult, Simulator } from './types.js';
import { compileVerilator } from './verilator.js';
import { chooseWitnesses } from './witnesses.js';

export interface Mismatch {
  readonly simulator: Simulator;
  readonly layer: string;
  readonly channel: number; // of the model
  readonly sample: number;
  readonly expected: number;
  readonly got: number | null; // null: no output came
  readonly cycle: number;
  readonly witness?: boolean; // found while driving an accumulator's witnesses
}

export interface Cycles {
  readonly interval: number;
  readonly latency: number;
}

export interface SimulatorVerdict {
  readonly simulator: Simulator;
  readonly version: string;
  readonly compiled: boolean; // false: compiled by an earlier run
  readonly vectors: number;
  readonly mismatches: number; // output codes that differ; with trace also a layer's first code that does
  readonly witnessVectors: number;
  readonly witnessMismatches: number; // accumulators that differ
  readonly cycles?: Cycles; // of the one that keeps time
  readonly seconds: number;
  readonly problem?: string; // why a run stopped
}

export interface Verdict {
  readonly passed: boolean;
  readonly vectors: number;
  readonly mismatches: number;
  readonly firstMismatch?: Mismatch;
  readonly cycles: Cycles;
  readonly simulators: readonly SimulatorVerdict[];
}

export interface VerifyOptions {
  readonly simulators: readonly Simulator[];
  readonly counts: Readonly<Record<Simulator, number>>; // vectors for each
  readonly stall: number; // percent, both sides
  readonly seed: number;
  readonly trace: boolean; // compare every layer's stream even when the outputs agree
  readonly onProgress: (text: string) => void;
  readonly cancelSignal?: AbortSignal;
}

/**
 * Inferences that measure the steady interval, in one simulator: clock edges are the same in both, and an inference of a
 * large network takes Icarus many minutes.
 */
const TIMED_INFERENCES = 4;
/** Cycles of witness vectors per layer. */
const WITNESS_CYCLES: Readonly<Record<Simulator, number>> = { verilator: 1_000_000, icarus: 3_000 };

/**
 * Verify a build folder on the codes of some samples.
 *
 * @param codes [count * elements], codes of the network's input
 */
export async function verify(
  folder: BuildFolder,
  codes: Int32Array,
  options: VerifyOptions,
): Promise<Verdict> {
  // Two simulators at a time: each is one process, and they share nothing.
  const timekeeper = options.simulators.find((each) => each === 'verilator') ?? options.simulators[0];
  const runs = options.simulators.map(
    (simulator) => new Verification(folder, codes, options, simulator, simulator === timekeeper),
  );
  const settled = await Promise.allSettled(runs.map((run) => run.run())); // none works on after an error is reported
  const verdicts = settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
  const most = verdicts.reduce((a, b) => (b.vectors > a.vectors ? b : a));
  return {
    passed: verdicts.every(
      (each) => each.mismatches + each.witnessMismatches === 0 && each.problem === undefined,
    ),
    vectors: most.vectors,
    mismatches: verdicts.reduce((sum, each) => sum + each.mismatches + each.witnessMismatches, 0),
    firstMismatch: runs.find((run) => run.firstMismatch)?.firstMismatch,
    cycles: verdicts.find(({ cycles }) => cycles)?.cycles ?? { interval: 0, latency: 0 },
    simulators: verdicts,
  };
}

class Verification {
  firstMismatch: Mismatch | undefined;
  private readonly folder: BuildFolder;
  private readonly codes: Int32Array;
  private readonly options: VerifyOptions;
  private readonly elements: number;
  private readonly overflow: Overflow;
  private readonly simulator: Simulator;
  private readonly keepsTime: boolean;

  constructor(
    folder: BuildFolder,
    codes: Int32Array,
    options: VerifyOptions,
    simulator: Simulator,
    keepsTime: boolean,
  ) {
    this.simulator = simulator;
    this.keepsTime = keepsTime;
    this.folder = folder;
    this.codes = codes;
    this.options = options;
    this.elements = folder.bounded.network.inputShape.reduce((product, n) => product * n, 1);
    this.overflow = overflowOf(folder.record.units);
  }

  async run(): Promise<SimulatorVerdict> {
    const { simulator } = this;
    const { onProgress, cancelSignal, counts } = this.options;
    const start = performance.now();
    onProgress(`${simulator}: compiling`);
    const compile = simulator === 'verilator' ? compileVerilator : compileIcarus;
    const simulation = await compile(this.folder.directory, { cancelSignal });
    const vectors = counts[simulator];
    onProgress(`${simulator}: ${vectors} vectors with random stalls`);
    const stalled = await this.runNetwork(simulation, vectors, this.options.stall, this.options.trace);
    const timed = this.keepsTime ? await this.runNetwork(simulation, TIMED_INFERENCES, 0, false) : undefined;
    onProgress(`${simulator}: witnesses of every accumulator`);
    const witnesses = await this.runWitnesses(simulation);
    return {
      simulator,
      version: simulation.version,
      compiled: simulation.compiled,
      vectors,
      mismatches: stalled.mismatches + (timed?.mismatches ?? 0),
      witnessVectors: witnesses.vectors,
      witnessMismatches: witnesses.mismatches,
      cycles:
        timed && measureCycles(timed.result, this.folder.record.input.beats, this.folder.record.output.beats),
      seconds: (performance.now() - start) / 1000,
      problem: stalled.problem ?? timed?.problem ?? witnesses.problem,
    };
  }

  /**
   * Drive the whole network; samples repeat when more are asked for than there are.
   *
   * @param trace look at every layer's stream even when the outputs agree; a difference there counts as a mismatch
   */
  private async runNetwork(simulation: CompiledSimulation, vectors: number, stall: number, trace: boolean) {
    const { record, bounded } = this.folder;
    const input = this.repeat(vectors);
    const [port] = record.units;
    const run = (count: number, probePrefix?: string) =>
      simulation.run({
        select: 0,
        device: 'the network',
        inputBits: record.input.lanes * record.input.laneBits,
        outputBits: record.output.lanes * record.output.laneBits,
        beats: packBeats(toFields(input.subarray(0, count * this.elements), port.outputCode), record.input),
        expectedBeats: count * record.output.beats,
        timeoutCycles: 1000 + 5 * (record.cycles.latency + record.cycles.interval),
        stallIn: stall,
        stallOut: stall,
        seed: this.options.seed,
        probePrefix,
        cancelSignal: this.options.cancelSignal,
      });
    const result = await run(vectors);
    const expected = evaluate(bounded.network, input, vectors, this.overflow).output;
    const { outputCode } = record.units[record.units.length - 1];
    const compared = compare(result, record.output, outputCode, expected);
    const failed = compared.mismatches > 0 || result.problem !== undefined;
    const starved =
      result.outcome === 'no_progress'
        ? await findDeadlock(record, (prefix) => run(vectors, prefix))
        : undefined;
    let hidden = 0; // mismatches that no output shows
    if ((failed || trace) && !this.firstMismatch) {
      const outputs = record.output.beats * record.output.lanes;
      const samples = failed ? Math.min(vectors, Math.floor(compared.first / outputs) + 1) : vectors;
      const golden = evaluate(
        bounded.network,
        input.subarray(0, samples * this.elements),
        samples,
        this.overflow,
      );
      this.firstMismatch = await firstDivergence(simulation.simulator, record, golden, samples, (prefix) =>
        run(samples, prefix),
      );
      if (this.firstMismatch && compared.mismatches === 0) hidden = 1;
      if (!this.firstMismatch && compared.mismatches > 0)
        this.firstMismatch = this.atOutput(simulation, compared, result, outputs);
    }
    const problem = starved
      ? errors.simulationDeadlock(simulation.simulator, starved).message
      : result.problem?.message;
    return { mismatches: compared.mismatches + hidden, result, problem };
  }

  private atOutput(
    simulation: CompiledSimulation,
    compared: Comparison,
    result: RunResult,
    outputs: number,
  ): Mismatch {
    const { record } = this.folder;
    const { first, expected, got } = compared;
    return {
      simulator: simulation.simulator,
      layer: record.units[record.units.length - 1].name,
      channel: first % outputs,
      sample: Math.floor(first / outputs),
      expected,
      got,
      cycle: result.outputCycles[Math.floor(first / record.output.lanes)] ?? result.cycles,
    };
  }

  /** Drive every array with inputs that reach the ends of its accumulators. */
  private async runWitnesses(simulation: CompiledSimulation) {
    const total = { vectors: 0, mismatches: 0, problem: undefined as string | undefined };
    const arrays = this.folder.record.units.filter((unit) => unit.arrayInput);
    for (const [index, unit] of arrays.entries()) {
      const bounded = this.folder.bounded.accumulators.get(unit.node ?? '');
      const { arrayInput, arrayOutput, accumulator, inputCode } = unit;
      if (!bounded || !arrayInput || !arrayOutput || !accumulator || !inputCode) continue;
      if (!unit.fold) continue;
      const perVector = unit.fold.neuronFold * unit.fold.synapseFold;
      const { codes, expected, vectors } = chooseWitnesses(
        bounded,
        unit,
        Math.max(2, Math.floor(WITNESS_CYCLES[simulation.simulator] / perVector)),
      );
      const result = await simulation.run({
        select: index + 1,
        device: `the array of layer '${unit.name}'`,
        inputBits: arrayInput.lanes * arrayInput.laneBits,
        outputBits: arrayOutput.lanes * arrayOutput.laneBits,
        beats: packBeats(toFields(codes, inputCode), arrayInput),
        expectedBeats: (vectors * bounded.layer.outputs) / arrayOutput.lanes,
        timeoutCycles: 1000 + 20 * perVector,
        stallIn: this.options.stall,
        stallOut: this.options.stall,
        seed: this.options.seed,
        cancelSignal: this.options.cancelSignal,
      });
      const wrap = this.overflow.get(bounded.layer.name);
      if (wrap) for (let k = 0; k < expected.length; k++) expected[k] = wrap(expected[k]);
      const { signed, offset, offsets, step } = accumulator;
      const compared = compare(
        result,
        arrayOutput,
        { signed, base: offset, bases: offsets, stride: step },
        expected,
      );
      total.vectors += vectors;
      total.mismatches += compared.mismatches;
      total.problem ??= result.problem?.message;
      const position = compared.first % bounded.layer.outputs;
      if (compared.mismatches > 0 && !this.firstMismatch)
        this.firstMismatch = {
          simulator: simulation.simulator,
          layer: unit.name,
          channel: unit.channelOrder?.[position] ?? position,
          sample: Math.floor(compared.first / bounded.layer.outputs),
          expected: compared.expected,
          got: compared.got,
          cycle: result.outputCycles[Math.floor(compared.first / arrayOutput.lanes)] ?? result.cycles,
          witness: true,
        };
    }
    return total;
  }

  private repeat(vectors: number): Int32Array {
    const length = vectors * this.elements;
    if (length <= this.codes.length) return this.codes.subarray(0, length);
    return Int32Array.from({ length }, (_, k) => this.codes[k % this.codes.length]);
  }
}

/** Of a unit, what says whether its sums wrap. */
export type WrappingUnit = Pick<BuildUnit, 'node' | 'accumulator'>;

/** Accumulators that wrap, as the golden model needs them. */
export function overflowOf(units: readonly WrappingUnit[]): Overflow {
  const overflow = new Map<string, (sum: number) => number>();
  for (const { node, accumulator } of units)
    if (node !== undefined && accumulator?.overflow === 'wrap') overflow.set(node, foldSum(accumulator));
  return overflow;
}
