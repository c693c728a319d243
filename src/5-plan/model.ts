/**
 * The analytic resource model: what a planned unit occupies on a Xilinx device, from its parts and its ROM images,
 * without synthesis. Structure gives the terms (rows of adders, comparators, distinct columns of a ROM); FITTED scales
 * them. Refit with scripts/fit-model.mjs; `node scripts/bench.mjs model` publishes the error against Yosys.
 */
import { sumCost } from './engines/unrolled/sums.js';
import { DSP_ACCUMULATOR_LUTS, dspAccumulatorBits, dspBlocks, dspFlipFlops } from './model-dsp.js';
import { FITTED } from './model-fit.js';
import { partsOf } from './stream.js';
import type { Estimate, MemoryImage, Part, Target, Unit } from './types.js';

/** LUTs by kind, before scaling. */
export type Terms = Record<string, number>;

/**
 * LUT4 and carry cells of an iCE40 for each LUT of 7-series: a Booth row needs two LUT4 and more where one LUT6 did.
 * Measured on the zoo's networks: docs/resources.md.
 */
const ICE40_CELLS = 2.4;

/** Expected resources of a unit; xcup has the LUTs of xc7. */
export function estimateUnit(unit: Unit, target: Target): Estimate {
  const terms = unitTerms(unit);
  const total = (scales: Readonly<Record<string, number>>) =>
    Object.entries(scales).reduce((sum, [kind, scale]) => sum + scale * terms[kind], 0);
  // generated sums know their LUTs exactly enough: they are not fitted
  const lut = total(FITTED.lut) + terms.sums;
  const sites = total(FITTED.sites) + terms.sums + terms.sumSites;
  const ff = flipFlops(unit);
  const bram = blockRam(unit, target);
  if (target !== 'ice40') return { lut, sites, ff, bram, dsp: dspBlocks(unit) };
  const cells = Math.max(ICE40_CELLS * lut, ff);
  return { lut: cells, sites: cells, ff, bram, dsp: 0 };
}

/** The sum of several estimates. */
export function totalEstimate(each: readonly Estimate[]): Estimate {
  const sum = (pick: (estimate: Estimate) => number) => each.reduce((total, one) => total + pick(one), 0);
  return {
    lut: sum((one) => one.lut),
    sites: sum((one) => one.sites),
    ff: sum((one) => one.ff),
    bram: sum((one) => one.bram),
    dsp: sum((one) => one.dsp),
  };
}

/** The terms of a unit: sums over its parts, and over its ROMs in LUTs. */
export function unitTerms(unit: Unit): Terms {
  const terms: Terms = {
    one: 1,
    lane: 0,
    rows: 0,
    joins: 0,
    counts: 0,
    accumulators: 0,
    compare: 0,
    constant: 0,
    multiply: 0,
    memory: 0,
    rom: 0,
    stream: 0,
    sums: 0,
    sumSites: 0,
  };
  for (const part of partsOf(unit)) addPart(terms, part);
  for (const module of unit.generated) {
    const { lut, sites } = sumCost(module);
    terms.sums += lut;
    terms.sumSites += sites - lut;
  }
  for (const image of unit.memories) if (!inBlockRam(image)) terms.rom += romLuts(image);
  return terms;
}

function addPart(terms: Terms, part: Part): void {
  const number = (name: string) => Number(part.parameters.get(name) ?? 0);
  const { lanes } = part.output;
  switch (part.module) {
    case 'matrix_vector':
      addEngine(terms, part);
      return;
    case 'dsp_matrix_vector':
      // products and the sums of rows or beats cost no LUT; ROMs are counted with the unit's memories
      terms.lane += 2;
      terms.accumulators += DSP_ACCUMULATOR_LUTS * dspAccumulatorBits(part);
      return;
    case 'vector_buffer':
      terms.memory += number('REPEATS') > 1 ? ramLuts(number('WIDTH'), 2 * number('BEATS')) : 0;
      terms.lane += 1;
      return;
    case 'stream_width': {
      const wide = Math.max(part.input.lanes, part.output.lanes) * part.input.laneBits;
      terms.stream += part.output.lanes < part.input.lanes ? wide : 4;
      return;
    }
    case 'threshold_search': {
      const [stages, folds, width] = [number('LEVEL_BITS'), number('FOLDS'), number('THRESHOLD_W')];
      // with one row the first stage compares with a constant
      terms.compare += lanes * width * (folds === 1 ? stages - 1 : stages);
      terms.constant += folds === 1 ? lanes * width : 0;
      terms.lane += lanes * stages;
      return;
    }
    case 'threshold_sequential':
      terms.compare += lanes * number('THRESHOLD_W');
      terms.lane += 2 + number('LEVEL_BITS');
      return;
    case 'threshold_parallel': {
      const comparators = lanes * (number('LEVELS') - 1);
      if (number('FOLDS') === 1) terms.constant += comparators * number('THRESHOLD_W');
      else terms.compare += comparators * number('THRESHOLD_W');
      terms.lane += comparators;
      return;
    }
    case 'scale_shift':
      terms.multiply += number('MULTIPLIER_W') > 1 ? lanes * number('IN_W') * number('MULTIPLIER_W') : 0;
      terms.joins += lanes * number('IN_W');
      terms.lane += lanes * 2 * number('OUT_W');
      return;
    default:
      return;
  }
}

function addEngine(terms: Terms, { parameters, input }: Part): void {
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const [pe, simd, activationBits, kind] = [number('PE'), input.lanes, number('A_W'), number('W_KIND')];
  const signedBits = kind === 0 ? number('W_W') + 1 : number('W_W');
  const digits = kind === 2 ? 1 : Math.ceil(signedBits / 2);
  let sum = Math.ceil(Math.log2(simd + 1));
  terms.lane += 2 + pe;
  if (number('A_KIND') === 2 && kind === 2) terms.counts += pe * countLuts(simd);
  else {
    const rowBits = { activationBits, digits, short: kind >= 2 || signedBits % 2 === 1 };
    const selected = { activationBits: number('W_W'), digits: 1, short: true }; // rows are weights
    const array = boothTerms({ lanes: simd, ...(number('A_KIND') === 2 ? selected : rowBits) });
    sum = array.bits;
    terms.rows += pe * array.rows;
    terms.joins += pe * array.joins;
  }
  const startRom = number('START_ROM') === 1;
  for (const own of accumulatorBits(parameters))
    if (number('SYNAPSE_FOLD') > 1 || startRom) terms.accumulators += startRom ? own : Math.min(sum, own);
    else if (!/'h0+$/.test(String(parameters.get('INIT')))) terms.accumulators += 0.5 * own;
}

/** Bits of every processing element's accumulator of matrix_vector. */
function accumulatorBits(parameters: Part['parameters']): number[] {
  const [pe, bits] = [Number(parameters.get('PE')), Number(parameters.get('ACC_W'))];
  const own = /'h([0-9a-f]+)$/.exec(String(parameters.get('PE_ACC_W') ?? ''))?.[1];
  const widths = BigInt(`0x${own ?? 0}`);
  return Array.from({ length: pe }, (_, p) => Number((widths >> BigInt(6 * p)) & 63n) || bits);
}

/** LUTs of counting agreements: see popcount_dot.v. */
function countLuts(lanes: number): number {
  const triples = Math.ceil(lanes / 3);
  const pairs = lanes % 3 === 1 ? triples - 1 : triples;
  return triples + pairs + bitCountLuts(triples) + bitCountLuts(pairs) + Math.ceil(Math.log2(pairs + 1));
}

function bitCountLuts(bits: number): number {
  if (bits <= 1) return 0;
  if (bits <= 6) return Math.ceil(Math.log2(bits + 1));
  const groups = Math.ceil(bits / 6);
  return 3 * groups + 3 * bitCountLuts(groups) + 2 * Math.ceil(Math.log2(groups + 1));
}

/** LUTs of booth_dot with PIPELINE = 1: rows, and the adders that join digits and chains; bits of the result. */
export function boothTerms({
  lanes,
  activationBits,
  digits,
  short,
}: {
  lanes: number;
  activationBits: number;
  digits: number;
  short: boolean;
}) {
  const rowBits = (d: number) => activationBits + (short && d === digits - 1 ? 0 : 1);
  const width = (count: number, upTo: number) => {
    let largest = 0;
    for (let d = 0; d <= upTo; d++) largest += count * (2 ** rowBits(d) - 1) * 4 ** d;
    return Math.ceil(Math.log2(largest + 1));
  };
  let rows = 0;
  for (let d = 0; d < digits; d++) rows += lanes * rowBits(d);
  const visit = (count: number): number => {
    if (count > 8) {
      const left = Math.ceil(Math.ceil(count / 8) / 2) * 8;
      return visit(left) + visit(count - left) + width(count - left, digits - 1);
    }
    let joins = 0;
    for (let d = 1; d < digits; d++) joins += Math.max(0, width(count, d - 1) - 2 * d);
    return joins;
  };
  return { rows, joins: visit(lanes), bits: width(lanes, digits - 1) };
}

/** As rom.v decides. */
function inBlockRam({ width, words, unregistered }: MemoryImage): boolean {
  return !unregistered && words.length >= 256 && width * words.length >= 4096;
}

/** LUTs of a ROM: equal columns are one, and constants and bare address bits none. */
function romLuts({ width, words }: MemoryImage): number {
  const depth = words.length;
  if (depth === 1) return 0;
  const columns = new Set<string>();
  for (let bit = 0; bit < width; bit++) {
    let column = '';
    for (const word of words) {
      const digit = word.length - 1 - (bit >> 2);
      column += digit < 0 ? '0' : String((Number.parseInt(word[digit], 16) >> (bit & 3)) & 1);
    }
    if (/0/.test(column) && /1/.test(column)) columns.add(column);
  }
  if (depth === 2) return columns.size > 1 ? 1 : 0; // the address bit or its complement
  const leaves = Math.ceil(depth / 64);
  return columns.size * (leaves + Math.ceil((leaves - 1) / 3));
}

/** LUTs of a simple dual-port RAM in LUTs: RAM32M holds 6 bits in 4 LUTs, RAM64M 3 bits in 4. */
function ramLuts(width: number, depth: number): number {
  if (width * depth >= 4096 && depth > 64) return 0;
  const banks = Math.ceil(depth / 64);
  return depth <= 32 ? Math.ceil(width / 6) * 4 : banks * Math.ceil(width / 3) * 4;
}

/** Widths and depths that one block can have: a RAMB18, half of a RAMB36, and an SB_RAM40_4K. */
const RAMB18 = [36, 18, 9, 4, 2, 1].map((width, k) => ({ width, depth: 512 << k }));
const SB_RAM40 = [16, 8, 4, 2].map((width, k) => ({ width, depth: 256 << k }));

/** Block RAM of the ROMs and buffers, in RAMB36 or SB_RAM40_4K. */
function blockRam({ memories, array }: Unit, target: Target): number {
  const [shapes, part] = target === 'ice40' ? [SB_RAM40, 1] : [RAMB18, 0.5];
  const blocks = (width: number, depth: number) =>
    part *
    Math.min(...shapes.map((shape) => Math.ceil(width / shape.width) * Math.ceil(depth / shape.depth)));
  let total = 0;
  for (const image of memories) if (inBlockRam(image)) total += blocks(image.width, image.words.length);
  for (const { module, parameters } of array) {
    const [width, depth] = [Number(parameters.get('WIDTH')), 2 * Number(parameters.get('BEATS'))];
    const held = module === 'vector_buffer' && Number(parameters.get('REPEATS')) > 1;
    // an iCE40 has no RAM in LUTs
    if (held && (target === 'ice40' || (width * depth >= 4096 && depth > 64))) total += blocks(width, depth);
  }
  return total;
}

/** Flip-flops of the streams' registers, the engine's stages and accumulators. */
function flipFlops(unit: Unit): number {
  let total = 4;
  for (const part of partsOf(unit)) {
    const { module, parameters, input, output } = part;
    if (module === 'dsp_matrix_vector') {
      total += dspFlipFlops(part);
      continue;
    }
    const number = (name: string) => Number(parameters.get(name) ?? 0);
    total += 2 + output.lanes * output.laneBits;
    if (module === 'matrix_vector') {
      const array = boothTerms({
        lanes: input.lanes,
        activationBits: number('A_W'),
        digits: Math.ceil(number('W_W') / 2),
        short: number('W_W') % 2 === 1,
      });
      const chains = Math.ceil(input.lanes / 8) * Math.ceil(number('W_W') / 2);
      const counts = number('A_KIND') === 2;
      const inside = counts ? input.lanes / 2 : chains * (number('A_W') + 4) + array.bits;
      const weights =
        number('BLOCK') || number('SYNAPSE_FOLD') * number('NEURON_FOLD') === 1
          ? 0
          : input.lanes * number('W_W');
      const accumulators = accumulatorBits(parameters).reduce((sum, own) => sum + own, 0);
      total += input.lanes * input.laneBits + number('PE') * (inside + weights) + accumulators + 24;
    }
    if (module === 'threshold_search')
      total += (number('LEVEL_BITS') - 1) * output.lanes * (number('IN_W') + 4);
    if (module === 'threshold_sequential')
      total += output.lanes * (number('IN_W') + number('LEVEL_BITS')) + 8;
    if (module === 'stream_width') total += Math.max(input.lanes, output.lanes) * input.laneBits;
  }
  for (const module of unit.generated) total += sumCost(module).ff;
  return Math.round(total);
}
