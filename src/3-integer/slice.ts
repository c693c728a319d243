/** Some channels of operations and quantizers that have constants per channel. */
import type { ElementwiseNode } from '../1-import/types.js';
import type { RealQuantizing } from './steps.js';

/** An operation on channels from .. from + count of those it was made for. */
export function sliceOperation(node: ElementwiseNode, from: number, count: number): ElementwiseNode {
  const cut = (constants: Float32Array | undefined) =>
    constants && constants.length > 1 ? constants.subarray(from, from + count) : constants;
  return { ...node, operand: cut(node.operand), multiplier: cut(node.multiplier) };
}

/** A quantizer of channels from .. from + count of those it was made for. */
export function sliceQuantizing(node: RealQuantizing, from: number, count: number): RealQuantizing {
  const { scale } = node.quantizer;
  const quantizer = {
    ...node.quantizer,
    scale: scale.length > 1 ? scale.subarray(from, from + count) : scale,
  };
  if (node.op === 'quantize' || node.rows === 1) return { ...node, quantizer };
  const width = node.thresholds.length / node.rows;
  const thresholds = node.thresholds.subarray(from * width, (from + count) * width);
  return { ...node, quantizer, thresholds, rows: count };
}
