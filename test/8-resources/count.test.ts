import { describe, expect, it } from 'vitest';
import { countResources } from '../../src/8-resources/count.js';
import type { Bit, Cell, NetlistModule } from '../../src/8-resources/types.js';

const OUTPUTS = new Set(['O', 'CO', 'Q']);

function cell(type: string, connections: Record<string, Bit[]>): Cell {
  const directions = Object.keys(connections).map((port) => [port, OUTPUTS.has(port) ? 'output' : 'input']);
  return { type, connections, port_directions: Object.fromEntries(directions) };
}

function module(cells: Cell[], outputs: Bit[] = []): NetlistModule {
  return {
    ports: { y: { direction: 'output', bits: outputs } },
    cells: Object.fromEntries(cells.map((each, index) => [`c${index}`, each])),
  };
}

const lut2 = (output: Bit) => cell('LUT2', { I0: [2], I1: [3], O: [output] });
const carry4 = (select: Bit[], sums: Bit[], carries: Bit[] = [90, 91, 92, 93]) =>
  cell('CARRY4', { S: select, DI: ['0', '0', '0', '0'], CI: ['0'], O: sums, CO: carries });

describe('cells of 7-series', () => {
  it('counts LUTs, inverters and memories as the LUTs they occupy', () => {
    const types = [
      'LUT1',
      'LUT6',
      'INV',
      'RAM32M',
      'RAM64M',
      'RAM64X1D',
      'RAM32X1D',
      'RAM128X1D',
      'SRL16E',
      'SRLC32E',
    ];
    const { lut, sites } = countResources(module(types.map((type) => cell(type, {}))), 'xc7');
    expect({ lut, sites }).toEqual({ lut: 3 + 4 + 4 + 2 + 2 + 4 + 1 + 1, sites: 21 });
  });

  it('counts block RAM in RAMB36, flip-flops, DSPs, and nothing for buffers', () => {
    const types = [
      'RAMB18E1',
      'RAMB36E1',
      'RAMB18E2',
      'FDRE',
      'FDSE',
      'FDCE',
      'FDPE',
      'FDRE_1',
      'DSP48E1',
      'DSP48E2',
      'BUFG',
    ];
    expect(countResources(module(types.map((type) => cell(type, {}))), 'xc7')).toEqual({
      lut: 0,
      sites: 0,
      ff: 5,
      dsp: 2,
      bram: 2,
      carry: 0,
    });
  });
});

describe('sites of carry chains', () => {
  it('are the LUTs when each position has its own', () => {
    const netlist = module(
      [lut2(10), lut2(11), lut2(12), lut2(13), carry4([10, 11, 12, 13], [20, 21, 22, 23])],
      [20, 21, 22, 23],
    );
    expect(countResources(netlist, 'xc7')).toMatchObject({ lut: 4, sites: 4, carry: 1 });
  });

  it('cost one more for S from a constant, a flip-flop, or a LUT that serves another position', () => {
    const flipFlop = cell('FDRE', { D: [5], Q: [30] });
    const netlist = module(
      [lut2(10), flipFlop, carry4([10, '1', 30, 10], [20, 21, 22, 23])],
      [20, 21, 22, 23],
    );
    expect(countResources(netlist, 'xc7')).toMatchObject({ lut: 1, sites: 1 + 3 });
  });

  it('take no positions above the last output that is read', () => {
    const unread = module([lut2(10), carry4([10, '0', '0', '0'], [20, 21, 22, 23])], [20]);
    expect(countResources(unread, 'xc7').sites).toBe(1);
    const carryOut = module([lut2(10), carry4([10, '0', '0', '0'], [20, 21, 22, 23])], [20, 91]);
    expect(countResources(carryOut, 'xc7').sites).toBe(2);
  });

  it('a constant at an output does not make an unread position used', () => {
    const netlist = module([lut2(10), carry4([10, '0', '0', '0'], [20, 'x', 'x', 'x'])], [20, 'x', '0']);
    expect(countResources(netlist, 'xc7').sites).toBe(1);
  });
});

describe('logic cells of iCE40', () => {
  const lut4 = (inputs: Bit[], output: Bit) =>
    cell('SB_LUT4', { I0: ['0'], I1: [inputs[0]], I2: [inputs[1]], I3: [inputs[2]], O: [output] });
  const carry = (a: Bit, b: Bit, carryIn: Bit, carryOut: Bit) =>
    cell('SB_CARRY', { I0: [a], I1: [b], CI: [carryIn], CO: [carryOut] });

  it('a carry shares the cell of the LUT with the same operands and carry-in', () => {
    const netlist = module([lut4([2, 3, 7], 20), carry(2, 3, 7, 8)], [20, 8]);
    expect(countResources(netlist, 'ice40')).toMatchObject({ lut: 1, sites: 1, carry: 1 });
  });

  it('a carry without such a LUT, or with a constant carry-in, takes its own', () => {
    const netlist = module([lut4([2, 3, '0'], 20), carry(2, 3, '0', 7), carry(4, 5, 7, 8)], [20, 8]);
    expect(countResources(netlist, 'ice40')).toMatchObject({ lut: 1, sites: 3 });
  });

  it('one LUT pairs with one carry', () => {
    const netlist = module([lut4([2, 3, 7], 20), carry(2, 3, 7, 8), carry(2, 3, 7, 9)], [20, 8, 9]);
    expect(countResources(netlist, 'ice40').sites).toBe(2);
  });

  it('a flip-flop shares the cell of a LUT that drives it alone', () => {
    const shared = module([lut4([2, 3, 4], 20), cell('SB_DFF', { D: [20], Q: [30] })], [30]);
    expect(countResources(shared, 'ice40')).toMatchObject({ sites: 1, ff: 1 });
    const apart = module(
      [lut4([2, 3, 4], 20), cell('SB_DFFSR', { D: [20], Q: [30] }), cell('SB_DFFE', { D: [2], Q: [31] })],
      [20, 30, 31],
    );
    expect(countResources(apart, 'ice40')).toMatchObject({ sites: 3, ff: 2 });
  });

  it('counts block RAM by the piece', () => {
    expect(countResources(module([cell('SB_RAM40_4K', {}), cell('SB_RAM40_4KNR', {})]), 'ice40').bram).toBe(
      2,
    );
  });
});
