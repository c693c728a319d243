/** Constants of the file that meet an activation, as the Network has them: one for all, or one per channel. */

import { broadcastTo } from './constants.js';
import type { OnnxTensor } from './decode.js';
import { orderOf } from './image.js';
import { type Activation, Unsupported } from './values.js';

/**
 * A constant that broadcasts to an activation as [1] or [channels]; channels are the last axis of the Network's tensor.
 *
 * @throws Unsupported when it does not broadcast, or differs between positions of an image
 */
export function perChannel(constant: OnnxTensor, x: Activation, what: string): Float32Array {
  const { dims, shape, view } = x;
  if (constant.data.length === 1) return Float32Array.of(constant.data[0]);
  const offset = dims.length - constant.dims.length;
  if (offset < 0 || !constant.dims.every((n, axis) => n === 1 || n === dims[axis + offset]))
    throw new Unsupported(`a ${what} of shape [${constant.dims.join(', ')}] against [${dims.join(', ')}]`);
  const channels = shape[shape.length - 1];
  const varying = constant.dims.flatMap((n, axis) => (n === 1 ? [] : [view[axis + offset]]));
  const [runs] = varying;
  if (varying.length === 1 && runs.length === 1 && runs[0].length === channels && runs[0].stride === 1)
    return Float32Array.from(constant.data);
  const spread = broadcastTo(constant, dims);
  const placed = new Float32Array(spread.length);
  orderOf(x).forEach((at, k) => {
    placed[at] = spread[k];
  });
  for (let k = channels; k < placed.length; k++)
    if (!Object.is(placed[k], placed[k - channels]))
      throw new Unsupported(`a ${what} that differs between positions`, 'use one value, or one per channel');
  return placed.slice(0, channels);
}

/** A constant with one value for each index of an axis, shaped to broadcast to a tensor of `rank` axes. */
export function alongAxis(constant: OnnxTensor, axis: number, rank: number): OnnxTensor {
  if (constant.data.length === 1) return { ...constant, dims: [] };
  const dims = new Array<number>(rank).fill(1);
  dims[axis] = constant.data.length;
  return { ...constant, dims };
}
