/** In which order modules with a memory read their beats, when they can, and what they let go of then. */
import type { Part } from '../types.js';
import { slidingWindowOf, windowDemand } from '../window.js';

/** Beats read one after another, the later ones as soon as the first one. */
export interface Run {
  readonly beats: number;
  readonly needs: number; // the input beat that must have been taken; -1: one that is there anyway
  readonly room: number; // input beats for which there is room after this run, counted from the first one; 0: as before
}

/** A memory between two streams. */
export interface Memory {
  readonly room: number; // input beats that it takes at first
  readonly runs: Iterator<Run>; // of one inference
}

/** @returns undefined for modules without a memory */
export function memoryOf(part: Part): Memory | undefined {
  const number = (name: string) => Number(part.parameters.get(name));
  switch (part.module) {
    case 'stream_fifo': {
      const depth = Math.max(2, number('DEPTH'));
      return { room: depth, runs: fifoRuns(part.input.beats, depth) };
    }
    case 'vector_buffer': {
      const beats = number('BEATS');
      const repeats = number('REPEATS');
      if (repeats === 1) return undefined;
      return { room: 2 * beats, runs: vectorRuns(part.input.beats, beats, repeats) };
    }
    case 'upsample': {
      const [tall, wide] = [number('FACTOR_H'), number('FACTOR_W')];
      if (tall * wide === 1) return undefined;
      const row = (tall > 1 ? number('COLUMNS') : 1) * number('FOLDS');
      return { room: 2 * row, runs: rowRuns(part, row, upsampled(row, number('FOLDS'), wide)) };
    }
    case 'depth_to_space': {
      const [columns, folds, block] = [number('COLUMNS'), number('FOLDS'), number('BLOCK_SIZE')];
      const row = columns * folds * block ** 2;
      return { room: 2 * row, runs: rowRuns(part, row, spread(columns, folds, block, number('CRD') === 1)) };
    }
    case 'sliding_window':
      return { room: number('PIXELS') * number('FOLDS'), runs: windowRuns(part) };
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

/** Rows of so many words, read in another order that ends with the last word. */
function* rowRuns({ input, output }: Part, words: number, order: (read: number) => number): Iterator<Run> {
  const reads = (output.beats / input.beats) * words; // of a row
  for (let begin = 0; begin < input.beats; begin += words)
    for (let read = 0; read < reads; read++)
      yield {
        beats: 1,
        needs: begin + order(read),
        room: read + 1 < reads ? 0 : begin + 3 * words,
      };
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

/** Windows of an image: a run for every pixel that none before it has needed, with the taps that follow. */
function* windowRuns(part: Part): Iterator<Run> {
  const window = slidingWindowOf(part);
  const { folds, columns, kernelHeight, kernelWidth, channelMajor } = window;
  const { released } = windowDemand(window);
  const pixels = Number(part.parameters.get('PIXELS'));
  const tap = channelMajor ? 1 : folds; // beats
  const rest = kernelHeight * kernelWidth * folds * window.repeats;
  let latest = -1; // pixel
  for (let y = 0, index = 0; y < window.outHeight; y++)
    for (let x = 0; x < window.outWidth; x++, index++) {
      let beats = 0; // of the run to come
      let needs = -1;
      let read = 0; // beats of the window in runs that have come
      const needing = (pixel: number): Run | undefined => {
        if (pixel <= latest) return undefined;
        const before = beats > 0 ? { beats, needs, room: 0 } : undefined;
        read += beats;
        beats = 0;
        latest = pixel;
        needs = (pixel + 1) * folds - 1;
        return before;
      };
      needing(index === 0 ? 0 : -1); // the first tap of an image waits for its first pixel
      for (let i = 0; i < kernelHeight; i++)
        for (let j = 0; j < kernelWidth; j++, beats += tap) {
          const row = y * window.strideHeight + i * window.dilationHeight - window.padTop;
          const column = x * window.strideWidth + j * window.dilationWidth - window.padLeft;
          if (row < 0 || row >= window.height || column < 0 || column >= columns) continue;
          const before = needing(row * columns + column);
          if (before) yield before;
        }
      yield { beats: rest - read, needs, room: (pixels + released[index]) * folds };
    }
}
