/** Where the Network's tensors, channels last, lie in the file: images as [batch, channels, height, width]. */
import type { Operand } from './dialect.js';
import type { GraphWriter } from './graph.js';

export interface FileTensor {
  readonly name: string;
  readonly shape: readonly number[]; // of the Network
  readonly flattened?: readonly [height: number, width: number, channels: number]; // a vector whose elements still lie channels first
}

export const TO_LAST = [0, 2, 3, 1];
export const TO_FIRST = [0, 3, 1, 2];

/** Axes of the file's tensor without the batch. */
export function fileDims(shape: readonly number[]): readonly number[] {
  return shape.length === 3 ? [shape[2], shape[0], shape[1]] : shape;
}

/** The tensor as a node of the file reads it. Channels are the second axis of images and vectors, the last of others. */
export function operandOf({ name, shape }: FileTensor): Operand {
  const rank = shape.length + 1;
  return { name, rank, channelAxis: shape.length === 3 ? 1 : rank - 1 };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Whether channels first and channels last are the same order of elements. */
function isOrderFree(shape: readonly number[]): boolean {
  return shape.length !== 3 || shape[2] === 1 || shape[0] * shape[1] === 1;
}

/** The position in the file of each element of a flattened image, in the Network's order. */
export function flattenedOrder([height, width, channels]: readonly number[]): Int32Array {
  const positions = height * width;
  return Int32Array.from(
    { length: positions * channels },
    (_, k) => (k % channels) * positions + Math.floor(k / channels),
  );
}

/** Moves between layouts, each a few nodes of the file. */
export class Layouts {
  private readonly writer: GraphWriter;

  constructor(writer: GraphWriter) {
    this.writer = writer;
  }

  private reshape(from: string, dims: readonly number[], node: string, output: string): string {
    const shape = this.writer.constant(`${output}_shape`, 'int64', [dims.length + 1], [0, ...dims]);
    return this.writer.node('Reshape', node, [from, shape], output);
  }

  /** A vector with its elements in the Network's order. */
  inOrder(x: FileTensor): FileTensor {
    if (!x.flattened) return x;
    const { writer } = this;
    const [height, width, channels] = x.flattened;
    const base = `${x.name}_ordered`;
    const image = this.reshape(x.name, [channels, height, width], `${base}_1`, writer.free(`${base}_image`));
    const last = writer.node('Transpose', `${base}_2`, [image], writer.free(`${base}_last`), {
      perm: TO_LAST,
    });
    return { name: this.reshape(last, x.shape, `${base}_3`, writer.free(base)), shape: x.shape };
  }

  /** The Network's reshape. A flattened image stays as it lies until a node needs another order. */
  reshaped(x: FileTensor, shape: readonly number[], node: string, output: string): FileTensor {
    const { writer } = this;
    const { length } = shape;
    if (x.shape.length === 3 && length === 1) {
      const [height, width, channels] = x.shape;
      writer.node('Flatten', node, [x.name], output, { axis: 1 });
      return { name: output, shape, ...(!isOrderFree(x.shape) && { flattened: [height, width, channels] }) };
    }
    const { name, shape: from } = this.inOrder(x);
    const last = isOrderFree(from)
      ? name
      : writer.node('Transpose', `${node}_last`, [name], writer.free(`${output}_from`), { perm: TO_LAST });
    if (isOrderFree(shape)) this.reshape(last, fileDims(shape), node, output);
    else {
      const made = this.reshape(last, shape, node, writer.free(`${output}_last`));
      writer.node('Transpose', `${node}_first`, [made], output, { perm: TO_FIRST });
    }
    if (sizeOf(from) !== sizeOf(shape)) throw new Error(`${node} changes the number of elements`);
    return { name: output, shape };
  }
}
