/** The same widths for all layers and activations, with other ones at the ends of the network. */
import type { Network } from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/quantize-errors.js';
import { isRealLayer } from './fold.js';
import type { QuantizationPoint } from './points.js';
import type { Assignment, LayerAssignment } from './types.js';

export interface UniformWidths {
  readonly weights: number; // bits, 2 .. 16
  readonly firstWeights?: number; // of the first layer; `weights` by default
  readonly lastWeights?: number;
  readonly activations: number; // bits, 1 .. 16
  readonly inputs?: number; // of the network's input; 8 by default
  readonly accumulator?: number; // bits, of all layers
}

const DEFAULT_INPUT_BITS = 8;

/**
 * @param network folded
 * @throws activation_bits_signed when a tensor with negative values would get one bit
 */
export function assignUniform(
  network: Network,
  points: readonly QuantizationPoint[],
  widths: UniformWidths,
): Assignment {
  const { weights, firstWeights = weights, lastWeights = weights, accumulator } = widths;
  const names = network.nodes.filter(isRealLayer).map(({ name }) => name);
  const layers = new Map(
    names.map((name, k): [string, LayerAssignment] => {
      const weightBits = k === 0 ? firstWeights : k === names.length - 1 ? lastWeights : weights;
      return [name, { weightBits, accumulator }];
    }),
  );
  const bitsOf = ({ role }: QuantizationPoint) =>
    role === 'input' ? (widths.inputs ?? DEFAULT_INPUT_BITS) : widths.activations;
  const shared = new Map<string, number>(); // a concatenation of the input and of activations is as wide as its widest
  for (const point of points)
    shared.set(point.shared, Math.max(shared.get(point.shared) ?? 0, bitsOf(point)));
  const activationBits = new Map(points.map((point) => [point.tensor, shared.get(point.shared) ?? 0]));
  const at = { file: network.file, path: '' };
  const tooNarrow = points.filter(
    ({ tensor, signed, role }) => role !== 'input' && signed && activationBits.get(tensor) === 1,
  );
  if (tooNarrow.length > 0) fail(...tooNarrow.map(({ tensor }) => errors.activationBitsSigned(tensor, at)));
  return { layers, activationBits };
}
