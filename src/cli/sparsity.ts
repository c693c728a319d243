/** Weights that are zero. */
import type { ConvNode, DenseNode, Network } from '../1-import/types.js';
import { weightsAllZero } from '../diagnostics/quantize-errors.js';
import type { Output } from './output.js';

/** Part of all weights of a quantized network that are zero. */
export function sparsityOf(network: Network): number {
  const layers = countsOf(network);
  const sum = (key: 'zeros' | 'weights') => layers.reduce((total, layer) => total + layer[key], 0);
  return sum('zeros') / Math.max(1, sum('weights'));
}

/** @param accumulator bits that every sum was to fit; without them nothing pushes weights to zero */
export function warnOfEmptyLayers(network: Network, accumulator: number | undefined, output: Output): void {
  if (accumulator === undefined) return;
  for (const { node, zeros, weights } of countsOf(network))
    if (zeros === weights) output.warning(weightsAllZero(node.name, node.source, accumulator));
}

interface LayerCounts {
  readonly node: DenseNode | ConvNode;
  readonly zeros: number;
  readonly weights: number;
}

function countsOf({ nodes }: Network): LayerCounts[] {
  return nodes.flatMap((node) => {
    if ((node.op !== 'dense' && node.op !== 'conv') || node.weights.encoding === 'real') return [];
    const { codes } = node.weights;
    return [
      { node, zeros: codes.reduce((sum, code) => sum + (code === 0 ? 1 : 0), 0), weights: codes.length },
    ];
  });
}
