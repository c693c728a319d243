/** The planned interval and the planned latency of the first inference against those of the Verilog, on random networks. */
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Network } from '../../src/1-import/types.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { boundNetwork } from '../../src/4-bounds/bounds.js';
import type { PlanOptions } from '../../src/5-plan/plan.js';
import type { Plan } from '../../src/5-plan/types.js';
import { bytesPerBeat } from '../../src/7-simulate/beats.js';
import { measureCycles } from '../../src/7-simulate/comparison.js';
import { compileIcarus } from '../../src/7-simulate/icarus.js';
import { compileVerilator } from '../../src/7-simulate/verilator.js';
import { type Compilation, generate } from '../../src/compile.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import { writeFolder } from '../../src/shared/output-folder.js';
import { removeFolder, workFolder } from '../cli/work-folder.js';
import { drawImages, withoutDeadEnds } from '../support/random-images.js';
import { drawNetwork } from '../support/random-network.js';

const folder = workFolder();
afterAll(() => removeFolder(folder));

const RUNS = Number(process.env.FUZZ_RUNS ?? 60);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const INFERENCES = 4;
const CYCLES = [1, 60, 150, 400, 1000, 4000];
const ENGINES = ['lut', 'lut', 'auto', 'dsp'] as const;
const WAYS = [undefined, undefined, 'threshold_search', 'threshold_sequential', 'scale_sequential'] as const;

const graphs = (g: fc.GeneratorValue) => withoutDeadEnds(drawImages(g, 6));
const chains = (g: fc.GeneratorValue) => drawNetwork(g, { scales: 'powers', layers: 4, width: 12 });

/** The first networks of a sequence that can be built. */
function drawn(draw: (g: fc.GeneratorValue) => Network, count: number, seed: number): Compilation[] {
  const found: Compilation[] = [];
  for (let n = 0; found.length < count; n++) {
    const [g] = fc.sample(fc.gen(), { seed: seed + n, numRuns: 1 });
    const one = <T>(items: readonly T[]) => items[g(fc.integer, { min: 0, max: items.length - 1 })];
    const [cycles, engine, requantisation] = [one(CYCLES), one(ENGINES), one(WAYS)];
    const options: PlanOptions = {
      ...{ target: 'xc7', accumulator: { overflow: 'refuse' } },
      ...{ cycles, engine, requantisation },
    };
    try {
      const compilation = generate(boundNetwork(toInteger(draw(g))), options);
      if (compilation.plan.units.every(touchesImage)) found.push(compilation);
    } catch (error) {
      if (!(error instanceof NarrowgateError)) throw error;
    }
  }
  return found;
}

/** Whether windows are not wholly in the padding, which sliding_window refuses. */
function touchesImage({ before }: Plan['units'][number]): boolean {
  return before.every(({ module, parameters }) => {
    const number = (name: string) => Number(parameters.get(name));
    const touches = (size: string, way: 'H' | 'W', pad: string, count: string) => {
      for (let window = 0; window < number(count); window++)
        for (let tap = 0; tap < number(`KERNEL_${way}`); tap++) {
          const at = window * number(`STRIDE_${way}`) + tap * number(`DILATION_${way}`) - number(pad);
          if (at >= 0 && at < number(size)) return true;
        }
      return false;
    };
    return (
      module !== 'sliding_window' ||
      (touches('HEIGHT', 'H', 'PAD_TOP', 'OUT_HEIGHT') && touches('COLUMNS', 'W', 'PAD_LEFT', 'OUT_WIDTH'))
    );
  });
}

/** Interval and latency without stalls; values change nothing about them. */
async function measured({ plan, files }: Compilation, name: string, compile: typeof compileIcarus) {
  const directory = join(folder, name);
  writeFolder(directory, files, 'build.json');
  const simulation = await compile(directory);
  const { input, output, cycles } = plan;
  const [inputBits, outputBits] = [input, output].map(({ lanes, laneBits }) => lanes * laneBits);
  const result = await simulation.run({
    ...{ select: 0, device: 'the network', stallIn: 0, stallOut: 0, inputBits, outputBits },
    beats: new Uint8Array(INFERENCES * input.beats * bytesPerBeat(inputBits)),
    expectedBeats: INFERENCES * output.beats,
    timeoutCycles: 1000 + 5 * (cycles.latency + cycles.interval),
  });
  expect(result.outcome).toBe('complete');
  return measureCycles(result, input.beats, output.beats);
}

describe.each([
  { kind: 'graph', draw: graphs, runs: RUNS },
  { kind: 'chain of dense layers', draw: chains, runs: Math.ceil(RUNS / 3) },
])('a random $kind', ({ kind, draw, runs }) => {
  const networks = drawn(draw, runs, SEED);

  test.each(networks.map((network, k) => ({ k, network })))(
    'number $k takes the cycles that were planned, in Icarus',
    async ({ k, network }) => {
      const found = await measured(network, `${kind} ${k}`, compileIcarus);
      expect(found).toEqual(network.plan.cycles);
    },
    120_000,
  );

  const longest = networks.toSorted((a, b) => b.plan.units.length - a.plan.units.length).slice(0, 3);
  test.each(longest.map((network, k) => ({ k, network })))(
    'number $k of the longest takes them in Verilator too',
    async ({ k, network }) => {
      const found = await measured(network, `${kind} ${k} in Verilator`, compileVerilator);
      expect(found).toEqual(network.plan.cycles);
    },
    240_000,
  );
});
