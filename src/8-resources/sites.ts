/** LUT sites that carry chains and flip-flops take beyond the LUTs themselves, as the silicon packs them. */
import { isLogicLut } from './cells.js';
import type { Bit, Cell, NetlistModule } from './types.js';

/**
 * Carry positions of CARRY4 and CARRY8 that need a LUT site of their own.
 *
 * A position's S pin can only be driven by the LUT of the same site. So a LUT is the own LUT of one position that it
 * drives; S driven by a constant, a flip-flop, a port, a memory, or a LUT that already serves another position, takes
 * one more LUT as a feed-through. Positions above the last output that is read are free.
 */
export function xilinxExtraSites(module: NetlistModule): number {
  const cells = Object.values(module.cells);
  const lutOutputs = outputsOfLuts(cells);
  const read = readNets(module);
  const served = new Set<Bit>(); // nets of LUTs that sit at a carry position
  let extra = 0;
  for (const cell of cells) {
    if (cell.type !== 'CARRY4' && cell.type !== 'CARRY8') continue;
    const select = cell.connections.S ?? [];
    for (const net of select.slice(0, usedPositions(cell, read))) {
      if (lutOutputs.has(net) && !served.has(net)) served.add(net);
      else extra += 1;
    }
  }
  return extra;
}

/** Positions of a carry cell up to the last one whose sum or carry something reads. */
function usedPositions(cell: Cell, read: ReadonlySet<Bit>): number {
  const { O: sums = [], CO: carries = [] } = cell.connections;
  const lastRead = (nets: readonly Bit[]) => nets.findLastIndex((net) => read.has(net));
  return Math.max(lastRead(sums), lastRead(carries)) + 1;
}

/**
 * Logic cells of an iCE40 beyond its LUTs, modelled on the packer of nextpnr-ice40.
 *
 * An SB_CARRY shares the logic cell of a LUT whose I1, I2 and I3 are the carry's I0, I1 and CI, CI not a constant.
 * A flip-flop shares the logic cell of the LUT that drives D and nothing else.
 */
export function ice40ExtraSites(module: NetlistModule): number {
  const cells = Object.values(module.cells);
  return unpairedCarries(cells) + unpairedFlipFlops(module, cells);
}

function unpairedCarries(cells: readonly Cell[]): number {
  const key = (nets: (Bit | undefined)[]) => nets.join(' ');
  const free = new Map<string, number>(); // pins I1 I2 I3 -> LUTs not yet paired
  for (const { type, connections: pins } of cells) {
    if (type !== 'SB_LUT4') continue;
    const inputs = key([pins.I1?.[0], pins.I2?.[0], pins.I3?.[0]]);
    free.set(inputs, (free.get(inputs) ?? 0) + 1);
  }
  let extra = 0;
  for (const { type, connections: pins } of cells) {
    if (type !== 'SB_CARRY') continue;
    const inputs = key([pins.I0?.[0], pins.I1?.[0], pins.CI?.[0]]);
    const left = free.get(inputs) ?? 0;
    if (typeof pins.CI?.[0] === 'number' && left > 0) free.set(inputs, left - 1);
    else extra += 1;
  }
  return extra;
}

function unpairedFlipFlops(module: NetlistModule, cells: readonly Cell[]): number {
  const lutOutputs = outputsOfLuts(cells);
  const readers = new Map<Bit, number>();
  for (const net of readPins(module)) readers.set(net, (readers.get(net) ?? 0) + 1);
  let extra = 0;
  for (const { type, connections } of cells) {
    if (!type.startsWith('SB_DFF')) continue;
    const data = connections.D?.[0];
    if (data === undefined || !lutOutputs.has(data) || readers.get(data) !== 1) extra += 1;
  }
  return extra;
}

function outputsOfLuts(cells: readonly Cell[]): Set<Bit> {
  const nets = cells
    .filter(({ type }) => isLogicLut(type))
    .flatMap(({ connections: pins }) => [...(pins.O ?? pins.O6 ?? [])]);
  return new Set(nets);
}

function readNets(module: NetlistModule): Set<Bit> {
  const nets = new Set(readPins(module));
  for (const constant of ['0', '1', 'x', 'z']) nets.delete(constant);
  return nets;
}

/** The net of every pin that reads: inputs of cells, outputs of the module. */
function* readPins(module: NetlistModule): Generator<Bit> {
  for (const port of Object.values(module.ports ?? {})) if (port.direction !== 'input') yield* port.bits;
  for (const { connections, port_directions: directions = {} } of Object.values(module.cells))
    for (const [port, nets] of Object.entries(connections)) if (directions[port] !== 'output') yield* nets;
}
