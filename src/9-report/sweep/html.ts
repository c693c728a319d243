/** A sweep as one HTML file that needs nothing else. */
import { formatAccuracy, formatCount } from '../compare.js';
import { escapeMarkup } from '../escape.js';
import { FIGURES_NOTE } from '../html/html.js';
import { figure, methodSection, page, section } from '../html/page.js';
import { accumulatorPlot, lutPlot, partsPlot, sparsityPlot } from './plots.js';
import { formatRow, partCells, ROW_TITLES, sortKeys } from './rows.js';
import {
  type Measured,
  measured,
  nearFloat,
  PARTS,
  paretoFront,
  type SweepReport,
  type SweepRow,
} from './types.js';

/** The same report gives the same bytes. */
export async function renderSweepHtml(report: SweepReport): Promise<string> {
  const { floatAccuracy, rows } = report;
  const found = measured(rows);
  const sections = [
    headline(report, found),
    ...(found.length > 0
      ? [
          await figure('Accuracy against LUTs', lutNote(found, floatAccuracy), lutPlot(found, floatAccuracy)),
          await figure('Accuracy against accumulators', FLOAT_NOTE, accumulatorPlot(found, floatAccuracy)),
          await figure('What the LUTs are for', PARTS_NOTE, partsPlot(found)),
          await figure('Zero weights', '', sparsityPlot(found)),
        ]
      : []),
    section('All points', tableNote(report), table(report, paretoFront(found))),
    problems(rows),
    methodSection(FIGURES_NOTE, report),
  ];
  const { model, target } = report;
  const note = `narrowgate sweep, target ${target}`;
  return page({ title: `Accumulators of ${model}`, heading: model, note, sections, script: SORT });
}

const FLOAT_NOTE = 'The dashed line is the float network.';

function lutNote(found: readonly Measured[], floatAccuracy: number): string {
  const left = found.length - nearFloat(found, floatAccuracy).length;
  const others =
    left === 0
      ? ''
      : ` ${left} of ${found.length} points lie below the figure; the next one and the table have them.`;
  return `Labels are accumulator bits. The grey line is the Pareto front: no point has fewer LUTs and as much accuracy. ${FLOAT_NOTE}${others}`;
}

/** How to read the table, and which differences of accuracy are none. */
function tableNote({ floatAccuracy, testSamples }: SweepReport): string {
  const error = Math.sqrt((floatAccuracy * (1 - floatAccuracy)) / Math.max(1, testSamples));
  const noise =
    error > 0
      ? ` One standard error of an accuracy on ${formatCount(testSamples)} samples is ${formatAccuracy(error)}.`
      : '';
  return `A click on a heading sorts by its column. Marked rows are the Pareto front.${noise}`;
}

const PARTS_NOTE =
  'From a synthesis that keeps the parts of a unit apart, so a sum may differ a little from the LUTs in the table. Array: products ' +
  'and sums. Thresholds: what makes codes of sums. Memory: weights, thresholds, buffers and FIFOs that are in LUTs. ' +
  'Streams: registers between units, width converters, ports.';

/** The first screen: the fewest LUTs that keep nearly all of the float accuracy, and whether it was checked. */
function headline({ floatAccuracy, testSamples }: SweepReport, found: readonly Measured[]): string {
  const passed = found.filter(({ result }) => result.passed);
  const kept = passed.filter(({ result }) => result.accuracy >= KEPT * floatAccuracy);
  const least = paretoFront(kept)[0];
  const bits = Math.max(...kept.map(({ point }) => point.accumulator));
  const widest = paretoFront(kept.filter(({ point }) => point.accumulator === bits))[0];
  const claim = least
    ? `${formatCount(least.result.lut)} LUTs at ${formatAccuracy(least.result.accuracy)}: ${least.point.accumulator}-bit accumulators, ${least.point.method}, ${least.point.weightBits}-bit weights`
    : `No point keeps ${100 * KEPT} % of the float accuracy`;
  const saved = least && widest ? Math.round(100 * (1 - least.result.lut / widest.result.lut)) : 0;
  const big = saved > 0 ? `<div class="figure">${saved}<small>%</small></div>` : '';
  const against =
    saved > 0 && widest
      ? ` It has ${saved} % fewer than ${widest.point.name}, the fewest with accumulators of ${bits} bits.`
      : '';
  const note = `The fewest LUTs with at least ${100 * KEPT} % of the float accuracy of ${formatAccuracy(floatAccuracy)} on ${formatCount(testSamples)} samples.${against}`;
  return `<section class="hero">${big}<div><p class="claim">${escapeMarkup(claim)}</p><p class="note">${escapeMarkup(note)}</p>${verification(found)}</div></section>`;
}

/** Part of the float accuracy that the papers ask for. */
const KEPT = 0.992;

function verification(found: readonly Measured[]): string {
  const failed = found.filter(({ result }) => !result.passed).map(({ point }) => point.name);
  if (failed.length > 0)
    return `<span class="status bad">✗ outputs differ from the golden model: ${escapeMarkup(failed.join(', '))}</span>`;
  if (found.length === 0) return '<span class="status open">nothing measured</span>';
  const least = Math.min(...found.map(({ result }) => result.vectors));
  return `<span class="status">✓ every output bit checked on ${formatCount(least)} vectors in every point</span>`;
}

function table({ rows, floatAccuracy }: SweepReport, front: readonly Measured[]): string {
  const best = new Set(front.map(({ point }) => point));
  const hasParts = measured(rows).some(({ result }) => result.parts);
  const titles = [...ROW_TITLES, ...(hasParts ? PARTS.map((part) => `LUT, ${part}`) : [])];
  const head = titles.map((title) => `<th scope="col"><button type="button">${title}</button></th>`).join('');
  const lines = rows.map((row) => {
    const keys = sortKeys(row);
    const texts = formatRow(row, floatAccuracy).map((text, column) => ({ text, key: keys[column] }));
    const cells = [...texts, ...(hasParts ? partCells(row) : [])].map(({ text, key: value }, column) => {
      const key = escapeMarkup(String(value));
      const tag = column === 0 ? 'th scope="row"' : 'td';
      return `<${tag} data-key="${key}">${escapeMarkup(text)}</${column === 0 ? 'th' : 'td'}>`;
    });
    return `<tr${best.has(row.point) ? ' class="best"' : ''}>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table class="sortable"><thead><tr>${head}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody></table></div>`;
}

function problems(rows: readonly SweepRow[]): string {
  const lines = rows.flatMap((row) =>
    'problem' in row ? [`<dt>${escapeMarkup(row.point.name)}</dt><dd>${escapeMarkup(row.problem)}</dd>`] : [],
  );
  return lines.length === 0
    ? ''
    : section('Not possible', '', `<dl class="method">\n${lines.join('\n')}\n</dl>`);
}

/** Sorts a table's body by the column whose heading is clicked; a second click turns the order round. */
const SORT = `
for (const table of document.querySelectorAll('table.sortable')) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => heading.addEventListener('click', () => {
    const down = heading.getAttribute('aria-sort') === 'ascending';
    headings.forEach((other) => other.removeAttribute('aria-sort'));
    heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const key = (row) => row.cells[column].dataset.key;
    const order = (a, b) => (isNaN(key(a)) ? key(a).localeCompare(key(b)) : key(a) - key(b)) * (down ? -1 : 1);
    table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order));
  }));
}
`;
