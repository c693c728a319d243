import * as errors from '../../diagnostics/json-errors.js';
import { readDataFile } from './data-file.js';
import { describe, formatShape } from './describe.js';
import type { RealsDocument, ScaleDocument } from './document.js';
import type { Findings } from './findings.js';

/** Which real values a place takes. */
export type RealRule = 'any' | 'not-negative' | 'scale';

const EXPECTED = { any: 'a finite float32', 'not-negative': 'a finite float32 of 0 or more' } as const;

/**
 * Read a constant of one value or one per channel, rounded to float32.
 *
 * @param channels of the tensor it applies to; absent when that is not known because of an earlier error
 * @returns [1] or [channels]
 */
export function readReals(
  value: ScaleDocument,
  path: string,
  channels: number | undefined,
  rule: RealRule,
  findings: Findings,
): Float32Array | undefined {
  if (typeof value === 'number') return checkReals([value], () => path, rule, findings);
  if (typeof value === 'string') {
    const fraction = parseFraction(value);
    if (!fraction) return findings.add(errors.modelScale(findings.at(path), describe(value)));
    return checkReals([fraction.numerator / fraction.denominator], () => path, rule, findings);
  }
  if (!isFile(value)) {
    if (channels !== undefined && value.length !== channels)
      return wrongLength(path, channels, value, findings);
    return checkReals(value, (index) => `${path}[${index}]`, rule, findings);
  }
  const array = readDataFile(value.file, `${path}.file`, findings);
  if (!array) return undefined;
  if (array.shape.length !== 1 || (channels !== undefined && array.shape[0] !== channels)) {
    const expected = channels === undefined ? 'one axis' : `shape ${formatShape([channels])}`;
    const hint = 'give one value per channel, or a single number for all';
    return findings.add(
      errors.modelShape(findings.at(`${path}.file`), expected, `shape ${formatShape(array.shape)}`, hint),
    );
  }
  return checkReals(array.data, (index) => `${path}.file element ${index}`, rule, findings);
}

/** `a/b` with two positive decimal numbers, or one positive decimal number. */
export function parseFraction(text: string): { numerator: number; denominator: number } | undefined {
  const match = /^\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(?:\/\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*)?$/i.exec(text);
  if (!match) return undefined;
  return { numerator: Number(match[1]), denominator: match[2] === undefined ? 1 : Number(match[2]) };
}

function isFile(value: RealsDocument): value is { readonly file: string } {
  return typeof value === 'object' && !Array.isArray(value);
}

function wrongLength(
  path: string,
  channels: number,
  value: readonly unknown[],
  findings: Findings,
): undefined {
  const hint = 'give one value per channel, or a single number for all';
  const expected = channels === 1 ? '1 value' : `${channels} values, one per channel`;
  return findings.add(errors.modelShape(findings.at(path), expected, describe(value), hint));
}

/** Only the first wrong element is reported: the others are often wrong for the same reason. */
function checkReals(
  values: ArrayLike<unknown>,
  place: (index: number) => string,
  rule: RealRule,
  findings: Findings,
): Float32Array | undefined {
  const result = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value === 'number') result[index] = value;
    if (typeof value === 'number' && isAllowed(result[index], rule)) continue;
    const found = describe(value) + rounded(value);
    const at = findings.at(place(index));
    return findings.add(
      rule === 'scale' ? errors.modelScale(at, found) : errors.modelReal(at, EXPECTED[rule], found),
    );
  }
  return result;
}

function isAllowed(value: number, rule: RealRule): boolean {
  if (!Number.isFinite(value)) return false;
  return rule === 'any' || value > 0 || (rule === 'not-negative' && value === 0);
}

/** Tells apart a value that is wrong by itself from one that float32 cannot hold. */
function rounded(value: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '';
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return ' (too large for float32)';
  return single === 0 && value !== 0 ? ' (0 in float32)' : '';
}
