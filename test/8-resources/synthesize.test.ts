import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../src/5-plan/types.js';
import { XILINX_MEMORY } from '../../src/8-resources/recipe.js';
import { synthesizeAll } from '../../src/8-resources/synthesize.js';
import type { SynthesisJob, SynthesisProgress } from '../../src/8-resources/types.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';

const ADDER = `module adder(input clk, input [7:0] a, b, output reg [7:0] y);
  always @(posedge clk) y <= a + b;
endmodule
`;
const ROM = `module rom(input clk, input [10:0] address, output reg [15:0] word);
  reg [15:0] words [0:2047];
  initial $readmemh("words.mem", words);
  always @(posedge clk) word <= words[address];
endmodule
`;
const WORDS = Array.from({ length: 2048 }, (_, index) => ((index * 40503) & 0xffff).toString(16)).join('\n');

const adder: SynthesisJob = { name: 'add', top: 'adder', files: new Map([['adder.v', ADDER]]) };
const rom: SynthesisJob = {
  name: 'weights',
  top: 'rom',
  files: new Map([
    ['words.mem', WORDS],
    ['rtl/rom.v', ROM],
  ]),
};

let cacheDir: string;
beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'narrowgate-cache-'));
});
afterAll(() => rm(cacheDir, { recursive: true, force: true }));

async function run(jobs: SynthesisJob[], target: Target, directory = cacheDir) {
  const progress: SynthesisProgress[] = [];
  const onProgress = (each: SynthesisProgress) => void progress.push(each);
  return { results: await synthesizeAll(jobs, target, { cacheDir: directory, onProgress }), progress };
}

const ADDER_XILINX = { lut: 8, sites: 8, ff: 8, dsp: 0, bram: 0, carry: 2 };

describe('synthesis', { timeout: 180_000 }, () => {
  it('xc7: an 8-bit adder is 8 LUTs and 2 CARRY4, a 32-kbit ROM one RAMB36; equal jobs run once', async () => {
    const { results, progress } = await run([adder, rom, { ...adder, name: 'again' }], 'xc7');
    expect(results).toEqual([
      { name: 'add', ...ADDER_XILINX },
      { name: 'weights', lut: 0, sites: 0, ff: 0, dsp: 0, bram: 1, carry: 0 },
      { name: 'again', ...ADDER_XILINX },
    ]);
    expect(progress.map(({ done, total, cached }) => [done, total, cached]).sort()).toEqual(
      expect.arrayContaining([[3, 3, expect.any(Boolean)]]),
    );
    expect(progress.find(({ name }) => name === 'again')).toMatchObject({ cached: true, seconds: 0 });
    expect(await readdir(cacheDir)).toHaveLength(2); // two entries, no temporary files

    const second = await run([rom, adder], 'xc7');
    expect(second.results.map(({ name, lut }) => [name, lut])).toEqual([
      ['weights', 0],
      ['add', 8],
    ]);
    expect(second.progress.every(({ cached }) => cached)).toBe(true);
  });

  it('xcup: the ROM takes a RAMB36E2', async () => {
    const { results } = await run([rom], 'xcup');
    expect(results).toEqual([{ name: 'weights', lut: 0, sites: 0, ff: 0, dsp: 0, bram: 1, carry: 0 }]);
  });

  it.each([
    ['xc7', 11],
    ['xcup', 22], // two lanes need 27 bits at 22
  ] as const)(
    '%s: a dsp_lane is one DSP block and nothing else, other products are LUTs',
    async (target, field) => {
      const lane: SynthesisJob = {
        name: 'lane',
        top: 'pair',
        files: new Map([
          ['dsp_lane.v', readFileSync(join(import.meta.dirname, '../../hw/dsp_lane.v'), 'utf8')],
          [
            'pair.v',
            `module pair(input clk, input enable, input first, input [9:0] digits, input [4:0] a, input [${2 * field - 1}:0] start,
  output [${2 * field - 1}:0] sum, output reg [9:0] product);
  dsp_lane #(.FIELD(${field}), .SUM_W(${2 * field})) lane (.clk(clk), .enable(enable), .sum_enable(enable), .first(first),
    .digits(digits), .activation(a), .addend(start), .sum(sum));
  always @(posedge clk) product <= digits[4:0] * a;
endmodule
`,
          ],
        ]),
      };
      const { results } = await run([lane], target);
      expect(results).toMatchObject([{ dsp: 1, ff: 10, lut: expect.any(Number) }]);
      expect(results[0].lut).toBeGreaterThan(10);
    },
  );

  it('ice40: reports every unit that Yosys rejects, and keeps the others', async () => {
    const broken: SynthesisJob = {
      name: 'fc1',
      top: 'fc1',
      files: new Map([['fc1.v', 'module fc1(input a;\nendmodule\n']]),
    };
    const topless: SynthesisJob = { name: 'fc2', top: 'missing', files: new Map([['adder.v', ADDER]]) };
    const error = await run([broken, adder, topless], 'ice40').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NarrowgateError);
    const { diagnostics } = error as NarrowgateError;
    expect(diagnostics.map(({ code }) => code)).toEqual(['synthesis_failed', 'synthesis_failed']);
    expect(diagnostics[0].message).toMatch(/^Yosys stopped in unit 'fc1': .*fc1\.v:1: ERROR: syntax error/);
    expect(diagnostics[1].message).toMatch(/^Yosys stopped in unit 'fc2': .*missing/);
    expect(diagnostics[0].message).not.toMatch(/\n|wasm|at .*\.js/);

    const { results, progress } = await run([adder], 'ice40'); // 7 carries share LUTs but the first
    expect(results).toEqual([{ name: 'add', lut: 8, sites: 9, ff: 8, dsp: 0, bram: 0, carry: 7 }]);
    expect(progress).toMatchObject([{ cached: true }]);
  });

  it('goes on with one warning when the cache cannot be written', async () => {
    const file = join(cacheDir, 'a-file');
    await writeFile(file, '');
    const { results, progress } = await run([adder], 'ice40', join(file, 'cache'));
    expect(results[0].lut).toBe(8);
    expect(progress.filter(({ warning }) => warning)).toHaveLength(1);
    expect(progress[0].warning).toMatch(/going on without a cache/);
    await rm(file);
  });

  it.each(['xc7', 'xcup'] as const)('%s: maps memories as synth_xilinx does', async (family) => {
    const { libmap, lutRam } = XILINX_MEMORY[family];
    const log = await logUntil(lutRam, `synth_xilinx -family ${family} -run map_memory:map_ffram`);
    const commands = [...log.matchAll(/^yosys> ((memory_libmap|techmap).*)$/gm)].map(
      ([, command]) => command,
    );
    expect(commands).toEqual([libmap, lutRam]);
  });
});

/** Run a command of Yosys with echo on an empty design, and abort once the log holds `text`. */
async function logUntil(text: string, command: string): Promise<string> {
  const { runYosys } = await import('@yowasp/yosys');
  let log = '';
  const stdout = (bytes: Uint8Array | null) => {
    if (bytes) log += Buffer.from(bytes).toString();
    if (log.includes(`${text}\n`)) throw new Error('seen');
  };
  const script = `read_verilog a.v; hierarchy -top a; echo on; ${command}`;
  try {
    await runYosys(['-p', script], { 'a.v': 'module a; endmodule' }, { stdout, stderr: null });
  } catch {
    // the abort above
  }
  return log;
}
