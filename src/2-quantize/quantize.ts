/**
 * A float network becomes a quantized one without training: ranges from calibration, then layer by layer, with inputs that
 * the layers before have quantized already, weights and the correction of biases.
 */
import type { Network, NetworkNode, QuantizedWeights, Quantizer } from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as networkErrors from '../diagnostics/network-errors.js';
import * as errors from '../diagnostics/quantize-errors.js';
import { chooseQuantizers, portCodes } from './activations.js';
import { applyChoices, isBias } from './apply.js';
import { ChannelMeans, type Observation, observeFloat } from './calibrate/observe.js';
import { applyQuantizer } from './evaluate/elementwise.js';
import { evaluateNode, LiveTensors, type Samples } from './evaluate/evaluate.js';
import { foldFloat, isRealLayer } from './fold.js';
import { onlyReader, producersOf, readersOf, shapeOf } from './graph.js';
import { LayerSolver } from './layer-solver.js';
import { findPoints, pointBehind, type QuantizationPoint } from './points.js';
import type { AccumulatorMethod, Assignment, InputRange, QuantizationChoices, RangeMethod } from './types.js';

export interface QuantizeOptions {
  readonly method?: AccumulatorMethod; // without it: round to nearest, which knows no accumulator
  readonly range: RangeMethod;
  readonly biasCorrection: boolean;
  readonly inputBits?: number; // asked for by the user, where a declared port has others
}

export interface Quantization {
  readonly network: Network; // quantized
  readonly choices: QuantizationChoices;
  readonly alwaysZero: readonly string[]; // tensors that get a quantizer and were zero on all samples
}

/** A step of the work, for progress. */
export type Progress = (step: string, done: number) => void;

/** A float network, folded, and where it gets quantizers. */
export interface Prepared {
  readonly network: Network;
  readonly points: readonly QuantizationPoint[];
}

/**
 * Check and fold a float network.
 *
 * @throws already_quantized, for each node that holds codes; nothing_to_build without a layer
 */
export function prepareFloat(network: Network): Prepared {
  const coded = network.nodes.filter(holdsCodes);
  if (coded.length > 0) fail(...coded.map(({ name, source }) => errors.alreadyQuantized(name, source)));
  if (!network.nodes.some(isRealLayer)) fail(networkErrors.nothingToBuild(network.file));
  const folded = foldFloat(network);
  return { network: folded, points: findPoints(folded) };
}

function holdsCodes(node: NetworkNode): boolean {
  switch (node.op) {
    case 'quantize':
    case 'multi-threshold':
    case 'requantize':
      return true;
    case 'dense':
    case 'conv':
      return node.weights.encoding !== 'real';
    case 'add':
      return node.arithmetic !== undefined;
    default:
      return false;
  }
}

/**
 * Choose all numbers of a quantized network.
 *
 * @param samples for calibration; they are all in memory at once, as are the tensors that are still to be read
 * @throws calibration_samples_missing, calibration_not_finite, activation_bits_signed
 */
export function quantizeNetwork(
  { network, points }: Prepared,
  assignment: Assignment,
  samples: Samples,
  options: QuantizeOptions,
  progress: Progress = () => undefined,
): Quantization {
  if (samples.count === 0) fail(errors.calibrationSamplesMissing({ file: network.file, path: '' }));
  const observation = observeFloat(network, points, samples, (done) => progress('ranges', done));
  const { range, inputBits } = options;
  const activations = chooseQuantizers(network, points, assignment, observation, range, inputBits);
  const walk = new Walk(network, points, assignment, activations, observation, options);
  const { weights, biases } = walk.run(samples, progress);
  const choices = { weights, biases, activations };
  const alwaysZero = points.filter(({ shared }) => observation.ranges.get(shared)?.largest === 0);
  return {
    network: applyChoices(network, choices),
    choices,
    alwaysZero: alwaysZero.map(({ tensor }) => tensor),
  };
}

/** The network on all samples, node by node, each layer quantized as it is met. */
class Walk {
  private readonly weights = new Map<string, QuantizedWeights>();
  private readonly biases = new Map<string, Float32Array>();
  private readonly biasOf = new Map<string, Float32Array>(); // corrected, by the tensor that an addition makes
  private readonly solver: LayerSolver;
  private readonly readers: ReadonlyMap<string, readonly NetworkNode[]>;
  private readonly inputOf: (tensor: string) => InputRange;
  private readonly network: Network;
  private readonly activations: ReadonlyMap<string, Quantizer>;
  private readonly observation: Observation;
  private readonly options: QuantizeOptions;

  constructor(
    network: Network,
    points: readonly QuantizationPoint[],
    assignment: Assignment,
    activations: ReadonlyMap<string, Quantizer>,
    observation: Observation,
    options: QuantizeOptions,
  ) {
    this.network = network;
    this.activations = activations;
    this.observation = observation;
    this.options = options;
    this.solver = new LayerSolver(assignment, options.method);
    this.readers = readersOf(network.nodes);
    const producers = producersOf(network.nodes);
    const tensors = new Set(points.map(({ tensor }) => tensor));
    const port = portCodes(network, points, options.inputBits);
    this.inputOf = (tensor) => {
      const codes = activations.get(pointBehind(tensor, producers, tensors)) ?? port;
      if (!codes) throw new Error(`tensor ${tensor} has no codes`);
      const { bits, signed } = codes;
      return { bits, signed, min: signed ? -(2 ** (bits - 1)) : 0, max: 2 ** (signed ? bits - 1 : bits) - 1 };
    };
  }

  run({ values, count }: Samples, progress: Progress): Pick<QuantizationChoices, 'weights' | 'biases'> {
    const { network } = this;
    const tensors = new LiveTensors(network);
    tensors.set(network.input.name, this.quantized(network.input.name, values));
    network.nodes.forEach((node, index) => {
      progress('layers', index / network.nodes.length);
      const made = isRealLayer(node)
        ? this.layer(node, tensors, count)
        : evaluateNode(network, this.corrected(node), tensors, count);
      tensors.set(node.output, this.quantized(node.output, made));
      tensors.release(node);
    });
    progress('layers', 1);
    return { weights: this.weights, biases: this.biases };
  }

  private quantized(tensor: string, values: Float32Array): Float32Array {
    const quantizer = this.activations.get(tensor);
    return quantizer ? applyQuantizer(quantizer, values, shapeOf(this.network, tensor).at(-1) ?? 1) : values;
  }

  /** A bias with its correction. */
  private corrected(node: NetworkNode): NetworkNode {
    const operand = this.biasOf.get(node.output);
    return operand && node.op === 'elementwise' ? { ...node, operand } : node;
  }

  private layer(
    node: Extract<NetworkNode, { op: 'dense' | 'conv' }>,
    tensors: LiveTensors,
    count: number,
  ): Float32Array {
    const { network } = this;
    const weights = this.solver.solve(network, node, this.inputOf(node.input), tensors, count);
    this.weights.set(node.name, weights);
    const sums = evaluateNode(network, { ...node, weights }, tensors, count);
    const wanted = this.observation.means.get(node.output);
    if (!this.options.biasCorrection || !wanted) return sums;
    const means = new ChannelMeans(node.outputs);
    means.add(sums);
    const correction = means.finish().map((mean, channel) => wanted[channel] - mean);
    const next = onlyReader(network, this.readers, node.output);
    const bias = next && isBias(next) ? next.operand : undefined;
    const constant = (channel: number) => bias?.[bias.length === 1 ? 0 : channel] ?? 0;
    const corrected = Float32Array.from(correction, (shift, channel) => constant(channel) + shift);
    this.biases.set(node.name, corrected);
    if (next && isBias(next)) this.biasOf.set(next.output, corrected);
    else for (let k = 0; k < sums.length; k++) sums[k] += corrected[k % node.outputs];
    return sums;
  }
}
