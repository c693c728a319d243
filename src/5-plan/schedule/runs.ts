/** In which order modules with a memory read their beats, when they can, and what they let go of then. */
import type { Part } from '../types.js';
import { slidingWindowOf, windowDemand } from '../window.js';

/** Beats read one after another, the later ones as soon as the first one. */
export interface Run {
  readonly beats: number;
  readonly needs: number; // the input beat that must have been taken; -1: one that is there anyway
  readonly room: number; // input beats for which there is room after this run, counted from the first one; 0: as before
}

/** Beats that a stream_fifo holds at least. */
const LEAST_DEPTH = 2;

/** A memory between two streams. */
export interface Memory {
  readonly room: number; // input beats that it takes at first
  readonly runs: Iterator<Run>;
}

/** @returns undefined for modules without a memory */
export function memoryOf(
  part: Part,
  { images, endless }: { readonly images: number; readonly endless?: boolean },
): Memory | undefined {
  const beats = part.input.beats * images;
  const number = (name: string) => Number(part.parameters.get(name));
  switch (part.module) {
    case 'stream_fifo': {
      const depth = endless ? beats : Math.max(LEAST_DEPTH, number('DEPTH'));
      return { room: depth, runs: fifoRuns(beats, depth) };
    }
    case 'vector_buffer': {
      const [vector, repeats] = [number('BEATS'), number('REPEATS')];
      if (repeats === 1) return undefined;
      return { room: 2 * vector, runs: vectorRuns(beats, vector, repeats) };
    }
    case 'upsample': {
      const [tall, wide] = [number('FACTOR_H'), number('FACTOR_W')];
      if (tall * wide === 1) return undefined;
      const row = (tall > 1 ? number('COLUMNS') : 1) * number('FOLDS');
      return { room: 2 * row, runs: rowRuns(beats, row, tall * wide, upsampled(row, number('FOLDS'), wide)) };
    }
    case 'depth_to_space': {
      const [columns, folds, block] = [number('COLUMNS'), number('FOLDS'), number('BLOCK_SIZE')];
      const row = columns * folds * block ** 2;
      return {
        room: 2 * row,
        runs: rowRuns(beats, row, 1, spread(columns, folds, block, number('CRD') === 1)),
      };
    }
    case 'sliding_window':
      return { room: number('PIXELS') * number('FOLDS'), runs: windowRuns(part, images) };
    default:
      return undefined;
  }
}

function* fifoRuns(beats: number, depth: number): Iterator<Run> {
  for (let beat = 0; beat < beats; beat++) yield { beats: 1, needs: beat, room: beat + 1 + depth };
}

/** Each vector several times; there is room for the next but one when it was read for the last time. */
function* vectorRuns(total: number, beats: number, repeats: number): Iterator<Run> {
  for (let end = beats; end <= total; end += beats) {
    for (let beat = end - beats; beat < end; beat++) yield { beats: 1, needs: beat, room: 0 };
    yield { beats: beats * (repeats - 1), needs: -1, room: end + 2 * beats };
  }
}

/** Rows of so many words, read in another order that ends with the last word, each word so many times. */
function* rowRuns(
  total: number,
  words: number,
  times: number,
  order: (read: number) => number,
): Iterator<Run> {
  const reads = times * words; // of a row
  for (let begin = 0; begin < total; begin += words)
    for (let read = 0; read < reads; read++)
      yield { beats: 1, needs: begin + order(read), room: read + 1 < reads ? 0 : begin + 3 * words };
}

/** Of each read of a row, the word. */
function upsampled(words: number, folds: number, wide: number): (read: number) => number {
  return (read) => {
    const within = read % (words * wide); // the row comes several times
    return Math.floor(within / (folds * wide)) * folds + (within % folds);
  };
}

function spread(
  columns: number,
  folds: number,
  block: number,
  columnMajor: boolean,
): (read: number) => number {
  return (read) => {
    const fold = read % folds;
    const across = Math.floor(read / folds) % block;
    const column = Math.floor(read / (folds * block)) % columns;
    const down = Math.floor(read / (folds * block * columns));
    const position = down * block + across;
    const within = columnMajor ? fold * block ** 2 + position : position * folds + fold;
    return column * block ** 2 * folds + within;
  };
}

/** Windows of images: a run for every pixel that none before it has needed, with the taps that follow. */
function* windowRuns(part: Part, images: number): Iterator<Run> {
  const window = slidingWindowOf(part);
  const { height, columns, folds, kernelHeight, kernelWidth, repeats, channelMajor } = window;
  const { released } = windowDemand(window);
  const held = Number(part.parameters.get('PIXELS'));
  const tap = channelMajor ? 1 : folds; // beats
  const whole = kernelHeight * kernelWidth * folds * repeats; // beats of a window
  for (let image = 0; image < images; image++) {
    const first = image * height * columns;
    let latest = -1; // pixel of the image that has been needed
    for (let y = 0, index = 0; y < window.outHeight; y++)
      for (let x = 0; x < window.outWidth; x++, index++) {
        let read = 0; // beats of the window that are in runs already
        let needs = -1; // of the run to come
        let beats = 0;
        for (let i = 0; i < kernelHeight; i++)
          for (let j = 0; j < kernelWidth; j++, beats += tap) {
            const row = y * window.strideHeight + i * window.dilationHeight - window.padTop;
            const column = x * window.strideWidth + j * window.dilationWidth - window.padLeft;
            const inside = row >= 0 && row < height && column >= 0 && column < columns;
            // the first tap of an image waits for its first pixel, wherever it lies
            const pixel = inside ? row * columns + column : latest < 0 ? 0 : -1;
            if (pixel <= latest) continue;
            if (beats > 0) yield { beats, needs, room: 0 };
            read += beats;
            beats = 0;
            latest = pixel;
            needs = (first + pixel + 1) * folds - 1;
          }
        yield { beats: whole - read, needs, room: (held + first + released[index]) * folds };
      }
  }
}
