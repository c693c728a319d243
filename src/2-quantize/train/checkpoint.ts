/** A training that was stopped, as bytes: a line of JSON, then the numbers as little-endian float32. */
import type { ParameterValues, TrainingState } from './trainer.js';

const FORMAT = 'narrowgate-training';
const GROUPS = ['parameters', 'first', 'second'] as const;

interface Header {
  readonly format: string;
  readonly version: 1;
  readonly fingerprint: string; // of everything that fixes the course of the training
  readonly step: number;
  readonly arrays: readonly {
    readonly group: (typeof GROUPS)[number];
    readonly name: string;
    readonly length: number;
  }[];
}

/** @param fingerprint of model, samples and options: a checkpoint of others is not taken up */
export function writeCheckpoint(state: TrainingState, fingerprint: string): Buffer {
  const entries = GROUPS.flatMap((group) =>
    Object.entries(state[group]).map(([name, values]) => ({ group, name, values })),
  );
  const header: Header = {
    format: FORMAT,
    version: 1,
    fingerprint,
    step: state.step,
    arrays: entries.map(({ group, name, values }) => ({ group, name, length: values.length })),
  };
  const bytes = entries.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...bytes]);
}

/** @returns the state; 'different' when it is of another training, 'damaged' when it is no whole checkpoint */
export function readCheckpoint(bytes: Buffer, fingerprint: string): TrainingState | 'different' | 'damaged' {
  const end = bytes.indexOf(10);
  const header = parseHeader(bytes.toString('utf8', 0, Math.max(0, end)));
  if (!header) return 'damaged';
  if (header.fingerprint !== fingerprint) return 'different';
  const groups: Record<(typeof GROUPS)[number], Record<string, Float32Array>> = {
    parameters: {},
    first: {},
    second: {},
  };
  let at = end + 1;
  for (const { group, name, length } of header.arrays) {
    const part = bytes.subarray(at, at + 4 * length);
    if (part.length < 4 * length) return 'damaged';
    groups[group][name] = new Float32Array(Uint8Array.from(part).buffer);
    at += 4 * length;
  }
  return { step: header.step, ...(groups as Record<(typeof GROUPS)[number], ParameterValues>) };
}

function parseHeader(text: string): Header | undefined {
  try {
    const header = JSON.parse(text) as Header;
    return header.format === FORMAT && header.version === 1 ? header : undefined;
  } catch {
    return undefined;
  }
}
