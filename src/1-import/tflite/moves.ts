/** Operators that move values and compute nothing: RESHAPE and its like, PAD, CONCATENATION, enlarging. */
import { readIntegers } from './data.js';
import type { TfliteOperator } from './decode.js';
import { optionsOf } from './options.js';
import { checkSameQuantizer, fusedActivation, isQuantized } from './quantization.js';
import { OPTIONS } from './schema.js';
import {
  type Activation,
  BadOperator,
  checkType,
  elements,
  type ImportState,
  imageShape,
  nodeName,
  sampleShape,
  Unsupported,
} from './values.js';

const { fround } = Math;

/** RESHAPE, SQUEEZE, EXPAND_DIMS: the file says the result's shape. */
export function reshape(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const output = state.output(operator);
  const shape = sampleShape(output);
  if (elements(shape) !== elements(x.shape))
    throw new BadOperator(`a shape of ${elements(x.shape)} elements`, `[${output.shape.join(', ')}]`);
  checkMoved(x, state, operator);
  const base = { name: nodeName(operator), source: state.source(operator), input: x.name };
  const same = shape.join() === x.shape.join();
  const name = same ? x.name : state.add({ op: 'reshape', ...base, output: base.name }, shape);
  state.finish(operator, name, shape);
}

export function pad(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const [height, width, channels] = imageShape(x);
  const amounts = state.constant(operator, 1);
  if (!amounts) throw new BadOperator('amounts of padding', 'none');
  if (amounts.shape.join() !== '4,2')
    throw new BadOperator('amounts of shape [4, 2]', `[${amounts.shape.join(', ')}]`);
  const [before, after, top, bottom, left, right, front, back] = readIntegers(amounts);
  if (before || after || front || back)
    throw new Unsupported('padding of height and width', 'padding of the batch or of the channels');
  const padding = { top, left, bottom, right };
  if (Object.values(padding).some((n) => !(n >= 0 && n < 2 ** 16)))
    throw new BadOperator('amounts of zero or more', [top, bottom, left, right].join(', '));
  checkMoved(x, state, operator);
  const shape = [height + top + bottom, width + left + right, channels];
  const output = nodeName(operator);
  const base = { name: output, source: state.source(operator), input: x.name, output };
  state.add({ op: 'pad', ...base, padding }, shape);
  state.finish(operator, output, shape);
}

export function concatenation(state: ImportState, operator: TfliteOperator): void {
  const fields = OPTIONS.concatenation;
  const { table } = optionsOf(operator, fields);
  const parts = operator.inputs.map((_, k) => state.activation(operator, k));
  if (parts.length === 0) throw new BadOperator('one input or more', 'none');
  const [first, ...others] = parts;
  const rank = first.shape.length + 1;
  const given = table?.int32(fields.axis) ?? 0;
  const axis = given < 0 ? given + rank : given;
  if (axis !== rank - 1) throw new Unsupported(`the channels as axis, ${rank - 1} or -1`, `axis ${given}`);
  if (fusedActivation(table?.int8(fields.activation) ?? 0) !== 'NONE')
    throw new Unsupported('no fused activation', 'one');
  const place = (each: Activation) => each.shape.slice(0, -1).join();
  for (const part of parts) {
    if (part.shape.length !== first.shape.length || place(part) !== place(first))
      throw new BadOperator(
        `tensors of shape [1, ${[...first.shape.slice(0, -1), 'channels'].join(', ')}]`,
        `[${part.tensor.shape.join(', ')}]`,
      );
    checkMoved(part, state, operator);
  }
  const channels = parts.reduce((sum, part) => sum + part.shape[rank - 2], 0);
  const shape = [...first.shape.slice(0, -1), channels];
  const output = nodeName(operator);
  const base = { name: output, source: state.source(operator), input: first.name, output };
  state.add({ op: 'concat', ...base, others: others.map((part) => part.name) }, shape);
  state.finish(operator, output, shape);
}

/** Where every element of the result is the element that it lies on. */
export function resizeNearest(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const [height, width, channels] = imageShape(x);
  const { table } = optionsOf(operator, OPTIONS.resizeNearest);
  const alignCorners = (table?.int8(OPTIONS.resizeNearest.alignCorners) ?? 0) !== 0;
  const halfPixelCenters = (table?.int8(OPTIONS.resizeNearest.halfPixelCenters) ?? 0) !== 0;
  const output = state.output(operator);
  const shape = sampleShape(output);
  const factor = { height: shape[0] / height, width: shape[1] / width };
  if (!Object.values(factor).every((each) => Number.isInteger(each) && each >= 1 && each < 2 ** 12))
    throw new Unsupported(
      `a size of whole multiples of ${height} x ${width}`,
      `'${output.name}' of shape [${output.shape.join(', ')}]`,
    );
  for (const [length, total] of [
    [height, shape[0]],
    [width, shape[1]],
  ])
    if (!repeatsElements(length, total, alignCorners, halfPixelCenters))
      throw new Unsupported(
        'each element repeated equally often',
        `align_corners ${alignCorners} and half_pixel_centers ${halfPixelCenters} from ${length} to ${total}`,
        'resize with half_pixel_centers, without align_corners',
      );
  checkMoved(x, state, operator);
  const name = nodeName(operator);
  const base = { name, source: state.source(operator), input: x.name, output: name };
  const enlarged = [shape[0], shape[1], channels];
  state.add({ op: 'upsample', ...base, factor }, enlarged);
  state.finish(operator, name, enlarged);
}

/** Whether the kernel takes input floor(y / factor) for every output y. Source: TFLite reference GetNearestNeighbor. */
function repeatsElements(
  length: number,
  total: number,
  alignCorners: boolean,
  halfPixelCenters: boolean,
): boolean {
  const scale = alignCorners && total > 1 ? fround((length - 1) / (total - 1)) : fround(length / total);
  for (let y = 0; y < total; y++) {
    const place = fround(fround(y + (halfPixelCenters ? 0.5 : 0)) * scale);
    const nearest = alignCorners ? Math.round(place) : Math.floor(place); // never below zero
    if (Math.min(nearest, length - 1) !== Math.floor((y * length) / total)) return false;
  }
  return true;
}

export function depthToSpace(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const [height, width, depth] = imageShape(x);
  const block = optionsOf(operator, OPTIONS.depthToSpace).table?.int32(OPTIONS.depthToSpace.blockSize) ?? 0;
  if (!(block >= 1 && depth % (block * block) === 0))
    throw new BadOperator('a block whose square divides the channels', `${block}, and ${depth} channels`);
  checkMoved(x, state, operator);
  const name = nodeName(operator);
  const base = { name, source: state.source(operator), input: x.name, output: name };
  const shape = [height * block, width * block, depth / (block * block)];
  state.add({ op: 'depth-to-space', ...base, block, order: 'DCR' }, shape);
  state.finish(operator, name, shape);
}

/** @throws BadOperator when the result has another type or quantizer than the input */
function checkMoved(x: Activation, state: ImportState, operator: TfliteOperator): void {
  const output = state.output(operator);
  checkType(output, x.tensor.type);
  if (isQuantized(x.tensor)) checkSameQuantizer(x.tensor, output);
}
