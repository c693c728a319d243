/**
 * Phase 3: Network -> IntegerNetwork. Each layer becomes "sum, then step": an integer sum, and one step function for
 * all that stands between it and the next quantizer.
 */
import {
  type AddNode,
  type ConcatNode,
  type ConvNode,
  type DenseNode,
  type ElementwiseNode,
  inputsOf,
  type Network,
  type NetworkNode,
  type PadNode,
  type PoolNode,
} from '../1-import/types.js';
import { type Diagnostic, fail, NarrowgateError } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import { kernelSum } from './add.js';
import { Builder } from './builder.js';
import { convertConv } from './conv.js';
import { convertDense } from './dense.js';
import { alignDepthToSpace } from './depth-to-space.js';
import { direction } from './float32.js';
import { sumsOf } from './layer.js';
import { convertAverage } from './pool.js';
import { producerOf, Resolver } from './resolve.js';
import { keepsCodes, portType, type Quantizing, quantizerType } from './steps.js';
import type { HostOutput, IntegerNetwork, IntegerTensor } from './types.js';
import { channelsOf, commutes, type MoveNode, type Sums, type Term, uniform, type Value } from './values.js';
import { isPadded, type Padding } from './window.js';

const NO_PADDING: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

/**
 * Make a network integer.
 *
 * @throws model_is_float; weights_not_quantized of all layers that are; else all that stands in the way: input_type_needed, quantizer_needed,
 *   mixed_input_scales, mixed_directions, padding_without_zero, average_at_borders, add_needs_quantizer, add_too_large,
 *   add_not_separable, concat_types, image_needed, nothing_to_build
 */
export function toInteger(network: Network): IntegerNetwork {
  const layers = network.nodes.filter((node) => node.op === 'dense' || node.op === 'conv');
  const real = layers.filter(({ weights }) => weights.encoding === 'real');
  if (real.length > 0 && real.length === layers.length)
    fail(errors.modelIsFloat(network.file, layers.length, realMacs(network, real)));
  if (real.length) fail(...real.map(({ name, source }) => errors.weightsNotQuantized(name, source)));
  return new Converter(network).convert();
}

/** Products of one inference of layers with real weights, those with padding included. */
function realMacs({ tensors }: Network, layers: readonly (DenseNode | ConvNode)[]): number {
  return layers.reduce((sum, { weights, output, outputs }) => {
    const elements = tensors.get(output)?.shape.reduce((product, n) => product * n, 1) ?? outputs;
    const positions = elements / outputs;
    return sum + (weights.encoding === 'real' ? weights.values.length * positions : 0);
  }, 0);
}

class Converter {
  private readonly network: Network;
  private readonly values = new Map<string, Value>();
  private readonly problems: Diagnostic[] = [];
  private readonly builder = new Builder();
  private readonly resolver: Resolver;

  constructor(network: Network) {
    this.network = network;
    this.resolver = new Resolver(this.builder, network.input.name, network.inputPort);
  }

  convert(): IntegerNetwork {
    const { network, builder, resolver } = this;
    const { inputPort, input, layout } = network;
    if (inputPort) resolver.input = builder.declare(input.name, input.shape, portType(inputPort));
    this.values.set(
      input.name,
      resolver.input ? valueOfTensor(resolver.input) : { ...plain(input.shape), source: { from: 'host' } },
    );
    for (const node of network.nodes) this.visit(node);
    if (this.problems.length) fail(...this.problems);
    const { output, hostOutput } = this.finish();
    if (!resolver.input || !builder.nodes.some(({ kind }) => kind === 'dense' || kind === 'conv'))
      return fail(errors.nothingToBuild(network.file));
    return {
      name: network.name,
      file: network.file,
      layout,
      ...(network.outputLayout && { outputLayout: network.outputLayout }),
      inputShape: layout === 'NCHW' ? channelsFirst(input.shape) : input.shape,
      input: resolver.input.name,
      output,
      tensors: builder.tensors,
      nodes: alignDepthToSpace(builder.nodes, builder.tensors, output),
      hostInput: resolver.hostInput,
      hostOutput,
      tfliteRounding: network.tfliteRounding,
    };
  }

  private visit(node: NetworkNode): void {
    const values = inputsOf(node).map((name) => this.values.get(name));
    if (!values.every((value) => value !== undefined)) return; // its producer failed and was reported
    try {
      this.values.set(node.output, this.convertNode(node, values));
    } catch (error) {
      if (!(error instanceof NarrowgateError)) throw error;
      this.problems.push(...error.diagnostics);
    }
  }

  private convertNode(node: NetworkNode, values: readonly Value[]): Value {
    const [value] = values;
    switch (node.op) {
      case 'dense':
        return this.dense(node, value);
      case 'conv':
        return this.conv(node, value);
      case 'elementwise':
        return this.elementwise(node, value);
      case 'quantize':
      case 'multi-threshold':
      case 'requantize':
        return this.quantize(node, value);
      case 'pool':
        return node.kind === 'average' ? this.average(node, value) : this.maximum(node, value);
      case 'pad':
      case 'upsample':
      case 'depth-to-space':
        return this.move(node, value);
      case 'reshape':
        return this.reshape(node, value);
      case 'add':
        return this.add(node, values);
      case 'concat':
        return this.concat(node, values);
      case 'softmax':
        return value; // the host's
    }
  }

  /** Shape of the tensor a node makes. */
  private shapeOf({ output, name }: NetworkNode): readonly number[] {
    const shape = this.network.tensors.get(output)?.shape;
    if (!shape) throw new Error(`the output of ${name} has no shape`);
    return shape;
  }

  private sums(node: NetworkNode, sums: Sums): Value {
    return { ...plain(this.shapeOf(node)), source: { from: 'sums', sums } };
  }

  private dense(node: DenseNode, value: Value): Value {
    const input = this.resolver.codesOf(value, node);
    return this.sums(node, sumsOf(convertDense(node, input), input));
  }

  private conv(node: ConvNode, value: Value): Value {
    const { input, around, shape } = this.padded(node, value, true);
    return this.sums(node, sumsOf(convertConv(node, input, shape, around), input));
  }

  private average(node: PoolNode, value: Value): Value {
    const { input, around, shape } = this.padded(
      node,
      value,
      node.countPadding || !isPadded(node.window.padding),
    );
    return this.sums(node, convertAverage(node, input, shape, around));
  }

  /** Codes that windows take, with the zeros around them apart where these may join the window's own padding. */
  private padded(
    node: ConvNode | PoolNode,
    value: Value,
    joins: boolean,
  ): { input: IntegerTensor; around: Padding; shape: readonly number[] } {
    const last = value.moves.at(-1)?.node;
    if (joins && last?.op === 'pad' && value.source.from === 'codes' && value.pending.length === 0) {
      const moves = value.moves.slice(0, -1);
      const { shape } = moves.at(-1) ?? { shape: value.start };
      const input = this.resolver.applyMoves(value.source.tensor, moves, undefined);
      return { input, around: last.padding, shape: imageShape(node, shape) };
    }
    const input = this.resolver.codesOf(value, node);
    return { input, around: NO_PADDING, shape: imageShape(node, value.shape) };
  }

  /** An operation waits for the quantizer behind it; moves in between wait with it where the order does not matter. */
  private elementwise(node: ElementwiseNode, value: Value): Value {
    const blocking = value.moves.find((move) => !commutes(move.node, node, channelsOf(value.shape)));
    if (!blocking) return { ...value, pending: [...value.pending, node] };
    if (value.source.from === 'host') return fail(errors.inputTypeNeeded(node.name, node.source));
    const settled = this.resolver.codesOf(value, node);
    return { ...valueOfTensor(settled, value.shape), pending: [node] };
  }

  private quantize(node: Quantizing, value: Value): Value {
    if (this.isRepeated(node, value)) return value;
    const last = value.moves.at(-1);
    if (last?.node.op !== 'pad' || node.op === 'requantize')
      return valueOfTensor(this.resolver.quantize(node, value), value.shape);
    // zeros around an image wait for the window that takes them
    const moves = value.moves.slice(0, -1);
    this.resolver.checkMoves(node, [last]);
    const shape = (moves.at(-1) ?? { shape: value.start }).shape;
    const tensor = this.resolver.quantize(node, { ...value, moves, shape });
    return { ...valueOfTensor(tensor, shape), moves: [last], shape: value.shape };
  }

  /** Whether the values are codes of the same quantizer already, as exporters leave them behind pools and reshapes. */
  private isRepeated(node: Quantizing, { source, pending }: Value): boolean {
    if (node.op !== 'quantize' || source.from !== 'codes' || pending.length > 0) return false;
    const isPort = this.network.inputPort && source.tensor.name === this.network.input.name;
    return !isPort && keepsCodes(node.quantizer, source.tensor.type);
  }

  private maximum(node: PoolNode, value: Value): Value {
    const { around, shape, input } =
      value.source.from === 'codes' && value.pending.length === 0 && value.moves.at(-1)?.node.op === 'pad'
        ? this.padded(node, value, !isPadded(node.window.padding))
        : { around: NO_PADDING, shape: value.shape, input: undefined };
    if (!input || !isPadded(around)) return this.move(node, value);
    return valueOfTensor(this.resolver.maximum(node, input, shape, around), this.shapeOf(node));
  }

  /** Moves of codes are made at once, except zeros around an image, which the next window may take. */
  private move(node: MoveNode & PadOr, value: Value): Value {
    imageShape(node, value.shape);
    const shape = this.shapeOf(node);
    const isCodes = value.source.from === 'codes' && value.pending.length === 0;
    if (!isCodes) return { ...value, moves: [...value.moves, { node, shape }], shape };
    const settled = valueOfTensor(this.resolver.codesOf(value, node), value.shape);
    const moved: Value = { ...settled, moves: [{ node, shape }], shape };
    return node.op === 'pad' ? moved : valueOfTensor(this.resolver.codesOf(moved, node), shape);
  }

  /** The order of elements stays. Where operations per channel would see other channels, it waits like a move. */
  private reshape(node: Extract<MoveNode, { op: 'reshape' }>, value: Value): Value {
    const shape = this.shapeOf(node);
    const { source, pending, moves } = value;
    if (source.from === 'codes' && pending.length === 0 && moves.length > 0)
      return valueOfTensor(this.resolver.codesOf(value, node), shape);
    const same = channelsOf(shape) === channelsOf(value.shape);
    if (
      moves.length === 0 &&
      (same || source.from === 'host' || (source.from === 'codes' && pending.length === 0))
    )
      return { ...value, shape, start: shape };
    return { ...value, moves: [...moves, { node, shape }], shape };
  }

  private add(node: AddNode, values: readonly Value[]): Value {
    const terms = [this.term(node, values[0]), this.term(node, values[1])] as const;
    const shape = this.shapeOf(node);
    const { arithmetic } = node;
    if (!arithmetic) return { ...plain(shape), source: { from: 'addition', node, terms } };
    const zeros = [terms[0].tensor.type.zeroPoint, terms[1].tensor.type.zeroPoint] as const;
    const { quantizer } = arithmetic;
    const quantizing = { name: node.name, source: node.source, output: node.output, quantizer };
    const step = this.resolver.addition(node, quantizing, terms, shape, kernelSum(arithmetic, zeros), 1);
    return valueOfTensor(this.builder.push(step, shape, quantizerType(quantizer)));
  }

  private term(node: AddNode, value: Value): Term {
    const { source, pending, moves } = value;
    if (source.from !== 'codes' || (node.arithmetic && pending.length > 0))
      return fail(errors.addNeedsQuantizer(node.name, producerOf(value), node.source));
    if (moves.length > 0) return { tensor: this.resolver.codesOf(value, node), pending: [] };
    const port = source.tensor.name === this.network.input.name ? this.network.inputPort : undefined;
    return { tensor: source.tensor, port, pending };
  }

  private concat(node: ConcatNode, values: readonly Value[]): Value {
    const shape = this.shapeOf(node);
    const types = values.map(({ source, pending }) =>
      source.from === 'codes' && pending.length === 0 ? source.tensor.type : undefined,
    );
    const [first] = types;
    if (first && types.every((type) => type && sameType(type, first))) {
      const tensors = values.map((value) => this.resolver.codesOf(value, node));
      const channels = values.map((value) => channelsOf(value.shape));
      return valueOfTensor(this.resolver.concat(node, tensors, channels, node.output, shape));
    }
    const parts = values.map((value, k) => ({
      value: types[k] ? valueOfTensor(this.resolver.codesOf(value, node), value.shape) : value,
      channels: channelsOf(value.shape),
    }));
    return { ...plain(shape), source: { from: 'parts', name: node.name, parts } };
  }

  private finish(): { output: string; hostOutput: HostOutput } {
    const value = this.values.get(this.network.output);
    const at = { file: this.network.file, path: this.network.output };
    if (!value || value.source.from === 'host') return fail(errors.nothingToBuild(this.network.file));
    const { source, pending, moves } = value;
    if (source.from === 'sums') {
      const waiting = moves.find(({ node }) => node.op !== 'reshape');
      if (waiting)
        return fail(errors.quantizerNeeded(waiting.node.name, producerOf(value), waiting.node.source));
      const { sums } = source;
      const output = this.resolver.pushSums(sums, value.start, []);
      const nodes = sums.divisor === 1 ? pending : [divideBy(sums), ...pending];
      return { output, hostOutput: hostOutput(Float32Array.from(sums.scale), sums.offset, nodes) };
    }
    if (source.from === 'addition')
      return fail(errors.quantizerNeeded('output', source.node.name, source.node.source));
    if (source.from === 'parts') return fail(errors.concatTypes(source.name, at));
    const { name, type } = this.resolver.applyMoves(source.tensor, moves, undefined);
    return { output: name, hostOutput: hostOutput(type.scale, Float64Array.of(type.zeroPoint), pending) };
  }
}

/** Nodes that move() takes. */
type PadOr = PoolNode | PadNode | Extract<NetworkNode, { op: 'upsample' | 'depth-to-space' }>;

function plain(shape: readonly number[]): Omit<Value, 'source'> {
  return { pending: [], moves: [], start: shape, shape };
}

function valueOfTensor(tensor: IntegerTensor, shape = tensor.shape): Value {
  return { ...plain(shape), source: { from: 'codes', tensor } };
}

function imageShape({ name, source }: NetworkNode, shape: readonly number[]): readonly number[] {
  if (shape.length !== 3) fail(errors.imageNeeded(name, source, shape));
  return shape;
}

function sameType(a: IntegerTensor['type'], b: IntegerTensor['type']): boolean {
  return (
    a.encoding === b.encoding &&
    a.signed === b.signed &&
    a.bits === b.bits &&
    a.min === b.min &&
    a.max === b.max &&
    a.zeroPoint === b.zeroPoint &&
    a.scale.length === 1 &&
    b.scale.length === 1 &&
    a.scale[0] === b.scale[0]
  );
}

/** [H, W, C] -> [C, H, W]. */
function channelsFirst(shape: readonly number[]): readonly number[] {
  return shape.length === 3 ? [shape[2], shape[0], shape[1]] : shape;
}

/** The division of an average whose sums leave the chip. */
function divideBy({ node, divisor }: Sums): ElementwiseNode {
  const { name, source, input, output } = node;
  return {
    op: 'elementwise',
    kind: 'divide',
    name,
    source,
    input,
    output,
    operand: Float32Array.of(divisor),
  };
}

function hostOutput(
  scale: Float32Array,
  offset: Float64Array,
  nodes: readonly ElementwiseNode[],
): HostOutput {
  const ordered =
    uniform(scale) &&
    uniform(offset) &&
    nodes.every((node) => uniform(node.operand) && uniform(node.multiplier) && direction(node, 0) > 0) &&
    nodes.every((node) => ['add', 'subtract', 'multiply', 'divide', 'normalize'].includes(node.kind));
  return { scale, offset, nodes, ordered };
}
