/** Models that commands write: a folder with model.json and .npy files, or one file when the name ends in .json. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import type { Network } from '../1-import/types.js';
import { badOption } from '../diagnostics/command-errors.js';
import { fail } from '../diagnostics/diagnostic.js';
import { formatJsonNetwork, MODEL_FILE, writeJsonNetwork } from '../export/json/index.js';
import { checkReplaceable, checkWritable, writeFolder, writeWhole } from '../shared/output-folder.js';

/**
 * Before long work: whether writeModel will find a place for its result.
 *
 * @param model that the command reads
 * @throws folder_not_ours, folder_not_writable; bad_option for the model's own place and the name of a file of another format
 */
export function checkModelOutput(out: string, model: string): void {
  const extension = extname(out).toLowerCase();
  if (extension === '.onnx' || extension === '.tflite')
    fail(
      badOption(
        '--output',
        'a folder, or a file name ending in .json',
        out,
        'narrowgate export makes ONNX files of the network that this command writes',
      ),
    );
  if (fileOf(out) === fileOf(model))
    fail(
      badOption(
        '--output',
        'another place than that of the model',
        out,
        'the model would be gone: choose another name with -o',
      ),
    );
  if (!isFile(out)) checkReplaceable(out, MODEL_FILE);
  checkWritable(out);
}

/** The file that a model or an output consists of, links followed. */
function fileOf(place: string): string {
  const file = isFile(place) ? place : join(place, MODEL_FILE);
  return existsSync(file) ? realpathSync(file) : resolve(file);
}

function isFile(out: string): boolean {
  return extname(out).toLowerCase() === '.json';
}

/**
 * Write a model, whole or not at all. In a folder that holds an earlier one, that model's files are replaced; what else
 * lies there stays.
 *
 * @throws export_not_expressible, folder_not_ours, folder_not_writable
 */
export function writeModel(out: string, network: Network): void {
  if (isFile(out)) {
    writeWhole(out, formatJsonNetwork(network));
    return;
  }
  const files = writeJsonNetwork(network);
  const earlier = earlierFiles(out);
  const others = entriesOf(out).filter((name) => !earlier.has(name) && !files.has(name));
  writeFolder(out, files, MODEL_FILE, others);
}

/** What an earlier model in the folder consists of. */
function earlierFiles(folder: string): Set<string> {
  try {
    const text = readFileSync(join(folder, MODEL_FILE), 'utf8');
    const named = [...text.matchAll(/"file"\s*:\s*("(?:[^"\\]|\\.)*")/g)].map((match) =>
      JSON.parse(match[1]),
    );
    return new Set([MODEL_FILE, ...named]);
  } catch {
    return new Set();
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
