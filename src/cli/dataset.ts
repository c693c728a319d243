/** Samples with labels, as training takes them, from .npy files. */
import type { Network } from '../1-import/types.js';
import type { Samples } from '../2-quantize/evaluate/evaluate.js';
import type { Dataset } from '../2-quantize/train/dataset.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/training-errors.js';
import { readNpy } from '../shared/npy.js';
import { readLabels } from './commands/run.js';
import { realSamples } from './samples.js';

/** Classes that a network tells apart: elements of its output. */
export function classesOf({ tensors, output }: Network): number {
  return tensors.get(output)?.shape.reduce((product, n) => product * n, 1) ?? 1;
}

/** @throws what reading samples throws, labels_mismatch, label_out_of_range */
export function readDataset(
  network: Network,
  file: string,
  labelFile: string,
  classes: number,
): Dataset & { readonly samples: Samples } {
  const samples = realSamples(network, readNpy(file), file);
  const { count, values } = samples;
  const labels = readLabels(labelFile, count, count);
  for (let k = 0; k < count; k++)
    if (labels[k] < 0 || labels[k] >= classes) fail(errors.labelOutOfRange(labelFile, k, labels[k], classes));
  return { samples, values, labels, count, shape: network.input.shape };
}
