/** Streams through both simulators. A simulator that is not installed fails these tests. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packBeats, unpackBeats } from '../../src/7-simulate/beats.js';
import { compileIcarus } from '../../src/7-simulate/icarus.js';
import { probeFile, readProbe } from '../../src/7-simulate/probe.js';
import type { CompiledSimulation, RunResult, Simulator, StreamRequest } from '../../src/7-simulate/types.js';
import { compileVerilator } from '../../src/7-simulate/verilator.js';
import { benchFolder, removeBenchFolder } from './bench-folder.js';

const COMPILE = { verilator: compileVerilator, icarus: compileIcarus };
const SIMULATORS: Simulator[] = ['verilator', 'icarus'];
const ADDEND = 3; // in addend.mem
const NARROW = { lanes: 1, laneBits: 8 };
const WIDE = { lanes: 5, laneBits: 40 };

// A cache of its own: the first bench compiles Verilator's library, the others reuse it.
const cache = mkdtempSync(join(tmpdir(), 'narrowgate-test-cache-'));
process.env.NARROWGATE_CACHE = cache;

let folder: string;
const compiled = {} as Record<Simulator, CompiledSimulation>;

beforeAll(async () => {
  folder = benchFolder();
  await Promise.all(
    SIMULATORS.map(async (simulator) => {
      compiled[simulator] = await COMPILE[simulator](folder);
    }),
  );
}, 60_000);
afterAll(() => {
  removeBenchFolder(folder);
  rmSync(cache, { recursive: true, force: true });
});

/** Distinct numbers that use all bits of a lane. */
function codes(count: number, bits: number): number[] {
  return Array.from({ length: count }, (_, index) => (index * 2654435761 * 65599 + 12345) % 2 ** bits);
}

function narrow(select: number, count = 100): StreamRequest {
  return {
    ...{ select, device: `device ${select}`, inputBits: 8, outputBits: 8, expectedBeats: count },
    ...{ beats: packBeats(codes(count, 8), NARROW), timeoutCycles: 50 },
  };
}

const wideCodes = codes(2000, 39);
const wide: StreamRequest = {
  ...{ select: 1, device: 'device 1', inputBits: 200, outputBits: 200, expectedBeats: 400 },
  ...{ beats: packBeats(wideCodes, WIDE), timeoutCycles: 1000 },
};

/** What device 1 makes of the lanes: doubled, and the addend on the whole beat, which lane 0 takes. */
const doubled = wideCodes.map((code, index) => 2 * code + (index % WIDE.lanes === 0 ? ADDEND : 0));

describe.each(SIMULATORS)('%s', (simulator) => {
  const run = (request: StreamRequest): Promise<RunResult> => compiled[simulator].run(request);

  test('a full-rate stream takes one cycle per beat', async () => {
    const result = await run(narrow(0));
    expect(result.problem).toBeUndefined();
    expect([...unpackBeats(result.outputs, NARROW, false)]).toEqual(codes(100, 8));
    expect([...result.inputCycles]).toEqual(Array.from({ length: 100 }, (_, beat) => beat));
    expect([...result.outputCycles]).toEqual(Array.from({ length: 100 }, (_, beat) => beat + 1));
    expect([...result.last]).toEqual(Array.from({ length: 100 }, (_, beat) => (beat % 4 === 3 ? 1 : 0)));
    expect(result.cycles).toBe(101);
  });

  test.each([
    [0, 0],
    [70, 0],
    [0, 70],
    [40, 40],
    [95, 90],
  ])('a wide stream stays whole under stalls of %i and %i percent', async (stallIn, stallOut) => {
    const result = await run({ ...wide, stallIn, stallOut, seed: stallIn + stallOut });
    expect(result.problem).toBeUndefined();
    expect([...unpackBeats(result.outputs, WIDE, false)]).toEqual(doubled);
  });

  test('signed codes come back negative', async () => {
    const result = await run(narrow(0));
    expect([...unpackBeats(result.outputs, NARROW, true)]).toEqual([...Int8Array.from(codes(100, 8))]);
  });

  test('nothing in, nothing out', async () => {
    expect(await run(narrow(0, 0))).toMatchObject({ outcome: 'complete', cycles: 0 });
  });

  test('a deadlock is reported with its position', async () => {
    const { outcome, problem } = await run(narrow(2));
    expect(outcome).toBe('no_progress');
    expect(problem?.message).toBe(
      `device 2 made no progress for 50 cycles after 5 of 100 output beats, input 5 of 100 beats accepted (${simulator}, cycle 55)`,
    );
  });

  test('a sink that is never ready is no progress', async () => {
    expect((await run({ ...narrow(0), stallOut: 100 })).outcome).toBe('no_progress');
  });

  test.each([
    [3, 'valid_dropped'],
    [4, 'data_changed'],
    [5, 'surplus'],
  ])('device %i breaks the stream contract: %s', async (select, outcome) => {
    const result = await run({ ...narrow(select), stallOut: 50 });
    expect(result.outcome).toBe(outcome);
    expect(result.problem).toMatchObject({ code: 'simulation_protocol', exitCode: 1 });
  });

  test('a missing beat is no progress, however the rest went', async () => {
    const { problem } = await run({ ...narrow(0), expectedBeats: 101 });
    expect(problem?.message).toContain('100 of 101 output beats, input 100 of 100 beats accepted');
  });

  test('a design that ends the simulation is reported', async () => {
    await expect(run(narrow(7))).rejects.toThrow(/simulation_broke: (verilator|icarus) ended early while/);
  });

  test('the probe sees every beat', async () => {
    const probePrefix = join(folder, `probe-${simulator}`);
    await run({ ...wide, stallIn: 20, stallOut: 20, seed: 5, probePrefix });
    const lanes: number[] = [];
    const cycles: number[] = [];
    for await (const block of readProbe(probeFile(probePrefix, 7), WIDE)) {
      expect(block.unknown).toEqual([]);
      expect(block.firstBeat).toBe(cycles.length);
      lanes.push(...unpackBeats(block.beats, WIDE, false));
      cycles.push(...block.cycles);
    }
    expect(lanes).toEqual(wideCodes);
    expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
    const { inputCycles, outputCycles } = await run({ ...wide, stallIn: 20, stallOut: 20, seed: 5 });
    for (const [beat, cycle] of cycles.entries()) {
      expect(cycle).toBeGreaterThan(inputCycles[beat]);
      expect(cycle).toBeLessThan(outputCycles[beat]);
    }
  });

  test('the second compilation finds the first, also after other inputs and another memory image', async () => {
    expect(compiled[simulator].compiled).toBe(true);
    const again = await COMPILE[simulator](folder);
    expect(again.compiled).toBe(false);
    writeFileSync(join(folder, 'rtl/addend.mem'), '04\n');
    expect((await COMPILE[simulator](folder)).compiled).toBe(false);
    const result = await again.run({ ...wide, beats: wide.beats.subarray(0, 25), expectedBeats: 1 });
    expect(unpackBeats(result.outputs, WIDE, false)[0]).toBe(doubled[0] + 1);
    writeFileSync(join(folder, 'rtl/addend.mem'), '03\n');
  });

  test('a run can be cancelled', async () => {
    const cancelSignal = AbortSignal.timeout(100);
    const endless = { ...narrow(2), timeoutCycles: 2 ** 40, cancelSignal };
    await expect(run(endless)).rejects.toThrow(/abort/i);
  });

  test('a run can be limited in time', async () => {
    const endless = { ...narrow(2), timeoutCycles: 2 ** 40, timeoutSeconds: 0.2 };
    await expect(run(endless)).rejects.toThrow('tool_timed_out');
  });
});

test('the library of Verilator is kept for the next bench', () => {
  const kept = readdirSync(cache, { recursive: true }).map(String);
  expect(kept.filter((name) => name.endsWith('verilated.o'))).toHaveLength(1);
});

test('Icarus finds unknown bits in accepted beats', async () => {
  const { outcome, problem } = await compiled.icarus.run(narrow(6));
  expect(outcome).toBe('unknown');
  expect(problem?.message).toContain('holds x or z');
});

test.each([
  [0, 0],
  [50, 0],
  [30, 60],
])('both simulators number cycles alike under stalls of %i and %i percent', async (stallIn, stallOut) => {
  const request = { ...wide, stallIn, stallOut, seed: 77 };
  const [a, b] = await Promise.all(SIMULATORS.map((simulator) => compiled[simulator].run(request)));
  expect(a.outputCycles).toEqual(b.outputCycles);
  expect(a.inputCycles).toEqual(b.inputCycles);
  expect(a.last).toEqual(b.last);
});

test.each(SIMULATORS)('a compilation that fails in %s shows the first errors', async (simulator) => {
  const broken = benchFolder();
  writeFileSync(join(broken, 'rtl/broken.v'), 'module broken (input a);\n  assign = a;\nendmodule\n');
  await expect(COMPILE[simulator](broken)).rejects.toThrow(
    /simulation_compile_failed: [\s\S]*rtl\/broken\.v:2[\s\S]*error/i,
  );
  removeBenchFolder(broken);
});

test.each([
  { inputBits: 8, outputBits: 20 },
  { inputBits: 12, outputBits: 40 },
])(
  'ports of $inputBits and $outputBits bits',
  async (ports) => {
    const other = benchFolder(ports);
    const { inputBits } = ports;
    const stream = { lanes: 1, laneBits: inputBits };
    const fields = codes(50, inputBits);
    const request = { ...narrow(1), ...ports, beats: packBeats(fields, stream), expectedBeats: 50 };
    for (const simulator of SIMULATORS) {
      const result = await (await COMPILE[simulator](other)).run(request);
      const outputs = unpackBeats(result.outputs, { lanes: 1, laneBits: ports.outputBits }, false);
      expect([...outputs]).toEqual(fields.map((field) => (2 * field + ADDEND) % 2 ** inputBits));
    }
    removeBenchFolder(other);
  },
  40_000,
);
