/** What a sweep has measured so far: a file for each point, so that a sweep that was stopped goes on where it was. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkReplaceable, checkWritable, writeWhole } from '../../shared/output-folder.js';
import { programHash } from '../../shared/program-hash.js';

/** The file by which an output folder of a sweep is known. */
const SWEEP_FILE = 'sweep.json';

export class SweepState {
  private readonly folder: string;
  private readonly command: string;

  /**
   * @param command that makes the sweep again
   * @throws folder_not_ours, folder_not_writable, before anything is written
   */
  constructor(folder: string, command: string) {
    checkReplaceable(folder, SWEEP_FILE);
    checkWritable(folder);
    this.folder = folder;
    this.command = command;
  }

  /** Folder of a point's network, hardware and figures. */
  directory(name: string): string {
    return join(this.folder, 'points', name);
  }

  /** What was measured of the same thing before. */
  recall<Value>(name: string, fingerprint: string): Value | undefined {
    try {
      const entry: unknown = JSON.parse(readFileSync(this.file(name), 'utf8'));
      const { fingerprint: known, value } = entry as { fingerprint?: string; value?: Value };
      return known === fingerprint ? value : undefined;
    } catch {
      return undefined; // absent or damaged: measure again
    }
  }

  /** Keep what was measured, whole or not at all. */
  keep(name: string, fingerprint: string, value: object): void {
    this.begin();
    writeWhole(this.file(name), `${JSON.stringify({ fingerprint, value }, undefined, 1)}\n`);
  }

  /** Call before the first file is written: from then on the folder is known as ours. */
  begin(): void {
    const marker = join(this.folder, SWEEP_FILE);
    const text = `${JSON.stringify({ command: this.command }, undefined, 1)}\n`;
    if (!existsSync(marker) || readFileSync(marker, 'utf8') !== text) writeWhole(marker, text);
  }

  private file(name: string): string {
    return join(this.directory(name), 'point.json');
  }
}

/** The same fingerprint means the same figures, of the same program. Maps and typed arrays may be anywhere inside. */
export function fingerprintOf(...everything: readonly unknown[]): string {
  const text = JSON.stringify([programHash(), everything], (_, item: unknown) => {
    if (item instanceof Map) return { map: [...item] };
    return ArrayBuffer.isView(item) ? { [item.constructor.name]: hashOf(item) } : item;
  });
  return createHash('sha256').update(text).digest('hex');
}

/** Of the bytes: data sets are too long for a text. */
function hashOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}
