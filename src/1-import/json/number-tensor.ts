import type { Diagnostic, Location } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/json-errors.js';
import { readDataFile } from './data-file.js';
import { describe, formatShape, quote } from './describe.js';
import type { ArrayDocument } from './document.js';
import type { Findings } from './findings.js';

/** Numbers in row-major order, with the JSON path of each for messages. */
export interface NumberTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>; // [product of the shape]
  readonly place: (index: number) => string;
}

/**
 * Read integers of several axes, given as nested arrays in place or in a .npy file.
 *
 * @param path JSON path of the object that has "values" or "file"
 * @param axes what each axis is, for messages
 */
export function readIntegerTensor(
  document: ArrayDocument,
  path: string,
  axes: readonly string[],
  findings: Findings,
): NumberTensor | undefined {
  return readTensor(document, path, axes, INTEGERS, findings);
}

/** As readIntegerTensor, of finite numbers that are finite in float32 too. They are not rounded. */
export function readRealTensor(
  document: ArrayDocument,
  path: string,
  axes: readonly string[],
  findings: Findings,
): NumberTensor | undefined {
  return readTensor(document, path, axes, REALS, findings);
}

/** What the elements have to be, and the message for one that is not. */
interface ElementRule {
  readonly holds: (value: unknown) => boolean;
  readonly inFile: string;
  readonly inPlace: (at: Location, found: string) => Diagnostic;
}

const INTEGERS: ElementRule = {
  holds: (value) => Number.isInteger(value),
  inFile: 'integers',
  inPlace: (at, found) => errors.modelNotInteger(at, 'an integer', found),
};

const REALS: ElementRule = {
  holds: (value) => typeof value === 'number' && Number.isFinite(Math.fround(value)),
  inFile: 'finite float32 values',
  inPlace: (at, found) => errors.modelReal(at, 'a finite float32', found),
};

function readTensor(
  document: ArrayDocument,
  path: string,
  axes: readonly string[],
  rule: ElementRule,
  findings: Findings,
): NumberTensor | undefined {
  const { values, file } = document;
  if (values !== undefined && file !== undefined) {
    const message = 'expected "values" or "file", found both';
    return findings.add(errors.modelKeyConflict(findings.at(path), message, 'keep one of the two'));
  }
  if (file !== undefined) return readFile(file, `${path}.file`, axes, rule, findings);
  if (values !== undefined) return readValues(values, `${path}.values`, axes, rule, findings);
  return findings.add(errors.modelMissingKey(findings.at(path), 'values', 'file'));
}

function readFile(
  name: string,
  path: string,
  axes: readonly string[],
  rule: ElementRule,
  findings: Findings,
): NumberTensor | undefined {
  const array = readDataFile(name, path, findings);
  if (!array) return undefined;
  const { shape, data } = array;
  if (shape.length !== axes.length || shape.includes(0)) {
    const found = `shape ${formatShape(shape)} in ${quote(name)}`;
    return findings.add(errors.modelShape(findings.at(path), `axes ${axesText(axes)}`, found, HINT));
  }
  if (data instanceof Float32Array || data instanceof Float64Array) {
    const wrong = data.findIndex((value) => !rule.holds(value)); // 64-bit integers come as doubles
    if (wrong >= 0) {
      const found = `${describe(data[wrong])} at flat index ${wrong}`;
      return findings.add(errors.modelArrayType(findings.at(path), quote(name), rule.inFile, found));
    }
  }
  return { shape, data, place: (index) => `${path} element ${indexText(index, shape)}` };
}

const HINT = 'all arrays at the same depth have the same length';

/** The shape follows from the first element of each array; all others are held against it. */
function readValues(
  values: readonly unknown[],
  path: string,
  axes: readonly string[],
  rule: ElementRule,
  findings: Findings,
): NumberTensor | undefined {
  const shape: number[] = [];
  for (let first: unknown = values; shape.length < axes.length && Array.isArray(first); first = first[0])
    shape.push(first.length);
  const data: number[] = [];
  /** @returns false when anything was reported */
  const walk = (value: unknown, depth: number, place: string): boolean => {
    if (depth === axes.length) {
      if (rule.holds(value)) return data.push(value as number) > 0;
      findings.add(rule.inPlace(findings.at(place), describe(value)));
      return false;
    }
    const length = shape[depth];
    if (Array.isArray(value) && value.length > 0 && value.length === length)
      return value.every((each, index) => walk(each, depth + 1, `${place}[${index}]`));
    const size = Array.isArray(value) && value.length > 0 && length ? ` of ${length} like the first one` : '';
    const expected = `an array${size}, as values are ${axesText(axes)}`;
    findings.add(errors.modelShape(findings.at(place), expected, describe(value), HINT));
    return false;
  };
  if (!walk(values, 0, path)) return undefined;
  return { shape, data, place: (index) => `${path}${indexText(index, shape)}` };
}

function axesText(axes: readonly string[]): string {
  return axes.map((axis) => `[${axis}]`).join('');
}

function indexText(index: number, shape: readonly number[]): string {
  let rest = index;
  const text: string[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    text.unshift(`[${rest % shape[axis]}]`);
    rest = Math.floor(rest / shape[axis]);
  }
  return text.join('');
}
