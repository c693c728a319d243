/** Tensors of the file as images of the Network: [height, width, channels], whatever the file's order of axes. */
import type { NetworkNode, Size, Window } from '../types.js';
import { NO_PADDING, paddedSize, samePadding, windowExtent, windowPositions } from '../window.js';
import { size } from './constants.js';
import type { OnnxNode } from './decode.js';
import { type Activation, BadNode, type ImportState, orderText, Unsupported } from './values.js';
import { channelsFirstView, elementOrder, isInOrder, sameView, type View } from './view.js';

/** An activation whose tensor has three axes, and which axes of the file they are. */
export interface Image {
  readonly activation: Activation;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * A tensor [batch, channels, (height,) width] of the file as an image; rows of one dimension have height 1.
 *
 * @throws Unsupported when it has other axes, or its elements lie in an order that is not channels last
 */
export function imageOf(state: ImportState, node: OnnxNode, x: Activation): Image {
  const { dims } = x;
  if (dims.length !== 3 && dims.length !== 4)
    throw new Unsupported(
      `an input of shape [${dims.join(', ')}]`,
      'only [batch, channels, height, width] and [batch, channels, length] are images here',
    );
  const [, channels, ...positions] = dims;
  const [height, width] = positions.length === 1 ? [1, positions[0]] : positions;
  const shape = [height, width, channels];
  const output = `${node.outputs[0]}:image`;
  if (!isInOrder(lastAxes(x.view))) {
    const shuffled = depthToSpaceOf(state, node, x, shape);
    if (!shuffled) throw new Unsupported(orderText(x));
    return { activation: shuffled, height, width, channels };
  }
  const activation = shape.join() === x.shape.join() ? x : state.reshape(node, x, shape, output);
  return { activation, height, width, channels };
}

/** The view with the axes of channels moved to the end. */
function lastAxes([batch, channels, ...positions]: View): View {
  return [batch, ...positions, channels];
}

/** The reshapes and transpositions that stand for a DepthToSpace, as one node. */
function depthToSpaceOf(
  state: ImportState,
  node: OnnxNode,
  x: Activation,
  [height, width, channels]: readonly number[],
): Activation | undefined {
  const block = x.shape.length === 3 ? height / x.shape[0] : 1;
  if (!(block > 1) || !Number.isInteger(block) || width !== block * x.shape[1]) return undefined;
  for (const order of ['DCR', 'CRD'] as const) {
    if (!sameView(x.view, depthToSpaceView(x.shape, block, order))) continue;
    const output = state.unusedTensor(`${node.outputs[0]}:image`);
    const name = state.unusedName(`${node.name}:depth-to-space`);
    const base = { name, source: state.source(node), input: x.tensor, output };
    state.nodes.push({ op: 'depth-to-space', ...base, block, order });
    return state.declare(output, [height, width, channels], x.dims, channelsFirstView(x.dims), x.codes);
  }
  return undefined;
}

/** Where the elements of [1, C, b*H, b*W] lie in an image [H, W, b*b*C]. */
function depthToSpaceView(
  [height, width, depth]: readonly number[],
  block: number,
  order: 'DCR' | 'CRD',
): View {
  const channels = depth / (block * block);
  const [c, by, bx] = order === 'DCR' ? [1, block * channels, channels] : [block * block, block, 1];
  return [
    [],
    [{ length: channels, stride: c }],
    [
      { length: height, stride: width * depth },
      { length: block, stride: by },
    ],
    [
      { length: width, stride: depth },
      { length: block, stride: bx },
    ],
  ];
}

/** Declare the output of a node as an image of the file's rank. */
export function declareImage(
  state: ImportState,
  name: string,
  like: Activation,
  [height, width, channels]: readonly number[],
): Activation {
  const rank = like.dims.length;
  if (rank === 3 && height !== 1) throw new Unsupported('a window of two axes on rows of one');
  const dims = rank === 3 ? [1, channels, width] : [1, channels, height, width];
  return state.declare(name, [height, width, channels], dims, channelsFirstView(dims), like.codes);
}

/**
 * The window of a convolution or pool.
 *
 * @param taps sizes of the kernel along the file's axes of positions
 * @throws BadNode for attributes of the wrong length or value, or a kernel that is larger than the padded image
 */
export function readWindow(
  node: OnnxNode,
  { activation, height, width }: Image,
  taps: readonly number[],
): Window {
  const rank = activation.dims.length - 2;
  const pair = (values: readonly number[]): Size =>
    rank === 1 ? { height: 1, width: values[0] } : { height: values[0], width: values[1] };
  const attribute = (name: string): Size => {
    const values = node.attributes.get(name)?.numbers ?? [];
    return pair(values.length ? positive(name, values, rank) : new Array<number>(rank).fill(1));
  };
  const kernel = pair(positive('kernel_shape', taps, rank));
  const [stride, dilation] = [attribute('strides'), attribute('dilations')];
  const open = { kernel, stride, dilation };
  const image = { height, width };
  const window: Window = { ...open, padding: readPadding(node, open, image, rank) };
  const ceil = (node.attributes.get('ceil_mode')?.number ?? 0) !== 0;
  const result = ceil ? roundedUp(window, image) : window;
  const positions = windowPositions(image, result);
  if (positions.height < 1 || positions.width < 1) {
    const [extent, padded] = [windowExtent(result), paddedSize(image, result.padding)];
    throw new BadNode(
      `a kernel of at most ${padded.height} x ${padded.width}, the padded image`,
      `${extent.height} x ${extent.width}`,
    );
  }
  return result;
}

function positive(name: string, values: readonly number[], rank: number): readonly number[] {
  if (values.length !== rank || !values.every((n) => Number.isInteger(n) && n > 0 && n < 2 ** 24))
    throw new BadNode(
      `${rank === 1 ? 'one positive number' : `${rank} positive numbers`} in ${name}`,
      `[${values.join(', ')}]`,
    );
  return values;
}

function readPadding(
  node: OnnxNode,
  open: Omit<Window, 'padding'>,
  image: Size,
  rank: number,
): Window['padding'] {
  const auto = node.attributes.get('auto_pad')?.text || 'NOTSET';
  if (auto === 'VALID') return NO_PADDING;
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') return samePadding(image, open, auto === 'SAME_LOWER');
  if (auto !== 'NOTSET')
    throw new BadNode('an auto_pad of NOTSET, VALID, SAME_UPPER or SAME_LOWER', `'${auto}'`);
  const pads = node.attributes.get('pads')?.numbers ?? [];
  if (pads.length === 0) return NO_PADDING;
  if (pads.length !== 2 * rank || !pads.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 24))
    throw new BadNode(`${2 * rank} numbers of zero or more in pads`, `[${pads.join(', ')}]`);
  if (rank === 1) return { top: 0, left: pads[0], bottom: 0, right: pads[1] };
  return { top: pads[0], left: pads[1], bottom: pads[2], right: pads[3] };
}

/** ceil_mode as padding after the image: one more position where a window would begin on the image or before it. */
function roundedUp(window: Window, image: Size): Window {
  const extent = windowExtent(window);
  const more = (axis: 'height' | 'width', before: number, after: number) => {
    const stride = window.stride[axis];
    let positions = Math.ceil((image[axis] + before + after - extent[axis]) / stride) + 1;
    if ((positions - 1) * stride >= image[axis] + before) positions--;
    return Math.max(after, (positions - 1) * stride + extent[axis] - image[axis] - before);
  };
  const { top, left, bottom, right } = window.padding;
  return {
    ...window,
    padding: { top, left, bottom: more('height', top, bottom), right: more('width', left, right) },
  };
}

/** Which axis of the file is the height, the width and the channels of an image tensor, none where that is of length 1. */
export interface ImageAxes {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: number;
}

/** @throws Unsupported when the tensor is no image, or its axes were mixed */
export function imageAxes({ shape, view, dims }: Activation): ImageAxes {
  if (shape.length !== 3) throw new Unsupported(`a tensor of shape [${dims.join(', ')}], which is no image`);
  const [height, width, channels] = shape;
  const find = (length: number, stride: number) => {
    if (length === 1) return undefined;
    const axis = view.findIndex(
      (runs) => runs.length === 1 && runs[0].length === length && runs[0].stride === stride,
    );
    if (axis < 0) throw new Unsupported(`axes of a [${dims.join(', ')}] tensor that were merged or split`);
    return axis;
  };
  return {
    height: find(height, width * channels),
    width: find(width, channels),
    channels: find(channels, 1),
  };
}

/** [elements]: place in the Network's tensor of each element of the file's; for constants that must follow it. */
export function orderOf(x: Activation): Int32Array {
  if (size(x.dims) > 2 ** 24) throw new Unsupported(`${size(x.dims)} elements`);
  return elementOrder(x.view);
}

/** A node's common fields. */
export function nodeBase(
  state: ImportState,
  node: OnnxNode,
  x: Activation,
): Pick<NetworkNode, 'name' | 'source' | 'input' | 'output'> {
  return { name: node.name, source: state.source(node), input: x.tensor, output: node.outputs[0] };
}
