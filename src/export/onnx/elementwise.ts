import { SELU } from '../../1-import/float32.js';
import type { ElementwiseKind, ElementwiseNode } from '../../1-import/types.js';
import { channelDims, type Operand } from './dialect.js';
import type { Attribute, GraphWriter } from './graph.js';

const OPERATORS: Readonly<Record<ElementwiseKind, string>> = {
  add: 'Add',
  subtract: 'Sub',
  'reverse-subtract': 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  normalize: 'BatchNormalization',
  relu: 'Relu',
  'leaky-relu': 'LeakyRelu',
  elu: 'Elu',
  selu: 'Selu',
  clip: 'Clip',
  sigmoid: 'Sigmoid',
  'hard-sigmoid': 'HardSigmoid',
  tanh: 'Tanh',
  softplus: 'Softplus',
  softsign: 'Softsign',
  sign: 'Sign',
  negate: 'Neg',
};

/**
 * One float32 operation.
 *
 * @param channels of the tensor
 */
export function writeElementwise(
  writer: GraphWriter,
  node: ElementwiseNode,
  x: Operand,
  channels: number,
): void {
  const { kind, name, output, operand = new Float32Array(1), attributes = {} } = node;
  const constant = (what: string, values: Float32Array) =>
    writer.constant(`${output}_${what}`, 'float', channelDims(values.length, x), values);
  let inputs = [x.name];
  let given: Record<string, Attribute> = {};
  switch (kind) {
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
      inputs.push(constant('operand', operand));
      break;
    case 'reverse-subtract':
      inputs = [constant('operand', operand), x.name];
      break;
    case 'normalize':
      normalize(writer, node, x, channels);
      return;
    case 'clip':
      for (const [what, limit] of [
        ['min', node.minimum ?? -Infinity],
        ['max', node.maximum ?? Infinity],
      ] as const)
        inputs.push(Number.isFinite(limit) ? writer.scalar(`${output}_${what}`, 'float', limit) : '');
      break;
    case 'leaky-relu':
      given = { alpha: { float: attributes.alpha ?? 0 } };
      break;
    case 'elu':
      given = { alpha: { float: attributes.alpha ?? 1 } };
      break;
    case 'selu': {
      const { alpha = SELU.alpha, gamma = SELU.gamma } = attributes;
      given = { alpha: { float: alpha }, gamma: { float: gamma } };
      break;
    }
    case 'hard-sigmoid':
      given = { alpha: { float: attributes.alpha ?? 0.2 }, beta: { float: attributes.beta ?? 0.5 } };
      break;
    default:
      break;
  }
  writer.node(OPERATORS[kind], name, inputs, output, given);
}

/** x * multiplier + operand as a batch normalisation of mean 0 and variance 1, where channels are the second axis. */
function normalize(writer: GraphWriter, node: ElementwiseNode, x: Operand, channels: number): void {
  const { name, output, multiplier = Float32Array.of(1), operand = Float32Array.of(0) } = node;
  if (x.channelAxis !== 1) {
    const by = writer.constant(
      `${output}_multiplier`,
      'float',
      channelDims(multiplier.length, x),
      multiplier,
    );
    const plus = writer.constant(`${output}_operand`, 'float', channelDims(operand.length, x), operand);
    const product = writer.node('Mul', name, [x.name, by], writer.free(`${output}_product`));
    writer.node('Add', `${name}_add`, [product, plus], output);
    return;
  }
  const spread = (what: string, values: Float32Array) => {
    const all = values.length === channels ? values : new Float32Array(channels).fill(values[0]);
    return writer.constant(`${output}_${what}`, 'float', [channels], all);
  };
  const one = (what: string, value: number) => spread(what, Float32Array.of(value));
  const inputs = [
    x.name,
    spread('scale', multiplier),
    spread('bias', operand),
    one('mean', 0),
    one('variance', 1),
  ];
  writer.node('BatchNormalization', name, inputs, output, { epsilon: { float: 0 } });
}
