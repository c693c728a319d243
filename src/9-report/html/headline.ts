/** The first screen: what was saved, and whether it was checked. */
import {
  type Comparison,
  formatAccuracy,
  formatBits,
  formatChange,
  formatCount,
  policyName,
  savedPercent,
} from '../compare.js';
import { escapeMarkup } from '../escape.js';
import type { CompareRow } from '../types.js';

export function headline(comparison: Comparison): string {
  const { widest, best } = comparison;
  const saved = Math.round(savedPercent(widest.lut, best.lut) ?? 0);
  const figure = saved > 0 ? `<div class="figure">${saved}<small>%</small></div>` : '';
  const claim = `<p class="claim">${escapeMarkup(claimText(comparison, saved))}</p>`;
  return `<section class="hero">${figure}<div>${claim}${verification(comparison.rows)}</div></section>${tiles(comparison)}`;
}

function claimText({ rows, widest, best }: Comparison, saved: number): string {
  const [narrow, wide] = [policyName(best.accumulator), policyName(widest.accumulator)];
  if (rows.length === 1) return `${formatCount(best.lut)} LUTs with ${narrow} accumulators`;
  if (saved <= 0) return `No LUTs saved against ${wide} accumulators`;
  return `fewer LUTs with ${narrow} accumulators than with ${wide} accumulators`;
}

function verification(rows: readonly CompareRow[]): string {
  const failed = rows.filter(({ passed }) => !passed);
  if (failed.length > 0) {
    const names = failed.map(({ accumulator }) => policyName(accumulator)).join(', ');
    return `<span class="status bad">✗ outputs differ from the golden model: ${escapeMarkup(names)}</span>`;
  }
  const least = Math.min(...rows.map(({ vectors }) => vectors));
  if (least === 0) return '<span class="status open">not simulated</span>';
  const each = rows.length > 1 ? ' in every row' : '';
  return `<span class="status">✓ every output bit checked on ${formatCount(least)} vectors${each}</span>`;
}

function tiles({ rows, widest, best }: Comparison): string {
  const change = (key: 'lut' | 'sites' | 'ff') =>
    rows.length > 1
      ? `from ${formatCount(widest[key])}</span><span>${formatChange(widest[key], best[key]).replace('-', '−')}`
      : '';
  const list = [
    ['LUTs', formatCount(best.lut), change('lut')],
    ['LUT sites', formatCount(best.sites), change('sites')],
    ['Flip-flops', formatCount(best.ff), change('ff')],
    ['Accumulator bits', formatBits(best.bits), rows.length > 1 ? `from ${formatBits(widest.bits)}` : ''],
    ...(best.accuracy === undefined ? [] : [['Accuracy', formatAccuracy(best.accuracy), accuracyNote(rows)]]),
  ];
  const items = list.map(
    ([name, value, note]) => `<div><dt>${name}</dt><dd>${value}<span>${note}</span></dd></div>`,
  );
  return `<dl class="tiles">${items.join('')}</dl>`;
}

function accuracyNote(rows: readonly CompareRow[]): string {
  if (rows.length === 1) return 'top-1';
  const same = rows.every(({ accuracy }) => accuracy === rows[0].accuracy);
  return same ? 'the same in every row' : 'rows differ';
}
