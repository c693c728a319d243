/** Random small networks of phase 1, drawn with fast-check, and their evaluation as float32 software would do it. */

import fc, { type GeneratorValue } from 'fast-check';
import { quantizeValue } from '../../src/1-import/quantize-value.js';
import type {
  ElementwiseKind,
  ElementwiseNode,
  Network,
  NetworkNode,
  NetworkTensor,
  QuantizedWeights,
  Quantizer,
  RoundingMode,
} from '../../src/1-import/types.js';
import { quantized } from './quantized.js';

const { fround } = Math;
const source = { file: 'random', path: '' };

export interface RandomOptions {
  readonly scales: 'powers' | 'any'; // powers of two keep every float32 sum exact
  readonly layers: number; // at most
  readonly width: number; // of a layer, at most
  readonly endsInCodes?: boolean;
}

/** Draws one network after another from a fast-check generator. */
class Drawer {
  private readonly g: GeneratorValue;
  private readonly options: RandomOptions;
  readonly nodes: NetworkNode[] = [];
  readonly tensors = new Map<string, NetworkTensor>();

  constructor(g: GeneratorValue, options: RandomOptions) {
    this.g = g;
    this.options = options;
  }

  integer(min: number, max: number): number {
    return this.g(fc.integer, { min, max });
  }

  chance(): boolean {
    return this.g(fc.boolean);
  }

  one<T>(...items: T[]): T {
    return items[this.integer(0, items.length - 1)];
  }

  scale(): number {
    if (this.options.scales === 'powers') return 2 ** this.integer(-4, 1);
    return fround(this.integer(1, 4000) / this.integer(100, 999));
  }

  scales(channels: number, perChannel: boolean): Float32Array {
    return Float32Array.from({ length: perChannel ? channels : 1 }, () => this.scale());
  }

  quantizer(channels: number, perChannel: boolean): Quantizer {
    if (this.integer(0, 4) === 0)
      return {
        encoding: 'bipolar',
        bits: 1,
        signed: true,
        narrow: false,
        zeroPoint: 0,
        rounding: 'half-even',
        scale: this.scales(channels, perChannel),
      };
    const bits = this.integer(1, 4);
    const signed = bits > 1 && this.chance();
    const modes: RoundingMode[] = ['half-even', 'half-up', 'half-down', 'ceil', 'floor', 'up', 'down'];
    return {
      encoding: 'integer',
      bits,
      signed,
      narrow: bits > 1 && this.chance(),
      zeroPoint: this.chance() ? this.integer(-3, 3) : 0,
      rounding: this.one(...modes),
      scale: this.scales(channels, perChannel),
    };
  }

  weights(inputs: number, outputs: number): QuantizedWeights {
    const kind = this.one('bipolar', 'ternary', 'unsigned', 'signed', 'narrow');
    const bits = kind === 'bipolar' ? 1 : kind === 'ternary' ? 2 : this.integer(2, 4);
    const narrow = kind === 'ternary' || kind === 'narrow';
    const signed = kind !== 'unsigned';
    const low = signed ? -(2 ** (bits - 1)) + (narrow ? 1 : 0) : 0;
    const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
    const code = () => (kind === 'bipolar' ? this.one(-1, 1) : this.integer(low, high));
    return {
      codes: Int32Array.from({ length: inputs * outputs }, code),
      encoding: kind === 'bipolar' ? 'bipolar' : 'integer',
      bits,
      signed,
      narrow,
      scale: this.scales(outputs, this.chance()),
    };
  }

  constant(): number {
    const pick = this.integer(0, 5);
    if (pick === 0) return 0;
    if (this.options.scales === 'powers') return this.integer(-16, 16) / 8;
    return fround(this.integer(-4000, 4000) / this.integer(100, 999));
  }

  elementwise(input: string, output: string, channels: number): ElementwiseNode {
    const kind = this.one<ElementwiseKind>(
      'add',
      'subtract',
      'reverse-subtract',
      'multiply',
      'normalize',
      'normalize',
      'relu',
      'leaky-relu',
      'elu',
      'selu',
      'clip',
      'negate',
      'hard-sigmoid',
      'sigmoid',
      'tanh',
      'softplus',
      'softsign',
      'sign',
    );
    const constants = () =>
      Float32Array.from({ length: this.chance() ? channels : 1 }, () => this.constant());
    const node = { op: 'elementwise', name: output, source, input, output, kind } as const;
    if (kind === 'normalize') return { ...node, operand: constants(), multiplier: constants() };
    if (['add', 'subtract', 'reverse-subtract', 'multiply'].includes(kind))
      return { ...node, operand: constants() };
    if (kind === 'clip')
      return { ...node, minimum: -this.integer(0, 4) / 2, maximum: this.integer(0, 8) / 2 };
    if (kind === 'leaky-relu') return { ...node, attributes: { alpha: 0.125 } };
    if (kind === 'elu') return { ...node, attributes: { alpha: 0.75 } };
    if (kind === 'selu') return { ...node, attributes: { alpha: 1.5, gamma: 1.0625 } };
    if (kind === 'hard-sigmoid') return { ...node, attributes: { alpha: 0.25, beta: 0.5 } };
    return node;
  }

  network(): Network {
    let channels = this.integer(1, this.options.width);
    const input: NetworkTensor = { name: 'x', shape: [channels] };
    this.tensors.set('x', input);
    let current = 'x';
    const declare = (name: string) => {
      this.tensors.set(name, { name, shape: [channels] });
      current = name;
      return name;
    };
    const quantize = (perChannel: boolean) => {
      const from = current;
      const name = declare(`t${this.tensors.size}`);
      const quantizer = this.quantizer(channels, perChannel);
      this.nodes.push({ op: 'quantize', name, source, input: from, output: name, quantizer });
    };
    const tail = (most: number) => {
      for (let count = this.integer(0, most); count > 0; count--) {
        const from = current;
        const name = declare(`t${this.tensors.size}`);
        this.nodes.push(this.elementwise(from, name, channels));
      }
    };
    quantize(false);
    if (this.chance()) {
      tail(2); // a function of codes
      quantize(false);
    }
    const layers = this.integer(1, this.options.layers);
    for (let layer = 1; layer <= layers; layer++) {
      const inputs = channels;
      const from = current;
      channels = this.integer(1, this.options.width);
      const name = declare(`layer${layer}`);
      const weights = this.weights(inputs, channels);
      this.nodes.push({
        op: 'dense',
        name,
        source,
        input: from,
        output: name,
        inputs,
        outputs: channels,
        weights,
      });
      const last = layer === layers;
      if (last && !this.options.endsInCodes) break;
      tail(3);
      quantize(last && this.chance());
    }
    return {
      name: 'random',
      file: 'random',
      input,
      layout: 'NHWC',
      tensors: this.tensors,
      nodes: this.nodes,
      output: current,
    };
  }
}

export function drawNetwork(g: GeneratorValue, options: RandomOptions): Network {
  return new Drawer(g, options).network();
}

/** One elementwise operation in float32, written from its definition. */
function apply(node: ElementwiseNode, x: number, channel: number): number {
  const of = (constants: Float32Array | undefined) =>
    constants ? constants[constants.length === 1 ? 0 : channel] : Number.NaN;
  const c = of(node.operand);
  const { alpha = Number.NaN, beta = Number.NaN, gamma = Number.NaN } = node.attributes ?? {};
  const { minimum = Number.NaN, maximum = Number.NaN } = node;
  const operations: Record<ElementwiseKind, () => number> = {
    add: () => x + c,
    subtract: () => x - c,
    'reverse-subtract': () => c - x,
    multiply: () => x * c,
    divide: () => x / c,
    normalize: () => fround(x * of(node.multiplier)) + c,
    relu: () => Math.max(0, x),
    'leaky-relu': () => (x < 0 ? x * alpha : x),
    elu: () => (x < 0 ? alpha * Math.expm1(x) : x),
    selu: () => gamma * (x < 0 ? alpha * Math.expm1(x) : x),
    clip: () => Math.min(Math.max(x, minimum), maximum),
    sigmoid: () => 1 / (1 + Math.exp(-x)),
    'hard-sigmoid': () => Math.max(0, Math.min(1, fround(x * alpha) + beta)),
    tanh: () => Math.tanh(x),
    softplus: () => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))),
    softsign: () => x / (1 + Math.abs(x)),
    sign: () => (x > 0 ? 1 : x < 0 ? -1 : 0),
    negate: () => -x,
  };
  return fround(operations[node.kind]());
}

/** Real values of one tensor; after a quantizer also its codes. */
export interface FloatTensor {
  readonly reals: number[];
  readonly codes?: number[];
}

/**
 * Evaluate one sample with float32 arithmetic on real values.
 *
 * @param exactSums dot products as the exact real sum rounded once, of codes times the product of the scales; otherwise
 *   float32 products added one by one in order, as software does (the same when all scales are powers of two)
 */
export function evaluateFloat(
  network: Network,
  x: readonly number[],
  exactSums: boolean,
): Map<string, FloatTensor> {
  const tensors = new Map<string, FloatTensor>([[network.input.name, { reals: x.map(fround) }]]);
  const quantizers = new Map<string, Quantizer>();
  for (const node of network.nodes) {
    const from = tensors.get(node.input);
    if (!from) throw new Error(`no tensor ${node.input}`);
    const { reals } = from;
    if (node.op === 'quantize') {
      const { quantizer } = node;
      const scaleOf = (c: number) => quantizer.scale[quantizer.scale.length === 1 ? 0 : c];
      const codes = reals.map((value, c) => quantizeValue(quantizer, value, c));
      const back = codes.map((code, c) => fround((code - quantizer.zeroPoint) * scaleOf(c)));
      tensors.set(node.output, { reals: back, codes });
      quantizers.set(node.output, quantizer);
    } else if (node.op === 'elementwise') {
      tensors.set(node.output, { reals: reals.map((value, c) => apply(node, value, c)) });
    } else if (node.op === 'dense') {
      const { codes, scale } = quantized(node.weights);
      const quantizer = quantizers.get(node.input);
      const outputs = Array.from({ length: node.outputs }, (_, o) => {
        const weightScale = scale[scale.length === 1 ? 0 : o];
        let sum = 0;
        for (let i = 0; i < node.inputs; i++) {
          const w = codes[o * node.inputs + i];
          if (exactSums) sum += w * ((from.codes?.[i] ?? Number.NaN) - (quantizer?.zeroPoint ?? 0));
          else sum = fround(sum + fround(fround(w * weightScale) * reals[i]));
        }
        return exactSums ? fround(sum * ((quantizer?.scale[0] ?? Number.NaN) * weightScale)) : sum;
      });
      tensors.set(node.output, { reals: outputs });
    }
  }
  return tensors;
}

/** Real inputs that reach every code of a small network's first quantizer, and values between and beyond them. */
export function drawInputs(g: GeneratorValue, network: Network, count: number): number[][] {
  const first = network.nodes[0];
  if (first.op !== 'quantize') throw new Error('the network does not begin with a quantizer');
  const [step] = first.quantizer.scale;
  const width = network.input.shape[0];
  return Array.from({ length: count }, () =>
    Array.from({ length: width }, () => fround((g(fc.integer, { min: -40, max: 40 }) / 2) * step)),
  );
}
