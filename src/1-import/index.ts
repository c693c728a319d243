/** Phase 1: model files -> Network. The only place that knows file formats. */
import { extname } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { modelFormatUnknown } from '../diagnostics/file-errors.js';
import type { FixedPointRounding, Network, PortType } from './types.js';

/** What the user says beside the model file. */
export interface ImportOptions {
  readonly inputPort?: PortType; // what the hardware's input port carries; overrides the model file
  readonly tfliteRounding?: FixedPointRounding; // of .tflite files; double by default
}

/** Import a model by its file name extension. Front ends load on demand, so that a command pays for one only. */
export async function importModel(file: string, options: ImportOptions = {}): Promise<Network> {
  const { inputPort } = options;
  const network = await readModel(file, options);
  return inputPort ? { ...network, inputPort } : network;
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
