import * as errors from '../../diagnostics/json-errors.js';
import { type Interval, typeInterval } from '../../shared/interval.js';
import type { Quantizer, Truncation } from '../types.js';
import { describe } from './describe.js';
import type { CodeTypeDocument, QuantizerDocument } from './document.js';
import type { Findings } from './findings.js';
import { readReals } from './reals.js';

/** An integer type as declared, without scale. */
export interface CodeType {
  readonly encoding: 'integer' | 'bipolar';
  readonly bits: number;
  readonly signed: boolean;
  readonly narrow: boolean;
}

/**
 * Read an integer type: bits, sign, encoding. Bipolar codes are -1 and +1, one bit.
 *
 * @param signed what an absent "signed" means; when undefined the key is required
 */
export function readCodeType(
  document: CodeTypeDocument,
  path: string,
  signed: boolean | undefined,
  findings: Findings,
): CodeType | undefined {
  if (document.encoding === 'bipolar') return readBipolar(document, path, findings);
  const { bits, narrow = false } = document;
  const sign = document.signed ?? signed;
  if (bits === undefined) findings.add(errors.modelMissingKey(findings.at(path), 'bits'));
  if (sign === undefined) findings.add(errors.modelMissingKey(findings.at(path), 'signed'));
  if (bits === undefined || sign === undefined) return undefined;
  if (bits === 1 && (sign || narrow)) {
    const expected = '2 bits or more for signed or narrow integers';
    const hint = 'for codes -1 and +1 give "encoding": "bipolar"; for 0 and 1 give "signed": false';
    return findings.add(errors.modelCodeType(findings.at(`${path}.bits`), expected, '1 bit', hint));
  }
  return { encoding: 'integer', bits, signed: sign, narrow };
}

function readBipolar(document: CodeTypeDocument, path: string, findings: Findings): CodeType | undefined {
  const type: CodeType = { encoding: 'bipolar', bits: 1, signed: true, narrow: false };
  const only = { bits: 1, signed: true, narrow: false, zeroPoint: 0 } as const;
  let contradictory = false;
  for (const key of ['bits', 'signed', 'narrow', 'zeroPoint'] as const) {
    if (document[key] === undefined || document[key] === only[key]) continue;
    const hint = `remove "${key}": bipolar codes are -1 and +1, one bit`;
    const at = findings.at(`${path}.${key}`);
    findings.add(errors.modelCodeType(at, `${only[key]} for bipolar codes`, describe(document[key]), hint));
    contradictory = true;
  }
  return contradictory ? undefined : type;
}

/**
 * Read what codes mean and how real values become codes.
 *
 * @param channels of the tensor, for a scale per channel; absent when not known because of an earlier error
 */
export function readQuantizer(
  document: CodeTypeDocument | QuantizerDocument,
  path: string,
  channels: number | undefined,
  findings: Findings,
): Quantizer | undefined {
  const type = readCodeType(document, path, undefined, findings);
  const scale = readReals(document.scale ?? 1, `${path}.scale`, channels, 'scale', findings);
  const { zeroPoint = 0 } = document;
  if (type && !checkZeroPoint(zeroPoint, type, path, findings)) return undefined;
  const rounding = 'rounding' in document && document.rounding ? document.rounding : 'half-even';
  const zeroPointAdded = 'zeroPointAdded' in document && document.zeroPointAdded;
  const given = 'truncation' in document ? document.truncation : undefined;
  const truncation = given && readTruncation(given, `${path}.truncation`, findings);
  return (
    type &&
    scale && {
      ...type,
      scale,
      zeroPoint,
      rounding,
      ...(zeroPointAdded && { zeroPointAdded }),
      ...(truncation && { truncation }),
    }
  );
}

/** Read the finer type whose low bits are dropped. */
function readTruncation(
  { scale, zeroPoint = 0, shift }: NonNullable<QuantizerDocument['truncation']>,
  path: string,
  findings: Findings,
): Truncation | undefined {
  const fine = readReals(scale, `${path}.scale`, 1, 'scale', findings);
  return fine && { scale: fine[0], zeroPoint, shift };
}

/** Whether the zero point is a code of the type; bipolar types have none, and say so elsewhere. */
export function checkZeroPoint(zeroPoint: number, type: CodeType, path: string, findings: Findings): boolean {
  const { min, max } = codeRange(type);
  if (type.encoding === 'bipolar' || (zeroPoint >= min && zeroPoint <= max)) return true;
  findings.add(
    errors.modelCodeOutOfRange(
      findings.at(`${path}.zeroPoint`),
      typeName(type),
      rangeText(type),
      String(zeroPoint),
      'the zero point is a code of the same type: the one that stands for 0',
    ),
  );
  return false;
}

/** Smallest and largest code. */
export function codeRange(type: CodeType): Interval {
  return type.encoding === 'bipolar'
    ? { min: -1, max: 1 }
    : typeInterval(type.bits, type.signed, type.narrow);
}

/** How many codes the type has. */
export function codeCount(type: CodeType): number {
  const { min, max } = codeRange(type);
  return type.encoding === 'bipolar' ? 2 : max - min + 1;
}

/** The type as the command line writes it. */
export function typeName(type: CodeType): string {
  if (type.encoding === 'bipolar') return 'bipolar';
  return `${type.narrow ? 'narrow ' : ''}${type.signed ? 'int' : 'uint'}${type.bits}`;
}

export function rangeText(type: CodeType): string {
  const { min, max } = codeRange(type);
  return type.encoding === 'bipolar' ? '-1 or 1' : `${min} .. ${max}`;
}
