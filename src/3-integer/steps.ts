/** Real-valued operations and a quantizer as one step function of integers, and the types of their codes. */
import { codeRange, quantizeValue } from '../1-import/quantize-value.js';
import type {
  ElementwiseNode,
  MultiThresholdNode,
  PortType,
  QuantizeNode,
  Quantizer,
} from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import type { Interval } from '../shared/interval.js';
import { direction } from './float32.js';
import { findThresholds } from './thresholds.js';
import type { IntegerStep, IntegerType } from './types.js';

const { fround } = Math;

/** A node that ends a chain of real-valued operations with integer codes. */
export type Quantizing = QuantizeNode | MultiThresholdNode;

/**
 * The step function of a quantizing node.
 *
 * @param evaluate code of x in a row; non-decreasing in x
 * @param domains [rows], the x each row can meet
 */
export function makeStep(
  node: Quantizing,
  input: string,
  channels: number,
  evaluate: (x: number, row: number) => number,
  domains: readonly Interval[],
  reversed: boolean,
): IntegerStep {
  const stride = node.quantizer.encoding === 'bipolar' ? 2 : 1;
  const table = findThresholds(evaluate, domains, stride);
  return {
    kind: 'step',
    name: node.name,
    source: node.source,
    input,
    output: node.output,
    channels,
    stride,
    reversed,
    ...table,
  };
}

/** Code of a real value (or of an accumulator, for thresholds in that domain) in one channel. */
export function codeFunction(node: Quantizing): (x: number, channel: number) => number {
  if (node.op === 'quantize') return (x, channel) => quantizeValue(node.quantizer, x, channel);
  const count = node.thresholds.length / node.rows;
  const bottom = node.base ?? codeRange(node.quantizer).min;
  const stride = node.quantizer.encoding === 'bipolar' ? 2 : 1;
  return (x, channel) => {
    const at = (node.rows === 1 ? 0 : channel) * count;
    let level = 0;
    while (level < count && x >= node.thresholds[at + level]) level++;
    return bottom + stride * level;
  };
}

/** Whether all the operations and the quantizer fall; @throws mixed_directions */
export function isReversed(node: Quantizing, pending: readonly ElementwiseNode[], rows: number): boolean {
  const signs = new Set<number>();
  for (let row = 0; row < rows; row++)
    signs.add(pending.reduce((sign, each) => sign * direction(each, row), 1));
  if (signs.has(1) && signs.has(-1)) fail(errors.mixedDirections(node.name, node.source));
  return signs.has(-1);
}

/** Real value of a code, in float32; for a declared port, (code - zero point) * numerator / denominator rounded once. */
export function realOfCode(
  code: number,
  channel: number,
  type: IntegerType,
  port: PortType | undefined,
): number {
  if (port) return fround(((code - (port.zeroPoint ?? 0)) * port.scale.numerator) / port.scale.denominator);
  const scale = type.scale.length === 1 ? type.scale[0] : type.scale[channel];
  return fround((code - type.zeroPoint) * scale);
}

/** The integer type of a quantizer's codes. */
export function quantizerType(quantizer: Quantizer): IntegerType {
  const { encoding, bits, signed, scale, zeroPoint } = quantizer;
  return { encoding, bits, signed, scale, zeroPoint, ...codeRange(quantizer) };
}

/** The integer type of a declared input port. */
export function portType({ bits, signed, scale, zeroPoint = 0 }: PortType): IntegerType {
  const range = codeRange({ encoding: 'integer', bits, signed, narrow: false });
  return {
    encoding: 'integer',
    bits,
    signed,
    ...range,
    scale: Float32Array.of(scale.numerator / scale.denominator),
    zeroPoint,
  };
}
