import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/json-errors.js';
import { readDataFile } from './data-file.js';
import { describe, formatShape, quote } from './describe.js';
import type { ArrayDocument } from './document.js';
import type { Findings } from './findings.js';

/** Integers in row-major order, with the JSON path of each for messages. */
export interface IntegerMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: ArrayLike<number>; // [rows * columns]
  readonly place: (index: number) => string;
}

const HINT = 'every row has the same length, one number per column';

/**
 * Read a matrix of integers given in place or in a .npy file. A single flat row is taken as one row when `flat` is set.
 *
 * @param path JSON path of the object that has "values" or "file"
 * @param axes what rows and columns are, for messages: [outputs][inputs]
 */
export function readIntegers(
  document: ArrayDocument,
  path: string,
  axes: string,
  flat: boolean,
  findings: Findings,
): IntegerMatrix | undefined {
  const { values, file } = document;
  if (values !== undefined && file !== undefined)
    return findings.add(
      errors.modelKeyConflict(
        findings.at(path),
        'expected "values" or "file", found both',
        'keep one of the two',
      ),
    );
  if (file !== undefined) return readFile(file, `${path}.file`, axes, flat, findings);
  if (values !== undefined) return readValues(values, `${path}.values`, axes, flat, findings);
  return findings.add(errors.modelMissingKey(findings.at(path), 'values', 'file'));
}

function readFile(
  name: string,
  path: string,
  axes: string,
  flat: boolean,
  findings: Findings,
): IntegerMatrix | undefined {
  const array = readDataFile(name, path, findings);
  if (!array) return undefined;
  const shape = flat && array.shape.length === 1 ? [1, array.shape[0]] : array.shape;
  if (shape.length !== 2 || shape[0] === 0 || shape[1] === 0) {
    const found = `shape ${formatShape(array.shape)} in ${quote(name)}`;
    return findings.add(errors.modelShape(findings.at(path), `two axes ${axes}`, found, HINT));
  }
  const { data } = array;
  if (data instanceof Float32Array || data instanceof Float64Array) {
    const wrong = data.findIndex((value) => !Number.isInteger(value)); // 64-bit integers come as doubles
    if (wrong >= 0) {
      const found = `${describe(data[wrong])} at flat index ${wrong}`;
      return findings.add(errors.modelArrayType(findings.at(path), quote(name), 'integers', found));
    }
  }
  const place = (index: number) => `${path} element [${Math.floor(index / shape[1])}][${index % shape[1]}]`;
  return { rows: shape[0], columns: shape[1], data, place };
}

function readValues(
  values: readonly unknown[],
  path: string,
  axes: string,
  flat: boolean,
  findings: Findings,
): IntegerMatrix | undefined {
  const wrap = flat && values.length > 0 && !values.some(Array.isArray);
  const rows = wrap ? [values] : values;
  const rowPath = (row: number) => (wrap ? path : `${path}[${row}]`);
  const problem = rowProblem(rows, path, rowPath, axes, findings);
  if (problem) return findings.add(problem);
  const columns = (rows[0] as readonly unknown[]).length;
  const data = new Float64Array(rows.length * columns);
  const place = (index: number) => `${rowPath(Math.floor(index / columns))}[${index % columns}]`;
  for (let row = 0, index = 0; row < rows.length; row++) {
    const line = rows[row] as readonly unknown[];
    for (let column = 0; column < columns; column++, index++) {
      const value = line[column];
      if (!Number.isInteger(value))
        return findings.add(errors.modelNotInteger(findings.at(place(index)), 'an integer', describe(value)));
      data[index] = value as number;
    }
  }
  return { rows: rows.length, columns, data, place };
}

function rowProblem(
  rows: readonly unknown[],
  path: string,
  rowPath: (row: number) => string,
  axes: string,
  findings: Findings,
): Diagnostic | undefined {
  if (rows.length === 0) return errors.modelShape(findings.at(path), `values ${axes}`, 'no rows', HINT);
  const first = rows[0];
  for (let row = 0; row < rows.length; row++) {
    const line = rows[row];
    const at = findings.at(rowPath(row));
    if (!Array.isArray(line))
      return errors.modelShape(at, `a row of numbers, as values are ${axes}`, describe(line), HINT);
    if (line.length === 0) return errors.modelShape(at, 'a row of one value or more', 'an empty row', HINT);
    const length = (first as readonly unknown[]).length;
    if (line.length !== length)
      return errors.modelShape(
        at,
        `a row of ${length} values like the first one`,
        `${line.length} values`,
        HINT,
      );
  }
  return undefined;
}
