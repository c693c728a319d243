/** Top-1 accuracy of networks on samples, the first maximum on ties. */
import type { Network } from '../1-import/types.js';
import { evaluateFloat, type Samples } from '../2-quantize/evaluate/evaluate.js';
import { type Codes, evaluateBatches, type Overflow } from '../3-integer/evaluate.js';
import { classify, topOne } from '../3-integer/host.js';
import type { IntegerNetwork } from '../3-integer/types.js';

/** Part of samples whose class is right; undefined without samples. */
export function partCorrect(classes: Int32Array, labels: ArrayLike<number>): number | undefined {
  if (classes.length === 0) return undefined;
  return classes.reduce((sum, each, n) => sum + (each === labels[n] ? 1 : 0), 0) / classes.length;
}

/** Of a float network. */
export function floatAccuracy(
  network: Network,
  samples: Samples,
  labels: ArrayLike<number>,
): number | undefined {
  const outputs = evaluateFloat(network, samples);
  return partCorrect(topOne(outputs, outputs.length / Math.max(1, samples.count)), labels);
}

/** Of the integer model, which is what hardware gives. @param codes of its input, channels last */
export function integerAccuracy(
  network: IntegerNetwork,
  { codes, count }: { readonly codes: Codes; readonly count: number },
  labels: ArrayLike<number>,
  overflow?: Overflow,
): number | undefined {
  const outputs = network.tensors.get(network.output)?.shape.reduce((product, n) => product * n, 1) ?? 1;
  const results: Codes = new Float64Array(count * outputs);
  const keep = (part: Codes, first: number) => results.set(part, first * outputs);
  evaluateBatches(network, codes, count, keep, overflow);
  return partCorrect(classify(network, results, outputs), labels);
}
