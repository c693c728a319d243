/**
 * Phase 3: Network -> IntegerNetwork. Each layer becomes "sum, then step": an integer dot product, and one step
 * function for all that stands between it and the next quantizer.
 */
import type { DenseNode, ElementwiseNode, Network, Quantizer } from '../1-import/types.js';
import { type Diagnostic, fail, NarrowgateError } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import type { Interval } from '../shared/interval.js';
import { type AccumulatorScale, convertDense, fallingChannels, negateRows, roughRange } from './dense.js';
import { direction, evaluateElementwise } from './float32.js';
import {
  codeFunction,
  isReversed,
  makeStep,
  portType,
  type Quantizing,
  quantizerType,
  realOfCode,
} from './steps.js';
import type {
  HostInput,
  HostOutput,
  IntegerDense,
  IntegerNetwork,
  IntegerNode,
  IntegerStep,
  IntegerTensor,
  IntegerType,
} from './types.js';

const { fround } = Math;

/** What is known of a tensor during the walk; `pending` are the operations since the last integers. */
type Value =
  | { readonly from: 'host'; readonly pending: readonly ElementwiseNode[] }
  | { readonly from: 'codes'; readonly tensor: IntegerTensor; readonly pending: readonly ElementwiseNode[] }
  | {
      readonly from: 'accumulator';
      readonly layer: IntegerDense;
      readonly input: IntegerType;
      readonly accumulator: AccumulatorScale;
      readonly pending: readonly ElementwiseNode[];
    };

/**
 * Make a network integer.
 *
 * @throws input_type_needed, quantizer_needed, mixed_input_scales, mixed_directions, nothing_to_build; all layers' at once
 */
export function toInteger(network: Network): IntegerNetwork {
  return new Converter(network).convert();
}

class Converter {
  private readonly network: Network;
  private readonly values = new Map<string, Value>();
  private readonly nodes: IntegerNode[] = [];
  private readonly tensors = new Map<string, IntegerTensor>();
  private readonly problems: Diagnostic[] = [];
  private hostInput: HostInput = { nodes: [] };
  private input: IntegerTensor | undefined;

  constructor(network: Network) {
    this.network = network;
  }

  convert(): IntegerNetwork {
    const { network } = this;
    const { inputPort } = network;
    if (inputPort) {
      this.hostInput = { nodes: [], port: inputPort };
      this.input = this.declare(network.input.name, portType(inputPort));
      this.values.set(network.input.name, { from: 'codes', tensor: this.input, pending: [] });
    } else {
      this.values.set(network.input.name, { from: 'host', pending: [] });
    }
    for (const node of network.nodes) {
      const value = this.values.get(node.input);
      if (!value) continue; // its producer failed and was reported
      try {
        if (node.op === 'dense') this.dense(node, value);
        else if (node.op === 'elementwise')
          this.values.set(node.output, { ...value, pending: [...value.pending, node] });
        else if (node.op === 'quantize' || node.op === 'multi-threshold') this.quantize(node, value);
        else if (node.op !== 'reshape' && node.op !== 'softmax')
          throw new Error(`no conversion of ${node.op}`);
        else this.values.set(node.output, value); // reshape keeps the order; softmax is the host's
      } catch (error) {
        if (!(error instanceof NarrowgateError)) throw error;
        this.problems.push(...error.diagnostics);
      }
    }
    if (this.problems.length) fail(...this.problems);
    const { output, hostOutput } = this.finish();
    if (!this.nodes.some((node) => node.kind === 'dense') || !this.input)
      fail(errors.nothingToBuild(network.file));
    return {
      name: network.name,
      file: network.file,
      layout: network.layout,
      inputShape: network.input.shape,
      input: this.input?.name ?? '',
      output,
      tensors: this.tensors,
      nodes: this.nodes,
      hostInput: this.hostInput,
      hostOutput,
      tfliteRounding: network.tfliteRounding,
    };
  }

  private declare(name: string, type: IntegerType): IntegerTensor {
    const shape = this.network.tensors.get(name)?.shape ?? [];
    const tensor = { name, shape, type };
    this.tensors.set(name, tensor);
    return tensor;
  }

  private dense(node: DenseNode, given: Value): void {
    const value = this.settle(node, given);
    if (value.from === 'host') fail(errors.inputTypeNeeded(node.name, node.source));
    if (value.from === 'accumulator') fail(errors.quantizerNeeded(node.name, value.layer.name, node.source));
    if (value.pending.length)
      fail(errors.quantizerNeeded(node.name, value.pending[value.pending.length - 1].name, node.source));
    const { layer, accumulator } = convertDense(node, value.tensor);
    this.values.set(node.output, {
      from: 'accumulator',
      layer,
      input: value.tensor.type,
      accumulator,
      pending: [],
    });
  }

  /** A ReLU on codes gives codes of the same quantizer: one more step function, without a quantizer in the file. */
  private settle(node: DenseNode, value: Value): Value {
    if (value.from !== 'codes' || value.pending.length === 0) return value;
    const last = value.pending[value.pending.length - 1];
    if (!value.pending.every((each) => each.kind === 'relu')) return value;
    const { type } = value.tensor;
    const quantizer: Quantizer = {
      encoding: 'integer',
      bits: type.bits,
      signed: type.signed,
      narrow: false,
      scale: type.scale,
      zeroPoint: type.zeroPoint,
      rounding: 'half-even',
    };
    const { name, source, output, input } = last;
    if (type.encoding === 'bipolar') return value;
    this.quantize({ op: 'quantize', name, source, input, output: `${output}:codes`, quantizer }, value);
    return this.values.get(`${output}:codes`) ?? fail(errors.quantizerNeeded(node.name, name, node.source));
  }

  private quantize(node: Quantizing, value: Value): void {
    if (value.from === 'host') {
      if (node.op === 'multi-threshold') fail(errors.inputTypeNeeded(node.name, node.source));
      this.hostInput = { nodes: [...value.pending, node] };
      this.input = this.declare(node.output, quantizerType(node.quantizer));
      this.values.set(node.output, { from: 'codes', tensor: this.input, pending: [] });
      return;
    }
    const step = value.from === 'accumulator' ? this.stepOfSums(node, value) : this.stepOfCodes(node, value);
    this.nodes.push(step);
    const type = quantizerType(node.quantizer);
    const tensor = this.declare(node.output, type);
    this.values.set(node.output, { from: 'codes', tensor, pending: [] });
  }

  private stepOfSums(node: Quantizing, value: Extract<Value, { from: 'accumulator' }>): IntegerStep {
    const integerDomain = node.op === 'multi-threshold' && node.domain === 'accumulator';
    const falling = fallingChannels(value.layer.outputs, value.pending);
    const layer = integerDomain ? value.layer : negateRows(value.layer, falling);
    this.nodes.push(layer);
    this.declareAccumulator(layer);
    const { scale, offset } = value.accumulator;
    const domains = falling.map((_, row) => roughRange(layer, row, value.input));
    const code = codeFunction(node);
    const evaluate = (sum: number, row: number) => {
      if (integerDomain) return code(sum, row);
      const original = falling[row] ? -sum : sum;
      const real = fround((original - offset[row]) * scale[row]);
      return code(
        value.pending.reduce((x, each) => evaluateElementwise(each, x, row), real),
        row,
      );
    };
    return makeStep(node, layer.output, layer.outputs, evaluate, domains, false);
  }

  private stepOfCodes(node: Quantizing, value: Extract<Value, { from: 'codes' }>): IntegerStep {
    const { type, name } = value.tensor;
    const channels = elements(this.network.tensors.get(node.output)?.shape ?? []);
    const perChannel = value.pending.some(
      (each) => (each.operand?.length ?? 1) > 1 || (each.multiplier?.length ?? 1) > 1,
    );
    const quantizerChannels = node.op === 'quantize' && node.quantizer.scale.length > 1;
    const thresholdRows = node.op === 'multi-threshold' ? node.rows : 1;
    const rows = perChannel || quantizerChannels || type.scale.length > 1 || thresholdRows > 1 ? channels : 1;
    const reversed = isReversed(node, value.pending, rows);
    const port = name === this.network.input.name ? this.network.inputPort : undefined;
    const code = codeFunction(node);
    const evaluate = (x: number, row: number) => {
      const real = realOfCode(reversed ? -x : x, row, type, port);
      return code(
        value.pending.reduce((y, each) => evaluateElementwise(each, y, row), real),
        row,
      );
    };
    const domain = reversed ? { min: -type.max, max: -type.min } : { min: type.min, max: type.max };
    const domains = new Array<Interval>(rows).fill(domain);
    return makeStep(node, name, channels, evaluate, domains, reversed);
  }

  private declareAccumulator(layer: IntegerDense): void {
    const type: IntegerType = {
      encoding: 'integer',
      signed: true,
      bits: 0,
      min: 0,
      max: 0,
      scale: new Float32Array(0),
      zeroPoint: 0,
    };
    this.tensors.set(layer.output, { name: layer.output, shape: [layer.outputs], type });
  }

  private finish(): { output: string; hostOutput: HostOutput } {
    const value = this.values.get(this.network.output);
    if (value?.from === 'accumulator') {
      this.nodes.push(value.layer);
      this.declareAccumulator(value.layer);
      const { scale, offset } = value.accumulator;
      const nodes = value.pending;
      return { output: value.layer.output, hostOutput: hostOutput(Float32Array.from(scale), offset, nodes) };
    }
    if (value?.from !== 'codes') return fail(errors.nothingToBuild(this.network.file));
    const { type, name } = value.tensor;
    return {
      output: name,
      hostOutput: hostOutput(type.scale, Float64Array.of(type.zeroPoint), value.pending),
    };
  }
}

function hostOutput(
  scale: Float32Array,
  offset: Float64Array,
  nodes: readonly ElementwiseNode[],
): HostOutput {
  const uniform = (values: ArrayLike<number> | undefined) =>
    !values || Array.from(values).every((x) => x === values[0]);
  const ordered =
    uniform(scale) &&
    uniform(offset) &&
    nodes.every((node) => uniform(node.operand) && uniform(node.multiplier) && direction(node, 0) > 0) &&
    nodes.every((node) => ['add', 'subtract', 'multiply', 'divide', 'normalize'].includes(node.kind));
  return { scale, offset, nodes, ordered };
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
