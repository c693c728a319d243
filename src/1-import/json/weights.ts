import * as errors from '../../diagnostics/json-errors.js';
import type { QuantizedWeights } from '../types.js';
import { type CodeType, codeRange, rangeText, readCodeType, typeName } from './code-type.js';
import type { WeightsDocument } from './document.js';
import type { Findings } from './findings.js';
import { type IntegerMatrix, readIntegers } from './integers.js';
import { readReals } from './reals.js';

export interface ReadWeights {
  readonly outputs?: number; // known when the matrix could be read, even if its codes are wrong
  readonly inputs?: number;
  readonly weights?: QuantizedWeights;
}

/** Read the weight codes of a dense layer, [outputs][inputs], with their type and scale. */
export function readWeights(document: WeightsDocument, path: string, findings: Findings): ReadWeights {
  const type = readWeightType(document, path, findings);
  const matrix = readIntegers(document, path, '[outputs][inputs]', false, findings);
  const scale = readReals(document.scale ?? 1, `${path}.scale`, matrix?.rows, 'scale', findings);
  const fits = type && matrix && checkCodes(matrix, type, findings);
  const shape = { outputs: matrix?.rows, inputs: matrix?.columns };
  if (!fits || !scale) return shape;
  return { ...shape, weights: { ...type, scale, codes: new Int32Array(matrix.data) } };
}

function readWeightType(document: WeightsDocument, path: string, findings: Findings): CodeType | undefined {
  const type = readCodeType(document, path, true, findings);
  if (!type || type.signed || type.bits < 32) return type;
  const hint = 'declare fewer bits, or signed weights';
  const at = findings.at(`${path}.bits`);
  return findings.add(errors.modelCodeType(at, '1 to 31 bits for unsigned weights', `${type.bits}`, hint));
}

function checkCodes({ data, place }: IntegerMatrix, type: CodeType, findings: Findings): boolean {
  const { min, max } = codeRange(type);
  const bipolar = type.encoding === 'bipolar';
  for (let index = 0; index < data.length; index++) {
    const code = data[index];
    if (code >= min && code <= max && !(bipolar && code === 0)) continue;
    const at = findings.at(place(index));
    const hint = bipolar ? 'bipolar codes are -1 and +1; with 0 they are signed, narrow, 2 bits' : undefined;
    findings.add(errors.modelCodeOutOfRange(at, typeName(type), rangeText(type), String(code), hint));
    return false;
  }
  return true;
}
