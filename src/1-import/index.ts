/** Phase 1: model files -> Network. The only place that knows file formats. */
import { extname } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { modelFormatUnknown } from '../diagnostics/file-errors.js';
import type { Network, PortType } from './types.js';

/**
 * Import a model by its file name extension. Front ends load on demand, so that a command pays for one only.
 *
 * @param inputPort what the hardware's input port carries, when the user declares it; overrides the model file
 */
export async function importModel(file: string, inputPort?: PortType): Promise<Network> {
  const network = await readModel(file);
  return inputPort ? { ...network, inputPort } : network;
}

async function readModel(file: string): Promise<Network> {
  switch (extname(file).toLowerCase()) {
    case '.json':
      return (await import('./json/index.js')).importJson(file);
    case '.onnx':
      return (await import('./onnx/index.js')).importOnnx(file);
    default:
      return fail(modelFormatUnknown(file));
  }
}
