/** Samples and their classes, and batches of them in the trainer's layout. */

export interface Dataset {
  readonly values: Float32Array; // [count][height, width, channels] or [count][elements], real
  readonly shape: readonly number[]; // of a sample, channels last
  readonly labels: ArrayLike<number>; // [count], class numbers
  readonly count: number;
}

/** A batch as the model takes it: samples last, images channels first. */
export interface Batch {
  readonly values: Float32Array; // [channels][height][width][samples], or [elements][samples]
  readonly oneHot: Float32Array; // [classes][samples]
  readonly labels: Int32Array; // [samples]
}

/** Shape of a batch of a dataset. */
export function batchShape(shape: readonly number[], samples: number): number[] {
  if (shape.length === 3) return [shape[2], shape[0], shape[1], samples];
  return [shape.reduce((product, n) => product * n, 1), samples];
}

/**
 * @param order indices of samples
 * @param size samples of the batch; where `order` ends, zeros follow
 */
export function takeBatch(
  { values, shape, labels }: Dataset,
  order: ArrayLike<number>,
  first: number,
  size: number,
  classes: number,
): Batch {
  const elements = shape.reduce((product, n) => product * n, 1);
  const channels = shape.length === 3 ? shape[2] : 1;
  const pixels = elements / channels;
  const batch: Batch = {
    values: new Float32Array(elements * size),
    oneHot: new Float32Array(classes * size),
    labels: new Int32Array(size),
  };
  for (let k = 0; k < Math.min(size, order.length - first); k++) {
    const sample = order[first + k];
    const label = labels[sample];
    batch.labels[k] = label;
    batch.oneHot[label * size + k] = 1;
    let at = sample * elements;
    for (let pixel = 0; pixel < pixels; pixel++)
      for (let c = 0; c < channels; c++) batch.values[(c * pixels + pixel) * size + k] = values[at++];
  }
  return batch;
}
