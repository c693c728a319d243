/** A build folder as later commands see it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IntegerNetwork } from '../3-integer/types.js';
import { boundNetwork } from '../4-bounds/bounds.js';
import type { BoundedNetwork } from '../4-bounds/types.js';
import { wrappedSums } from '../5-plan/accumulator.js';
import type { BuildRecord } from '../6-emit/build-record.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/file-errors.js';
import { parse } from '../shared/json.js';

export interface BuildFolder {
  readonly directory: string;
  readonly record: BuildRecord;
  readonly bounded: BoundedNetwork; // the golden model and its proven ranges
}

/**
 * Read build.json and network.json.
 *
 * @throws build_folder_invalid
 */
export function readBuildFolder(directory: string): BuildFolder {
  const record = readJson(directory, 'build.json') as BuildRecord;
  if (record?.format !== 'narrowgate-build' || record.version !== 1)
    fail(errors.buildFolderInvalid(directory, 'its build.json is of another format or version'));
  const network = readJson(directory, 'network.json') as IntegerNetwork;
  if (!(network?.tensors instanceof Map) || !Array.isArray(network.nodes))
    fail(errors.buildFolderInvalid(directory, 'its network.json is damaged'));
  return { directory, record, bounded: boundNetwork(network, wrappedSums(record.units)) };
}

function readJson(directory: string, name: string): unknown {
  let text: string;
  try {
    text = readFileSync(join(directory, name), 'utf8');
  } catch (error) {
    return fail(errors.buildFolderInvalid(directory, `${name}: ${errors.reason(error)}`));
  }
  try {
    return parse(text);
  } catch {
    return fail(errors.buildFolderInvalid(directory, `its ${name} is damaged`));
  }
}
