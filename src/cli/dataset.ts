/** Samples with labels from .npy files, for training and for accuracy. */

import type { Network } from '../1-import/types.js';
import type { Samples } from '../2-quantize/evaluate/evaluate.js';
import type { Dataset } from '../2-quantize/train/dataset.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/file-errors.js';
import { isIntegerArray, readNpy } from '../shared/npy.js';
import { realSamples } from './samples.js';

/** Classes that a network tells apart: elements of its output. */
export function classesOf({ tensors, output }: Pick<Network, 'output'> & ShapedTensors): number {
  return tensors.get(output)?.shape.reduce((product, n) => product * n, 1) ?? 1;
}

interface ShapedTensors {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>;
}

/** @throws what reading samples throws, samples_missing, labels_mismatch, label_out_of_range */
export function readDataset(
  network: Network,
  file: string,
  labelFile: string,
): Dataset & { readonly samples: Samples } {
  const samples = realSamples(network, readNpy(file), file);
  const { count, values } = samples;
  if (count === 0) fail(errors.samplesMissing(file));
  const labels = readLabels(labelFile, classesOf(network), count);
  return { samples, values, labels, count, shape: network.input.shape };
}

/**
 * Labels of the first `count` samples.
 *
 * @param classes labels are 0 .. classes - 1
 * @param total samples in the file of inputs; there are labels for all of them, or for those that are used
 * @throws labels_mismatch, label_out_of_range
 */
export function readLabels(file: string, classes: number, count: number, total = count): ArrayLike<number> {
  const { data, shape } = readNpy(file);
  const wrong = shape.filter((n) => n !== 1).length > 1 || (data.length !== count && data.length !== total);
  if (wrong) fail(errors.labelsMismatch(file, count, `shape (${shape.join(', ')})`));
  const fraction = isIntegerArray(data) ? -1 : data.findIndex((label) => !Number.isInteger(label));
  if (fraction >= 0) fail(errors.labelsMismatch(file, count, `${data[fraction]} at sample ${fraction}`));
  const index = data.findIndex((label) => label < 0 || label >= classes);
  if (index >= 0) fail(errors.labelOutOfRange(file, index, data[index], classes));
  return data;
}
