/** Operators that only move elements: reshapes, transpositions, padding, joining, enlarging. */
import { foldConstants, resolveReshape, size, wrapAxis } from './constants.js';
import type { OnnxNode } from './decode.js';
import type { Handler, Inputs } from './handler.js';
import { declareImage, imageAxes, imageOf, nodeBase } from './image.js';
import {
  type Activation,
  activationOf,
  BadNode,
  constantOf,
  type ImportState,
  Unsupported,
} from './values.js';
import { channelsFirstView, isInOrder, reshapeView, transposeView, type View } from './view.js';

/** A new shape seen on the same elements; a node when the Network's tensor gets another shape with it. */
export function reshape(
  target: (x: Activation, node: OnnxNode, inputs: Inputs, state: ImportState) => readonly number[],
): Handler {
  return (state, node, inputs) => {
    const x = activationOf(inputs[0], 'the input');
    const dims = resolveReshape(x.dims, target(x, node, inputs, state));
    if (dims[0] !== 1 || x.dims[0] !== 1)
      throw new Unsupported(
        `a reshape that moves the batch axis: [${x.dims.join(', ')}] to [${dims.join(', ')}]`,
        'keep one sample for each index of the first axis',
      );
    const view = reshapeView(x.view, dims);
    if (!view)
      throw new Unsupported(
        `a reshape of a transposed tensor: [${x.dims.join(', ')}] to [${dims.join(', ')}]`,
      );
    const seen = { ...x, dims, view };
    const shape = naturalShape(dims, view);
    if (!shape || shape.join() === x.shape.join()) state.alias(node.outputs[0], seen);
    else state.reshape(node, seen, shape, node.outputs[0]);
  };
}

/** The shape in which the Network holds a tensor of the file; undefined while its elements lie in no useful order. */
function naturalShape(dims: readonly number[], view: View): readonly number[] | undefined {
  if (dims.length === 1) return undefined;
  if (dims.length === 2) return [dims[1]];
  const [, channels, ...positions] = dims;
  if (dims.length === 4 && isInOrder([view[0], view[2], view[3], view[1]])) return [...positions, channels];
  return isInOrder(view) ? dims.slice(1) : undefined;
}

export const toShape = reshape((_, node, inputs, { graph }) => {
  if ((node.attributes.get('allowzero')?.number ?? 0) !== 0) throw new Unsupported('allowzero');
  const [first, ...others] = constantOf(inputs[1], 'the shape').data;
  if (first === undefined) return [];
  // a model exported for a fixed batch names it, and is read for one sample
  return [first === graph.inputs[0]?.dims?.[0] ? 1 : first, ...others];
});

export const flatten = reshape((x, node) => {
  const axis = node.attributes.get('axis')?.number ?? 1;
  if (axis !== 1 && axis !== 1 - x.dims.length) throw new Unsupported(`axis ${axis}`);
  return [1, size(x.dims.slice(1))];
});

/** Squeeze and Unsqueeze: the shape that a constant would get. */
const likeConstant = reshape((x, node, inputs) => {
  const axes = inputs[1] ? [constantOf(inputs[1], 'the axes')] : [];
  return foldConstants(node, [{ dims: x.dims, data: new Float64Array(0), isFloat: true }, ...axes]).dims;
});

export const unsqueeze = likeConstant;

/** Without axes, all of length one go, but not the batch. */
export const squeeze: Handler = (state, node, inputs) => {
  if (inputs[1] || node.attributes.get('axes')) likeConstant(state, node, inputs);
  else reshape((x) => [1, ...x.dims.slice(1).filter((n) => n !== 1)])(state, node, inputs);
};

export const transpose: Handler = (state, node, inputs) => {
  const x = activationOf(inputs[0], 'the input');
  const rank = x.dims.length;
  const perm = node.attributes.get('perm')?.numbers ?? x.dims.map((_, axis) => rank - 1 - axis);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((p) => !(p >= 0 && p < rank)))
    throw new BadNode(`a perm of the ${rank} axes`, `[${perm.join(', ')}]`);
  if (perm[0] !== 0) throw new Unsupported(`a transposition that moves the batch axis: [${perm.join(', ')}]`);
  const dims = perm.map((axis) => x.dims[axis]);
  state.alias(node.outputs[0], { ...x, dims, view: transposeView(x.view, perm) });
};

export const pad: Handler = (state, node, inputs) => {
  const x = activationOf(inputs[0], 'the input');
  const rank = x.dims.length;
  const mode = node.attributes.get('mode')?.text || 'constant';
  const given = inputs[1]
    ? Array.from(constantOf(inputs[1], 'the pads').data)
    : (node.attributes.get('pads')?.numbers ?? []);
  const axes = inputs[3]
    ? Array.from(constantOf(inputs[3], 'the axes').data, (axis) => wrapAxis(axis, rank))
    : x.dims.map((_, axis) => axis);
  if (given.length !== 2 * axes.length || !given.every(Number.isInteger))
    throw new BadNode(`${2 * axes.length} whole numbers of padding`, `[${given.join(', ')}]`);
  const around = x.dims.map((_, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? [0, 0] : [given[at], given[at + axes.length]];
  });
  if (around.every(([before, after]) => before === 0 && after === 0)) {
    state.alias(node.outputs[0], x);
    return;
  }
  if (x.codes && !x.codes.scale)
    throw new Unsupported('padding of codes whose zero is not known', 'put the DequantizeLinear before it');
  if (mode !== 'constant') throw new Unsupported(`padding of mode '${mode}'`, 'pad with zeros');
  if (given.some((n) => n < 0)) throw new Unsupported(`negative padding, [${given.join(', ')}]`);
  if (given.some((n) => n >= 2 ** 24)) throw new BadNode('a possible padding', `[${given.join(', ')}]`);
  const value = inputs[2]
    ? constantOf(inputs[2], 'the value').data[0]
    : (node.attributes.get('value')?.number ?? 0);
  const zero = x.codes ? x.codes.zeroPoint : 0;
  if ((value ?? 0) !== zero)
    throw new Unsupported(
      `padding with ${value}`,
      x.codes ? `pad with the zero point, ${zero}` : 'pad with zeros',
    );
  const image = x.shape.length === 3 ? x : imageOf(state, node, x).activation;
  const { height, width } = paddedAxes(image);
  const other = around.findIndex(
    ([before, after], axis) => before + after > 0 && axis !== height && axis !== width,
  );
  if (other >= 0) throw new Unsupported(`padding of axis ${other} of [${x.dims.join(', ')}]`);
  const [top, bottom] = height === undefined ? [0, 0] : around[height];
  const [left, right] = width === undefined ? [0, 0] : around[width];
  const shape = [image.shape[0] + top + bottom, image.shape[1] + left + right, image.shape[2]];
  state.nodes.push({ op: 'pad', ...nodeBase(state, node, image), padding: { top, left, bottom, right } });
  const dims = x.dims.map((n, axis) => n + around[axis][0] + around[axis][1]);
  state.declare(node.outputs[0], shape, dims, paddedView(image, dims), x.codes);
};

/** Height and width among the file's axes. An image of one row or column is in the file's usual order. */
function paddedAxes(image: Activation): { height?: number; width?: number } {
  const [height, width] = isInOrder(image.view) && !isChannelsFirst(image) ? [1, 2] : [2, 3];
  if (image.dims.length === 3) return { width: height === 1 ? 1 : 2 };
  const found = imageAxes(image);
  if (image.dims.length !== 4) return found;
  return { height: found.height ?? height, width: found.width ?? width };
}

function isChannelsFirst({ dims, shape, view }: Activation): boolean {
  const [, channels, ...positions] = dims;
  const order = [view[0], ...view.slice(2), view[1]];
  return isInOrder(order) && channels === shape[2] && size(positions) === shape[0] * shape[1];
}

function paddedView(image: Activation, dims: readonly number[]): View {
  if (isChannelsFirst(image)) return channelsFirstView(dims);
  const view = reshapeView([[{ length: size(dims), stride: 1 }]], dims);
  if (!view || !isInOrder(image.view)) throw new Unsupported('padding of a tensor whose axes were mixed');
  return view;
}

export const concat: Handler = (state, node, inputs) => {
  const parts = inputs.map((value) => activationOf(value, 'each input'));
  if (parts.length === 0) throw new BadNode('one input or more', 'none');
  const rank = parts[0].dims.length;
  const axis = wrapAxis(node.attributes.get('axis')?.number ?? 1, rank);
  const odd = parts.find(
    ({ dims }) => dims.length !== rank || dims.some((n, each) => each !== axis && n !== parts[0].dims[each]),
  );
  if (odd)
    throw new BadNode(
      `inputs that fit [${parts[0].dims.join(', ')}] along axis ${axis}`,
      `[${odd.dims.join(', ')}]`,
    );
  const codes = (x: Activation) =>
    JSON.stringify(x.codes ? [Array.from(x.codes.scale ?? []), x.codes.zeroPoint] : 0);
  if (parts.some((each) => codes(each) !== codes(parts[0])))
    throw new Unsupported('codes of different scales', 'put a DequantizeLinear on each input');
  const vectors = rank === 2 && axis === 1;
  const first = rank > 2 && axis === 1 && parts.every(isChannelsFirstFile);
  if (!vectors && !first && !(axis === rank - 1 && rank > 2 && rank < 5))
    throw new Unsupported(`a concatenation along axis ${axis}`, 'join along the channels');
  const shaped = parts.map((each) => {
    if (vectors) return state.asVector(node, inOrder(each));
    return first ? imageOf(state, node, each).activation : state.asPlain(node, inOrder(each));
  });
  const [head, ...others] = shaped;
  const joined = shaped.reduce((sum, { shape }) => sum + shape[shape.length - 1], 0);
  state.nodes.push({
    op: 'concat',
    ...nodeBase(state, node, head),
    others: others.map((each) => each.tensor),
  });
  const shape = [...head.shape.slice(0, -1), joined];
  if (first) declareImage(state, node.outputs[0], parts[0], shape);
  else {
    const dims = parts[0].dims.map((n, each) => (each === axis ? joined : n));
    state.declare(node.outputs[0], shape, dims, undefined, parts[0].codes);
  }
};

function inOrder(x: Activation): Activation {
  if (!isInOrder(x.view))
    throw new Unsupported('a concatenation of transposed tensors', 'join before flattening');
  return x;
}

/** Whether [batch, channels, ...] of the file lies channels last in the Network. */
function isChannelsFirstFile({ view, dims }: Activation): boolean {
  return (dims.length === 3 || dims.length === 4) && isInOrder([view[0], ...view.slice(2), view[1]]);
}

/** Resize and Upsample by whole factors, where every output element is the input element it lies on. */
export const resize: Handler = (state, node, inputs) => {
  const x = activationOf(inputs[0], 'the input');
  const text = (name: string, missing: string) => node.attributes.get(name)?.text || missing;
  const upsample = node.op === 'Upsample' || inputs.length === 2;
  const mode = text('mode', 'nearest');
  if (mode !== 'nearest') throw new Unsupported(`mode '${mode}'`, "use mode 'nearest'");
  const constant = (index: number) =>
    inputs[index] && constantOf(inputs[index], 'the scales').data.length
      ? Array.from(constantOf(inputs[index], 'the scales').data)
      : undefined;
  const sizes = upsample ? undefined : constant(3);
  const scales =
    sizes?.map((n, axis) => n / x.dims[axis]) ??
    (upsample ? (constant(1) ?? node.attributes.get('scales')?.numbers) : constant(2));
  if (node.attributes.get('axes')) throw new Unsupported('axes');
  if (scales?.length !== x.dims.length)
    throw new BadNode(`${x.dims.length} scales or sizes`, `[${(scales ?? []).join(', ')}]`);
  const image = imageOf(state, node, x);
  const [batch, channels, ...factors] = scales;
  const [height, width] = factors.length === 1 ? [1, factors[0]] : factors;
  if (
    batch !== 1 ||
    channels !== 1 ||
    ![height, width].every((f) => Number.isInteger(f) && f >= 1 && f < 2 ** 12)
  )
    throw new Unsupported(`scales [${scales.join(', ')}]`, 'enlarge height and width by whole factors');
  const transformation = upsample
    ? 'asymmetric'
    : text('coordinate_transformation_mode', state.graph.opset < 11 ? 'asymmetric' : 'half_pixel');
  const rounding = upsample ? 'floor' : text('nearest_mode', 'round_prefer_floor');
  for (const [length, factor] of [
    [image.height, height],
    [image.width, width],
  ])
    if (!repeatsElements(length, factor, transformation, rounding))
      throw new Unsupported(
        `coordinates '${transformation}' with nearest_mode '${rounding}'`,
        "use 'asymmetric' with 'floor', or 'half_pixel' with 'round_prefer_floor'",
      );
  state.nodes.push({
    op: 'upsample',
    ...nodeBase(state, node, image.activation),
    factor: { height, width },
  });
  declareImage(state, node.outputs[0], x, [image.height * height, image.width * width, image.channels]);
};

const NEAREST: Readonly<Record<string, (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
};

/** Whether ONNX's formulas give input floor(y / factor) for every output y. Source: ONNX Resize. */
function repeatsElements(length: number, factor: number, transformation: string, rounding: string): boolean {
  const nearest = NEAREST[rounding];
  if (!nearest) return false;
  if (factor === 1) return true;
  const total = length * factor;
  for (let y = 0; y < total; y++) {
    let x: number;
    if (transformation === 'asymmetric') x = y / factor;
    else if (transformation === 'align_corners') x = (y * (length - 1)) / (total - 1);
    else if (/^(half_pixel|half_pixel_symmetric|pytorch_half_pixel)$/.test(transformation))
      x = (y + 0.5) / factor - 0.5;
    else return false;
    if (Math.min(Math.max(nearest(x), 0), length - 1) !== Math.floor(y / factor)) return false;
  }
  return true;
}

export const depthToSpace: Handler = (state, node, inputs) => {
  const x = activationOf(inputs[0], 'the input');
  const block = node.attributes.get('blocksize')?.number ?? 0;
  const mode = node.attributes.get('mode')?.text || 'DCR';
  if (x.dims.length !== 4) throw new BadNode('an input of 4 axes', `[${x.dims.join(', ')}]`);
  if (mode !== 'DCR' && mode !== 'CRD') throw new BadNode('mode DCR or CRD', `'${mode}'`);
  if (!(block >= 1)) throw new BadNode('a blocksize of 1 or more', String(block));
  const { activation, height, width, channels } = imageOf(state, node, x);
  if (channels % (block * block) !== 0)
    throw new BadNode(
      `channels divisible by ${block * block}, the blocksize squared`,
      `${channels} channels`,
    );
  state.nodes.push({ op: 'depth-to-space', ...nodeBase(state, node, activation), block, order: mode });
  declareImage(state, node.outputs[0], x, [height * block, width * block, channels / (block * block)]);
};

/** Nothing happens to the values. */
export const identity: Handler = (state: ImportState, node, inputs) =>
  state.alias(node.outputs[0], activationOf(inputs[0], 'the input'));
