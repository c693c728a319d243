/** Nodes of a Network as nodes of an ONNX graph, in any dialect. */
import {
  type ConvNode,
  type DenseNode,
  type ElementwiseNode,
  inputsOf,
  type MultiThresholdNode,
  type Network,
  type NetworkNode,
  type PoolNode,
  type QuantizedWeights,
  type QuantizeNode,
  type Window,
} from '../../1-import/types.js';
import { type Diagnostic, fail } from '../../diagnostics/diagnostic.js';
import { exportNotExpressible } from '../../diagnostics/export-errors.js';
import type { Layer } from '../layers.js';
import type { Dialect, FileWeights } from './dialect.js';
import { writeElementwise } from './elementwise.js';
import { GraphWriter } from './graph.js';
import {
  type FileTensor,
  fileDims,
  flattenedOrder,
  Layouts,
  operandOf,
  TO_FIRST,
  TO_LAST,
} from './layout.js';
import { portQuantizer } from './port.js';

const HINT = 'docs/export.md says what each format can express; --format json holds all but integer kernels';

export class Emitter {
  private readonly network: Network;
  private readonly dialect: Dialect;
  private readonly writer: GraphWriter;
  private readonly layouts: Layouts;
  private readonly tensors = new Map<string, FileTensor>();
  private readonly scales = new Map<string, number>(); // real value of one code of a tensor
  private readonly problems: Diagnostic[] = [];
  private readonly input: { readonly name: string; readonly dims: readonly number[] };

  constructor(network: Network, dialect: Dialect) {
    this.network = network;
    this.dialect = dialect;
    this.writer = new GraphWriter(network.tensors.keys());
    this.layouts = new Layouts(this.writer);
    const { input, layout, inputPort } = network;
    const { name, shape } = input;
    const last = layout === 'NHWC' && shape.length === 3;
    this.input = { name, dims: last ? shape : fileDims(shape) };
    const first = last
      ? this.writer.node('Transpose', `${name}_first`, [name], this.writer.free(`${name}_first`), {
          perm: TO_FIRST,
        })
      : name;
    this.tensors.set(name, { name: first, shape });
    if (inputPort)
      this.scales.set(name, Math.fround(inputPort.scale.numerator / inputPort.scale.denominator));
    const port = portQuantizer(network);
    if (!port) return;
    const output = this.writer.free(port.output);
    this.dialect.quantize(this.writer, { ...port, output }, operandOf({ name: first, shape }));
    this.tensors.set(name, { name: output, shape });
  }

  /** A layer: its node, and the steps behind it. */
  layer({ node, steps }: Layer): void {
    const { bias, batchNorm, activation, output, thresholds } = steps;
    const weighted = node.op === 'dense' || node.op === 'conv';
    const own = weighted ? this.ownBias(node, bias) : undefined;
    if (weighted && bias && own) this.tensors.set(bias.output, this.weighted(node, bias, own));
    else this.step(node);
    for (const step of [own ? undefined : bias, batchNorm, activation, output]) if (step) this.step(step);
    if (thresholds && weighted)
      this.tensors.set(thresholds.output, this.thresholds(thresholds, this.sumSteps(node)));
  }

  finish(): Uint8Array {
    if (this.problems.length > 0) fail(...this.problems);
    const { writer, network, input } = this;
    const x = this.layouts.inOrder(this.tensor(network.output));
    const last = (network.outputLayout ?? network.layout) === 'NHWC' && x.shape.length === 3;
    const name = last
      ? writer.node('Transpose', `${x.name}_last`, [x.name], writer.free(`${x.name}_last`), { perm: TO_LAST })
      : x.name;
    const output = { name, dims: last ? x.shape : fileDims(x.shape) };
    return writer.finish(network.name, input, output, this.dialect.batch);
  }

  private tensor(name: string): FileTensor {
    const found = this.tensors.get(name);
    if (!found) throw new Error(`tensor ${name} is used before it is made`);
    return found;
  }

  private shapeOf({ output, name }: NetworkNode): readonly number[] {
    const shape = this.network.tensors.get(output)?.shape;
    if (!shape) throw new Error(`the output of ${name} has no shape`);
    return shape;
  }

  private refuse({ name, source }: NetworkNode, what: string): void {
    this.problems.push(exportNotExpressible(this.dialect.name, name, what, source, HINT));
  }

  /** The node's output, which lies in the file under its own name. */
  private made(node: NetworkNode, flattened?: FileTensor['flattened']): FileTensor {
    return { name: node.output, shape: this.shapeOf(node), ...(flattened && { flattened }) };
  }

  private keepScale(node: NetworkNode): void {
    const [scale, ...others] = inputsOf(node).map((name) => this.scales.get(name));
    if (scale !== undefined && others.every((other) => other === scale)) this.scales.set(node.output, scale);
  }

  private step(node: NetworkNode): void {
    this.tensors.set(node.output, this.write(node));
  }

  private write(node: NetworkNode): FileTensor {
    switch (node.op) {
      case 'quantize':
        return this.quantize(node);
      case 'elementwise':
        return this.elementwise(node);
      case 'multi-threshold':
        return this.thresholds(node, undefined);
      case 'dense':
      case 'conv':
        return this.weighted(node, node);
      case 'requantize':
        this.refuse(node, 'the rounding of an integer kernel');
        return this.made(node);
      case 'add': {
        if (node.arithmetic) this.refuse(node, 'the rounding of an integer kernel');
        this.writer.node('Add', node.name, this.ordered(node), node.output);
        return this.made(node);
      }
      case 'softmax': {
        const x = this.tensor(node.input);
        const axis = operandOf(x).channelAxis;
        this.writer.node(node.logarithm ? 'LogSoftmax' : 'Softmax', node.name, [x.name], node.output, {
          axis,
        });
        return this.made(node, x.flattened);
      }
      default:
        this.keepScale(node);
        return this.move(node);
    }
  }

  private ordered(node: NetworkNode): string[] {
    return inputsOf(node).map((name) => this.inOrder(name).name);
  }

  private inOrder(name: string): FileTensor {
    const ordered = this.layouts.inOrder(this.tensor(name));
    this.tensors.set(name, ordered); // for the other readers too
    return ordered;
  }

  private move(
    node: Extract<NetworkNode, { op: 'pool' | 'concat' | 'pad' | 'upsample' | 'depth-to-space' | 'reshape' }>,
  ): FileTensor {
    const { writer } = this;
    const { name, output } = node;
    if (node.op === 'reshape')
      return this.layouts.reshaped(this.tensor(node.input), this.shapeOf(node), name, output);
    const inputs = this.ordered(node);
    switch (node.op) {
      case 'pool':
        this.pool(node, inputs);
        break;
      case 'concat':
        writer.node('Concat', name, inputs, output, { axis: operandOf(this.tensor(node.input)).channelAxis });
        break;
      case 'pad': {
        const { top, left, bottom, right } = node.padding;
        const pads = writer.constant(`${output}_pads`, 'int64', [8], [0, 0, top, left, 0, 0, bottom, right]);
        writer.node('Pad', name, [...inputs, pads], output, { mode: 'constant' });
        break;
      }
      case 'upsample': {
        const { height, width } = node.factor;
        const scales = writer.constant(`${output}_scales`, 'float', [4], [1, 1, height, width]);
        const how = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
        writer.node('Resize', name, [...inputs, '', scales], output, how);
        break;
      }
      case 'depth-to-space':
        writer.node('DepthToSpace', name, inputs, output, { blocksize: node.block, mode: node.order });
    }
    return this.made(node);
  }

  private pool(node: PoolNode, inputs: readonly string[]): void {
    const { writer } = this;
    const { kind, window, countPadding, name, output } = node;
    const { kernel, dilation, padding, stride } = window;
    const [height, width] = this.tensor(node.input).shape;
    const largest = kind === 'maximum';
    if (
      Math.max(padding.top, padding.bottom) > (kernel.height - 1) * dilation.height ||
      Math.max(padding.left, padding.right) > (kernel.width - 1) * dilation.width
    )
      this.refuse(node, 'windows that lie on padding alone');
    const isUnit = [stride, dilation].every((each) => each.height === 1 && each.width === 1);
    const isWhole = kernel.height === height && kernel.width === width;
    if (isWhole && isUnit && Object.values(padding).every((rows) => rows === 0)) {
      writer.node(largest ? 'GlobalMaxPool' : 'GlobalAveragePool', name, inputs, output);
      return;
    }
    const dilated = dilation.height > 1 || dilation.width > 1;
    if (dilated && !largest) writer.needOpset(19);
    const { dilations, ...rest } = windowAttributes(window);
    writer.node(largest ? 'MaxPool' : 'AveragePool', name, inputs, output, {
      ...rest,
      ...(dilated && { dilations }),
      ...(!largest && { count_include_pad: countPadding ? 1 : 0 }),
    });
  }

  private quantize(node: QuantizeNode): FileTensor {
    const { scale } = node.quantizer;
    const x = scale.length === 1 ? this.tensor(node.input) : this.inOrder(node.input);
    const lacks = this.dialect.quantize(this.writer, node, operandOf(x));
    if (lacks !== undefined) this.refuse(node, lacks);
    if (scale.length === 1) this.scales.set(node.output, scale[0]);
    return this.made(node, x.flattened);
  }

  private thresholds(node: MultiThresholdNode, steps: Float32Array | undefined): FileTensor {
    const x = node.rows === 1 ? this.tensor(node.input) : this.inOrder(node.input);
    const lacks = this.dialect.thresholds(this.writer, node, operandOf(x), steps);
    if (lacks !== undefined) this.refuse(node, lacks);
    const { scale } = node.quantizer;
    if (scale.length === 1) this.scales.set(node.output, scale[0]);
    return this.made(node, x.flattened);
  }

  private elementwise(node: ElementwiseNode): FileTensor {
    const { operand, multiplier, kind } = node;
    const single = (operand?.length ?? 1) === 1 && (multiplier?.length ?? 1) === 1;
    const x = single ? this.tensor(node.input) : this.inOrder(node.input);
    writeElementwise(this.writer, node, operandOf(x), x.shape[x.shape.length - 1]);
    if (kind === 'relu') this.keepScale(node);
    return this.made(node, x.flattened);
  }

  /** Real value of one step of a layer's sums, [1] or [outputs]; undefined when the input's codes have no one scale. */
  private sumSteps({ input, weights }: DenseNode | ConvNode): Float32Array | undefined {
    const scale = this.scales.get(input);
    if (scale === undefined || weights.encoding === 'real') return undefined;
    return weights.scale.map((each) => each * scale);
  }

  /** The tensor of a bias that is an input of its layer. */
  private ownBias(node: DenseNode | ConvNode, bias: ElementwiseNode | undefined): string | undefined {
    const steps = this.sumSteps(node);
    if (!bias?.operand || !steps) return undefined;
    const spread = (values: Float32Array) =>
      values.length === node.outputs ? values : new Float32Array(node.outputs).fill(values[0]);
    return this.dialect.bias(this.writer, {
      layer: node,
      values: spread(bias.operand),
      steps: spread(steps),
    });
  }

  /** @param last the node whose output the layer's is: itself, or the bias that is one of its inputs */
  private weighted(node: DenseNode | ConvNode, last: NetworkNode, bias?: string): FileTensor {
    const { writer, dialect } = this;
    const dense = node.op === 'dense';
    const x = dense ? this.tensor(node.input) : this.inOrder(node.input);
    const weights = dialect.weights(writer, dense ? denseWeights(node, x) : convWeights(node));
    if (typeof weights !== 'string') this.refuse(node, weights.lacks);
    const inputs = [x.name, typeof weights === 'string' ? weights : '', ...(bias ? [bias] : [])];
    const attributes = dense ? {} : { ...windowAttributes(node.window), group: node.groups };
    writer.node(dense ? (bias ? 'Gemm' : 'MatMul') : 'Conv', node.name, inputs, last.output, attributes);
    return this.made(last);
  }
}

/** [inputs][outputs], the inputs as the vector lies in the file. */
function denseWeights(node: DenseNode, { flattened }: FileTensor): FileWeights {
  const { inputs, outputs } = node;
  const weights = node.weights as QuantizedWeights;
  const order = flattened ? flattenedOrder(flattened) : undefined;
  const codes = new Int32Array(inputs * outputs);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      codes[(order ? order[i] : i) * outputs + o] = weights.codes[o * inputs + i];
  return { layer: node, weights: { ...weights, codes }, dims: [inputs, outputs], outputAxis: 1 };
}

/** [outputs][channels / groups][height][width]. */
function convWeights(node: ConvNode): FileWeights {
  const { outputs, window } = node;
  const weights = node.weights as QuantizedWeights;
  const { height, width } = window.kernel;
  const taps = height * width;
  const channels = weights.codes.length / (outputs * taps);
  const codes = new Int32Array(weights.codes.length);
  let at = 0;
  for (let o = 0; o < outputs; o++)
    for (let tap = 0; tap < taps; tap++)
      for (let c = 0; c < channels; c++) codes[(o * channels + c) * taps + tap] = weights.codes[at++];
  return {
    layer: node,
    weights: { ...weights, codes },
    dims: [outputs, channels, height, width],
    outputAxis: 0,
  };
}

function windowAttributes({ kernel, stride, dilation, padding }: Window) {
  const { top, left, bottom, right } = padding;
  return {
    kernel_shape: [kernel.height, kernel.width],
    strides: [stride.height, stride.width],
    dilations: [dilation.height, dilation.width],
    pads: [top, left, bottom, right],
  };
}
