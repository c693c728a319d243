/**
 * recorded/: examples/tiny-mlp on the ice40up5k as nextpnr 0.8.621 reported it (seed 1). Of the placed netlist, the
 * harness's cells and some others are kept, without their connections.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { excesses, readPath, readPlacedDesign } from '../../../src/8-resources/place-and-route/report.js';

const recorded = (name: string) => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');

const NET = 'network.unit_fc1';

/** A segment from one cell to another, or inside one. */
function segment(type: string, delay: number, from: [string, string], to: [string, string]) {
  return { type, delay, from: { cell: from[0], port: from[1] }, to: { cell: to[0], port: to[1] } };
}

describe('a recorded report', () => {
  const design = readPlacedDesign(recorded('report.json'), recorded('placed.json'));

  it('gives the clock, and the path that sets it', () => {
    expect(design).toEqual({
      clockMHz: 29.77,
      criticalPath: {
        unit: 'hidden',
        part: 'array',
        delayNs: 33.59,
        from: 'unit_hidden.array.engine.activations',
        to: 'unit_hidden.array.engine.gen_pe[0].gen_array.genblk1.gen_booth.array.tree.genblk1.gen_digits.gen_digit[0].part',
        adders: 7,
      },
      cells: {
        logicCells: { used: 1428, available: 5280 },
        bram: { used: 0, available: 30 },
        dsp: { used: 0, available: 8 },
        harness: 116,
      },
    });
    expect(1000 / design.criticalPath.delayNs).toBeCloseTo(design.clockMHz, 1);
  });

  it('counts the cells of the harness apart', () => {
    const { utilization } = JSON.parse(recorded('report.json')) as {
      utilization: { ICESTORM_LC: { used: number } };
    };
    expect(design.cells.harness).toBeGreaterThan(0);
    expect(design.cells.logicCells.used + design.cells.harness).toBe(utilization.ICESTORM_LC.used);
  });

  it('without a path between registers is refused', () => {
    const report = JSON.parse(recorded('report.json')) as { critical_paths: { from: string }[] };
    const unclocked = { ...report, fmax: {} };
    const open = {
      ...report,
      critical_paths: report.critical_paths.filter(({ from }) => from === '<async>'),
    };
    for (const each of [unclocked, open])
      expect(() => readPlacedDesign(JSON.stringify(each), recorded('placed.json'))).toThrow(
        /no path between/,
      );
  });
});

describe('a path', () => {
  it('lies where most of its delay is; a wire counts to the cell that it leads to', () => {
    const rom = `${NET}.array.engine.gen_pe[0].weight_rom.memory.0.0_RAM`;
    const lut = `${NET}.array.engine.gen_pe[0].array.sum_SB_LUT4_O_1_LC`;
    const segments = [
      segment('clk-to-q', 2.1, [rom, 'RDATA_1'], [rom, 'RDATA_1']),
      segment('routing', 2, [rom, 'RDATA_1'], [lut, 'I0']),
      segment('setup', 0.4, [lut, 'I0'], [lut, 'I0']),
    ];
    expect(readPath(segments)).toEqual({
      unit: 'fc1',
      part: 'array',
      delayNs: 4.5,
      from: 'unit_fc1.array.engine.gen_pe[0].weight_rom.memory.0.0',
      to: 'unit_fc1.array.engine.gen_pe[0].array.sum',
      adders: 0,
    });
  });

  it('names the part with the most delay of the unit with the most delay', () => {
    const a = 'network.unit_fc2.array.engine.a_LC';
    const b = `${NET}.requantise.b_LC`;
    const c = `${NET}.output_register.c_LC`;
    const at = (cell: string, delay: number) => segment('logic', delay, [cell, 'I0'], [cell, 'O']);
    expect(readPath([at(a, 5), at(b, 3), at(c, 4)])).toMatchObject({ unit: 'fc1', part: 'stream' });
    expect(readPath([at(a, 8), at(b, 3), at(c, 4)])).toMatchObject({ unit: 'fc2', part: 'array' });
  });

  it('enters a carry chain once, however long it is; cells of nextpnr itself count to what went before', () => {
    const lut = (index: number) => `${NET}.requantise.sum_SB_LUT4_O_${index}_LC`;
    const segments = [
      segment('clk-to-q', 1, [lut(0), 'O'], [lut(0), 'O']),
      segment('logic', 1, [lut(1), 'I1'], [lut(1), 'COUT']),
      segment('logic', 1, [lut(2), 'CIN'], [lut(2), 'COUT']),
      segment('logic', 9, ['$nextpnr_ICESTORM_LC_3', 'CIN'], ['$nextpnr_ICESTORM_LC_3', 'COUT']),
      segment('logic', 1, [lut(3), 'I2'], [lut(3), 'COUT']),
      segment('setup', 1, [lut(4), 'I3'], [lut(4), 'I3']),
    ];
    expect(readPath(segments)).toMatchObject({ unit: 'fc1', part: 'requantise', delayNs: 14, adders: 2 });
  });

  it('can be one of the harness', () => {
    const [a, b] = ['stimulus_SB_DFF_Q_1_DFFLC', 'stimulus_SB_DFF_Q_2_DFFLC'];
    const path = readPath([
      segment('clk-to-q', 1, [a, 'O'], [a, 'O']),
      segment('routing', 1, [a, 'O'], [b, 'I0']),
    ]);
    expect(path).toMatchObject({ unit: 'harness', part: 'harness', from: 'stimulus' });
  });
});

describe('what does not fit', () => {
  const LOG = `Info: Device utilisation:
Info: \t         ICESTORM_LC:    2985/   1280   233%
Info: \t        ICESTORM_RAM:      21/     16   131%
Info: \t               SB_IO:       3/    112     2%
Info: \t               SB_GB:       8/      8   100%

ERROR: Unable to place cell 'x', no BELs remaining to implement cell type 'ICESTORM_RAM'
`;

  it('is read from the table of utilisation', () => {
    expect(excesses(LOG)).toEqual([
      { resource: 'logic cells', used: 2985, available: 1280 },
      { resource: 'block RAMs', used: 21, available: 16 },
    ]);
  });

  it('is nothing in a log without a table, or with one that holds', () => {
    expect(excesses('ERROR: no such device\n')).toEqual([]);
    expect(excesses(LOG.replaceAll('1280', '2985').replace('16 ', '21 '))).toEqual([]);
  });
});
