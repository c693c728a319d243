/** Texts of the command line into values; every option is checked once, here. */

import { extname } from 'node:path';
import type { PortRequest } from '../1-import/index.js';
import { readRegularFile } from '../1-import/json/model-file.js';
import { lineAndColumn, scanJson } from '../1-import/json/syntax.js';
import { verilogName } from '../1-import/names.js';
import type { FixedPointRounding, Fold } from '../1-import/types.js';
import type { AccumulatorPolicy } from '../5-plan/accumulator.js';
import { type Budget, DEVICES } from '../5-plan/device.js';
import type { EngineOption } from '../5-plan/engines/types.js';
import type { Target } from '../5-plan/types.js';
import * as errors from '../diagnostics/command-errors.js';
import { fail } from '../diagnostics/diagnostic.js';
import { fileNotReadable } from '../diagnostics/file-errors.js';
import { foldFile } from '../diagnostics/plan-errors.js';

const TYPE_HINT =
  "uint8, int8, 'fixed<16,6>', 'ufixed<8,2>'; --input-scale 1/255 or 0.5 sets the value of one step";

/** uint8, int4, fixed<W,I>, ufixed<W,I>, with an optional scale: a number or a fraction. */
export function parsePortType(type: string | undefined, scale: string | undefined): PortRequest | undefined {
  if (type === undefined) {
    if (scale !== undefined)
      fail(errors.badOption('--input-scale', '--input-type beside it', scale, TYPE_HINT));
    return undefined;
  }
  const integer = /^(u?)int(\d+)$/.exec(type);
  const fixed = /^(u?)fixed<(\d+),(-?\d+)>$/.exec(type.replace(/\s/g, ''));
  const match = integer ?? fixed;
  const bits = Number(match?.[2]);
  if (!match || !(bits >= 1 && bits <= 32))
    return fail(errors.badOption('--input-type', 'a type of 1 to 32 bits', type, TYPE_HINT));
  const signed = match[1] !== 'u';
  if (signed && bits === 1)
    fail(errors.badOption('--input-type', 'at least 2 bits for a signed type', type, TYPE_HINT));
  const given =
    scale === undefined ? { numerator: 1, denominator: 1 } : parseFraction('--input-scale', scale);
  const fractionBits = fixed ? bits - Number(fixed[3]) : 0;
  if (Math.abs(fractionBits) > 64)
    fail(errors.badOption('--input-type', 'at most 64 fraction bits', type, TYPE_HINT));
  return {
    signed,
    bits,
    scale: { numerator: given.numerator, denominator: given.denominator * 2 ** fractionBits },
    isScaleAssumed: scale === undefined && !fixed,
  };
}

/** A positive number or a fraction of two. */
export function parseFraction(option: string, text: string): { numerator: number; denominator: number } {
  const parts = text.split('/').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [numerator, denominator = 1] = parts;
  if (
    parts.length > 2 ||
    !(numerator > 0 && denominator > 0) ||
    !Number.isFinite(numerator / denominator) ||
    numerator / denominator === 0
  )
    fail(errors.badOption(option, 'a positive number or a fraction such as 1/255', text));
  return { numerator, denominator };
}

/** double, single or float, for a .tflite model. */
export function parseTfliteRounding(text: string | undefined, model: string): FixedPointRounding | undefined {
  if (text === undefined) return undefined;
  if (extname(model).toLowerCase() !== '.tflite')
    fail(errors.badOption('--tflite-rounding', 'a .tflite model beside it', text));
  if (text === 'double' || text === 'single' || text === 'float') return text;
  return fail(errors.badOption('--tflite-rounding', 'double, single or float', text));
}

/** minimal, l1, datatype, or a number of bits. @param others words that the option takes besides, for the message */
export function parsePolicy(option: string, text: string, others: readonly string[] = []): AccumulatorPolicy {
  if (text === 'minimal' || text === 'l1' || text === 'datatype') return text;
  const bits = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(bits >= 1 && bits <= 48))
    return fail(
      errors.badOption(option, [...others, 'minimal', 'l1', 'datatype', 'or 1 to 48 bits'].join(', '), text),
    );
  return bits;
}

export function parseTarget(text: string): Target {
  if (text === 'xc7' || text === 'xcup' || text === 'ice40') return text;
  return fail(errors.badOption('--target', 'xc7, xcup or ice40', text));
}

/** lut, dsp or auto. */
export function parseEngine(text: string | undefined): EngineOption | undefined {
  if (text === undefined || text === 'lut' || text === 'dsp' || text === 'auto') return text;
  return fail(errors.badOption('--engine', 'lut, dsp or auto', text));
}

/** Percent of a device that a plan may use; the rest is for what stands beside the network, and for routing. */
export const DEFAULT_UTILISATION = 70;

/** --device, --utilisation and --max-lut; undefined without any. */
export function parseBudget(given: {
  readonly device?: string;
  readonly utilisation?: string;
  readonly maxLut?: string;
}): Budget | undefined {
  const maxLut = parseWhole('--max-lut', given.maxLut, 1, 2 ** 31);
  const percent = parseWhole('--utilisation', given.utilisation, 1, 100);
  const device = DEVICES.find(({ name }) => name === given.device);
  if (given.device !== undefined && !device)
    fail(errors.badOption('--device', DEVICES.map(({ name }) => name).join(', '), given.device));
  if (percent !== undefined && !device)
    fail(errors.badOption('--utilisation', '--device beside it', String(percent)));
  if (!device && maxLut === undefined) return undefined;
  return { device, utilisation: (percent ?? DEFAULT_UTILISATION) / 100, maxLut };
}

/** Far above what the layers of any network need. */
const MAX_FOLD_BYTES = 2 ** 20;

/** A whole number in a range. */
export function parseWhole(
  option: string,
  value: string | undefined,
  min: number,
  max: number,
): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max))
    fail(errors.badOption(option, `a whole number from ${min} to ${max}`, value));
  return number;
}

/**
 * A folding by hand: {"<layer>": {"pe": N, "simd": N}, ...}.
 *
 * @param layers names that exist; what `build` prints, with an underscore for what Verilog does not allow, is taken too
 */
export function parseFoldFile(file: string, layers: readonly string[]): Map<string, Fold> {
  const content = foldContent(file, layers);
  const folds = new Map<string, Fold>();
  for (const [name, fold] of Object.entries(content)) {
    const { pe, simd, ...others } = (fold ?? {}) as Partial<Fold>;
    const alike = layers.includes(name) ? [name] : layers.filter((each) => verilogName(each) === name);
    if (alike.length !== 1)
      return fail(foldFile(file, `found a layer '${name}' that the model does not have`, layers));
    const [layer] = alike;
    if (folds.has(layer)) fail(foldFile(file, `found '${layer}' twice`, layers));
    if (!isWhole(pe) || !isWhole(simd) || Object.keys(others).length > 0)
      fail(foldFile(file, `found ${JSON.stringify(fold)} for layer '${name}'`, layers));
    folds.set(layer, { pe: Number(pe), simd: Number(simd) });
  }
  return folds;
}

/** The object in a fold file. */
function foldContent(file: string, layers: readonly string[]): object {
  const bytes = readRegularFile(file, MAX_FOLD_BYTES);
  if (typeof bytes === 'string') return fail(fileNotReadable(file, new Error(bytes)));
  if (typeof bytes === 'number') return fail(foldFile(file, `found ${bytes} bytes`, layers));
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd')) return fail(foldFile(file, 'found bytes that are no text', layers));
  const { error, duplicates } = scanJson(text);
  const place = (offset: number) => {
    const { line, column } = lineAndColumn(text, offset);
    return `line ${line}, column ${column}`;
  };
  if (error) {
    const { expected, found, offset } = error;
    return fail(foldFile(file, `found ${found} where ${expected} should be`, layers, place(offset)));
  }
  if (duplicates.length > 0)
    return fail(
      ...duplicates.map(({ key, offset }) => foldFile(file, `found '${key}' twice`, layers, place(offset))),
    );
  const content: unknown = JSON.parse(text);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return fail(
      foldFile(file, `found ${Array.isArray(content) ? 'an array' : text.trim().slice(0, 40)}`, layers),
    );
  return content;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
