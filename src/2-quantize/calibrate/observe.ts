/** The float network on calibration samples: ranges of the tensors that get quantizers, means of the layers' sums. */
import type { Network } from '../../1-import/types.js';
import { fail } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/quantize-errors.js';
import { evaluateFloat, type Samples } from '../evaluate/evaluate.js';
import { isRealLayer } from '../fold.js';
import { elementsOf, shapeOf } from '../graph.js';
import type { QuantizationPoint } from '../points.js';
import { MagnitudeHistogram } from './histogram.js';

export interface Observation {
  readonly ranges: ReadonlyMap<string, MagnitudeHistogram>; // by `shared` of a point
  readonly means: ReadonlyMap<string, Float64Array>; // by tensor of a layer's sums: [channels]
}

/**
 * @param progress part of the samples that are done, 0 .. 1
 * @throws calibration_not_finite
 */
export function observeFloat(
  network: Network,
  points: readonly QuantizationPoint[],
  samples: Samples,
  progress: (done: number) => void,
): Observation {
  const groupOf = new Map(points.map(({ tensor, shared }) => [tensor, shared]));
  const ranges = new Map(points.map(({ shared }) => [shared, new MagnitudeHistogram()]));
  const means = new Map<string, ChannelMeans>();
  for (const node of network.nodes)
    if (isRealLayer(node)) means.set(node.output, new ChannelMeans(node.outputs));
  let elements = 0;
  const total = samples.count * elementsOf(shapeOf(network, network.output));
  evaluateFloat(network, samples, (tensor, values) => {
    const group = groupOf.get(tensor);
    if (group !== undefined) ranges.get(group)?.add(values);
    means.get(tensor)?.add(values);
    if (tensor !== network.output) return;
    elements += values.length;
    progress(elements / total);
  });
  const at = { file: network.file, path: '' };
  for (const { tensor, shared } of points)
    if (!Number.isFinite(ranges.get(shared)?.largest)) fail(errors.calibrationNotFinite(tensor, at));
  return { ranges, means: new Map([...means].map(([tensor, sums]) => [tensor, sums.finish()])) };
}

/** Mean of each channel of a tensor, channels last. */
export class ChannelMeans {
  private readonly sums: Float64Array;
  private count = 0;

  constructor(channels: number) {
    this.sums = new Float64Array(channels);
  }

  add(values: Float32Array): void {
    const { sums } = this;
    for (let k = 0; k < values.length; ) for (let c = 0; c < sums.length; c++, k++) sums[c] += values[k];
    this.count += values.length / sums.length;
  }

  finish(): Float64Array {
    return this.sums.map((sum) => sum / Math.max(1, this.count));
  }
}
