/** What all plots share. Text and rules take the page's colour, so that they suit light and dark. */
import type { TopLevelSpec } from 'vega-lite';
import { type Comparison, policyName } from '../compare.js';

export const PLOT_WIDTH = 700; // px, without axis labels
export const SURFACE = '#fefefe'; // the page's background: style.ts replaces it

/** From the widest policy (grey) to the narrowest (green): readable on white and on black. */
export const POLICY_COLOURS = [
  '#8b95a5',
  '#b07cc6',
  '#4f8fd6',
  '#d08a2e',
  '#c9605e',
  '#5aa6a6',
  '#7d86d9',
  '#12946c',
];

const CONFIG = {
  font: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  background: 'transparent',
  view: { stroke: null },
  axis: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titleOpacity: 0.7,
    gridColor: 'currentColor',
    gridOpacity: 0.12,
    domain: false,
    ticks: false,
    labelPadding: 8,
    titlePadding: 10,
  },
  legend: {
    orient: 'top',
    title: null,
    labelColor: 'currentColor',
    labelFontSize: 12,
    symbolType: 'circle',
    symbolSize: 90,
    padding: 0,
    offset: 14,
  },
} as const;

/** A plot of layers over common data. The casts of Vega-Lite types stay in here. */
export function specification(
  height: number | { step: number },
  layer: readonly object[],
  values: object[],
): TopLevelSpec {
  return { data: { values }, width: PLOT_WIDTH, height, layer, config: CONFIG } as unknown as TopLevelSpec;
}

/** Colours by policy name, the same in all plots. */
export function policyColours({ rows }: Comparison): Map<string, string> {
  const last = rows.length - 1;
  return new Map(
    rows.map(({ accumulator }, index) => {
      const colour = index === last && last > 0 ? 7 : index < 7 ? index : 1 + ((index - 1) % 6);
      return [policyName(accumulator), POLICY_COLOURS[colour]];
    }),
  );
}

/** The colour channel: a policy keeps its colour in all plots. */
export function colour(comparison: Comparison, legend: boolean) {
  const colours = policyColours(comparison);
  const scale = { domain: [...colours.keys()], range: [...colours.values()] };
  return { field: 'policy', type: 'nominal', scale, ...(legend ? {} : { legend: null }) };
}
