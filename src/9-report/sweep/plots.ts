/** The pictures of a sweep, as Vega-Lite specifications. */
import type { TopLevelSpec } from 'vega-lite';
import { formatCount } from '../compare.js';
import { POLICY_COLOURS, SURFACE, specification } from '../html/plot-frame.js';
import { type Measured, nearFloat, PARTS, paretoFront } from './types.js';

const HEIGHT = 320; // px

/** What one line connects: a method at one width of weights. */
function series({ point }: Measured): string {
  return `${point.method} W${point.weightBits}A${point.activationBits}`;
}

function colour(rows: readonly Measured[]) {
  const domain = [...new Set(rows.map(series))];
  const range = domain.map((_, index) => POLICY_COLOURS[(index * 2 + 7) % POLICY_COLOURS.length]);
  return { field: 'series', type: 'nominal', scale: { domain, range } };
}

/** Percent of samples, and a range that shows the differences. */
function accuracyAxis(rows: readonly Measured[], floatAccuracy: number) {
  const values = [...rows.map(({ result }) => result.accuracy), floatAccuracy].map((each) => 100 * each);
  const margin = Math.max(0.5, (Math.max(...values) - Math.min(...values)) * 0.08);
  const domain = [Math.max(0, Math.min(...values) - margin), Math.min(100, Math.max(...values) + margin)];
  return {
    field: 'accuracy',
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: { title: 'accuracy, %', tickCount: 6 },
  };
}

function floatRule(floatAccuracy: number, y: object) {
  return {
    data: { values: [{ accuracy: 100 * floatAccuracy }] },
    mark: { type: 'rule', stroke: 'currentColor', opacity: 0.5, strokeDash: [4, 4] },
    encoding: { y },
  };
}

function valuesOf(rows: readonly Measured[]) {
  return rows.map((row) => ({
    series: series(row),
    label: String(row.point.accumulator),
    accumulator: row.point.accumulator,
    accuracy: 100 * row.result.accuracy,
    sparsity: 100 * row.result.sparsity,
    lut: row.result.lut,
  }));
}

const DOTS = { type: 'circle', size: 110, opacity: 1, stroke: SURFACE, strokeWidth: 1.5 };
const LABELS = { type: 'text', dy: -12, fontSize: 11, fill: 'currentColor' };

/** Accuracy against LUTs of the points near the float accuracy, labelled by the accumulator, with the Pareto front. */
export function lutPlot(all: readonly Measured[], floatAccuracy: number): TopLevelSpec {
  const rows = nearFloat(all, floatAccuracy);
  const y = accuracyAxis(rows, floatAccuracy);
  const x = {
    field: 'lut',
    type: 'quantitative',
    scale: { zero: false, nice: true },
    axis: { title: 'LUTs of the whole network', tickCount: 6 },
  };
  const front = {
    data: { values: valuesOf(paretoFront(rows)) },
    mark: { type: 'line', interpolate: 'step-after', stroke: 'currentColor', opacity: 0.45, strokeWidth: 2 },
    encoding: { x, y },
  };
  return specification(
    HEIGHT,
    [
      floatRule(floatAccuracy, y),
      front,
      { mark: DOTS, encoding: { x, y, color: colour(rows) } },
      { mark: LABELS, encoding: { x, y, text: { field: 'label' } } },
    ],
    valuesOf(rows),
  );
}

/** Accuracy against the width of the accumulators, a line for each series. */
export function accumulatorPlot(rows: readonly Measured[], floatAccuracy: number): TopLevelSpec {
  const y = accuracyAxis(rows, floatAccuracy);
  return specification(HEIGHT, [floatRule(floatAccuracy, y), ...lines(rows, y)], valuesOf(rows));
}

/** Part of the weights that are zero against the width of the accumulators. */
export function sparsityPlot(rows: readonly Measured[]): TopLevelSpec {
  const axis = { title: 'zero weights, %', tickCount: 6 };
  const y = { field: 'sparsity', type: 'quantitative', scale: { domain: [0, 100] }, axis };
  return specification(220, lines(rows, y), valuesOf(rows));
}

function lines(rows: readonly Measured[], y: object) {
  const values = [...new Set(rows.map(({ point }) => point.accumulator))].sort((a, b) => a - b);
  const axis = { title: 'accumulator bits', values, format: 'd', labelFlush: false };
  const scale = { zero: false, nice: false, padding: 12 };
  const x = { field: 'accumulator', type: 'quantitative', scale, axis };
  return [
    { mark: { type: 'line', strokeWidth: 2 }, encoding: { x, y, color: colour(rows) } },
    { mark: DOTS, encoding: { x, y, color: colour(rows) } },
  ];
}

/** LUTs of each point by what they are for. */
export function partsPlot(rows: readonly Measured[]): TopLevelSpec | undefined {
  const values = rows.flatMap(({ point, result: { parts } }) => {
    if (!parts) return [];
    let end = 0;
    const total = PARTS.reduce((sum, part) => sum + parts[part], 0);
    const segments = PARTS.map((part) => {
      const start = end;
      end += parts[part];
      return { point: point.name, part, start, end, total: '' };
    });
    return [...segments, { point: point.name, end: total, total: formatCount(total) }];
  });
  if (values.length === 0) return undefined;
  const order = rows.map(({ point }) => point.name);
  const longest = Math.max(1, ...values.map(({ end }) => end)) * 1.1; // room for the figures behind the bars
  const y = { field: 'point', type: 'nominal', sort: order, title: null };
  const axis = { title: 'LUTs', tickCount: 6 };
  const x = { field: 'start', type: 'quantitative', scale: { domain: [0, longest], nice: false }, axis };
  const range = [POLICY_COLOURS[7], POLICY_COLOURS[2], POLICY_COLOURS[3], POLICY_COLOURS[0]];
  const parts = { field: 'part', type: 'nominal', scale: { domain: PARTS, range } };
  return specification(
    { step: 26 },
    [
      {
        transform: [{ filter: 'isValid(datum.part)' }],
        mark: { type: 'bar', height: 16 },
        encoding: { y, x, x2: { field: 'end' }, color: parts },
      },
      {
        transform: [{ filter: '!isValid(datum.part)' }],
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 11, fill: 'currentColor' },
        encoding: { y, x: { field: 'end', type: 'quantitative' }, text: { field: 'total' } },
      },
    ],
    values,
  );
}
