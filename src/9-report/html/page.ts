/** The frame of a report: one HTML file that needs nothing else, no font, no network. */
import type { TopLevelSpec } from 'vega-lite';
import { escapeMarkup } from '../escape.js';
import { STYLE } from './style.js';
import { renderSvg } from './svg.js';

export async function figure(title: string, note: string, plot: TopLevelSpec | undefined): Promise<string> {
  if (!plot) return '';
  return section(title, note, `<figure>${await renderSvg(plot, title)}</figure>`);
}

/** @param content markup; title and note are text */
export function section(title: string, note: string, content: string): string {
  const noteLine = note ? `<p class="note">${escapeMarkup(note)}</p>\n` : '';
  return `<section>\n<h2>${escapeMarkup(title)}</h2>\n${noteLine}${content}\n</section>`;
}

/** How the figures came about, and how to get them again. */
export interface Method {
  readonly target: string;
  readonly tool: string; // name and version
  readonly synthesis?: string; // the tool's command
  readonly command: string; // that makes the report again
}

export function methodSection(note: string, { target, tool, synthesis, command }: Method): string {
  const items = [
    ['Target', escapeMarkup(target)],
    ['Synthesis', escapeMarkup(tool)],
    ...(synthesis ? [['Flags', `<code>${escapeMarkup(synthesis)}</code>`]] : []),
    ['Again', `<code>${escapeMarkup(command)}</code>`],
  ];
  const list = items.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('\n');
  return section('How it was measured', note, `<dl class="method">\n${list}\n</dl>`);
}

export interface Page {
  readonly title: string;
  readonly heading: string;
  readonly note: string;
  readonly sections: readonly string[]; // markup
  readonly script?: string; // a few lines, inline
}

export function page({ title, heading, note, sections, script }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header><h1>${escapeMarkup(heading)}</h1><p class="note">${escapeMarkup(note)}</p></header>
${sections.filter(Boolean).join('\n')}
</main>
${script ? `<script>${script}</script>\n` : ''}</body>
</html>
`;
}
