/** Top-1 accuracy of networks on samples, the first maximum on ties; computed in the background. */
import type { Network } from '../1-import/types.js';
import type { Samples } from '../2-quantize/evaluate/evaluate.js';
import type { Codes } from '../3-integer/evaluate.js';
import { classify, topOne } from '../3-integer/host.js';
import type { IntegerNetwork } from '../3-integer/types.js';
import { inBackground } from './background.js';

/** Part of samples whose class is right; undefined without samples. */
export function partCorrect(classes: Int32Array, labels: ArrayLike<number>): number | undefined {
  if (classes.length === 0) return undefined;
  return classes.reduce((sum, each, n) => sum + (each === labels[n] ? 1 : 0), 0) / classes.length;
}

/** Of a float network. */
export async function floatAccuracy(
  network: Network,
  samples: Samples,
  labels: ArrayLike<number>,
): Promise<number | undefined> {
  const outputs = await inBackground('evaluateReal', network, samples);
  return partCorrect(topOne(outputs, outputs.length / Math.max(1, samples.count)), labels);
}

/** Of the integer model, which is what hardware gives. @param codes of its input, channels last */
export async function integerAccuracy(
  network: IntegerNetwork,
  { codes, count }: { readonly codes: Codes; readonly count: number },
  labels: ArrayLike<number>,
): Promise<number | undefined> {
  const results = await inBackground('evaluateAll', network, codes, count);
  return partCorrect(classify(network, results, results.length / Math.max(1, count)), labels);
}
