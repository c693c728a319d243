/** What the reports show. Everything here is measured; nothing is computed from time or place. */
import type { Target } from '../5-plan/types.js';

/** One layer of one row, or the whole row. */
export interface Figures {
  readonly lut: number;
  readonly sites: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram: number; // RAMB36 equivalents; ice40: SB_RAM40_4K
}

export interface LayerFigures extends Figures {
  readonly name: string;
  readonly accumulatorBits?: number; // layers with an accumulator
}

/** The hardware that one accumulator policy gives. */
export interface CompareRow extends Figures {
  readonly accumulator: string; // policy as on the command line: minimal, l1, datatype, or bits
  readonly bits: readonly number[]; // accumulator bits, per layer that has one
  readonly carry: number; // carry cells
  readonly accuracy?: number; // top-1, 0 .. 1
  readonly passed: boolean; // all vectors bit-exact
  readonly vectors: number; // simulated
  readonly interval: number; // cycles between inferences
  readonly latency: number; // cycles
  readonly layers: readonly LayerFigures[];
}

/** How many bits each bound asks of a layer's accumulator. */
export interface LayerWidths {
  readonly name: string;
  readonly macs: number;
  readonly datatype: number; // bits
  readonly l1: number;
  readonly exact: number;
  readonly span: number;
}

export interface CompareReport {
  readonly model: string;
  readonly target: Target;
  readonly tool: string; // name and version
  readonly command: string; // that makes this report
  readonly synthesis?: string; // the tool's command with its flags
  readonly rows: readonly CompareRow[];
  readonly layerWidths: readonly LayerWidths[];
}

export interface JunitCase {
  readonly name: string;
  readonly classname: string;
  readonly seconds?: number;
  readonly failure?: string; // the message; absent when the case passed
}

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}
