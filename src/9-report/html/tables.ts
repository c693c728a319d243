/** The numbers behind the plots. */
import {
  type Comparison,
  formatAccuracy,
  formatBits,
  formatChange,
  formatCount,
  policyName,
} from '../compare.js';
import { escapeMarkup } from '../escape.js';
import type { CompareRow, LayerWidths } from '../types.js';
import { policyColours } from './plot-frame.js';

/** One line per policy. */
export function policiesTable(comparison: Comparison): string {
  const { rows, widest, best } = comparison;
  const colours = policyColours(comparison);
  const withAccuracy = rows.some(({ accuracy }) => accuracy !== undefined);
  const titles = ['Accumulator', 'Bits', 'LUT', 'Sites', 'FF', 'Carry', 'BRAM', 'DSP', 'Interval', 'Latency'];
  if (withAccuracy) titles.push('Accuracy');
  titles.push('Vectors');
  const body = rows.map((row) => {
    const changed = (key: 'lut' | 'sites' | 'ff') =>
      `${formatCount(row[key])}${row === widest ? '' : `<span class="change">${formatChange(widest[key], row[key]).replace('-', '−')}</span>`}`;
    const name = policyName(row.accumulator);
    const cells = [
      `<span class="key" style="background:${colours.get(name)}"></span>${escapeMarkup(name)}`,
      formatBits(row.bits),
      changed('lut'),
      changed('sites'),
      changed('ff'),
      ...[row.carry, row.bram, row.dsp, row.interval, row.latency].map(formatCount),
      ...(withAccuracy ? [formatAccuracy(row.accuracy)] : []),
      verified(row),
    ];
    return line(cells, row === best && rows.length > 1);
  });
  return table(titles, body);
}

function verified({ passed, vectors }: CompareRow): string {
  if (!passed) return '<span class="status bad">✗ differs</span>';
  return vectors > 0 ? `✓ ${formatCount(vectors)}` : 'not simulated';
}

/** LUTs and bits of every layer under every policy. */
export function layersTable({ rows }: Comparison): string {
  const names = [...new Set(rows.flatMap(({ layers }) => layers.map(({ name }) => name)))];
  const titles = ['Layer', ...rows.map(({ accumulator }) => escapeMarkup(policyName(accumulator)))];
  const body = names.map((name) => {
    const cells = rows.map(({ layers }) => {
      const layer = layers.find((each) => each.name === name);
      if (!layer) return '-';
      const { accumulatorBits: bits } = layer;
      return `${formatCount(layer.lut)}${bits === undefined ? '' : `<span class="change">${bits} bits</span>`}`;
    });
    return line([escapeMarkup(name), ...cells]);
  });
  return table(titles, body);
}

/** The width that each bound asks for. */
export function widthsTable(widths: readonly LayerWidths[]): string {
  const titles = ['Layer', 'MACs', 'Data types', 'L1 norm', 'Exact', 'Span'];
  const body = widths.map(({ name, macs, datatype, l1, exact, span }) =>
    line([escapeMarkup(name), ...[macs, datatype, l1, exact, span].map(formatCount)]),
  );
  return table(titles, body);
}

/** @param cells markup; the first is the heading of the line */
function line([first, ...others]: readonly string[], best = false): string {
  const cells = others.map((cell) => `<td>${cell}</td>`).join('');
  return `<tr${best ? ' class="best"' : ''}><th scope="row">${first}</th>${cells}</tr>`;
}

function table(titles: readonly string[], lines: readonly string[]): string {
  const head = titles.map((title) => `<th scope="col">${title}</th>`).join('');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody></table></div>`;
}
