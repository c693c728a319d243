/**
 * An independent check of certificate.json: it reads the weights from the ROM images and the widths from the Verilog,
 * follows the codes from the input port through every layer, and shares no code with the computation of the bounds.
 *
 * For each channel it shows that the witness is the best choice input by input (so max and min really are the ends),
 * that the witness's sum is the claimed one, and that the hardware's field holds both ends.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { buildFolderInvalid } from '../diagnostics/file-errors.js';
import { checkChannel, checkField, checkPatterns, type Ends, type Field, offsetOf } from './channel.js';
import { type Codes, joinedCodes } from './codes.js';
import { checkDspChannel, dspWeights } from './dsp.js';
import { bitsOf, Doubt, digits, type Parameters, RtlFolder, toSigned } from './rtl.js';
import { readSteps, type StepHardware } from './steps.js';
import { interpretSums } from './sums.js';
import { type ChannelWindows, readWindows } from './windows.js';

export interface CheckedLayer {
  readonly name: string;
  readonly channels: number;
  readonly bits: number;
  readonly min: number;
  readonly max: number;
}

export interface CheckResult {
  readonly valid: boolean;
  readonly layers: readonly CheckedLayer[];
  readonly problems: readonly string[]; // the first of each layer
}

interface Claim {
  name: string;
  inputs: number;
  outputs: number;
  inputMin: number | number[];
  inputMax: number | number[];
  accumulator: Field;
  channels: Ends[];
  channelOrder?: number[];
}

interface Unit {
  name: string;
  module: string;
  kind: string;
  from?: { unit: string }[]; // units whose streams enter
  outputCode: LaneCode;
  inputCode?: LaneCode; // of the array's input
  arrayInput?: { laneBits: number };
}

/** code = base + stride * field. */
interface LaneCode {
  signed: boolean;
  base: number;
  stride: number;
}

/**
 * Check a build folder's certificate.
 *
 * @throws build_folder_invalid when the folder lacks the files or they are no JSON
 */
export function checkCertificate(directory: string): CheckResult {
  const claims = readJson(directory, 'certificate.json') as {
    format?: string;
    input?: { elements: number; channels?: number; min: number; max: number };
    layers?: Claim[];
  };
  const build = readJson(directory, 'build.json') as { units?: Unit[] };
  if (claims?.format !== 'narrowgate-certificate' || !claims.input || !claims.layers || !build?.units)
    return fail(buildFolderInvalid(directory, 'its certificate.json is of another format'));
  const rtl = new RtlFolder(directory);
  const layers: CheckedLayer[] = [];
  const problems: string[] = [];
  const { elements, channels: last = elements, min, max } = claims.input;
  const streams = new Map<string, Codes>(); // by the unit that makes them
  const port: Codes = { min: new Array(last).fill(min), max: new Array(last).fill(max) };
  const open = new Map(claims.layers.map((claim) => [claim.name, claim]));
  for (const unit of build.units) {
    try {
      const inputs = (unit.from ?? []).map((source) => {
        const codes = streams.get(source.unit);
        if (!codes) throw new Doubt(`nothing is known of '${source.unit}', which it takes`);
        return codes;
      });
      const claim = open.get(unit.name);
      if (unit.kind === 'dense' || unit.kind === 'conv') {
        if (!claim) throw new Doubt('the certificate does not speak of it');
        open.delete(unit.name);
        layers.push(checkLayer(rtl, unit, claim, inputs[0]));
        streams.set(unit.name, outputCodes(rtl, unit, claim, claim.channels));
      } else if (unit.kind === 'pool' || unit.kind === 'add') {
        const sums = joinedCodes(rtl, unit, inputs);
        if (!claim)
          streams.set(unit.name, sums); // a maximum of codes
        else {
          open.delete(unit.name);
          const ends = claimedSums(claim, sums);
          layers.push(ends);
          streams.set(unit.name, outputCodes(rtl, unit, claim, claim.channels));
        }
      } else if (unit.kind === 'step')
        streams.set(unit.name, stepCodes(unit, readSteps(rtl, unit.module), inputs[0], false));
      else streams.set(unit.name, unit.kind === 'input' ? port : joinedCodes(rtl, unit, inputs));
    } catch (error) {
      if (!(error instanceof Doubt || error instanceof TypeError)) throw error;
      problems.push(
        `layer ${unit.name}: ${error instanceof Doubt ? error.message : 'the certificate or a ROM lacks a value'}`,
      );
      break; // the layers after it rest on this one
    }
  }
  if (problems.length === 0)
    for (const name of open.keys())
      problems.push(`layer ${name}: the certificate speaks of it, the hardware has none`);
  return { valid: problems.length === 0, layers, problems };
}

function readJson(directory: string, name: string): unknown {
  try {
    return JSON.parse(readFileSync(join(directory, name), 'utf8'));
  } catch {
    return fail(buildFolderInvalid(directory, `${name} is missing or no JSON`));
  }
}

/** The sums of a pool or an addition are those that its inputs give, and its field holds them. */
function claimedSums({ name, accumulator, channels }: Claim, sums: Codes): CheckedLayer {
  expectEqual('channels', channels.length, sums.min.length);
  channels.forEach(({ min, max }, index) => {
    if (sums.min[index] !== min || sums.max[index] !== max)
      throw new Doubt(
        `channel ${index}: the sums span ${sums.min[index]} .. ${sums.max[index]}, the certificate says ${min} .. ${max}`,
      );
    checkField(min, max, index, accumulator);
  });
  return { name, channels: channels.length, bits: accumulator.bits, ...hullOf(channels) };
}

function hullOf(channels: readonly Ends[]): { min: number; max: number } {
  const min = channels.reduce((least, each) => Math.min(least, each.min), Number.POSITIVE_INFINITY);
  const max = channels.reduce((most, each) => Math.max(most, each.max), Number.NEGATIVE_INFINITY);
  return { min, max };
}

function checkLayer(rtl: RtlFolder, unit: Unit, claim: Claim, codes: Codes): CheckedLayer {
  const { accumulator, outputs, channels } = claim;
  expectEqual('channels', channels.length, outputs);
  const named = new Set(claim.channelOrder ?? channels.keys());
  if (named.size !== outputs || ![...named].every((channel) => channel in channels))
    throw new Doubt('its channel order does not name every channel once');
  const array = rtl.module(`${unit.module}_array`);
  if (array === undefined) throw new Doubt(`rtl/${unit.module}_array.v cannot be read`);
  const sums = rtl.module(`${unit.module}_sums`);
  const views = readWindows(rtl, unit.module, claim, codes);
  if (sums !== undefined && array.includes(`${unit.module}_sums sums (`)) {
    const [{ low, high }] = views(0);
    checkAssumed(claim, low, high);
    checkSums(sums, unit, claim, low, high);
  } else checkFolded(rtl, unit, claim, views);
  return { name: unit.name, channels: outputs, bits: accumulator.bits, ...hullOf(channels) };
}

/** The codes that the certificate assumes of the inputs hold all that can reach them. */
function checkAssumed(claim: Claim, low: readonly number[], high: readonly number[]): void {
  const [assumedLow, assumedHigh] = [spread(claim.inputMin, low.length), spread(claim.inputMax, low.length)];
  for (let i = 0; i < low.length; i++)
    if (low[i] < assumedLow[i] || high[i] > assumedHigh[i])
      throw new Doubt(
        `input ${i} can be ${low[i]} .. ${high[i]}, the certificate assumes ${assumedLow[i]} .. ${assumedHigh[i]}`,
      );
}

/** A layer whose weights lie in ROMs. */
function checkFolded(rtl: RtlFolder, unit: Unit, claim: Claim, views: ChannelWindows): void {
  const array = `${unit.module}_array`;
  const blocks = rtl.parameters(array, 'dsp_matrix_vector');
  const engine = blocks ?? rtl.parameters(array, 'matrix_vector');
  if (!engine) throw new Doubt('its Verilog has no matrix_vector');
  const { accumulator, inputs, outputs, channels } = claim;
  expectEqual('ACC_W', engine.number('ACC_W'), accumulator.bits);
  expectEqual('inputs', engine.number('SIMD') * engine.number('SYNAPSE_FOLD'), inputs);
  expectEqual('outputs', engine.number('PE') * engine.number('NEURON_FOLD'), outputs);
  const pe = engine.number('PE');
  if (accumulator.perPe) expectEqual('PE', pe, accumulator.perPe.length);
  channels.forEach((channel, index) => {
    const bits = ownBits(engine, accumulator, index % pe);
    const weights = blocks ? dspWeights(rtl, blocks, index) : channelWeights(rtl, engine, index);
    const patterns = views(index);
    const [{ low, high }] = patterns;
    if (patterns.length === 1) checkAssumed(claim, low, high);
    if (blocks) checkBlocks(blocks, claim, index, weights, low, high);
    else checkStart(rtl, engine, claim, index, weights, bits);
    const field = { ...accumulator, bits };
    if (patterns.length === 1) checkChannel(channel, index, weights, low, high, field);
    else checkPatterns(channel, index, weights, patterns, field);
  });
}

/** Bits of one processing element's accumulator, as the Verilog has it: the certificate must say the same. */
function ownBits(engine: Parameters, { bits, perPe, signed }: Field, pe: number): number {
  const own = engine.field('PE_ACC_W', pe, 6) || engine.number('ACC_W'); // 0: as wide as the widest
  expectEqual(`bits of processing element ${pe}`, own, perPe ? perPe[pe] : bits);
  if (own > bits) throw new Doubt(`processing element ${pe} has ${own} bits, its lane ${bits}`);
  // the lane extends a narrower field as the certificate reads it
  if (own < bits) expectEqual('SIGNED', engine.number('SIGNED', 0), signed ? 1 : 0);
  return own;
}

/**
 * A layer whose weights are in its sums: the generated module answers for them. A weight is what one input's change
 * does to the sum; the module must then answer every channel's witness, and its opposite, as those weights say.
 */
function checkSums(text: string, unit: Unit, claim: Claim, low: number[], high: number[]): void {
  const { accumulator, inputs, outputs, channels } = claim;
  const { inputCode, arrayInput } = unit;
  if (!inputCode || !arrayInput) throw new Doubt('build.json does not say what its lanes carry');
  const sums = interpretSums(text);
  const { bits, signed, step } = accumulator;
  expectEqual('bits of its outputs', sums.outputBits, bits * outputs);
  expectEqual('bits of its inputs', sums.inputBits, arrayInput.laneBits * inputs);
  const answer = (codes: number[]): number[] => {
    let word = 0n;
    for (let i = inputs - 1; i >= 0; i--) {
      const field = BigInt.asUintN(
        arrayInput.laneBits,
        BigInt((codes[i] - inputCode.base) / inputCode.stride),
      );
      word = (word << BigInt(arrayInput.laneBits)) | field;
    }
    const lanes = sums.run(word);
    return channels.map((_, channel) => {
      const lane = (lanes >> BigInt(channel * bits)) & ((1n << BigInt(bits)) - 1n);
      return Number(signed ? BigInt.asIntN(bits, lane) : lane) * step + offsetOf(accumulator, channel);
    });
  };
  const least = answer(low);
  const weights = channels.map(() => new Array<number>(inputs).fill(0));
  for (let i = 0; i < inputs; i++) {
    if (low[i] === high[i]) continue;
    const changed = answer(low.map((code, k) => (k === i ? high[i] : code)));
    weights.forEach((row, channel) => {
      row[i] = (changed[channel] - least[channel]) / (high[i] - low[i]);
    });
  }
  channels.forEach((channel, index) => {
    const row = weights[index];
    const linear = (codes: number[]) =>
      row.reduce((sum, w, i) => sum + w * (codes[i] - low[i]), least[index]);
    const letters = Array.from(channel.witness);
    for (let i = 0; i < inputs; i++)
      if (letters[i] !== 'h' && letters[i] !== 'l')
        throw new Doubt(`channel ${index}: its witness lacks input ${i}`);
    for (const ends of [letters, letters.map((letter) => (letter === 'h' ? 'l' : 'h'))]) {
      const codes = ends.map((letter, i) => (letter === 'h' ? high[i] : low[i]));
      if (answer(codes)[index] !== linear(codes))
        throw new Doubt(`channel ${index}: its sums do not answer a witness as their weights say`);
    }
    // inputs that cannot change add a constant, which no weight shows
    const constant = least[index] - row.reduce((sum, w, i) => sum + w * low[i], 0);
    checkChannel(channel, index, row, low, high, accumulator, constant);
  });
}

/** A neuron's lane in the DSP blocks must hold its sums, as the accumulator of the certificate. */
function checkBlocks(
  engine: Parameters,
  { accumulator, channels }: Claim,
  index: number,
  weights: number[],
  low: number[],
  high: number[],
): void {
  expectEqual('step', accumulator.step, engine.number('DROP') ? 2 : 1);
  const { min, max } = channels[index];
  const channel = { index, min, max, offset: offsetOf(accumulator, index), weights };
  checkDspChannel(engine, channel, accumulator.bits, low, high);
}

/** A neuron's start value must be the field of an empty sum, less what its array adds of its own. */
function checkStart(
  rtl: RtlFolder,
  engine: Parameters,
  { accumulator, inputs }: Claim,
  channel: number,
  weights: number[],
  bits: number,
): void {
  const counts = engine.number('A_KIND') === 2 && engine.number('W_KIND') === 2;
  const emptySum = counts ? -inputs : 0; // counting agreements starts with every product at -1
  expectEqual('step', accumulator.step, counts ? 2 : 1);
  const field =
    (emptySum - offsetOf(accumulator, channel)) / accumulator.step -
    (counts ? 0 : arrayConstant(engine, weights));
  const size = 2 ** bits;
  const pe = engine.number('PE');
  const found = engine.number('START_ROM', 0)
    ? bitsOf(
        rtl.rom(`${engine.text('STARTS')}_pe${digits(channel % pe, 3)}.mem`)[Math.floor(channel / pe)],
        0,
        bits,
      )
    : (engine.field('PE_INIT', channel % pe, accumulator.bits) ?? engine.number('INIT'));
  expectEqual(`channel ${channel}: its start value`, found % size, ((field % size) + size) % size);
}

/**
 * The constant of booth_dot (its header): each negative radix-4 digit d adds 4^d * (2^row bits - 1). Bipolar activations
 * select weights: twice their sum is the product sum plus all weights, and 2^(bits of a weight) for each with a sign.
 */
function arrayConstant(engine: Parameters, weights: number[]): number {
  const [activationBits, weightBits, kind] = ['A_W', 'W_W', 'W_KIND'].map((name) => engine.number(name));
  const signedBits = kind === 0 ? weightBits + 1 : weightBits;
  if (engine.number('A_KIND') === 2)
    return weights.reduce((sum, w) => sum + w + (kind === 0 ? 0 : 2 ** weightBits), 0);
  const top = kind === 2 || kind === 3 ? 0 : (signedBits + 1) / 2 - 1; // digit whose row is one bit shorter
  let constant = 0;
  for (const w of weights) {
    if (engine.number('A_KIND') === 1) constant += 2 ** (activationBits - 1) * w;
    const bit = (at: number) => (at < 0 ? 0 : Math.floor(w / 2 ** Math.min(at, weightBits)) & 1);
    for (let d = 0; 2 * d < signedBits; d++) {
      const negative =
        kind === 2 || kind === 3 ? w < 0 : bit(2 * d + 1) === 1 && bit(2 * d) + bit(2 * d - 1) < 2;
      if (negative) constant += 4 ** d * (2 ** (d === top ? activationBits : activationBits + 1) - 1);
    }
  }
  return constant;
}

/** One neuron's weights from its processing element's ROM. */
function channelWeights(rtl: RtlFolder, engine: Parameters, channel: number): number[] {
  const [pe, simd, folds] = ['PE', 'SIMD', 'SYNAPSE_FOLD'].map((name) => engine.number(name));
  const [width, kind] = [engine.number('W_W'), engine.number('W_KIND')];
  const words = rtl.rom(`${engine.text('WEIGHTS')}_pe${digits(channel % pe, 3)}.mem`);
  const weights: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const word = words[Math.floor(channel / pe) * folds + fold];
    for (let lane = 0; lane < simd; lane++) {
      const field = bitsOf(word, lane * width, width);
      weights.push(kind === 2 ? 2 * field - 1 : kind === 0 ? field : toSigned(field, width));
    }
  }
  return weights;
}

/** Codes that a layer's outputs can take, from its sums' ends and its requantisation. */
function outputCodes(rtl: RtlFolder, unit: Unit, { accumulator }: Claim, channels: readonly Ends[]): Codes {
  const { step, overflow, bits, signed } = accumulator;
  const steps = readSteps(rtl, unit.module);
  const sums = { min: channels.map(({ min }) => min), max: channels.map(({ max }) => max) };
  if (!steps) return sums;
  const lowest = signed ? -(2 ** (bits - 1)) : 0;
  const toField = (sum: number, channel: number) => (sum - offsetOf(accumulator, channel)) / step;
  const fields =
    overflow === 'none'
      ? { min: sums.min.map(toField), max: sums.max.map(toField) }
      : { min: channels.map(() => lowest), max: channels.map(() => lowest + 2 ** bits - 1) };
  return stepCodes(unit, steps, fields, true);
}

/** Codes after a step function; it is monotone, so the ends of its input give its ends. */
function stepCodes(unit: Unit, steps: StepHardware | undefined, input: Codes, fields: boolean): Codes {
  if (!steps) throw new Doubt('its Verilog has no requantisation');
  const { base, stride } = unit.outputCode;
  const outBits = steps.base;
  const code = (value: number, channel: number) => {
    const raw = fields || value >= 0 || steps.bits > 1 ? value : 0; // bipolar -1 travels as 0
    const order = xor(((raw % 2 ** steps.bits) + 2 ** steps.bits) % 2 ** steps.bits, steps.xor);
    return base + stride * (steps.level(order, channel) + outBits);
  };
  const ends = input.min.map((min, channel) => [code(min, channel), code(input.max[channel], channel)]);
  return { min: ends.map((pair) => Math.min(...pair)), max: ends.map((pair) => Math.max(...pair)) };
}

/** Bitwise exclusive or of numbers up to 2^48. */
function xor(a: number, b: number): number {
  return Number(BigInt(a) ^ BigInt(b));
}

function spread(values: number | number[], count: number): number[] {
  if (typeof values === 'number') return new Array<number>(count).fill(values);
  expectEqual('input ranges', values.length, count);
  return values;
}

function expectEqual(what: string, found: number, claimed: number): void {
  if (found !== claimed) throw new Doubt(`${what} is ${found}, the certificate says ${claimed}`);
}
