/** The step functions as the Verilog and its ROMs define them, for the checker: level of one value in one channel. */
import { bitsOf, digits, type Parameters, type RtlFolder, toSigned } from './rtl.js';

export interface StepHardware {
  readonly xor: number; // applied to the field
  readonly bits: number; // of the field
  readonly base: number; // output field of level 0
  level(order: number, channel: number): number;
}

/** The requantisation inside a unit's module; undefined when it has none. */
export function readSteps(rtl: RtlFolder, module: string): StepHardware | undefined {
  const search = rtl.parameters(module, 'threshold_search');
  if (search) return { ...common(search), level: searchLevel(rtl, search) };
  const sequential = rtl.parameters(module, 'threshold_sequential');
  if (sequential) return { ...common(sequential), level: sequentialLevel(rtl, sequential) };
  const parallel = rtl.parameters(module, 'threshold_parallel');
  if (parallel) return { ...common(parallel), level: parallelLevel(rtl, parallel) };
  const scale = rtl.parameters(module, 'scale_shift');
  if (scale) return { ...common(scale), level: scaleLevel(rtl, scale) };
  const digits = rtl.parameters(module, 'scale_sequential');
  if (digits) return { ...common(digits), level: sequentialScaleLevel(rtl, digits) };
  return undefined;
}

function common(parameters: Parameters) {
  return {
    xor: parameters.number('IN_XOR'),
    bits: parameters.number('IN_W'),
    base: parameters.number('BASE'),
  };
}

function searchLevel(rtl: RtlFolder, p: Parameters) {
  const [lanes, folds, stages, width] = ['LANES', 'FOLDS', 'LEVEL_BITS', 'THRESHOLD_W'].map((name) =>
    p.number(name),
  );
  const rom = (lane: number, stage: number) =>
    rtl.rom(`${p.text('THRESHOLDS')}_pe${digits(lane, 3)}_s${digits(stage, 2)}.mem`);
  return (order: number, channel: number) => {
    const fold = Math.floor(channel / lanes) % folds;
    let level = 0;
    for (let stage = 0; stage < stages; stage++) {
      const threshold = bitsOf(rom(channel % lanes, stage)[fold * 2 ** stage + level], 0, width);
      level = 2 * level + (order >= threshold ? 1 : 0);
    }
    return level;
  };
}

function sequentialLevel(rtl: RtlFolder, p: Parameters) {
  const [lanes, folds, bits, width] = ['LANES', 'FOLDS', 'LEVEL_BITS', 'THRESHOLD_W'].map((name) =>
    p.number(name),
  );
  const words = laneWords(rtl, p.text('THRESHOLDS'), lanes);
  return (order: number, channel: number) => {
    const set = (Math.floor(channel / lanes) % folds) * 2 ** bits;
    let node = 1;
    for (let bit = 0; bit < bits; bit++)
      node = 2 * node + (order >= bitsOf(words[channel % lanes][set + node], 0, width) ? 1 : 0);
    return node - 2 ** bits;
  };
}

function parallelLevel(rtl: RtlFolder, p: Parameters) {
  const [lanes, folds, levels, width] = ['LANES', 'FOLDS', 'LEVELS', 'THRESHOLD_W'].map((name) =>
    p.number(name),
  );
  const words = laneWords(rtl, p.text('THRESHOLDS'), lanes);
  return (order: number, channel: number) => {
    const word = words[channel % lanes][Math.floor(channel / lanes) % folds];
    let level = 0;
    for (let k = 0; k < levels - 1; k++) if (order >= bitsOf(word, k * width, width)) level++;
    return level;
  };
}

function scaleLevel(rtl: RtlFolder, p: Parameters) {
  const [lanes, folds, levels, shift] = ['LANES', 'FOLDS', 'LEVELS', 'SHIFT'].map((name) => p.number(name));
  const [multiplierBits, biasBits] = [p.number('MULTIPLIER_W'), p.number('BIAS_W')];
  const [tiesEven, first] = ['TIES_EVEN', 'FIRST'].map((name) => p.number(name, 0));
  const words = laneWords(rtl, p.text('CONSTANTS'), lanes);
  return (order: number, channel: number) => {
    const word = words[channel % lanes][Math.floor(channel / lanes) % folds];
    const multiplier = BigInt(bitsOf(word, 0, multiplierBits));
    const bias = BigInt(toSigned(bitsOf(word, multiplierBits, biasBits), biasBits));
    const sum = BigInt(order) * multiplier + bias;
    let result = sum >> BigInt(shift);
    if (tiesEven === 1 && shift > 0 && result << BigInt(shift) === sum && result % 2n !== 0n) result -= 1n;
    return Math.min(Math.max(Number(result) - first, 0), levels - 1);
  };
}

/** The multiplier as it is, and what the rows of its digits add besides the product. */
function sequentialScaleLevel(rtl: RtlFolder, p: Parameters) {
  const [lanes, folds, levels, shift] = ['LANES', 'FOLDS', 'LEVELS', 'SHIFT'].map((name) => p.number(name));
  const [multiplierBits, sumBits, zeros] = ['MULTIPLIER_W', 'SUM_W', 'ZEROS'].map((name) => p.number(name));
  const [pivot, extraBits] = [p.number('PIVOT'), p.number('EXTRA_W')];
  const lost = BigInt(shift - zeros);
  let digits = 0n; // the sum of 4^digit
  const count = p.number('ROWS') * p.number('STEPS') * p.number('STAGES');
  for (let digit = 0; digit < count; digit++) digits = 4n * digits + 1n;
  const signs = digits << BigInt(p.number('IN_W') + 1);
  const words = laneWords(rtl, p.text('CONSTANTS'), lanes);
  return (order: number, channel: number) => {
    const word = words[channel % lanes][Math.floor(channel / lanes) % folds];
    const product = BigInt(order) * BigInt(bitsOf(word, 0, multiplierBits)) + signs;
    const bias = BigInt(bitsOf(word, multiplierBits, sumBits));
    const sum = BigInt.asIntN(sumBits, (product >> BigInt(zeros)) + bias);
    let result = sum >> lost;
    if (pivot > 0 && result >= BigInt(pivot)) {
      const extra = BigInt(bitsOf(word, multiplierBits + sumBits, extraBits));
      result = (sum + extra) >> lost; // at most one more
    }
    return Math.min(Math.max(Number(result), 0), levels - 1);
  };
}

function laneWords(rtl: RtlFolder, prefix: string, lanes: number): (readonly string[])[] {
  return Array.from({ length: lanes }, (_, lane) => rtl.rom(`${prefix}_pe${digits(lane, 3)}.mem`));
}
