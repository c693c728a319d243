/** Random convolutional networks with branches whose float32 evaluation is exact: scales are powers of two. */
import type fc from 'fast-check';
import * as arbitrary from 'fast-check';
import type {
  ElementwiseNode,
  Network,
  NetworkNode,
  NetworkTensor,
  Quantizer,
  Window,
} from '../../src/1-import/types.js';
import { inputsOf } from '../../src/1-import/types.js';
import { windowPositions } from '../../src/1-import/window.js';

type Draw = fc.GeneratorValue;
const source = { file: 'random', path: '' };

interface Image {
  readonly name: string;
  readonly shape: readonly [number, number, number];
  readonly coded: boolean;
}

class Drawing {
  readonly nodes: NetworkNode[] = [];
  readonly tensors = new Map<string, NetworkTensor>();
  private readonly g: Draw;

  constructor(g: Draw) {
    this.g = g;
  }

  int(min: number, max: number): number {
    return this.g(arbitrary.integer, { min, max });
  }

  flip(): boolean {
    return this.g(arbitrary.boolean);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.int(0, values.length - 1)];
  }

  power(least: number, most: number): number {
    return 2 ** this.int(least, most);
  }

  tensor(shape: Image['shape'], coded: boolean): Image {
    const name = `t${this.tensors.size}`;
    this.tensors.set(name, { name, shape });
    return { name, shape, coded };
  }

  base(input: Image, output: Image) {
    return { name: `n${this.nodes.length}`, source, input: input.name, output: output.name };
  }

  quantizer(): Quantizer {
    const signed = this.flip();
    const bits = this.int(2, 4);
    const zeroPoint = this.flip() ? 0 : signed ? this.int(-2, 1) : this.int(0, 3);
    const scale = Float32Array.of(this.power(-2, 1));
    const rounding = this.pick(['half-even', 'floor', 'half-up'] as const);
    return { encoding: 'integer', bits, signed, narrow: this.flip(), scale, zeroPoint, rounding };
  }

  quantize(x: Image): Image {
    const y = this.tensor(x.shape, true);
    this.nodes.push({ ...this.base(x, y), op: 'quantize', quantizer: this.quantizer() });
    return y;
  }

  elementwise(x: Image, rest: Pick<ElementwiseNode, 'kind' | 'operand' | 'multiplier'>): Image {
    const y = this.tensor(x.shape, false);
    this.nodes.push({ ...this.base(x, y), op: 'elementwise', ...rest });
    return y;
  }

  /** Some operations as they stand between a layer and its quantizer. */
  tail(x: Image, falling: boolean): Image {
    let y = x;
    const constants = (make: () => number) =>
      Float32Array.from({ length: this.flip() ? 1 : x.shape[2] }, make);
    if (this.flip()) {
      const multiplier = constants(() => (falling && this.flip() ? -1 : 1) * this.power(-3, 0));
      const operand = constants(() => this.int(-6, 6) / 4);
      y = this.elementwise(y, { kind: 'normalize', multiplier, operand });
    }
    if (this.flip()) y = this.elementwise(y, { kind: 'relu' });
    return y;
  }

  window([height, width]: Image['shape'], padded: boolean): Window | undefined {
    const size = (most: number) => ({ height: this.int(1, most), width: this.int(1, most) });
    const side = () => (padded ? this.int(0, 1) : 0);
    const window = {
      kernel: size(3),
      stride: size(2),
      dilation: size(2),
      padding: { top: side(), left: side(), bottom: side(), right: side() },
    };
    const positions = windowPositions({ height, width }, window);
    return positions.height > 0 && positions.width > 0 ? window : undefined;
  }

  after([height, width]: Image['shape'], window: Window, channels: number): Image['shape'] {
    const positions = windowPositions({ height, width }, window);
    return [positions.height, positions.width, channels];
  }
}

type Step = (d: Drawing, x: Image, known: readonly Image[]) => Image | undefined;

const conv: Step = (d, x) => {
  const window = d.window(x.shape, true);
  if (!window) return undefined;
  const channels = x.shape[2];
  const groups = d.pick([1, channels, channels % 2 === 0 ? 2 : 1]);
  const outputs = groups * d.int(1, 2);
  const y = d.tensor(d.after(x.shape, window, outputs), false);
  const count = (outputs * window.kernel.height * window.kernel.width * channels) / groups;
  const codes = Int32Array.from({ length: count }, () => d.int(-3, 3));
  const scale = Float32Array.from({ length: d.flip() ? 1 : outputs }, () => d.power(-3, -1));
  const weights = { codes, encoding: 'integer', bits: 3, signed: true, narrow: true, scale } as const;
  d.nodes.push({ ...d.base(x, y), op: 'conv', window, groups, outputs, weights });
  const tailed = d.tail(y, true);
  const moved = d.flip() ? (d.pick([maximum, upsample, pad])(d, tailed, []) ?? tailed) : tailed;
  return d.quantize(moved);
};

const maximum: Step = (d, x) => {
  const window = d.window(x.shape, false);
  if (!window) return undefined;
  const y = d.tensor(d.after(x.shape, window, x.shape[2]), x.coded);
  d.nodes.push({ ...d.base(x, y), op: 'pool', kind: 'maximum', window, countPadding: false });
  return y;
};

const average: Step = (d, x) => {
  const countPadding = d.flip();
  const window = d.window(x.shape, countPadding);
  if (!window) return undefined;
  const y = d.tensor(d.after(x.shape, window, x.shape[2]), false);
  d.nodes.push({ ...d.base(x, y), op: 'pool', kind: 'average', window, countPadding });
  return d.quantize(d.tail(y, false));
};

const pad: Step = (d, x) => {
  const padding = { top: d.int(0, 1), left: d.int(0, 1), bottom: d.int(0, 1), right: d.int(0, 1) };
  const [height, width, channels] = x.shape;
  const { top, left, bottom, right } = padding;
  const y = d.tensor([height + top + bottom, width + left + right, channels], x.coded);
  d.nodes.push({ ...d.base(x, y), op: 'pad', padding });
  return y;
};

const upsample: Step = (d, x) => {
  const factor = { height: d.int(1, 2), width: d.int(1, 2) };
  const [height, width, channels] = x.shape;
  const y = d.tensor([height * factor.height, width * factor.width, channels], x.coded);
  d.nodes.push({ ...d.base(x, y), op: 'upsample', factor });
  return y;
};

const depthToSpace: Step = (d, x) => {
  const [height, width, channels] = x.shape;
  if (channels % 4 !== 0) return undefined;
  const y = d.tensor([height * 2, width * 2, channels / 4], x.coded);
  d.nodes.push({ ...d.base(x, y), op: 'depth-to-space', block: 2, order: d.pick(['DCR', 'CRD']) });
  return y;
};

const add: Step = (d, x, known) => {
  const others = known.filter(({ shape }) => shape.join() === x.shape.join());
  if (others.length === 0) return undefined;
  const y = d.tensor(x.shape, false);
  d.nodes.push({ ...d.base(x, y), op: 'add', other: d.pick(others).name });
  return d.quantize(d.tail(y, false));
};

const concat: Step = (d, x, known) => {
  const others = known.filter(({ shape: [h, w] }) => h === x.shape[0] && w === x.shape[1]);
  if (others.length === 0) return undefined;
  const other = d.pick(others);
  const [height, width, channels] = x.shape;
  const y = d.tensor([height, width, channels + other.shape[2]], false);
  d.nodes.push({ ...d.base(x, y), op: 'concat', others: [other.name] });
  return d.quantize(d.tail(y, false));
};

const STEPS: readonly Step[] = [conv, conv, maximum, average, pad, upsample, depthToSpace, add, add, concat];

/** A network of images; the last tensor holds codes. It has one convolution or more. */
export function drawImages(g: Draw, steps: number): Network {
  const d = new Drawing(g);
  const input = d.tensor([d.int(2, 5), d.int(2, 5), d.pick([1, 2, 4])], false);
  const known = [d.quantize(input)];
  known.push(conv(d, known[0], []) ?? known[0]);
  for (let k = 0; k < steps; k++) {
    const x = d.pick(known);
    const elements = x.shape[0] * x.shape[1] * x.shape[2];
    const y = elements > 400 ? undefined : d.pick(STEPS)(d, x, known);
    if (y) known.push(y);
  }
  const output = known[known.length - 1];
  return {
    name: 'random',
    file: 'random',
    layout: 'NHWC',
    input: { name: input.name, shape: input.shape },
    tensors: d.tensors,
    nodes: d.nodes,
    output: output.name,
  };
}

/** The network without the nodes that nothing leads from to the output; hardware would wait for readers of their tensors. */
export function withoutDeadEnds(network: Network): Network {
  const needed = new Set([network.output]);
  for (const node of network.nodes.toReversed())
    if (needed.has(node.output)) for (const input of inputsOf(node)) needed.add(input);
  return { ...network, nodes: network.nodes.filter(({ output }) => needed.has(output)) };
}
