/** Phase 1: model files -> Network. The only place that knows file formats. */
import { statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { modelFolder, modelFormatUnknown } from '../diagnostics/file-errors.js';
import { inputScaleNeeded } from '../diagnostics/network-errors.js';
import type { FixedPointRounding, Network, PortType } from './types.js';

/** What the user says beside the model file. */
export interface ImportOptions {
  readonly inputPort?: PortRequest; // what the hardware's input port carries; overrides the model file
  readonly tfliteRounding?: FixedPointRounding; // of .tflite files; double by default
}

/** A type for the input port. */
export interface PortRequest extends PortType {
  readonly isScaleAssumed?: boolean; // it came without one, so that one of the model file counts
}

/** The JSON description in a folder that is a model. */
const MODEL_FILE = 'model.json';

/**
 * Import a model by its file name extension; a folder stands for the model.json in it. Front ends load on demand, so that a command
 * pays for one only.
 */
export async function importModel(file: string, options: ImportOptions = {}): Promise<Network> {
  const { inputPort } = options;
  const network = await readModel(isFolder(file) ? inFolder(file) : file, options);
  return inputPort ? { ...network, inputPort: resolvePort(network, inputPort, file) } : network;
}

/** @throws input_scale_needed where the model file declares a scale, of another type */
function resolvePort({ inputPort: declared }: Network, asked: PortRequest, file: string): PortType {
  const { isScaleAssumed, ...port } = asked;
  if (!isScaleAssumed || !declared) return port;
  if (declared.bits === port.bits && declared.signed === port.signed) return declared;
  const { numerator, denominator } = declared.scale;
  if (numerator !== denominator)
    fail(inputScaleNeeded(typeName(declared), typeName(port), declared.scale, file));
  return port;
}

function typeName({ bits, signed }: PortType): string {
  return `${signed ? '' : 'u'}int${bits}`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function inFolder(folder: string): string {
  const file = join(folder, MODEL_FILE);
  if (statSync(file, { throwIfNoEntry: false })) return file;
  const isBuild = statSync(join(folder, 'build.json'), { throwIfNoEntry: false }) !== undefined;
  return fail(modelFolder(folder, isBuild));
}

async function readModel(file: string, { tfliteRounding }: ImportOptions): Promise<Network> {
  switch (extname(file).toLowerCase()) {
    case '.json':
      return (await import('./json/index.js')).importJson(file);
    case '.onnx':
      return (await import('./onnx/index.js')).importOnnx(file);
    case '.tflite':
      return (await import('./tflite/index.js')).importTflite(file, tfliteRounding);
    default:
      return fail(modelFormatUnknown(file));
  }
}
