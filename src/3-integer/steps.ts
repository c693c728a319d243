/** Real-valued operations and a quantizer as one step function of integers, and the types of their codes. */
import { multiplyByQuantizedMultiplier } from '../1-import/fixed-point.js';
import { codeRange, quantizeValue } from '../1-import/quantize-value.js';
import type {
  ElementwiseNode,
  MultiThresholdNode,
  PortType,
  QuantizeNode,
  Quantizer,
  RequantizeNode,
} from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import type { Interval } from '../shared/interval.js';
import { findThresholds, levelOf, type StepTable } from './thresholds.js';
import type { IntegerStep, IntegerType } from './types.js';
import { directionOfAll, uniform } from './values.js';

const { fround } = Math;

/** A node that ends a chain of real-valued operations with integer codes. */
export type RealQuantizing = QuantizeNode | MultiThresholdNode;

/** A node that gives integer codes. */
export type Quantizing = RealQuantizing | RequantizeNode;

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
  const table = findThresholds(evaluate, domains, strideOf(node.quantizer));
  return stepOf(node, input, channels, table, reversed);
}

/** A step node from its table. */
export function stepOf(
  { name, source, output, quantizer }: Pick<Quantizing, 'name' | 'source' | 'output' | 'quantizer'>,
  input: string,
  channels: number,
  table: StepTable,
  reversed: boolean,
): IntegerStep {
  const stride = strideOf(quantizer);
  return { kind: 'step', name, source, input, output, channels, stride, reversed, ...table };
}

/** Distance between neighbouring codes. */
export function strideOf({ encoding }: Pick<Quantizer, 'encoding'>): number {
  return encoding === 'bipolar' ? 2 : 1;
}

/** Code of a real value (or of an accumulator, for thresholds in that domain) in one channel. */
export function codeFunction(node: RealQuantizing): (x: number, channel: number) => number {
  if (node.op === 'quantize') return (x, channel) => quantizeValue(node.quantizer, x, channel);
  const count = node.thresholds.length / node.rows;
  const bottom = node.base ?? codeRange(node.quantizer).min;
  const stride = node.quantizer.encoding === 'bipolar' ? 2 : 1;
  return (x, channel) => {
    const at = (node.rows === 1 ? 0 : channel) * count;
    return bottom + stride * levelOf(node.thresholds, at, count, x);
  };
}

/**
 * Code of an integer kernel.
 *
 * @returns function of a finished sum (raw codes for `divide`, less zero points otherwise) and the channel
 */
export function requantizeFunction(node: RequantizeNode): (sum: number, channel: number) => number {
  const { arithmetic, quantizer, minimum, maximum } = node;
  const clamp = (code: number) => Math.min(Math.max(code, minimum), maximum);
  if (arithmetic.kind === 'divide') {
    const { count } = arithmetic;
    const half = Math.floor(count / 2);
    return (sum) => clamp(Math.trunc((sum > 0 ? sum + half : sum - half) / count) + 0);
  }
  if (arithmetic.kind === 'leaky') {
    const { positive, negative } = arithmetic;
    return (code) =>
      clamp(multiplyByQuantizedMultiplier(code, code < 0 ? negative : positive, 0) + quantizer.zeroPoint);
  }
  const { bias } = arithmetic;
  return (sum, channel) => {
    const total = sum + bias[bias.length === 1 ? 0 : channel];
    return clamp(multiplyByQuantizedMultiplier(total, arithmetic, channel) + quantizer.zeroPoint);
  };
}

/** Whether all channels have the same code function. */
export function isUniform(node: Quantizing): boolean {
  if (node.op === 'quantize') return uniform(node.quantizer.scale);
  if (node.op === 'multi-threshold') return node.rows === 1;
  const { arithmetic } = node;
  return (
    arithmetic.kind !== 'multiply' ||
    (uniform(arithmetic.bias) && uniform(arithmetic.multiplier) && uniform(arithmetic.shift))
  );
}

/** Whether all the operations and the quantizer fall; @throws mixed_directions */
export function isReversed(
  node: Pick<Quantizing, 'name' | 'source'>,
  pending: readonly ElementwiseNode[],
  rows: number,
): boolean {
  const signs = new Set<number>();
  for (let row = 0; row < rows; row++) signs.add(directionOfAll(pending, row));
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

/** Whether a quantizer of one scale gives each code of a type for the code's real value again, in the same type. */
export function keepsCodes(quantizer: Quantizer, type: IntegerType): boolean {
  const own = quantizerType(quantizer);
  if (own.scale.length !== 1 || type.scale.length !== 1 || own.scale[0] !== type.scale[0]) return false;
  const fields = ['encoding', 'signed', 'bits', 'min', 'max', 'zeroPoint'] as const;
  if (!fields.every((field) => own[field] === type[field])) return false;
  for (let code = type.min; code <= type.max; code += strideOf(quantizer))
    if (quantizeValue(quantizer, realOfCode(code, 0, type, undefined), 0) !== code) return false;
  return true;
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
