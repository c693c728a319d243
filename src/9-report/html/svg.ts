/** Vega-Lite specification to an inline SVG. */
import type { TopLevelSpec } from 'vega-lite';
import { escapeMarkup } from '../escape.js';

/**
 * Draw a plot without a browser. Vega is loaded here and not before: it takes longer to load than most commands run.
 *
 * @param description what a screen reader says
 */
export async function renderSvg(specification: TopLevelSpec, description: string): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(compile(specification).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const title = escapeMarkup(description);
  return svg
    .replace(/ xmlns(:xlink)?="[^"]*"/g, '') // HTML knows them, and the page has no URL at all
    .replace(/ (aria-[a-z]+|role)="[^"]*"/g, '') // of marks and axes: the table holds the numbers
    .replace(/^<svg /, `<svg role="img" aria-label="${title}" `);
}
