/**
 * The resource model's terms: what the parts of a unit are made of, in the order in which synthesis maps them apart.
 * A term is `<module>.<what>`, the module being one that is marked registered_boundary, or `logic` for the rest of the
 * unit. model-fit.ts has a scale for each.
 */
import { countBits } from '../shared/interval.js';
import { arrayLatency } from './array.js';
import { sumCost } from './engines/unrolled/sums.js';
import { boothCost, countLuts } from './model-arrays.js';
import { dspAccumulatorBits } from './model-dsp.js';
import type { RomTable } from './model-fit.js';
import { graphCost, graphMemoryLuts } from './model-graph.js';
import { bufferMemory, inBlockRam, lutRam, romColumns, romLuts } from './model-rom.js';
import { partsOf, type UnitContents } from './stream.js';
import type { Part, SumModule, Target } from './types.js';

/** Amounts by term; a term that is absent is 0. */
export type Terms = Map<string, number>;

/** The terms of a unit, with the LUTs of ROM columns from a table of the target's. */
export function unitTerms(unit: UnitContents, table: RomTable, target: Target): Terms {
  const terms: Terms = new Map();
  const add = addTo(terms);
  for (const part of partsOf(unit)) addPart(add, part, target);
  for (const module of unit.generated) addSums(add, module);
  for (const image of unit.memories) {
    if (inBlockRam(image)) continue;
    const depth = image.words.length;
    const luts = romLuts(table, depth, romColumns(image));
    add(romTerm(table, depth, image.file.includes('_steps_'), image.unregistered), luts);
  }
  return terms;
}

/** ROMs of which only the size is known. */
export interface RomShape {
  readonly count: number;
  readonly width: number; // bits per word
  readonly depth: number; // words
  readonly unregistered?: boolean; // see MemoryImage
}

/**
 * The terms of a part that requantises.
 *
 * @param roms of thresholds and constants, in LUTs, whose columns are taken to have no pattern
 */
export function partTerms(part: Part, roms: readonly RomShape[], table: RomTable, target: Target): Terms {
  const terms: Terms = new Map();
  const add = addTo(terms);
  addPart(add, part, target);
  // a column of two bits is constant, the address or its complement
  for (const { count, width, depth, unregistered } of roms)
    if (depth > 2)
      add(romTerm(table, depth, true, unregistered), count * romLuts(table, depth, { luts: width, skew: 0 }));
  return terms;
}

/**
 * The terms of ROMs in LUTs of which only the size is known, and how far from even their columns are.
 *
 * @param skew see RomColumns
 */
export function romTerms({ count, width, depth }: RomShape, skew: number, table: RomTable): Terms {
  const terms: Terms = new Map();
  addTo(terms)(romTerm(table, depth, false), count * romLuts(table, depth, { luts: width, skew }));
  return terms;
}

function romTerm(table: RomTable, depth: number, thresholds: boolean, unregistered = false): string {
  const shallow = depth <= table.one;
  if (unregistered) return shallow ? 'logic.tree_shallow' : 'logic.tree_deep';
  return shallow ? 'rom.shallow' : thresholds ? 'rom.thresholds' : 'rom.deep';
}

/**
 * The terms of what a folding needs beside products and ROMs: the buffer of a dense layer's vectors, and counters.
 *
 * @param width bits of a beat
 */
export function foldingTerms(
  width: number,
  { beats, repeats }: { beats: number; repeats: number },
  buffered: boolean,
  target: Target,
): Terms {
  const terms: Terms = new Map();
  const add = addTo(terms);
  if (buffered) addBuffer(add, width, beats, repeats, target);
  addCounters(add, beats, repeats);
  return terms;
}

/**
 * The terms of matrix_vector's arrays and accumulators, without counters and ROMs.
 *
 * @param parameters of an instance
 */
export function arrayTerms(parameters: Part['parameters']): Terms {
  const terms: Terms = new Map();
  addArrays(addTo(terms), parameters);
  return terms;
}

type Add = (term: string, amount: number) => void;

function addTo(terms: Terms): Add {
  return (term, amount) => {
    if (amount) terms.set(term, (terms.get(term) ?? 0) + amount);
  };
}

function addSums(add: Add, module: SumModule): void {
  const { lut, sites, tables } = sumCost(module);
  add('logic.sums', lut);
  add('logic.sum_feeds', sites - lut);
  add('logic.sum_tables', tables);
}

function addPart(add: Add, part: Part, target: Target): void {
  const number = (name: string) => Number(part.parameters.get(name) ?? 0);
  const { lanes } = part.output;
  switch (part.module) {
    case 'matrix_vector':
      addEngine(add, part);
      return;
    case 'dsp_matrix_vector':
      // products and the sums of rows or beats cost no LUT; ROMs are counted with the unit's memories
      add('logic.engine', 1);
      addCounter(add, number('SYNAPSE_FOLD') * number('NEURON_FOLD'));
      addCounter(add, number('SYNAPSE_FOLD'));
      add('logic.accumulate', dspAccumulatorBits(part));
      return;
    case 'vector_buffer':
      addBuffer(add, number('WIDTH'), number('BEATS'), number('REPEATS'), target);
      return;
    case 'stream_register':
      add('stream_register.bits', number('WIDTH'));
      add('stream_register.one', 1);
      return;
    case 'input_port':
      add('stream_register.bits', lanes * number('LANE_W'));
      add('stream_register.one', 1);
      return;
    case 'stream_width': {
      const [from, to] = [number('IN_LANES'), number('OUT_LANES')];
      const kind = from > to ? 'split' : 'gather';
      add(`stream_width.${kind}`, 1);
      add(`stream_width.${kind}_counter`, Math.ceil(Math.log2(Math.max(from / to, to / from))));
      if (from > to) add('stream_width.split_bits', from * number('LANE_W'));
      return;
    }
    case 'threshold_search': {
      const stages = number('LEVEL_BITS');
      add('threshold_stage.compare', stages * lanes * compareLuts(number('THRESHOLD_W')));
      add('threshold_stage.bits', stages * lanes * number('THRESHOLD_W'));
      add('threshold_stage.lanes', stages * lanes);
      addRequantise(add, part);
      return;
    }
    case 'threshold_sequential':
      add('logic.compare', lanes * compareLuts(number('THRESHOLD_W')));
      add('logic.compare_bits', lanes * number('THRESHOLD_W'));
      add('logic.nodes', lanes * number('LEVEL_BITS'));
      add('logic.sequential', 1);
      addCounter(add, number('LEVEL_BITS'));
      addRequantise(add, part);
      return;
    case 'threshold_parallel': {
      const comparators = lanes * (number('LEVELS') - 1);
      add('logic.compare', comparators * compareLuts(number('THRESHOLD_W')));
      add('logic.compare_bits', comparators * number('THRESHOLD_W'));
      add('logic.count_levels', comparators);
      addRequantise(add, part);
      return;
    }
    case 'scale_shift': {
      const multiplier = number('MULTIPLIER_W');
      const product = number('IN_W') + multiplier;
      const [sum, both] = [Math.max(product, number('BIAS_W')) + 2, Math.min(product, number('BIAS_W'))];
      if (multiplier > 1) add('logic.multiply', lanes * number('IN_W') * multiplier);
      add('logic.scale_sum', lanes * both);
      add('logic.scale_feeds', lanes * (sum - both));
      add('logic.clip', lanes * Math.max(0, sum - number('SHIFT')));
      add('logic.scale_levels', lanes * number('OUT_W'));
      addRequantise(add, part);
      return;
    }
    case 'scale_sequential': {
      const [rows, steps] = [number('ROWS'), number('STEPS')];
      // digits beyond the multiplier's are 0
      const digits = steps === 1 ? Math.floor(number('MULTIPLIER_W') / 2) + 1 : rows;
      add('logic.digit_rows', lanes * digits * (number('IN_W') + 4));
      add('logic.digit_choice', lanes * (2 * rows + 1) * Math.ceil((steps - 1) / 3));
      add('logic.last_sum', lanes * number('SUM_W'));
      add('logic.clipped', lanes * 2 * number('OUT_W'));
      if (number('PIVOT') > 0)
        add('logic.pivot', lanes * ((number('SHIFT') - number('ZEROS')) / 2 + number('OUT_W')));
      addCounter(add, steps);
      addRequantise(add, part);
      return;
    }
    case 'output_port':
      add('logic.output', 1);
      if (number('STEP') !== 1 || number('OFFSET') !== 0) add('logic.convert', lanes * number('OUT_W'));
      addCounter(add, number('BEATS'));
      return;
    default: {
      const cost = graphCost(part);
      if (!cost) return;
      add(`${part.module}.control`, cost.lut);
      if (cost.memory) add(`${part.module}.memory`, graphMemoryLuts(cost.memory, target));
    }
  }
}

/** What the ways of requantisation have in common: the number of the set of thresholds, and the base. */
function addRequantise(add: Add, { parameters, output }: Part): void {
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  add('logic.requantise', 1);
  add('logic.levels', output.lanes * (parameters.has('LEVEL_BITS') ? number('LEVEL_BITS') : 1));
  if (number('BASE') !== 0) add('logic.base', output.lanes * number('OUT_W'));
  addCounter(add, number('FOLDS'));
}

/** wrap_counter. */
function addCounter(add: Add, count: number): void {
  if (count <= 1) return;
  const bits = Math.ceil(Math.log2(count));
  add(bits > 2 ? 'logic.counters' : 'logic.short_counters', 1);
  add('logic.counter_bits', bits);
}

/** LUTs of a comparator of 7-series: two for every three bits, and one. */
function compareLuts(bits: number): number {
  return bits > 6 ? 2 * Math.ceil(bits / 3) + 1 : [0, 1, 1, 2, 2, 4, 5][bits];
}

/** vector_buffer. */
function addBuffer(add: Add, width: number, beats: number, repeats: number, target: Target): void {
  const depth = 2 * beats;
  if (repeats === 1) {
    add('vector_buffer.register', 1);
    return;
  }
  const memory = bufferMemory(width, depth, target);
  if (memory === 'luts') {
    const { ram, select, banks } = lutRam(width, depth);
    add('vector_buffer.ram', ram);
    add('vector_buffer.select', select);
    if (banks > 1) add('vector_buffer.banks', banks);
  } else if (memory === 'registers') add('vector_buffer.words', width * (depth - 1));
  else if (target === 'ice40') add('vector_buffer.bypass', width); // of a word that is written and read at once
  add('vector_buffer.one', 1);
  add('vector_buffer.address_bits', Math.ceil(Math.log2(depth)));
  add('vector_buffer.repeat_bits', Math.ceil(Math.log2(repeats)));
}

function addEngine(add: Add, { parameters }: Part): void {
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const [synapseFold, neuronFold] = [number('SYNAPSE_FOLD'), number('NEURON_FOLD')];
  add('logic.engine', 1);
  addCounters(add, synapseFold, neuronFold);
  if (number('START_ROM') === 1) addCounter(add, neuronFold);
  addArrays(add, parameters);
}

function addArrays(add: Add, parameters: Part['parameters']): void {
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const synapseFold = number('SYNAPSE_FOLD');
  const startRom = number('START_ROM') === 1;
  const shape = arrayOf(parameters);
  const constant = !startRom && synapseFold === 1 && /'h0*[1-9a-f]/.test(startText(parameters));
  for (const [own, count] of countEqual(accumulatorBits(parameters))) {
    const addEach: Add = (term, amount) => add(term, count * amount);
    const bits = addArray(addEach, shape, own);
    // the start value of a row is chosen in the adder's LUTs, all of them
    const both = startRom && synapseFold > 1 ? own : Math.min(bits, own - (shape.twice ? 1 : 0));
    if (synapseFold > 1 || startRom) {
      addEach('logic.accumulate', both);
      addEach('logic.accumulate_feeds', own - both);
      addEach('logic.accumulators', 1);
    } else if (constant) addEach('logic.accumulate_constant', own);
  }
}

function countEqual(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** What numbers the beats of matrix_vector. */
function addCounters(add: Add, synapseFold: number, neuronFold: number): void {
  addCounter(add, synapseFold * neuronFold);
  if (neuronFold > 1) addCounter(add, synapseFold);
}

function startText(parameters: Part['parameters']): string {
  return String(parameters.get('PE_INIT') ?? parameters.get('INIT') ?? '');
}

/** What matrix_vector's array is, and its shape. */
export interface ArrayShape {
  readonly kind: 'popcount_few' | 'popcount_dot' | 'booth_dot';
  readonly lanes: number;
  readonly activationBits: number; // of what Booth rows are made of
  readonly digits: number;
  readonly short: boolean;
  readonly chain: number;
  readonly twice: boolean; // the accumulator adds twice the result
}

/** The array that matrix_vector chooses. */
export function arrayOf(parameters: Part['parameters']): ArrayShape {
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const [lanes, weightBits, kind] = [number('SIMD'), number('W_W'), number('W_KIND')];
  const bipolar = number('A_KIND') === 2;
  const counts = bipolar && kind === 2;
  const common = { lanes, chain: number('CHAIN'), twice: bipolar && !counts };
  if (counts) {
    const few = arrayLatency(parameters) === 0;
    return {
      ...common,
      kind: few ? 'popcount_few' : 'popcount_dot',
      activationBits: 1,
      digits: 1,
      short: true,
    };
  }
  // bipolar activations select weights
  if (bipolar) return { ...common, kind: 'booth_dot', activationBits: weightBits, digits: 1, short: true };
  const signedBits = kind === 0 ? weightBits + 1 : weightBits;
  return {
    ...common,
    kind: 'booth_dot',
    activationBits: number('A_W'),
    digits: kind === 2 ? 1 : Math.ceil(signedBits / 2),
    short: kind >= 2 || signedBits % 2 === 1,
  };
}

/** The array of one processing element with an accumulator of so many bits; bits of its exact result. */
function addArray(add: Add, shape: ArrayShape, accumulator: number): number {
  const { kind, lanes } = shape;
  const bits = countBits(lanes + 1);
  switch (kind) {
    case 'popcount_few': {
      const { triples, rest } = countLuts(lanes);
      add('logic.count', triples);
      // with up to nine lanes the rest of the count merges with the accumulator's adder
      if (lanes > 9) add('logic.count_rest', rest);
      add('logic.counts', 1);
      return bits;
    }
    case 'popcount_dot': {
      const { triples, rest } = countLuts(lanes);
      add('popcount_dot.count', triples);
      add('popcount_dot.count_rest', rest);
      add('popcount_dot.cut', lanes * Math.max(0, bits - accumulator));
      return bits;
    }
    case 'booth_dot': {
      const cost = boothCost({ ...shape, bits: accumulator });
      add('booth_dot.rows', cost.rows);
      add('booth_dot.top_rows', cost.topRows);
      add('booth_dot.digits', cost.digits);
      add('booth_dot.joins', cost.joins);
      add('booth_dot.feeds', cost.feeds);
      return cost.bits;
    }
  }
}

/** Bits of every processing element's accumulator of matrix_vector. */
export function accumulatorBits(parameters: Part['parameters']): number[] {
  const [pe, bits] = [Number(parameters.get('PE')), Number(parameters.get('ACC_W'))];
  const own = /'h([0-9a-f]+)$/.exec(String(parameters.get('PE_ACC_W') ?? ''))?.[1];
  const widths = BigInt(`0x${own ?? 0}`);
  return Array.from({ length: pe }, (_, p) => Number((widths >> BigInt(6 * p)) & 63n) || bits);
}
