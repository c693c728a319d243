import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { NarrowgateError } from '../../diagnostics/diagnostic.js';
import { reason } from '../../diagnostics/file-errors.js';
import * as errors from '../../diagnostics/json-errors.js';
import { type NpyArray, parseNpy } from '../../shared/npy.js';
import { quote } from './describe.js';
import type { Findings } from './findings.js';
import { readRegularFile } from './model-file.js';

/** Bytes that one read of Node takes at most. */
const MAX_DATA_BYTES = 2 ** 31 - 1;

/**
 * Read a .npy file that the model names. The name is relative to the folder of the model and may not leave it, neither
 * by its text nor through symbolic links.
 *
 * @param path JSON path of the name, for messages
 */
export function readDataFile(name: string, path: string, findings: Findings): NpyArray | undefined {
  const at = findings.at(path);
  const outside = leaves(name);
  if (outside) return findings.add(errors.modelPathOutside(at, quote(name), outside));
  const folder = dirname(findings.file);
  let real: string;
  try {
    real = realpathSync(join(folder, name));
    if (isOutside(relative(realpathSync(folder), real)))
      return findings.add(
        errors.modelPathOutside(at, quote(name), 'a symbolic link leads out of the folder'),
      );
  } catch (error) {
    return findings.add(errors.modelDataFile(at, quote(name), reason(error)));
  }
  const bytes = readRegularFile(real, MAX_DATA_BYTES);
  if (typeof bytes === 'string') return findings.add(errors.modelDataFile(at, quote(name), bytes));
  if (typeof bytes === 'number') return findings.add(errors.modelFileTooLarge(at, bytes, MAX_DATA_BYTES));
  if (bytes.length === 0) return findings.add(errors.modelDataFile(at, quote(name), 'it is empty'));
  try {
    return parseNpy(bytes, join(folder, name));
  } catch (error) {
    if (!(error instanceof NarrowgateError)) throw error;
    const place = { file: join(folder, name), path: `named in ${findings.file} ${path}` };
    return findings.add(...error.diagnostics.map((each) => ({ ...each, at: place })));
  }
}

/** Why the text of a name is refused, on every system alike, so that a model reads the same everywhere. */
function leaves(name: string): string | undefined {
  if (name.includes('\0')) return 'it holds a null character';
  if (name.includes('\\')) return 'it holds a backslash';
  if (isAbsolute(name) || /^[A-Za-z]:/.test(name)) return 'it is an absolute path';
  if (name.split('/').includes('..')) return "it holds '..'";
  return undefined;
}

function isOutside(path: string): boolean {
  return isAbsolute(path) || path.split(sep)[0] === '..';
}
