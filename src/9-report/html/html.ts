/** The comparison as one HTML file that needs nothing else: no script, no font, no network. */
import { compareRows, policyName } from '../compare.js';
import type { CompareReport } from '../types.js';
import { headline } from './headline.js';
import { figure, methodSection, page, section } from './page.js';
import { bitsPlot, layersPlot, savingsPlot, totalsPlot } from './plots.js';
import { layersTable, policiesTable, widthsTable } from './tables.js';

/** The same report gives the same bytes. */
export async function renderHtml(report: CompareReport): Promise<string> {
  const comparison = compareRows(report);
  const title = `Accumulator widths of ${report.model}`;
  const sections: string[] = [];
  if (comparison) {
    const several = comparison.rows.length > 1;
    const widest = policyName(comparison.widest.accumulator);
    sections.push(headline(comparison));
    sections.push(await figure('LUTs of the whole network', '', totalsPlot(comparison)));
    sections.push(
      await figure(
        'Where the bits go',
        'The accumulator of each layer under each policy.',
        bitsPlot(comparison),
      ),
    );
    sections.push(await figure('LUTs of each layer', '', layersPlot(comparison)));
    if (several)
      sections.push(await figure(`Saved against ${widest} accumulators`, '', savingsPlot(comparison)));
    sections.push(
      section('All numbers', several ? `Changes are against ${widest}.` : '', policiesTable(comparison)),
    );
    sections.push(section('Layers', 'LUTs, and below them the accumulator bits.', layersTable(comparison)));
  } else sections.push('<p>Nothing to compare.</p>');
  if (report.layerWidths.length > 0)
    sections.push(section('Bounds', BOUNDS_NOTE, widthsTable(report.layerWidths)));
  sections.push(method(report));
  const note = `narrowgate compare, target ${report.target}`;
  return page({ title, heading: report.model, note, sections });
}

const BOUNDS_NOTE =
  'Bits that each proof asks for: from the data types alone, from the L1 norm of the weights, from the signed weights and the ' +
  'input codes that can occur (exact), and from the distance between the ends of the range (span: the zero may move).';

export const FIGURES_NOTE =
  'Each layer is synthesised by itself. A LUT is a LUT1 to LUT6 or an inverter (iCE40: SB_LUT4). Sites add the positions ' +
  'of carry chains that silicon feeds through a LUT of its own; the synthesis tool does not count them. BRAM is in ' +
  'RAMB36 (iCE40: SB_RAM40_4K). Interval and latency are in clock cycles.';

function method({ target, tool, synthesis, command }: CompareReport): string {
  return methodSection(FIGURES_NOTE, { target, tool, synthesis, command });
}
