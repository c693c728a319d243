/** Where the hardware first leaves the golden model: every layer's stream, recorded by probes, layer by layer. */

import { join } from 'node:path';
import type { Evaluation } from '../3-integer/evaluate.js';
import type { BuildRecord } from '../6-emit/build-record.js';
import { unpackBeats } from './beats.js';
import { probeFile, readProbe } from './probe.js';
import { inTemporaryFolder } from './temporary-folder.js';
import type { RunResult, Simulator } from './types.js';
import type { Mismatch } from './verify.js';

/**
 * Run with probes and compare every layer's output codes in the order of the layers.
 *
 * @param golden evaluation of the same samples
 * @param run starts the simulation with a probe prefix
 * @returns undefined when every recorded stream agrees
 */
export async function firstDivergence(
  simulator: Simulator,
  record: BuildRecord,
  golden: Evaluation,
  samples: number,
  run: (probePrefix: string) => Promise<RunResult>,
): Promise<Mismatch | undefined> {
  return inTemporaryFolder(async (folder) => {
    const prefix = join(folder, 'probe');
    const result = await run(prefix);
    for (const [id, unit] of record.units.slice(0, -1).entries()) {
      const expected = golden.tensors.get(unit.tensor);
      if (!expected) continue;
      const { signed, base, stride } = unit.outputCode;
      const perSample = expected.length / samples;
      const at = (index: number, got: number | null, cycle: number): Mismatch => ({
        simulator,
        layer: unit.name,
        channel: unit.channelOrder?.[index % perSample] ?? index % perSample,
        sample: Math.floor(index / perSample),
        expected: expected[index],
        got,
        cycle,
      });
      let seen = 0;
      for await (const block of readProbe(probeFile(prefix, id), unit.output)) {
        const fields = unpackBeats(block.beats, unit.output, signed);
        for (let k = 0; k < fields.length && seen < expected.length; k++, seen++) {
          const code = base + stride * fields[k];
          if (code !== expected[seen]) return at(seen, code, block.cycles[Math.floor(k / unit.output.lanes)]);
        }
      }
      if (seen < expected.length) return at(seen, null, result.cycles);
    }
    return undefined;
  });
}
