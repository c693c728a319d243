/** Pooling operators and means over an image. */
import type { PoolNode } from '../types.js';
import { NO_PADDING, windowPositions } from '../window.js';
import { wrapAxis } from './constants.js';
import type { OnnxNode } from './decode.js';
import type { Handler } from './handler.js';
import { declareImage, type Image, imageAxes, imageOf, nodeBase, readWindow } from './image.js';
import { activationOf, BadNode, constantOf, type ImportState, Unsupported } from './values.js';
import { reshapeView } from './view.js';

const UNIT = { height: 1, width: 1 };

export function pool(kind: PoolNode['kind']): Handler {
  return (state, node, inputs) => {
    const x = activationOf(inputs[0], 'the input');
    if (node.outputs[1]) throw new Unsupported('the indices of the maxima');
    const image = imageOf(state, node, x);
    const window = readWindow(node, image, node.attributes.get('kernel_shape')?.numbers ?? []);
    const { padding, kernel, dilation } = window;
    const countPadding = (node.attributes.get('count_include_pad')?.number ?? 0) !== 0;
    if (
      Math.max(padding.top, padding.bottom) > (kernel.height - 1) * dilation.height ||
      Math.max(padding.left, padding.right) > (kernel.width - 1) * dilation.width
    )
      throw new BadNode('less padding than the kernel spans', `[${Object.values(padding).join(', ')}]`);
    if (countPadding && (node.attributes.get('ceil_mode')?.number ?? 0) !== 0)
      throw new Unsupported('ceil_mode together with count_include_pad');
    push(state, node, image, { kind, window, countPadding });
    const positions = windowPositions(image, window);
    declareImage(state, node.outputs[0], x, [positions.height, positions.width, image.channels]);
  };
}

export function globalPool(kind: PoolNode['kind']): Handler {
  return (state, node, inputs) => {
    const x = activationOf(inputs[0], 'the input');
    const image = imageOf(state, node, x);
    const { height, width, channels } = image;
    push(state, node, image, { kind, window: whole(height, width), countPadding: false });
    declareImage(state, node.outputs[0], x, [1, 1, channels]);
  };
}

function whole(height: number, width: number): PoolNode['window'] {
  return { kernel: { height, width }, stride: UNIT, dilation: UNIT, padding: NO_PADDING };
}

function push(
  state: ImportState,
  node: OnnxNode,
  { activation }: Image,
  rest: Pick<PoolNode, 'kind' | 'window' | 'countPadding'>,
): void {
  state.nodes.push({ op: 'pool', ...nodeBase(state, node, activation), ...rest });
}

/** ReduceMean and ReduceMax over height, width or both: a pool whose kernel is as large as the image. */
export function reduce(kind: PoolNode['kind']): Handler {
  return (state, node, inputs) => {
    const x = activationOf(inputs[0], 'the input');
    const rank = x.dims.length;
    const given = inputs[1]
      ? Array.from(constantOf(inputs[1], 'the axes').data)
      : (node.attributes.get('axes')?.numbers ?? []);
    const axes = new Set(given.map((axis) => wrapAxis(axis, rank)).filter((axis) => x.dims[axis] !== 1));
    if (given.length === 0) throw new Unsupported('a reduction over all axes');
    const image = x.dims.length === 3 || x.dims.length === 4 ? asImage(state, node, x) : x;
    const { height, width, channels } = imageAxes(image);
    for (const axis of axes)
      if (axis !== height && axis !== width)
        throw new Unsupported(
          `a reduction over axis ${axis} of [${x.dims.join(', ')}]`,
          channels === axis ? 'reduce height and width, not the channels' : undefined,
        );
    const reduced = (axis: number | undefined, length: number) =>
      axis !== undefined && axes.has(axis) ? length : 1;
    const kernel = { height: reduced(height, image.shape[0]), width: reduced(width, image.shape[1]) };
    const window = whole(kernel.height, kernel.width);
    const output = node.outputs[0];
    const rows = [image.shape[0] / kernel.height, image.shape[1] / kernel.width];
    const shape = [...rows, image.shape[2]];
    const rowStride = shape[1] * shape[2];
    const view = image.view.map((runs, axis) => {
      if (axes.has(axis)) return [];
      return axis === height && axis !== width ? runs.map((run) => ({ ...run, stride: rowStride })) : runs;
    });
    const all = new Set(given.map((axis) => wrapAxis(axis, rank)));
    const keep = (node.attributes.get('keepdims')?.number ?? 1) !== 0;
    const dims = x.dims.map((n, axis) => (axes.has(axis) ? 1 : n));
    const left = keep ? dims : dims.filter((_, axis) => !all.has(axis));
    const leftView = keep ? view : view.filter((_, axis) => !all.has(axis));
    const flat = left.length === 2 ? `${output}:image` : output;
    state.nodes.push({
      op: 'pool',
      ...nodeBase(state, node, image),
      output: flat,
      kind,
      window,
      countPadding: false,
    });
    const result = state.declare(flat, shape, left, reshapeView(leftView, left) ?? leftView, x.codes);
    if (flat !== output) state.reshape(node, result, [left[1]], output);
  };
}

/** The tensor in three axes, when it is an image in the file's or in the Network's order. */
function asImage(state: ImportState, node: OnnxNode, x: ReturnType<typeof activationOf>) {
  return x.shape.length === 3 ? x : imageOf(state, node, x).activation;
}
