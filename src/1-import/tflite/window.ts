/** Padding, strides and dilations of TFLite's windows. */
import type { Size, Window } from '../types.js';
import type { Table } from './table.js';
import { BadOperator } from './values.js';

/** Numbers of the fields that conv, depthwise and pool options have in common. */
interface WindowFields {
  readonly padding: number;
  readonly strideWidth: number;
  readonly strideHeight: number;
  readonly dilationWidth?: number;
  readonly dilationHeight?: number;
}

const SAME = 0;
const LIMIT = 2 ** 16;

/**
 * Where windows lie, and how many there are.
 *
 * @throws BadOperator for a kernel that does not fit, or a stride below 1
 * Source: TFLite kernels/padding.h. SAME puts the odd row or column of padding behind the image.
 */
export function readWindow(
  options: Table | undefined,
  fields: WindowFields,
  image: Size,
  kernel: Size,
): { window: Window; positions: Size } {
  const number = (field: number | undefined, missing: number) =>
    (field === undefined ? undefined : options?.int32(field, missing)) ?? missing;
  const stride = { height: number(fields.strideHeight, 0), width: number(fields.strideWidth, 0) };
  const dilation = { height: number(fields.dilationHeight, 1), width: number(fields.dilationWidth, 1) };
  for (const [what, { height, width }] of Object.entries({ kernel, stride, dilation }))
    if (!(height >= 1 && width >= 1 && height < LIMIT && width < LIMIT))
      throw new BadOperator(`a ${what} of 1x1 or more`, `${height}x${width}`);
  const same = (options?.int8(fields.padding) ?? SAME) === SAME;
  const along = (axis: 'height' | 'width') => {
    const extent = (kernel[axis] - 1) * dilation[axis] + 1;
    const count = Math.ceil((same ? image[axis] : image[axis] - extent + 1) / stride[axis]);
    if (count < 1) throw new BadOperator(`an image of ${axis} ${extent} or more`, String(image[axis]));
    const total = Math.max((count - 1) * stride[axis] + extent - image[axis], 0);
    return { count, before: same ? Math.floor(total / 2) : 0, after: same ? Math.ceil(total / 2) : 0 };
  };
  const [rows, columns] = [along('height'), along('width')];
  const padding = { top: rows.before, left: columns.before, bottom: rows.after, right: columns.after };
  return {
    window: { kernel, stride, dilation, padding },
    positions: { height: rows.count, width: columns.count },
  };
}
