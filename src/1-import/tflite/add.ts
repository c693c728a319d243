/** ADD of two activations, and of an activation and a constant in float models. */
import type { AddArithmetic, Quantizer } from '../types.js';
import { readFloats } from './data.js';
import type { TfliteOperator, TfliteTensor } from './decode.js';
import { activate, beforeActivation, elementwise } from './emit.js';
import { optionsOf } from './options.js';
import {
  activationRange,
  type Fused,
  fixedPoint,
  fusedActivation,
  int8QuantizerOf,
  isQuantized,
} from './quantization.js';
import { OPTIONS } from './schema.js';
import {
  type Activation,
  BadOperator,
  checkType,
  elements,
  type ImportState,
  nodeName,
  Unsupported,
} from './values.js';

const { fround } = Math;
const LEFT_SHIFT = 20;

export function add(state: ImportState, operator: TfliteOperator): void {
  const { table } = optionsOf(operator, OPTIONS.add);
  const fused = fusedActivation(table?.int8(OPTIONS.add.activation) ?? 0);
  const output = state.output(operator);
  const constantAt = [0, 1].find((k) => !state.activations.has(operator.inputs[k] ?? -1));
  if (constantAt !== undefined) {
    addConstant(state, operator, constantAt, fused, output);
    return;
  }
  const [x, y] = [state.activation(operator, 0), state.activation(operator, 1)];
  if (x.shape.join() !== y.shape.join())
    throw new Unsupported(
      'two tensors of one shape',
      `[1, ${x.shape.join(', ')}] and [1, ${y.shape.join(', ')}]`,
    );
  const base = { name: nodeName(operator), source: state.source(operator), input: x.name, other: y.name };
  if (isQuantized(x.tensor)) {
    const arithmetic = addArithmetic(state, x, y, int8QuantizerOf(output), fused);
    state.add({ op: 'add', ...base, output: base.name, arithmetic }, x.shape);
  } else {
    for (const tensor of [y.tensor, output]) checkType(tensor, 'FLOAT32');
    const sum = state.add({ op: 'add', ...base, output: beforeActivation(operator, fused) }, x.shape);
    activate(state, operator, { tensor: sum, shape: x.shape }, fused);
  }
  state.finish(operator, nodeName(operator), x.shape);
}

function addArithmetic(
  state: ImportState,
  x: Activation,
  y: Activation,
  quantizer: Quantizer,
  fused: Fused,
): AddArithmetic {
  const { rounding } = state;
  const [a, b] = [int8QuantizerOf(x.tensor).scale[0], int8QuantizerOf(y.tensor).scale[0]];
  const [to] = quantizer.scale;
  const clamp = { quantizer, ...activationRange(fused, quantizer) };
  if (rounding === 'float') return { ...shiftedSum(fround(a / to), fround(b / to)), ...clamp };
  const twice = 2 * Math.max(a, b);
  const result = twice / (2 ** LEFT_SHIFT * to);
  if (result >= 1)
    throw new BadOperator('an output scale of more than 2^-19 of the larger input scale', String(to));
  const fixed = (real: number) => fixedPoint([real], [real], rounding);
  return {
    kind: 'multiply',
    leftShift: LEFT_SHIFT,
    first: fixed(a / twice),
    second: fixed(b / twice),
    result: fixed(result),
    ...clamp,
  };
}

/**
 * Both ratios of scales as integers of about 21 bits with a common shift.
 * Source: XNNPACK, xnn_init_qs8_add_minmax_params.
 */
function shiftedSum(
  first: number,
  second: number,
): { kind: 'shift'; multipliers: [number, number]; shift: number } {
  const largest = Math.max(first, second);
  if (!(largest >= 2 ** -10 && largest < 2 ** 8 && Math.min(first, second) >= 2 ** -10))
    throw new BadOperator(
      'ratios of input to output scale from 2^-10 to 2^8, which XNNPACK takes',
      `${first} and ${second}`,
    );
  const shift = 20 - Math.floor(Math.log2(largest));
  const multiplier = (ratio: number) => {
    const scaled = ratio * 2 ** shift; // exact: a power of two
    const floor = Math.floor(scaled);
    const up = scaled - floor > 0.5 || (scaled - floor === 0.5 && floor % 2 === 1);
    return floor + (up ? 1 : 0);
  };
  return { kind: 'shift', multipliers: [multiplier(first), multiplier(second)], shift };
}

function addConstant(
  state: ImportState,
  operator: TfliteOperator,
  constantAt: number,
  fused: Fused,
  output: TfliteTensor,
): void {
  const x = state.activation(operator, 1 - constantAt);
  if (isQuantized(x.tensor))
    throw new Unsupported(
      'two inputs that are computed',
      'a constant',
      'fold the constant into the bias of the layer in front of it',
    );
  const constant = state.constant(operator, constantAt);
  if (!constant) throw new BadOperator('two inputs', 'one');
  const operand = readFloats(constant);
  const channels = x.shape[x.shape.length - 1];
  const perChannel = constant.shape.at(-1) === channels && elements(constant.shape) === channels;
  if (operand.length !== 1 && !perChannel)
    throw new Unsupported(
      'a constant for all, or one for each channel',
      `a constant of shape [${constant.shape.join(', ')}]`,
    );
  checkType(output, 'FLOAT32');
  const input = { tensor: x.name, shape: x.shape };
  const sum = elementwise(state, operator, '', input, beforeActivation(operator, fused), {
    kind: 'add',
    operand,
  });
  activate(state, operator, { tensor: sum, shape: x.shape }, fused);
  state.finish(operator, nodeName(operator), x.shape);
}
