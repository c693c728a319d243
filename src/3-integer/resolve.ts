/** Values become codes here: "sum, then step", then the moves that waited for codes. */

import type { PoolNode, PortType, Quantizer } from '../1-import/types.js';
import type { Location } from '../diagnostics/diagnostic.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import type { Interval } from '../shared/interval.js';
import { convertAdd, floatSum } from './add.js';
import type { Builder } from './builder.js';
import { checkPadCode } from './conv.js';
import { negateRows } from './layer.js';
import { convertMove } from './moves.js';
import { convertMaximum } from './pool.js';
import { sliceOperation, sliceQuantizing } from './slice.js';
import {
  codeFunction,
  isReversed,
  isUniform,
  makeStep,
  type Quantizing,
  quantizerType,
  type RealQuantizing,
  realOfCode,
  requantizeFunction,
  stepOf,
  strideOf,
} from './steps.js';
import type { HostInput, IntegerAdd, IntegerConcat, IntegerStep, IntegerTensor } from './types.js';
import {
  applyAll,
  channelsOf,
  commutes,
  directionOfAll,
  type Move,
  realOfSum,
  type Sums,
  uniform,
  type Value,
} from './values.js';
import type { Padding } from './window.js';

type Of<From> = Extract<Value['source'], { from: From }>;

export class Resolver {
  hostInput: HostInput;
  input: IntegerTensor | undefined; // of the hardware
  private readonly builder: Builder;
  private readonly networkInput: string;
  private readonly port: PortType | undefined;
  private readonly coded = new Map<Value, IntegerTensor>();
  private readonly layers = new Map<Sums, Map<string, string>>(); // which rows are negated -> tensor of the sums

  constructor(builder: Builder, networkInput: string, port: PortType | undefined) {
    this.builder = builder;
    this.networkInput = networkInput;
    this.port = port;
    this.hostInput = { nodes: [], port };
  }

  /**
   * The codes of a value that a node takes.
   *
   * @param reader node that takes them, for the message
   * @throws input_type_needed, quantizer_needed, concat_types
   */
  codesOf(value: Value, reader: { readonly name: string; readonly source: Location }): IntegerTensor {
    const known = this.coded.get(value);
    if (known) return known;
    const tensor = this.withoutQuantizer(value, reader);
    this.coded.set(value, tensor);
    return tensor;
  }

  private withoutQuantizer(value: Value, reader: { name: string; source: Location }): IntegerTensor {
    const { source, pending, moves } = value;
    if (source.from === 'host') return fail(errors.inputTypeNeeded(reader.name, reader.source));
    if (source.from === 'parts' && pending.length === 0)
      return fail(errors.concatTypes(source.name, reader.source));
    if (source.from !== 'codes')
      return fail(errors.quantizerNeeded(reader.name, producerOf(value), reader.source));
    if (pending.length === 0) return this.applyMoves(source.tensor, moves, undefined);
    // a ReLU on codes gives codes of the same quantizer: one more step function, without a quantizer in the file
    const { type } = source.tensor;
    if (!pending.every(({ kind }) => kind === 'relu') || type.encoding === 'bipolar')
      return fail(errors.quantizerNeeded(reader.name, producerOf(value), reader.source));
    const { bits, signed, scale, zeroPoint } = type;
    const rounding = 'half-even';
    const quantizer: Quantizer = {
      encoding: 'integer',
      bits,
      signed,
      narrow: false,
      scale,
      zeroPoint,
      rounding,
    };
    const last = pending[pending.length - 1];
    const { name, input, output } = last;
    return this.quantize(
      { op: 'quantize', name, source: last.source, input, output: `${output}:codes`, quantizer },
      value,
    );
  }

  /**
   * The codes that a quantizer makes of a value.
   *
   * @throws input_type_needed, mixed_directions, add_too_large, add_not_separable, quantizer_needed
   */
  quantize(node: Quantizing, value: Value): IntegerTensor {
    const { source, moves } = value;
    if (node.op === 'requantize') {
      if (
        value.pending.length > 0 ||
        (source.from !== 'codes' && (source.from !== 'sums' || moves.length > 0))
      )
        fail(errors.quantizerNeeded(node.name, producerOf(value), node.source));
      const settled = source.from === 'codes' ? this.applyMoves(source.tensor, moves, undefined) : undefined;
      return this.quantizeUnmoved(
        node,
        settled ? { ...value, source: { from: 'codes', tensor: settled }, moves: [] } : value,
      );
    }
    if (moves.length === 0) return this.quantizeUnmoved(node, value);
    this.checkMoves(node, moves);
    const output = this.builder.freeTensor(`${moves[0].node.input}:codes`);
    const before = this.quantizeUnmoved({ ...node, output }, { ...value, moves: [], shape: value.start });
    return this.applyMoves(before, moves, node.output);
  }

  /** Whether a quantizer may go in front of moves. */
  checkMoves(node: RealQuantizing, moves: readonly Move[]): void {
    const { quantizer } = node;
    const keepsZero = isUniform(node) && codeFunction(node)(0, 0) === quantizer.zeroPoint;
    for (const { node: move } of moves) {
      const fits =
        move.op === 'upsample' || move.op === 'pool' || (move.op === 'pad' ? keepsZero : isUniform(node));
      if (!fits) fail(errors.quantizerNeeded(node.name, move.name, node.source));
    }
  }

  /** Moves of codes. @param output name of the last tensor, when it has one already */
  applyMoves(start: IntegerTensor, moves: readonly Move[], output: string | undefined): IntegerTensor {
    let tensor = start;
    let shape = start.shape;
    moves.forEach(({ node, shape: after }, index) => {
      const wanted = index === moves.length - 1 && output !== undefined ? output : node.output;
      if (node.op !== 'reshape') {
        const moved = convertMove(node, tensor, shape, this.builder.freeTensor(wanted));
        tensor = this.builder.push(moved, after, tensor.type);
      }
      shape = after;
    });
    return tensor;
  }

  private quantizeUnmoved(node: Quantizing, value: Value): IntegerTensor {
    const { source } = value;
    switch (source.from) {
      case 'host':
        return this.quantizeOnHost(node, value);
      case 'codes':
        return this.pushStep(node, value, this.stepOfCodes(node, value, source));
      case 'sums':
        return this.pushStep(node, value, this.stepOfSums(node, value, source.sums));
      case 'addition':
        return this.pushStep(node, value, this.stepOfAddition(node as RealQuantizing, value, source));
      case 'parts':
        return this.quantizeParts(node as RealQuantizing, value, source);
    }
  }

  private pushStep(node: Quantizing, { shape }: Value, step: IntegerStep): IntegerTensor {
    return this.builder.push(step, shape, quantizerType(node.quantizer));
  }

  private quantizeOnHost(node: Quantizing, value: Value): IntegerTensor {
    if (node.op !== 'quantize' || this.input) return fail(errors.inputTypeNeeded(node.name, node.source));
    this.hostInput = { nodes: [...value.pending, node] };
    this.input = this.builder.declare(node.output, value.shape, quantizerType(node.quantizer));
    return this.input;
  }

  private stepOfSums(node: Quantizing, { pending, shape }: Value, sums: Sums): IntegerStep {
    const { channels } = sums;
    if (node.op === 'requantize' && node.arithmetic.kind === 'divide' && sums.padded)
      fail(errors.averageAtBorders(sums.node.name, sums.node.source));
    const onSums = node.op === 'multi-threshold' && node.domain === 'accumulator';
    const falling = Array.from({ length: channels }, (_, c) => !onSums && directionOfAll(pending, c) < 0);
    const isLayer = sums.node.kind !== 'pool';
    const reversed = !isLayer && isReversed(node, pending, channels);
    const input = this.pushSums(sums, shape, isLayer ? falling : []);
    const domains = falling.map((negated, c): Interval => {
      const { min, max } = sums.domain(c);
      return negated ? { min: -max, max: -min } : { min, max };
    });
    const evaluate = evaluateSums(node, pending, sums);
    const signed = (x: number, c: number) => evaluate(falling[c] ? -x : x, c);
    return makeStep(node, input, channels, signed, domains, reversed);
  }

  /** Add the node of some sums, once for all that read them. @returns the tensor of the sums */
  pushSums(sums: Sums, shape: readonly number[], negated: readonly boolean[]): string {
    const made = this.layers.get(sums) ?? new Map<string, string>();
    this.layers.set(sums, made);
    const key = negated.includes(true) ? negated.map(Number).join('') : '';
    const known = made.get(key);
    if (known !== undefined) return known;
    const node = sums.node.kind === 'pool' ? sums.node : negateRows(sums.node, negated);
    const output = this.builder.freeTensor(node.output);
    this.builder.pushSums(output === node.output ? node : { ...node, output }, shape);
    made.set(key, output);
    return output;
  }

  private stepOfCodes(node: Quantizing, { pending, shape }: Value, { tensor }: Of<'codes'>): IntegerStep {
    const { type, name } = tensor;
    const channels = channelsOf(shape);
    const same =
      isUniform(node) &&
      uniform(type.scale) &&
      pending.every(({ operand, multiplier }) => uniform(operand) && uniform(multiplier));
    const rows = same ? 1 : channels;
    const reversed = isReversed(node, pending, rows);
    const port = name === this.networkInput ? this.port : undefined;
    let code: (x: number, row: number) => number;
    if (node.op === 'requantize') {
      const requantize = requantizeFunction(node);
      const zero = node.arithmetic.kind === 'divide' ? 0 : type.zeroPoint;
      code = (x, row) => requantize(x - zero, row);
    } else {
      const quantize = codeFunction(node);
      code = (x, row) => quantize(applyAll(pending, realOfCode(x, row, type, port), row), row);
    }
    const evaluate = (x: number, row: number) => code(reversed ? -x : x, row);
    const domain = reversed ? { min: -type.max, max: -type.min } : { min: type.min, max: type.max };
    return makeStep(node, name, channels, evaluate, new Array<Interval>(rows).fill(domain), reversed);
  }

  private stepOfAddition(
    node: RealQuantizing,
    { pending, shape }: Value,
    { node: add, terms }: Of<'addition'>,
  ): IntegerStep {
    const channels = channelsOf(shape);
    const operations = [...pending, ...terms[0].pending, ...terms[1].pending];
    const same =
      isUniform(node) &&
      terms.every(({ tensor }) => uniform(tensor.type.scale)) &&
      operations.every(({ operand, multiplier }) => uniform(operand) && uniform(multiplier));
    const evaluate = floatSum(terms, pending, codeFunction(node));
    return this.addition(add, node, terms, shape, evaluate, same ? 1 : channels);
  }

  /** Add the sum of two tensors of codes. @returns the step behind it, which is not added yet */
  addition(
    add: Of<'addition'>['node'],
    node: Pick<Quantizing, 'name' | 'source' | 'output' | 'quantizer'>,
    terms: Of<'addition'>['terms'],
    shape: readonly number[],
    evaluate: (first: number, second: number, channel: number) => number,
    rows: number,
  ): IntegerStep {
    const [first, second] = terms;
    const ranges = [first, second].map(({ tensor }) => this.builder.codeRange(tensor.name));
    const stride = strideOf(node.quantizer);
    const { weights, deviating, table } = convertAdd(
      add,
      terms,
      [ranges[0], ranges[1]],
      evaluate,
      rows,
      stride,
    );
    const channels = channelsOf(shape);
    const sums = this.builder.freeTensor(node.output === add.output ? `${add.output}:sums` : add.output);
    const sum: IntegerAdd = {
      kind: 'add',
      name: add.name,
      source: add.source,
      input: first.tensor.name,
      other: second.tensor.name,
      output: sums,
      channels,
      weights,
      ...(deviating && { deviating }),
    };
    this.builder.pushSums(sum, shape);
    return stepOf(node, sums, channels, table, false);
  }

  private quantizeParts(
    node: RealQuantizing,
    { pending, shape }: Value,
    { name, parts }: Of<'parts'>,
  ): IntegerTensor {
    let from = 0;
    const tensors = parts.map(({ value, channels }, index) => {
      const own = pending.map((each) => sliceOperation(each, from, channels));
      const blocking = value.moves.find((move) =>
        own.some((operation) => !commutes(move.node, operation, channels)),
      );
      if (blocking) fail(errors.quantizerNeeded(name, blocking.node.name, node.source));
      const output = this.builder.freeTensor(`${node.output}:part${index}`);
      const quantizing = { ...sliceQuantizing(node, from, channels), output, name: `${node.name}_${index}` };
      from += channels;
      return this.quantize(quantizing, { ...value, pending: [...value.pending, ...own] });
    });
    const channels = parts.map((part) => part.channels);
    return this.concat(
      { name, source: node.source },
      tensors,
      channels,
      node.output,
      shape,
      quantizerType(node.quantizer),
    );
  }

  /** Join codes of one type: two tensors at a time, as the hardware does. */
  concat(
    { name, source }: { readonly name: string; readonly source: Location },
    [first, ...others]: readonly IntegerTensor[],
    channels: readonly number[],
    output: string,
    shape: readonly number[],
    type = first.type,
  ): IntegerTensor {
    let joined = first;
    let width = channels[0];
    others.forEach((other, k) => {
      const last = k === others.length - 1;
      const node: IntegerConcat = {
        kind: 'concat',
        name: last ? name : `${name}_joined${k}`,
        source,
        input: joined.name,
        output: last ? output : this.builder.freeTensor(`${output}:joined${k}`),
        others: [other.name],
        channels: [width, channels[k + 1]],
      };
      width += channels[k + 1];
      joined = this.builder.push(node, [...shape.slice(0, -1), width], type);
    });
    return joined;
  }

  /** A maximum pool over codes with zeros around them. */
  maximum(node: PoolNode, input: IntegerTensor, shape: readonly number[], around: Padding): IntegerTensor {
    checkPadCode(node.name, node, input);
    const pool = convertMaximum(node, input, shape, around, this.builder.freeTensor(node.output));
    const { positions, channels } = pool.window;
    return this.builder.push(pool, [positions.height, positions.width, channels], input.type);
  }
}

/** Code of a finished sum. */
function evaluateSums(
  node: Quantizing,
  pending: Value['pending'],
  sums: Sums,
): (sum: number, channel: number) => number {
  if (node.op === 'requantize') {
    const code = requantizeFunction(node);
    if (node.arithmetic.kind === 'divide') return code;
    return (sum, channel) => code(sum - sums.offset[channel], channel);
  }
  const code = codeFunction(node);
  if (node.op === 'multi-threshold' && node.domain === 'accumulator') return code;
  return (sum, channel) => code(applyAll(pending, realOfSum(sums, sum, channel), channel), channel);
}

/** The node that made a value what it is, for messages. */
export function producerOf({ source, pending, moves }: Value): string {
  if (source.from === 'sums') return source.sums.node.name;
  if (source.from === 'addition') return source.node.name;
  const last = pending[pending.length - 1] ?? moves[moves.length - 1]?.node;
  if (last) return last.name;
  return source.from === 'parts' ? source.name : source.from === 'codes' ? source.tensor.name : 'the input';
}
