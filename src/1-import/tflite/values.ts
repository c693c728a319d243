/** What the importer knows of tensors while it walks the operators. */
import type { Diagnostic, Location } from '../../diagnostics/diagnostic.js';
import * as errors from '../../diagnostics/tflite-errors.js';
import type { FixedPointRounding, NetworkNode, NetworkTensor } from '../types.js';
import type { TfliteGraph, TfliteOperator, TfliteTensor } from './decode.js';
import type { TensorType } from './schema.js';

/** A tensor that depends on the network's input. */
export interface Activation {
  readonly name: string; // of the Network's tensor
  readonly shape: readonly number[]; // per sample
  readonly tensor: TfliteTensor; // type and quantization as the file says
}

/** An operator cannot become hardware. */
export class Unsupported extends Error {
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
  constructor(expected: string, found: string, hint?: string) {
    super(`expected ${expected}, found ${found}`);
    this.expected = expected;
    this.found = found;
    this.hint = hint;
  }
}

/** An operator's tensors or options contradict each other. */
export class BadOperator extends Error {
  readonly expected: string;
  readonly found: string;
  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`);
    this.expected = expected;
    this.found = found;
  }
}

/** Where an operator is, for messages. */
export function placeOf({ index, op }: TfliteOperator): string {
  return `operator ${index} (${op})`;
}

/** Name of the Network node that an operator becomes. */
export function nodeName({ index, op }: TfliteOperator): string {
  return `${op}_${index}`;
}

/** The network under construction. */
export class ImportState {
  readonly graph: TfliteGraph;
  readonly rounding: FixedPointRounding;
  readonly activations = new Map<number, Activation>(); // by the file's tensor index
  readonly unknown = new Set<number>(); // made by operators that were reported
  readonly left = new Map<number, string>(); // results that are the host's, in any form, and the operator that made them
  readonly nodes: NetworkNode[] = [];
  readonly tensors = new Map<string, NetworkTensor>();
  readonly problems: Diagnostic[] = [];

  constructor(graph: TfliteGraph, rounding: FixedPointRounding) {
    this.graph = graph;
    this.rounding = rounding;
  }

  source(operator: TfliteOperator): Location {
    return { file: this.graph.file, path: placeOf(operator) };
  }

  /** Note why an operator cannot be used. */
  report(operator: TfliteOperator, error: Unsupported | BadOperator): void {
    const { expected, found } = error;
    const where = [this.graph.file, placeOf(operator), operator.op] as const;
    this.problems.push(
      error instanceof Unsupported
        ? errors.tfliteUnsupported(...where, expected, found, error.hint)
        : errors.tfliteBadOperator(...where, expected, found),
    );
  }

  /** An input that depends on the network's input. @throws Unsupported */
  activation(operator: TfliteOperator, input: number): Activation {
    const index = operator.inputs[input] ?? -1;
    const found = this.activations.get(index);
    if (!found)
      throw index === -1
        ? new BadOperator(`input ${input}`, 'none')
        : new Unsupported(`an input ${input} that depends on the network's input`, 'a constant');
    return found;
  }

  /** A constant input; undefined when it is optional and absent. @throws BadOperator, Unsupported */
  constant(operator: TfliteOperator, input: number): TfliteTensor | undefined {
    const index = operator.inputs[input] ?? -1;
    if (index === -1) return undefined;
    const tensor = this.graph.tensors[index];
    if (!tensor.data || this.activations.has(index))
      throw new Unsupported(`a constant as input ${input}`, `'${tensor.name}', which is computed`);
    if (tensor.sparse)
      throw new Unsupported('dense weights', 'sparse ones', 'convert the model without sparsity');
    return tensor;
  }

  /** The file's only output tensor of an operator. @throws BadOperator */
  output(operator: TfliteOperator): TfliteTensor {
    const [index = -1] = operator.outputs;
    if (operator.outputs.length !== 1 || index === -1)
      throw new BadOperator('one output', String(operator.outputs.length));
    return this.graph.tensors[index];
  }

  /** Add a node and declare its output, [elements] or [height, width, channels]. */
  add(node: NetworkNode, shape: readonly number[]): string {
    this.nodes.push(node);
    this.tensors.set(node.output, { name: node.output, shape });
    return node.output;
  }

  /** Say which Network tensor an operator's output is. @throws BadOperator when the file gives it another shape */
  finish(operator: TfliteOperator, name: string, shape: readonly number[]): void {
    const tensor = this.output(operator);
    const expected = sampleShape(tensor);
    if (expected.join() !== shape.join())
      throw new BadOperator(`an output of shape [1, ${shape.join(', ')}]`, `[${tensor.shape.join(', ')}]`);
    this.activations.set(operator.outputs[0], { name, shape, tensor });
  }
}

/** The shape without the batch axis, which must be one. @throws Unsupported */
export function sampleShape({ shape, name }: TfliteTensor): readonly number[] {
  const [batch, ...sample] = shape;
  if (batch !== 1 && batch !== -1)
    throw new Unsupported('a first axis of length 1, the batch', `'${name}' of shape [${shape.join(', ')}]`);
  if (sample.length === 0 || sample.some((n) => n < 1) || elements(sample) > 2 ** 24)
    throw new Unsupported('fixed axes behind the batch', `'${name}' of shape [${shape.join(', ')}]`);
  return sample;
}

/** @throws BadOperator */
export function checkType({ name, type }: TfliteTensor, expected: TensorType): void {
  if (type !== expected)
    throw new BadOperator(`'${name}' to be ${expected.toLowerCase()}`, type.toLowerCase());
}

export function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** [height, width, channels] of an activation. @throws Unsupported */
export function imageShape({ shape, tensor }: Activation): readonly [number, number, number] {
  const [height, width, channels] = shape;
  if (shape.length !== 3)
    throw new Unsupported(
      'an image [1, height, width, channels]',
      `'${tensor.name}' of shape [${tensor.shape.join(', ')}]`,
    );
  return [height, width, channels];
}
