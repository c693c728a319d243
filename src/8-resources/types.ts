/** What synthesis is asked for and what it answers. */

/** One unit to synthesise by itself, flattened, without I/O buffers. */
export interface SynthesisJob {
  readonly name: string; // for reports and messages
  readonly top: string; // Verilog module name
  readonly files: ReadonlyMap<string, string>; // file name -> text: Verilog (*.v) and what $readmemh reads
}

/** What a design occupies. docs/resources.md defines every figure. */
export interface Resources {
  readonly lut: number; // LUT1..LUT6 and INV, LUT RAM and shift registers as the LUTs they occupy; ice40: SB_LUT4
  readonly sites: number; // LUT sites taken in silicon, carry chains included; ice40: logic cells
  readonly ff: number;
  readonly dsp: number;
  readonly bram: number; // RAMB36 equivalents, a RAMB18 is 0.5; ice40: SB_RAM40_4K
  readonly carry: number; // carry cells: CARRY4 or CARRY8; ice40: SB_CARRY
}

export interface UnitResources extends Resources {
  readonly name: string; // of the job
}

/** Sent each time a job is finished, and when something deserves a warning. */
export interface SynthesisProgress {
  readonly done: number; // jobs finished so far
  readonly total: number;
  readonly name: string; // the job just finished; '' with a warning
  readonly seconds: number; // spent on it, 0 when cached
  readonly cached: boolean;
  readonly warning?: string;
}

export interface SynthesisOptions {
  readonly cacheDir?: string; // default: cacheFolder()
  readonly workers?: number; // Yosys instances at a time, default 2
  readonly onProgress?: (progress: SynthesisProgress) => void;
}

/** A net of a Yosys netlist: a number, or the constant '0', '1', 'x', 'z'. */
export type Bit = number | string;

export interface Cell {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>; // port -> nets, low bit first
  readonly port_directions?: Readonly<Record<string, string>>; // port -> 'input' | 'output' | 'inout'
}

/** One module as `write_json` writes it. */
export interface NetlistModule {
  readonly ports?: Readonly<Record<string, { readonly direction: string; readonly bits: readonly Bit[] }>>;
  readonly cells: Readonly<Record<string, Cell>>;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly parameter_default_values?: Readonly<Record<string, string>>; // values that the module has: bits, or text
}

/** The part of Yosys's `write_json` that is read here. */
export interface Netlist {
  readonly modules: Readonly<Record<string, NetlistModule>>;
}
