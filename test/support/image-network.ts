/** Networks of images made by hand: a chain of nodes, each naming what differs from the one before. */
import type { Network, NetworkNode, NetworkTensor, Quantizer, Window } from '../../src/1-import/types.js';

type Shape = readonly number[];
type Given = NetworkNode extends infer Node
  ? Node extends NetworkNode
    ? Omit<Node, 'name' | 'source' | 'input' | 'output'> & { readonly name?: string; readonly input?: string }
    : never
  : never;

/** A node and the shape of its result. */
export type Link = readonly [node: Given, shape: Shape];

export function quantizer(bits: number, rest: Partial<Quantizer> = {}): Quantizer {
  return {
    encoding: 'integer',
    bits,
    signed: true,
    narrow: false,
    scale: Float32Array.of(1),
    zeroPoint: 0,
    rounding: 'half-even',
    ...rest,
  };
}

export function quantize(bits: number, shape: Shape, rest: Partial<Quantizer> = {}): Link {
  return [{ op: 'quantize', quantizer: quantizer(bits, rest) }, shape];
}

export function window(kernel: number, padding = 0, stride = 1): Window {
  const square = (n: number) => ({ height: n, width: n });
  return {
    kernel: square(kernel),
    stride: square(stride),
    dilation: square(1),
    padding: { top: padding, left: padding, bottom: padding, right: padding },
  };
}

/** A convolution with the given codes, row by row. */
export function conv(
  codes: readonly number[],
  outputs: number,
  taps: Window,
  shape: Shape,
  groups = 1,
): Link {
  const weights = {
    codes: Int32Array.from(codes),
    encoding: 'integer',
    bits: 4,
    signed: true,
    narrow: false,
    scale: Float32Array.of(1),
  } as const;
  return [{ op: 'conv', window: taps, groups, outputs, weights }, shape];
}

/** Nodes are named n0, n1, ... and make the tensors t0, t1, ...; the input is x. */
export function imageNetwork(shape: Shape, links: readonly Link[], rest: Partial<Network> = {}): Network {
  const tensors = new Map<string, NetworkTensor>([['x', { name: 'x', shape }]]);
  const nodes = links.map(([given, after], k): NetworkNode => {
    const output = `t${k}`;
    tensors.set(output, { name: output, shape: after });
    const source = { file: 'hand', path: `n${k}` };
    return { name: `n${k}`, input: k === 0 ? 'x' : `t${k - 1}`, ...given, source, output } as NetworkNode;
  });
  return {
    name: 'hand',
    file: 'hand',
    layout: 'NHWC',
    input: { name: 'x', shape },
    tensors,
    nodes,
    output: `t${links.length - 1}`,
    ...rest,
  };
}
