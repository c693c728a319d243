/**
 * From the name of a placed cell to the unit and the part that it belongs to.
 *
 * Yosys joins instance names with dots when it flattens, and names what mapping creates after a neighbour:
 * `network.unit_fc1.array.engine.gen_pe[0].weight_rom.data_SB_LUT4_I0_O_SB_LUT4_O_1`. nextpnr appends what it packed
 * the cell into (_LC, _DFFLC, _RAM). So a cell at the border of two parts may carry either name.
 */
import { isHarnessCell, NETWORK_INSTANCE } from './harness.js';

/** array: products and sums; requantise: step functions; memory: ROMs; stream: buffers, width changes, handshakes. */
export type PathPart = 'array' | 'requantise' | 'memory' | 'stream' | 'harness';

export interface Place {
  readonly unit: string; // layer, 'input' or 'output'; 'top' between units, 'harness' outside the network
  readonly part: PathPart;
}

/** Instances inside a unit's array that only move data. */
const MOVES = /^(vectors|\w+_(width|register|fifo))/;

/** Where a cell lies; undefined for what nextpnr made itself, such as the cells that lead into carry chains. */
export function locate(cell: string): Place | undefined {
  const [instance, unit, ...inner] = cell.replace(/^\$gbuf_/, '').split('.');
  if (isHarnessCell(instance)) return { unit: 'harness', part: 'harness' };
  if (instance !== NETWORK_INSTANCE) return undefined;
  if (inner.length === 0) return { unit: 'top', part: 'stream' };
  return { unit: unit.replace(/^unit_/, ''), part: partOf(inner) };
}

function partOf(path: readonly string[]): PathPart {
  if (path.slice(0, -1).some((name) => /(^|_)rom$/.test(name))) return 'memory';
  if (path[0].startsWith('requantise')) return 'requantise';
  return path[0] === 'array' && path.length > 1 && !MOVES.test(path[1]) ? 'array' : 'stream';
}

/** A cell's name without the instance of the network and without what mapping and packing appended. */
export function readableName(cell: string): string {
  return cell
    .replace(/^\$gbuf_/, '')
    .replace(new RegExp(`^${NETWORK_INSTANCE}\\.`), '')
    .replace(/_SB_[A-Z].*$/, '')
    .replace(/_(LC|DFFLC|RAM|CARRY)$/, '');
}
