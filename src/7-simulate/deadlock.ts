/** Where a network stands still: the joins that wait for one branch while the FIFO of the other is full. */
import { join } from 'node:path';
import type { BuildRecord, BuildUnit } from '../6-emit/build-record.js';
import { probeFile, readProbe } from './probe.js';
import { inTemporaryFolder } from './temporary-folder.js';
import type { RunResult } from './types.js';

/** A join that starves. */
export interface Starvation {
  readonly join: string; // layer that joins two branches
  readonly waitsFor: string; // unit whose stream it waits for
  readonly full: string; // unit whose beats the FIFO cannot take
  readonly depth: number; // beats that FIFO holds
}

/**
 * Run with probes until the network stands still, and look at the joins.
 *
 * @param run starts the simulation with a probe prefix
 * @returns undefined when no join has a full FIFO: the network waits for something else
 */
export async function findDeadlock(
  record: BuildRecord,
  run: (probePrefix: string) => Promise<RunResult>,
): Promise<Starvation | undefined> {
  return inTemporaryFolder(async (folder) => {
    const prefix = join(folder, 'probe');
    await run(prefix);
    const passed = new Map<string, number>(); // beats of each unit's stream
    for (const [id, unit] of record.units.slice(0, -1).entries())
      passed.set(unit.name, await countBeats(probeFile(prefix, id), unit));
    for (const unit of record.units) {
      if (unit.from.length < 2) continue;
      const taken = unit.from.map((source) => inferences(record, passed, source.unit));
      const [early, late] = taken[0] > taken[1] ? [0, 1] : [1, 0];
      if (taken[early] === taken[late]) continue;
      return {
        join: unit.name,
        waitsFor: unit.from[late].unit,
        full: unit.from[early].unit,
        depth: unit.fifos?.[early] ?? 0,
      };
    }
    return undefined;
  });
}

/** Inferences, whole and in parts, that have left a unit. */
function inferences({ units }: BuildRecord, passed: ReadonlyMap<string, number>, name: string): number {
  const unit = units.find((each) => each.name === name);
  return unit ? (passed.get(name) ?? 0) / unit.output.beats : 0;
}

async function countBeats(file: string, { output }: BuildUnit): Promise<number> {
  let count = 0;
  for await (const block of readProbe(file, output)) count += block.cycles.length;
  return count;
}
