/** Builds for the tests of verify: made in this process, in folders of their own, damaged on purpose. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanOptions } from '../../src/5-plan/plan.js';
import type { BuildRecord } from '../../src/6-emit/build-record.js';
import { readBuildFolder } from '../../src/7-simulate/build-folder.js';
import type { Simulator } from '../../src/7-simulate/types.js';
import { type Verdict, type VerifyOptions, verify } from '../../src/7-simulate/verify.js';
import { analyse, generate } from '../../src/compile.js';
import { writeFolder } from '../../src/shared/output-folder.js';

export const BOTH: readonly Simulator[] = ['verilator', 'icarus'];

/** What the tests say about a model; everything else of the format is free. */
export interface ModelText {
  readonly name: string;
  readonly layers: readonly Readonly<Record<string, unknown>>[];
}

/** A place for models, builds and the cache, gone after the tests of a file. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'narrowgate-test-verify-'));
  private count = 0;

  constructor() {
    process.env.NARROWGATE_CACHE = join(this.folder, 'cache');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Build a model, or a model file, and give back the folder. */
  async build(model: ModelText | string, options: Partial<PlanOptions> = {}): Promise<string> {
    this.count += 1;
    const directory = join(this.folder, `build ${this.count}`);
    const file = typeof model === 'string' ? model : join(this.folder, `${this.count}.json`);
    if (typeof model !== 'string') writeFileSync(file, JSON.stringify(model));
    const bounded = await analyse(file);
    const plan: PlanOptions = { target: 'xc7', accumulator: { overflow: 'refuse' }, ...options };
    writeFolder(directory, generate(bounded, plan).files, 'build.json');
    return directory;
  }
}

/** Verify a build on codes that repeat from a short list. */
export function check(
  directory: string,
  codes: readonly number[],
  options: Partial<VerifyOptions> & { samples?: number } = {},
): Promise<Verdict> {
  const { samples = 6, ...others } = options;
  const folder = readBuildFolder(directory);
  const elements = folder.bounded.network.inputShape.reduce((product, n) => product * n, 1);
  const input = Int32Array.from({ length: samples * elements }, (_, k) => codes[k % codes.length]);
  return verify(folder, input, {
    simulators: BOTH,
    counts: { verilator: samples, icarus: samples },
    stall: 25,
    seed: 1,
    trace: false,
    onProgress: () => {},
    ...others,
  });
}

export function record(directory: string): BuildRecord {
  return readBuildFolder(directory).record;
}

/** Change one file of a build. */
export function edit(directory: string, path: string, change: (text: string) => string): void {
  const file = join(directory, path);
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`nothing in ${path} was changed`);
  writeFileSync(file, after);
}

/** The ROM images of a layer, in order. */
export function images(directory: string, part: string): string[] {
  return readdirSync(join(directory, 'rtl'))
    .filter((name) => name.endsWith('.mem') && name.includes(part))
    .sort()
    .map((name) => `rtl/${name}`);
}

/** Flip one bit of one word of a ROM image. */
export function flipBit(directory: string, path: string, word: number, bit: number): void {
  edit(directory, path, (text) => {
    const words = text.split('\n');
    const value = BigInt(`0x${words[word]}`) ^ (1n << BigInt(bit));
    words[word] = value.toString(16).padStart(words[word].length, '0');
    return words.join('\n');
  });
}
