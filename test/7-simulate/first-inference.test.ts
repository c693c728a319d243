/** The planned interval and the planned latency of the first inference against those of the Verilog, on random graphs. */
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { toInteger } from '../../src/3-integer/convert.js';
import { boundNetwork } from '../../src/4-bounds/bounds.js';
import type { BoundedNetwork } from '../../src/4-bounds/types.js';
import type { PlanOptions } from '../../src/5-plan/plan.js';
import type { Plan } from '../../src/5-plan/types.js';
import { measureCycles } from '../../src/7-simulate/comparison.js';
import { compileIcarus } from '../../src/7-simulate/icarus.js';
import { compileVerilator } from '../../src/7-simulate/verilator.js';
import { generate } from '../../src/compile.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { writeFolder } from '../../src/shared/output-folder.js';
import { removeFolder, workFolder } from '../cli/work-folder.js';
import { drawImages, withoutDeadEnds } from '../support/random-images.js';

const folder = workFolder();
afterAll(() => removeFolder(folder));

const RUNS = Number(process.env.FUZZ_RUNS ?? 24);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const STEPS = 6;

interface Drawn {
  readonly bounded: BoundedNetwork;
  readonly plan: Plan;
  readonly files: ReadonlyMap<string, string>;
}

function drawn(count: number, seed: number): Drawn[] {
  const list: Drawn[] = [];
  for (let n = 0; list.length < count; n++) {
    const [g] = fc.sample(fc.gen(), { seed: seed + n, numRuns: 1 });
    const cycles = [150, 400, 1000, 4000][g(fc.integer, { min: 0, max: 3 })];
    try {
      const bounded = boundNetwork(toInteger(withoutDeadEnds(drawImages(g, STEPS))));
      const options: PlanOptions = { target: 'xc7', accumulator: { overflow: 'refuse' }, cycles };
      const made = generate(bounded, options);
      list.push(made);
    } catch (error) {
      if (!(error instanceof NarrowgateError)) throw error;
    }
  }
  return list;
}

test.each(drawn(RUNS, SEED).map((each, k) => [k, each] as const))('graph %d', async (k, { plan, files }) => {
  const directory = join(folder, String(k));
  writeFolder(directory, files, 'build.json');
  const simulation = await (process.env.ICARUS ? compileIcarus : compileVerilator)(directory);
  const { input, output, cycles } = plan;
  const images = 4;
  const result = await simulation.run({
    ...{ select: 0, device: 'the network', stallIn: 0, stallOut: 0 },
    inputBits: input.lanes * input.laneBits,
    outputBits: output.lanes * output.laneBits,
    beats: new Uint8Array(images * input.beats * Math.ceil((input.lanes * input.laneBits) / 8)),
    expectedBeats: images * output.beats,
    timeoutCycles: 1000 + 5 * (cycles.latency + cycles.interval),
  });
  const m = measureCycles(result, input.beats, output.beats);
  if (process.env.SHOW) console.log(k, cycles, m, plan.units.map(({ kind }) => kind).join(' '));
  expect(result.outcome).toBe('complete');
  expect(m).toEqual(cycles);
});
