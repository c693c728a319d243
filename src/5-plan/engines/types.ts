/** Engines: the hardware that forms a layer's sums. Each engine is a file beside this one. */
import type { EngineRequest, Fold } from '../../1-import/types.js';
import type { IntegerLayer, IntegerStep, IntegerType } from '../../3-integer/types.js';
import type { Interval } from '../../shared/interval.js';
import type { MemoryImage, Part, PlannedAccumulator, Stream, SumModule } from '../types.js';

/**
 * folded: PE x SIMD products per cycle in LUTs, weights in ROMs.
 * dsp: the same folding with the products in DSP blocks.
 * unrolled: all products at once as adders of constants; one inference per cycle.
 */
export type EngineName = 'folded' | 'dsp' | 'unrolled';

/** What the user allows: see EngineRequest. */
export type EngineOption = EngineRequest;

/** What is decided of a layer before its folding. */
export interface PlannedLayer {
  readonly layer: IntegerLayer;
  readonly inputType: IntegerType;
  readonly accumulator: PlannedAccumulator;
  readonly inputRanges: readonly Interval[]; // [inputs], codes each input can take
  readonly ranges: readonly Interval[]; // [outputs], proven ranges of the sums
  readonly step?: IntegerStep; // the function of the sums
  readonly draft?: boolean; // see PlanOptions
  readonly searchEffort?: number; // see PlanOptions
  readonly atMost: number; // bits that an engine may give the accumulator where that saves logic
  readonly perPe?: boolean; // processing elements may have accumulators of their own width
  readonly dsp?: DspRules; // where the target has DSP blocks
}

/** What a DSP block offers and is worth. */
export interface DspRules {
  readonly portBits: number; // of the multiplier's wide port, signed
  readonly price: number; // LUTs
}

/** How a layer is built. */
export interface EngineChoice extends Fold {
  readonly engine: EngineName;
}

/** An engine's part of a layer's unit. */
export interface EnginePlan {
  readonly array: readonly Part[]; // from the activations to the finished sums
  readonly input: Stream; // activations as the engine takes them
  readonly sums: Stream;
  readonly accumulator: PlannedAccumulator; // as the engine really holds it
  readonly memories: readonly MemoryImage[];
  readonly generated: readonly SumModule[];
  readonly interval: number; // cycles between inferences when nothing stalls
}
