/** Operators that end a network and are left to the host: SOFTMAX, ARG_MAX, LOGISTIC on codes. */
import { readIntegers } from './data.js';
import type { TfliteOperator } from './decode.js';
import { elementwise } from './emit.js';
import { optionsOf } from './options.js';
import { isQuantized } from './quantization.js';
import { OPTIONS } from './schema.js';
import {
  type Activation,
  BadOperator,
  checkType,
  type ImportState,
  nodeName,
  Unsupported,
} from './values.js';

const SOFTMAX = 'a softmax';

/** With its own quantizer of the probabilities. */
export function softmax(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const beta = optionsOf(operator, OPTIONS.softmax).table?.float32(OPTIONS.softmax.beta, 1) ?? 1;
  if (!(beta > 0)) throw new BadOperator('a beta above zero', String(beta));
  const output = state.output(operator);
  checkType(output, x.tensor.type);
  const base = { name: nodeName(operator), source: state.source(operator), input: x.name };
  state.add({ op: 'softmax', ...base, output: base.name }, x.shape);
  state.left.set(operator.outputs[0], SOFTMAX);
  state.finish(operator, base.name, x.shape);
}

/** The Network ends in front of it: the classes that it gives are no values of the hardware's. */
export function argMax(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const constant = state.constant(operator, 1);
  const [given] = constant ? readIntegers(constant) : [];
  const rank = x.shape.length + 1;
  if (given !== rank - 1 && given !== -1)
    throw new Unsupported(`the channels as axis, ${rank - 1} or -1`, `axis ${given}`);
  leave(state, operator, x, operator.op);
}

/** On real values a sigmoid like any other; on codes the Network ends in front of it. */
export function logistic(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  checkType(state.output(operator), x.tensor.type);
  if (isQuantized(x.tensor)) {
    leave(state, operator, x, operator.op);
    return;
  }
  const input = { tensor: x.name, shape: x.shape };
  const name = elementwise(state, operator, '', input, nodeName(operator), { kind: 'sigmoid' });
  state.finish(operator, name, x.shape);
}

function leave(state: ImportState, operator: TfliteOperator, x: Activation, left: string): void {
  const tensor = state.output(operator);
  state.left.set(operator.outputs[0], left);
  state.activations.set(operator.outputs[0], { ...x, tensor });
}

/** Operators that give the host's values another form, which is the host's too. */
const FORMS: ReadonlySet<string> = new Set([
  'RESHAPE',
  'SQUEEZE',
  'EXPAND_DIMS',
  'DEQUANTIZE',
  'QUANTIZE',
  'CAST',
]);

/**
 * Whether an operator takes what is left to the host, and is left to it too. A softmax has a node of the Network, which
 * other operators may give another shape or take the maximum of.
 *
 * @param inputs the file's tensors that hold values
 * @throws Unsupported when the operator computes with such values
 */
export function followsHost(
  state: ImportState,
  operator: TfliteOperator,
  inputs: readonly number[],
): boolean {
  const from = inputs.find((index) => state.left.has(index)) ?? -1;
  const left = state.left.get(from);
  const x = state.activations.get(from);
  if (!left || !x) return false;
  if (left === SOFTMAX && operator.op === 'ARG_MAX') return false;
  if (!FORMS.has(operator.op))
    throw new Unsupported(
      `values of the network in front of ${left}`,
      `the result of ${left}`,
      `${left} may only stand after the last layer`,
    );
  if (left !== SOFTMAX) leave(state, operator, x, left);
  else for (const output of operator.outputs) state.left.set(output, left);
  return left !== SOFTMAX;
}
