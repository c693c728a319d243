/** How the inputs of a layer reach its array: as often as it has groups of neurons. */
import type { Fold } from '../../1-import/types.js';
import type { IntegerLayer } from '../../3-integer/types.js';
import { isPointwise } from '../conv.js';
import { foldShape } from '../fold.js';
import type { Part, Stream } from '../types.js';

export interface ArrayInput {
  readonly parts: readonly Part[]; // of the array, in front of the engine
  readonly input: Stream; // of the array
  readonly replayed: Stream; // of the engine
  readonly vectors: number; // per inference
}

/**
 * A dense layer, on a vector or on each pixel, has a buffer that repeats its input for every group of PE neurons. The
 * windows of a convolution come repeated out of its line buffer, which stands before the array.
 */
export function arrayInput(fold: Fold, layer: IntegerLayer, laneBits: number): ArrayInput {
  const { inputs, outputs, vectors } = foldShape(layer);
  const { pe, simd } = fold;
  const [beats, repeats] = [inputs / simd, outputs / pe];
  if (layer.kind === 'conv' && !isPointwise(layer)) {
    const lanes = layer.separate ? pe : simd;
    const replayed: Stream = { lanes, laneBits, beats: vectors * beats * repeats };
    return { parts: [], input: replayed, replayed, vectors };
  }
  const input: Stream = { lanes: simd, laneBits, beats: vectors * beats };
  const replayed: Stream = { ...input, beats: vectors * beats * repeats };
  const buffer: Part = {
    module: 'vector_buffer',
    instance: 'vectors',
    input,
    output: replayed,
    parameters: new Map([
      ['WIDTH', simd * laneBits],
      ['BEATS', beats],
      ['REPEATS', repeats],
    ]),
  };
  return { parts: [buffer], input, replayed, vectors };
}
