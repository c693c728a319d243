/** The plots of a comparison, as Vega-Lite specifications. */
import type { TopLevelSpec } from 'vega-lite';
import { type Comparison, formatChange, formatCount, policyName, savedPercent } from '../compare.js';
import { colour, PLOT_WIDTH, SURFACE, specification } from './plot-frame.js';

const LABEL_WIDTH = 6.6; // px per character of a label, font size 11

/** One bar per policy, a segment per layer, the total and its change behind it. */
export function totalsPlot(comparison: Comparison): TopLevelSpec {
  const { rows, widest } = comparison;
  const order = rows.map(({ accumulator }) => policyName(accumulator));
  const longest = Math.max(1, ...rows.map(({ lut }) => lut)) * 1.22; // room for the figures behind the bars
  const values = rows.flatMap((row) => {
    const policy = policyName(row.accumulator);
    let end = 0;
    const segments = row.layers.map(({ name, lut }) => {
      const start = end;
      end += lut;
      const fits = (lut / longest) * PLOT_WIDTH > name.length * LABEL_WIDTH + 8;
      return { policy, start, end, middle: (start + end) / 2, label: fits ? name : '', total: '' };
    });
    const change = row === widest ? '' : `  (${formatChange(widest.lut, row.lut)})`;
    return [
      ...segments,
      { policy, start: end, end: Math.max(end, row.lut), total: `${formatCount(row.lut)}${change}` },
    ];
  });
  const y = { field: 'policy', type: 'nominal', sort: order, title: null };
  const axis = { title: 'LUTs, one segment per layer', tickCount: 6 };
  const x = { field: 'start', type: 'quantitative', scale: { domain: [0, longest], nice: false }, axis };
  const text = { type: 'text', fontSize: 11 };
  return specification(
    { step: 46 },
    [
      {
        mark: { type: 'bar', height: 30, stroke: SURFACE, strokeWidth: 1.5 },
        encoding: { y, x, x2: { field: 'end' }, color: colour(comparison, false) },
      },
      {
        mark: { ...text, fill: '#ffffff', fontWeight: 600 },
        encoding: { y, x: { field: 'middle', type: 'quantitative' }, text: { field: 'label' } },
      },
      {
        mark: { ...text, align: 'left', dx: 8, fontSize: 13, fontWeight: 600, fill: 'currentColor' },
        encoding: { y, x: { field: 'end', type: 'quantitative' }, text: { field: 'total' } },
      },
    ],
    values,
  );
}

/** LUTs of each layer, a bar per policy. */
export function layersPlot(comparison: Comparison): TopLevelSpec {
  const { rows } = comparison;
  const values = rows.flatMap(({ accumulator, layers }) =>
    layers.map(({ name, lut }) => ({ layer: name, policy: policyName(accumulator), lut })),
  );
  const order = rows.map(({ accumulator }) => policyName(accumulator));
  const y = { field: 'layer', type: 'nominal', sort: null, title: null, scale: { paddingInner: 0.32 } };
  const offset = { field: 'policy', sort: order };
  const x = { field: 'lut', type: 'quantitative', axis: { title: 'LUTs', tickCount: 6 } };
  const bars = {
    mark: { type: 'bar' },
    encoding: { y, yOffset: offset, x, color: colour(comparison, true) },
  };
  return specification({ step: 13 }, [bars], values);
}

/** Accumulator bits of each layer: a dot per policy on one line. */
export function bitsPlot(comparison: Comparison): TopLevelSpec | undefined {
  const values = bitsPoints(comparison);
  if (values.length === 0) return undefined;
  const most = Math.max(...values.map(({ bits }) => bits));
  const y = { field: 'layer', type: 'nominal', sort: null, title: null };
  const axis = { title: 'accumulator bits', tickMinStep: 1, tickCount: 8, format: 'd' };
  const x = { field: 'bits', type: 'quantitative', scale: { domain: [0, most + 2], nice: false }, axis };
  const label = { type: 'text', dy: -14, fontSize: 11, fill: 'currentColor' };
  return specification(
    { step: 44 },
    [
      {
        mark: { type: 'rule', stroke: 'currentColor', opacity: 0.3, strokeWidth: 2 },
        encoding: { y, x: { field: 'bits', aggregate: 'min' }, x2: { field: 'bits', aggregate: 'max' } },
      },
      {
        mark: { type: 'circle', size: 150, opacity: 1, stroke: SURFACE, strokeWidth: 1.5 },
        encoding: { y, x, color: colour(comparison, true) },
      },
      { mark: label, encoding: { y, x, text: { field: 'label' } } },
    ],
    values,
  );
}

/** One label for all dots of equal bits in a layer. */
function bitsPoints({ rows }: Comparison) {
  const labelled = new Set<string>();
  return rows.flatMap(({ accumulator, layers }) =>
    layers.flatMap(({ name, accumulatorBits: bits }) => {
      if (bits === undefined) return [];
      const place = JSON.stringify([name, bits]);
      const label = labelled.has(place) ? '' : String(bits);
      labelled.add(place);
      return [{ layer: name, policy: policyName(accumulator), bits, label }];
    }),
  );
}

/** What each policy saves of each resource, in percent of the widest. */
export function savingsPlot(comparison: Comparison): TopLevelSpec | undefined {
  const { rows, widest } = comparison;
  const resources = [
    ['LUT', 'lut'],
    ['sites', 'sites'],
    ['FF', 'ff'],
    ['carry', 'carry'],
    ['BRAM', 'bram'],
    ['DSP', 'dsp'],
  ] as const;
  const values = resources.flatMap(([resource, key]) =>
    rows.slice(1).flatMap((row) => {
      const saved = savedPercent(widest[key], row[key]);
      if (saved === undefined) return [];
      return [{ resource, policy: policyName(row.accumulator), saved, label: `${saved.toFixed(1)} %` }];
    }),
  );
  if (values.length === 0) return undefined;
  const order = rows.map(({ accumulator }) => policyName(accumulator));
  const y = { field: 'resource', type: 'nominal', sort: null, title: null, scale: { paddingInner: 0.32 } };
  const offset = { field: 'policy', sort: order };
  const span = values.map(({ saved }) => saved);
  const domain = [Math.min(0, ...span) * 1.15, Math.max(1, ...span) * 1.12];
  const axis = { title: `saved, % of ${policyName(widest.accumulator)}`, tickCount: 6 };
  const x = { field: 'saved', type: 'quantitative', scale: { domain }, axis };
  const label = { type: 'text', align: 'left', dx: 5, fontSize: 11, fill: 'currentColor' };
  return specification(
    { step: 18 },
    [
      { mark: { type: 'bar' }, encoding: { y, yOffset: offset, x, color: colour(comparison, true) } },
      {
        mark: label,
        encoding: { y, yOffset: offset, x: { ...x, field: 'end' }, text: { field: 'label' } },
      },
    ],
    values.map((value) => ({ ...value, end: Math.max(0, value.saved) })),
  );
}
