import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countParts } from '../../src/8-resources/parts.js';
import { synthesizeParts } from '../../src/8-resources/synthesize.js';
import type { Netlist, SynthesisJob } from '../../src/8-resources/types.js';

const lut = { type: 'LUT4', connections: {} };
const instance = (type: string) => ({ type, connections: {} });

describe('LUTs by part', () => {
  it('count every instance, in the part of its module or of the one it is in', () => {
    const netlist: Netlist = {
      modules: {
        unit: {
          cells: { a: lut, b: instance('$paramod$12ab\\matrix_vector'), c: instance('threshold_search') },
        },
        '$paramod$12ab\\matrix_vector': {
          cells: {
            a: lut,
            b: lut,
            c: instance('$paramod\\rom\\WIDTH=4'),
            d: instance('booth_dot'),
            e: instance('booth_dot'),
          },
        },
        booth_dot: { cells: { a: lut, b: lut, c: lut } },
        '$paramod\\rom\\WIDTH=4': { cells: { a: lut, b: { type: 'RAM32M', connections: {} } } },
        threshold_search: { cells: { a: lut, b: instance('$paramod\\rom\\WIDTH=4') } },
      },
    };
    expect(countParts(netlist, 'unit', 'xc7')).toEqual({ array: 8, thresholds: 1, memory: 10, streams: 1 });
    expect(countParts(netlist, 'other', 'xc7')).toBeUndefined();
  });

  it('know the sums that are generated for a layer', () => {
    const sums = { cells: { a: lut } };
    const netlist: Netlist = {
      modules: { unit: { cells: { a: instance('net_fc_sums') } }, net_fc_sums: sums },
    };
    expect(countParts(netlist, 'unit', 'xc7')).toEqual({ array: 1, thresholds: 0, memory: 0, streams: 0 });
  });
});

const SOURCES = `
module matrix_vector #(parameter W = 8)(input clk, input [W-1:0] a, b, output reg [W-1:0] y);
  always @(posedge clk) y <= a + b;
endmodule
module unit(input clk, input [7:0] a, b, output reg [7:0] z);
  wire [7:0] y;
  matrix_vector #(.W(8)) array (clk, a, b, y);
  always @(posedge clk) z <= y ^ a;
endmodule
`;
const job: SynthesisJob = { name: 'u', top: 'unit', files: new Map([['u.v', SOURCES]]) };

describe('synthesis that keeps the parts apart', { timeout: 300_000 }, () => {
  let cacheDir: string;
  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'narrowgate-parts-'));
  });
  afterAll(() => rm(cacheDir, { recursive: true, force: true }));

  it.each(['xc7', 'ice40'] as const)('%s: an adder in the array, eight gates of glue', async (target) => {
    const [parts] = await synthesizeParts([job], target, { cacheDir });
    expect(parts.streams).toBe(8);
    expect(parts.array).toBeGreaterThanOrEqual(7);
    expect(parts.array).toBeLessThanOrEqual(8);
    expect(parts).toMatchObject({ thresholds: 0, memory: 0 });
    const cached: boolean[] = [];
    const onProgress = (each: { cached: boolean }) => void cached.push(each.cached);
    expect(await synthesizeParts([job], target, { cacheDir, onProgress })).toEqual([parts]);
    expect(cached).toEqual([true]);
  });
});
