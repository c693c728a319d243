/** Images of random words in NHWC order, and what the modules that move pixels make of them: index by index. */
import { pack, Random } from './words.js';

/** Element [image][row][column][channel] of a batch of images. */
export type Element = (image: number, row: number, column: number, channel: number) => bigint;

export interface Shape {
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** Random elements of so many bits. */
export function randomImages({ images, rows, columns, channels }: Shape, bits: number, seed = 1): Element {
  const values = new Random(seed).words(images * rows * columns * channels, bits);
  return (image, row, column, channel) =>
    values[((image * rows + row) * columns + column) * channels + channel];
}

/** The beats of a batch: `lanes` channels of one pixel each, channel 0 lowest and first. */
export function imageBeats(
  { images, rows, columns, channels }: Shape,
  element: Element,
  lanes: number,
  laneBits: number,
): bigint[] {
  const beats: bigint[] = [];
  for (let image = 0; image < images; image++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let first = 0; first < channels; first += lanes) {
          const values = Array.from({ length: lanes }, (_, lane) =>
            element(image, row, column, first + lane),
          );
          beats.push(pack(values, laneBits));
        }
  return beats;
}
