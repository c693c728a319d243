import * as errors from '../../diagnostics/json-errors.js';
import type { Network } from '../types.js';
import { quote } from './describe.js';
import type { ModelDocument } from './document.js';
import { Findings } from './findings.js';
import { readModelText } from './model-file.js';
import { readNetwork } from './network.js';
import { checkFormat, checkSchema } from './schema.js';
import { lineAndColumn, scanJson } from './syntax.js';

/**
 * Read a JSON model description (docs/model-format.md) and the .npy files it names.
 *
 * @param file path of the model; data files are looked for in its folder and below
 * @throws NarrowgateError with every message found, as far as the file can be understood
 */
export function importJson(file: string): Network {
  const findings = new Findings(file);
  const model = parse(readModelText(file), findings);
  checkFormat(model, findings);
  findings.stopIfAny();
  const broken = withParents(checkSchema(model, findings));
  const network = readNetwork(model as ModelDocument, (pointer) => broken.has(pointer), findings);
  findings.stopIfAny();
  if (!network) throw new Error(`${file}: neither a network nor a message`); // a defect of this program
  return network;
}

/** Each JSON pointer and those of all values around it. */
function withParents(pointers: readonly string[]): Set<string> {
  const all = new Set<string>();
  for (const pointer of pointers)
    for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1))
      all.add(pointer.slice(0, end));
  return all;
}

/** Parse JSON text. Keys given twice are findings; a syntax error stops. */
function parse(text: string, findings: Findings): unknown {
  const { error, duplicates } = scanJson(text);
  if (error) {
    const { line, column } = lineAndColumn(text, error.offset);
    findings.add(errors.jsonSyntax(findings.file, line, column, error.expected, error.found));
    findings.stopIfAny();
  }
  for (const { offset, key } of duplicates) {
    const { line, column } = lineAndColumn(text, offset);
    findings.add(errors.jsonDuplicateKey(findings.file, line, column, quote(key)));
  }
  return JSON.parse(text);
}
