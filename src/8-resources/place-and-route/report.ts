/** nextpnr's report and placed netlist, as far as they are read here. */
import { isHarnessCell } from './harness.js';
import { locate, type PathPart, type Place, readableName } from './locate.js';

export interface CriticalPath {
  readonly unit: string; // in which most of the delay lies
  readonly part: PathPart; // of that unit
  readonly delayNs: number;
  readonly from: string; // where it starts
  readonly to: string; // where it ends
  readonly adders: number; // carry chains that it enters: adders, subtractors, comparators
}

export interface CellCount {
  readonly used: number;
  readonly available: number;
}

export interface PlacedCells {
  readonly logicCells: CellCount;
  readonly bram: CellCount;
  readonly dsp?: CellCount; // of devices that have any
  readonly harness: number; // logic cells that the harness takes beside them
}

/** One run of nextpnr. */
export interface PlacedDesign {
  readonly clockMHz: number;
  readonly criticalPath: CriticalPath;
  readonly cells: PlacedCells;
}

interface Pin {
  readonly cell?: string;
  readonly port?: string;
}

interface Segment {
  readonly delay: number; // ns
  readonly type: string; // clk-to-q, logic, routing, setup
  readonly from: Pin;
  readonly to: Pin;
}

interface Report {
  readonly fmax: Readonly<Record<string, { readonly achieved: number }>>; // clock net -> MHz
  readonly critical_paths: readonly {
    readonly from: string;
    readonly to: string;
    readonly path: readonly Segment[];
  }[];
  readonly utilization: Readonly<Record<string, CellCount | undefined>> &
    Readonly<Record<'ICESTORM_LC' | 'ICESTORM_RAM', CellCount>>;
}

interface PlacedNetlist {
  readonly modules: Readonly<
    Record<string, { readonly cells: Readonly<Record<string, { readonly type: string }>> }>
  >;
}

/** The clock port of the harness; nextpnr appends the buffers on its way. */
const CLOCK = /^clk\b/;

/**
 * Clock, critical path and cells of a placed design.
 *
 * @param report text of nextpnr's --report
 * @param placed text of nextpnr's --write
 * @throws Error when the report has no clock or no path between registers
 */
export function readPlacedDesign(report: string, placed: string): PlacedDesign {
  const { fmax, critical_paths: paths, utilization } = JSON.parse(report) as Report;
  const clock = Object.keys(fmax).find((name) => CLOCK.test(name));
  const path = paths.find(
    ({ from, to }) => clock !== undefined && from.includes(clock) && to.includes(clock),
  );
  if (clock === undefined || !path) throw new Error('its report has no path between two registers');
  const harness = harnessCells(placed);
  const { ICESTORM_LC: logic, ICESTORM_RAM: bram, ICESTORM_DSP: dsp } = utilization;
  return {
    clockMHz: rounded(fmax[clock].achieved, 2),
    criticalPath: readPath(path.path),
    cells: {
      logicCells: { used: logic.used - harness, available: logic.available },
      bram: { used: bram.used, available: bram.available },
      dsp: dsp && { used: dsp.used, available: dsp.available },
      harness,
    },
  };
}

/** Attribute a path to the unit and part in which most of its delay lies. A wire counts to the cell that it leads to. */
export function readPath(segments: readonly Segment[]): CriticalPath {
  const delays = new Map<string, { place: Place; delay: number }>();
  let here = segments.map(({ to }) => locate(to.cell ?? '')).find(Boolean);
  for (const { to, delay } of segments) {
    here = locate(to.cell ?? '') ?? here;
    if (!here) continue;
    const key = `${here.unit}.${here.part}`;
    delays.set(key, { place: here, delay: (delays.get(key)?.delay ?? 0) + delay });
  }
  const all = [...delays.values()];
  const unit = largest(all, ({ place }) => place.unit);
  const part = largest(
    all.filter(({ place }) => place.unit === unit),
    ({ place }) => place.part,
  );
  return {
    unit,
    part,
    delayNs: rounded(
      segments.reduce((sum, { delay }) => sum + delay, 0),
      2,
    ),
    from: readableName(segments[0].from.cell ?? ''),
    to: readableName(segments[segments.length - 1].to.cell ?? ''),
    adders: segments.filter(({ from, to }) => to.port === 'COUT' && from.port !== 'CIN').length,
  };
}

/** The name with the largest sum of delays. */
function largest<Name extends string>(
  delays: readonly { place: Place; delay: number }[],
  name: (each: { place: Place }) => Name,
): Name {
  const sums = new Map<Name, number>();
  for (const each of delays) sums.set(name(each), (sums.get(name(each)) ?? 0) + each.delay);
  return [...sums].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

function harnessCells(placed: string): number {
  const [{ cells }] = Object.values((JSON.parse(placed) as PlacedNetlist).modules);
  return Object.entries(cells).filter(([name, { type }]) => type === 'ICESTORM_LC' && isHarnessCell(name))
    .length;
}

/** A resource that the design needs more of than the device has. */
export interface Excess {
  readonly resource: string;
  readonly used: number;
  readonly available: number;
}

const RESOURCES: Readonly<Record<string, string>> = {
  ICESTORM_LC: 'logic cells',
  ICESTORM_RAM: 'block RAMs',
  ICESTORM_DSP: 'DSP blocks',
  SB_GB: 'global buffers',
};

/** What does not fit, from the table of utilisation in nextpnr's log. */
export function excesses(log: string): Excess[] {
  return [...log.matchAll(/^Info:\s+(\w+):\s+(\d+)\/\s*(\d+)\s+\d+%/gm)]
    .map(([, type, used, available]) => ({
      resource: RESOURCES[type] ?? type,
      used: Number(used),
      available: Number(available),
    }))
    .filter(({ used, available }) => used > available);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
