import * as errors from '../../diagnostics/json-errors.js';
import type { MultiThresholdNode } from '../types.js';
import { codeCount, readQuantizer, typeName } from './code-type.js';
import { describe } from './describe.js';
import type { ThresholdsDocument } from './document.js';
import type { Findings } from './findings.js';
import { type IntegerMatrix, readIntegers } from './integers.js';

type Thresholds = Pick<MultiThresholdNode, 'thresholds' | 'rows' | 'quantizer'>;

/** Read thresholds on the accumulator: one row per output or one shared row, and the type of the codes they count. */
export function readThresholds(
  document: ThresholdsDocument,
  path: string,
  channels: number | undefined,
  findings: Findings,
): Thresholds | undefined {
  const quantizer = readQuantizer(document.output, `${path}.output`, channels, findings);
  const matrix = readIntegers(document, path, '[outputs or 1][thresholds]', true, findings);
  if (!matrix || !checkOrder(matrix, findings)) return undefined;
  const { rows, columns, data } = matrix;
  const at = findings.at(path);
  if (channels !== undefined && rows !== 1 && rows !== channels)
    return findings.add(
      errors.modelShape(
        at,
        `1 or ${channels} rows of thresholds`,
        `${rows} rows`,
        'give one row per output, or one row shared by all',
      ),
    );
  if (!quantizer) return undefined;
  const limit = codeCount(quantizer) - 1;
  if (columns > limit)
    return findings.add(errors.modelThresholdCount(at, typeName(quantizer), limit, columns));
  return { thresholds: Float64Array.from(data, withoutMinusZero), rows, quantizer };
}

function checkOrder({ data, columns, place }: IntegerMatrix, findings: Findings): boolean {
  for (let index = 0; index < data.length; index++) {
    if (!Number.isSafeInteger(data[index])) {
      const expected = 'an integer of at most 53 bits';
      findings.add(errors.modelNotInteger(findings.at(place(index)), expected, describe(data[index])));
      return false;
    }
    if (index % columns === 0 || data[index] >= data[index - 1]) continue;
    findings.add(errors.modelThresholdOrder(findings.at(place(index)), data[index - 1], data[index]));
    return false;
  }
  return true;
}

function withoutMinusZero(value: number): number {
  return value + 0;
}
