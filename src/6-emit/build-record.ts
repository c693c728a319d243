/** build.json: what the commands that take a build folder need to know of it. */
import type { FixedPointRounding } from '../1-import/types.js';
import type { AccumulatorWidths } from '../4-bounds/types.js';
import type { EngineName } from '../5-plan/engines/types.js';
import type {
  ConstantBits,
  Estimate,
  LaneCode,
  Part,
  Plan,
  PlannedAccumulator,
  Stream,
  StreamSource,
  Unit,
  UnitKind,
} from '../5-plan/types.js';

export interface BuildUnit {
  readonly name: string;
  readonly module: string;
  readonly kind: UnitKind;
  readonly from: readonly StreamSource[];
  readonly op: string;
  readonly node?: string; // IntegerNetwork node of the array
  readonly sources: readonly string[]; // files in rtl/ that synthesis of this unit needs
  readonly tensor: string;
  readonly input: Stream;
  readonly output: Stream;
  readonly outputCode: LaneCode;
  readonly inputCode?: LaneCode; // of the array's input
  readonly arrayInput?: Stream;
  readonly arrayOutput?: Stream;
  readonly fifos?: readonly number[]; // of a unit that joins two streams: beats that the FIFO of each input holds
  readonly interval: number;
  readonly accumulator?: PlannedAccumulator;
  readonly channelOrder?: readonly number[]; // the model's channel at each position
  readonly fold?: {
    readonly pe: number;
    readonly simd: number;
    readonly neuronFold: number;
    readonly synapseFold: number;
    readonly windows?: boolean; // the array takes windows that come once for every group of neurons
  };
  readonly requantisation?: string;
  readonly estimate: Estimate; // of the analytic model, for the build's target
}

export interface BuildLayer {
  readonly name: string;
  readonly op: string;
  readonly accumulatorBits?: number; // the widest
  readonly accumulatorBitsPerPe?: readonly number[]; // where processing elements have widths of their own
  readonly accumulatorBitsTotal?: number; // of all processing elements
  readonly accumulatorBitsUniform?: number; // what the total would be with one width for the layer
  readonly widths?: AccumulatorWidths;
  readonly pe?: number;
  readonly simd?: number;
  readonly engine?: EngineName;
  readonly interval: number;
  readonly requantisation?: string;
  readonly requantisationWays?: readonly { readonly way: string; readonly estimate: Estimate }[]; // the step alone
  readonly constants?: ConstantBits; // of multiply, add, shift, where they exist
}

export interface BuildRecord {
  readonly format: 'narrowgate-build';
  readonly version: 1;
  readonly top: string;
  readonly target: Plan['target'];
  readonly device?: string; // that it was folded for
  readonly accumulator: string;
  readonly tfliteRounding?: FixedPointRounding; // the TFLite kernels that it equals
  readonly cycles: Plan['cycles'];
  readonly input: Stream;
  readonly output: Stream;
  readonly units: readonly BuildUnit[];
  readonly layers: readonly BuildLayer[];
  readonly files: readonly string[];
}

/**
 * The record of a plan.
 *
 * @param sources names of the files that a unit needs by itself
 * @param files all paths of the build folder
 * @param tfliteRounding of the network, when it came from a .tflite file
 */
export function buildRecord(
  plan: Plan,
  sources: (unit: Unit) => readonly string[],
  files: readonly string[],
  tfliteRounding?: FixedPointRounding,
): BuildRecord {
  return {
    format: 'narrowgate-build',
    version: 1,
    top: plan.top,
    target: plan.target,
    device: plan.device,
    accumulator: plan.accumulatorPolicy,
    tfliteRounding,
    cycles: plan.cycles,
    input: plan.input,
    output: plan.output,
    units: plan.units.map((unit, index): BuildUnit => {
      const source = plan.units.find((each) => each.name === unit.from[0]?.unit);
      const {
        name,
        module,
        kind,
        from,
        op,
        tensor,
        input,
        output,
        outputCode,
        interval,
        accumulator,
        channelOrder,
        fold,
        requantisation,
      } = unit;
      const array = unit.array.length
        ? {
            node: unit.node,
            inputCode: source?.outputCode,
            arrayInput: unit.array[0].input,
            arrayOutput: unit.array[unit.array.length - 1].output,
          }
        : {};
      return {
        name,
        module,
        kind,
        from,
        op,
        sources: sources(unit),
        tensor,
        input,
        output,
        outputCode,
        ...(unit.second && { fifos: [fifoDepth(unit.before), fifoDepth(unit.second.parts)] }),
        interval,
        accumulator,
        channelOrder,
        fold,
        requantisation,
        estimate: rounded(plan.estimates[index]),
        ...array,
      };
    }),
    layers: buildLayers(plan),
    files: [...files, 'build.json'].sort(),
  };
}

/** Beats that the FIFO among some parts holds; 0: there is none. */
function fifoDepth(parts: readonly Part[]): number {
  const fifo = parts.find(({ module }) => module === 'stream_fifo');
  return Number(fifo?.parameters.get('DEPTH') ?? 0);
}

function rounded({ lut, sites, ff, bram, dsp }: Estimate): Estimate {
  return { lut: Math.round(lut), sites: Math.round(sites), ff: Math.round(ff), bram, dsp };
}

function totalBits({ perPe, bits }: PlannedAccumulator, pe: number): number {
  return perPe ? perPe.reduce((sum, own) => sum + own, 0) : pe * bits;
}

/** The layers of the CLI contract: units that compute, without the ports. */
export function buildLayers(plan: Plan): BuildLayer[] {
  return plan.units
    .filter(({ kind }) => kind !== 'input' && kind !== 'output' && kind !== 'fork')
    .map(
      ({ name, op, accumulator, fold, engine, interval, requantisation, requantisationReport: report }) => ({
        name,
        op,
        accumulatorBits: accumulator?.bits,
        accumulatorBitsPerPe: accumulator?.perPe,
        accumulatorBitsTotal: accumulator && fold && totalBits(accumulator, fold.pe),
        accumulatorBitsUniform:
          accumulator && fold && (accumulator.uniformBits ?? accumulator.bits) * fold.pe,
        widths: accumulator?.widths,
        pe: fold?.pe,
        simd: fold?.simd,
        engine,
        interval,
        requantisation,
        requantisationWays: report?.ways.map(({ way, estimate }) => ({ way, estimate: rounded(estimate) })),
        constants: report?.constants,
      }),
    );
}
