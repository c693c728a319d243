import * as errors from '../../diagnostics/json-errors.js';
import type { PortType } from '../types.js';
import { checkZeroPoint, readCodeType } from './code-type.js';
import { describe } from './describe.js';
import type { PortTypeDocument } from './document.js';
import type { Findings } from './findings.js';
import { parseFraction } from './reals.js';

/** What the hardware's input port carries. A scale that is a number stays a double: numerator / 1. */
export function readPortType(
  document: PortTypeDocument,
  path: string,
  findings: Findings,
): PortType | undefined {
  const type = readCodeType(document, path, undefined, findings);
  const { scale: given = 1 } = document;
  const scale = typeof given === 'number' ? { numerator: given, denominator: 1 } : parseFraction(given);
  const single = scale ? Math.fround(scale.numerator / scale.denominator) : Number.NaN;
  if (!scale || !(single > 0) || !Number.isFinite(single))
    return findings.add(errors.modelScale(findings.at(`${path}.scale`), describe(given)));
  const { zeroPoint } = document;
  if (!type || (zeroPoint !== undefined && !checkZeroPoint(zeroPoint, type, path, findings)))
    return undefined;
  return { signed: type.signed, bits: type.bits, scale, ...(zeroPoint !== undefined && { zeroPoint }) };
}
