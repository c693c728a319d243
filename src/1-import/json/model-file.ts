import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { fail } from '../../diagnostics/diagnostic.js';
import { fileNotReadable, reason } from '../../diagnostics/file-errors.js';
import * as errors from '../../diagnostics/json-errors.js';

/** Bytes; well below the longest string of a JavaScript engine (512 MiB). */
const MAX_MODEL_BYTES = 2 ** 28;

/**
 * The text of a model file, without a byte order mark.
 *
 * @throws file_not_readable, model_file_empty, model_file_too_large, model_not_text
 */
export function readModelText(file: string): string {
  const bytes = readRegularFile(file, MAX_MODEL_BYTES);
  if (typeof bytes === 'string') fail(fileNotReadable(file, new Error(bytes)));
  if (typeof bytes === 'number') fail(errors.modelFileTooLarge({ file, path: '' }, bytes, MAX_MODEL_BYTES));
  if (bytes.length === 0) fail(errors.modelFileEmpty(file));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const first = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
    fail(errors.modelNotText(file, first.join(' ')));
  }
}

/**
 * Read a regular file; a pipe or device could never end, so it is not opened.
 *
 * @returns the bytes; the reason why it cannot be read; or its size when that is above the limit
 */
export function readRegularFile(path: string, limit: number): Buffer | string | number {
  let descriptor: number | undefined;
  try {
    const before = statSync(path);
    if (before.isDirectory()) return 'it is a folder';
    if (!before.isFile()) return 'it is not a regular file';
    descriptor = openSync(path, 'r');
    const { size } = fstatSync(descriptor);
    return size > limit ? size : readFileSync(descriptor);
  } catch (error) {
    return reason(error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
