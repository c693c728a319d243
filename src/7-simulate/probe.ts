import type { Stream } from '../5-plan/types.js';
import { bitsPerBeat, bytesPerBeat } from './beats.js';
import { LineScanner, wholeLines } from './hex-lines.js';

/** Some consecutive beats that went through a probe. */
export interface ProbeBlock {
  readonly firstBeat: number; // how many beats stood before this block
  readonly cycles: Float64Array; // [beats], cycle in which each was accepted
  readonly beats: Uint8Array; // packed, for unpackBeats
  readonly unknown: readonly number[]; // beats of this block with x or z bits, counted from firstBeat; read as 0
}

/** The file that probe `id` writes to in a run with this prefix. */
export function probeFile(prefix: string, id: number): string {
  return `${prefix}_${id}.txt`;
}

/** What stream_probe.v wrote, block by block, so that a long record need not fit in memory. */
export async function* readProbe(
  file: string,
  stream: Pick<Stream, 'lanes' | 'laneBits'>,
): AsyncGenerator<ProbeBlock> {
  const stride = bytesPerBeat(bitsPerBeat(stream));
  let firstBeat = 0;
  for await (const text of wholeLines(file)) {
    let count = 0;
    for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) count++;
    const cycles = new Float64Array(count);
    const beats = new Uint8Array(count * stride);
    const unknown: number[] = [];
    const scanner = new LineScanner(text);
    for (let beat = 0; beat < count; beat++) {
      cycles[beat] = scanner.decimal();
      if (!scanner.beat(beats, beat * stride, stride)) unknown.push(beat);
    }
    yield { firstBeat, cycles, beats, unknown };
    firstBeat += count;
  }
}
