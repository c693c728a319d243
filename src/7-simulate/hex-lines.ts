/** The text that is exchanged with simulators: lines of hexadecimal beats, most significant digit first. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { bytesPerBeat } from './beats.js';

const NEWLINE = 10;
const CHUNK_BYTES = 1 << 20;
const DIGITS = new TextEncoder().encode('0123456789abcdef');

/** Value of a hexadecimal digit by its character; -1 for x, z and everything else. */
const VALUES = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) {
  VALUES[DIGITS[value]] = value;
  VALUES[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

/** Write packed beats of `bits` bits, one a line. Bits above the beat's width are dropped. */
export async function writeBeats(file: string, beats: Uint8Array, bits: number): Promise<void> {
  const stride = bytesPerBeat(bits);
  const topMask = 0xff >>> (stride * 8 - bits);
  const lineBytes = 2 * stride + 1;
  const count = beats.length / stride;
  const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / lineBytes));
  const chunk = new Uint8Array(Math.min(perChunk, count) * lineBytes);
  const handle = await open(file, 'w');
  try {
    for (let first = 0; first < count; first += perChunk) {
      const end = Math.min(count, first + perChunk);
      let to = 0;
      for (let beat = first; beat < end; beat++) {
        for (let byte = stride - 1; byte >= 0; byte--) {
          const value = beats[beat * stride + byte] & (byte === stride - 1 ? topMask : 0xff);
          chunk[to++] = DIGITS[value >> 4];
          chunk[to++] = DIGITS[value & 15];
        }
        chunk[to++] = NEWLINE;
      }
      await handle.writeFile(chunk.subarray(0, to));
    }
  } finally {
    await handle.close();
  }
}

/** The text of a file in blocks of whole lines; an unfinished last line is left out. */
export async function* wholeLines(file: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      rest = Buffer.concat([rest, chunk]);
      continue;
    }
    yield rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, end)]) : chunk.subarray(0, end);
    rest = Buffer.from(chunk.subarray(end));
  }
}

/** Reads a block of lines field by field, without making strings of it. */
export class LineScanner {
  at = 0;
  constructor(readonly text: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** The character that starts the line, skipped together with the space after it. */
  kind(): string {
    const kind = String.fromCharCode(this.text[this.at]);
    this.at += 2;
    return kind;
  }

  /** An unsigned decimal and the character after it. */
  decimal(): number {
    let value = 0;
    for (let digit = this.text[this.at++]; digit >= 48 && digit <= 57; digit = this.text[this.at++])
      value = value * 10 + digit - 48;
    return value;
  }

  /**
   * Hexadecimal digits up to the end of the line, into little-endian bytes; missing digits are 0.
   *
   * @returns whether all digits were known; x and z are read as 0
   */
  beat(into: Uint8Array, offset: number, bytes: number): boolean {
    const start = this.at;
    const newline = this.text.indexOf(NEWLINE, start);
    this.at = newline + 1;
    let known = true;
    let digit = newline - 1;
    for (let byte = 0; byte < bytes && digit >= start; byte++) {
      const low = VALUES[this.text[digit--]];
      const high = digit >= start ? VALUES[this.text[digit--]] : 0;
      if (low < 0 || high < 0) known = false;
      into[offset + byte] = (Math.max(high, 0) << 4) | Math.max(low, 0);
    }
    return known;
  }

  /** The rest of the line as text. */
  rest(): string {
    const newline = this.text.indexOf(NEWLINE, this.at);
    const line = Buffer.from(this.text.subarray(this.at, newline)).toString('latin1');
    this.at = newline + 1;
    return line;
  }
}
