/** The page's style sheet: system fonts, both colour schemes, prints well. */
import { SURFACE } from './plot-frame.js';

export const STYLE = `
:root {
  color-scheme: light dark;
  --surface: #ffffff; --raised: #f5f7f9; --ink: #1b222c; --soft: #5b6675; --line: #dfe4ea;
  --good: #0b7d5a; --good-surface: #e5f5ef; --bad: #b3261e; --bad-surface: #fdeceb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --surface: #14181e; --raised: #1c222a; --ink: #e6eaef; --soft: #9aa6b5; --line: #2d3540;
    --good: #4fcfa3; --good-surface: #12302a; --bad: #ff8a80; --bad-surface: #3b1b1a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--surface); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 860px; margin: 0 auto; padding: 48px 24px 72px; }
h1 { font-size: 17px; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 20px; font-weight: 650; letter-spacing: -0.01em; margin: 56px 0 4px; }
p { margin: 0 0 12px; }
.note { color: var(--soft); font-size: 14px; max-width: 68ch; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 24px; border-bottom: 1px solid var(--line); padding-bottom: 14px; }
header .note { margin: 0; }
.hero { display: flex; align-items: center; gap: 28px; margin: 40px 0 28px; }
.hero .figure { font-size: 84px; line-height: 1; font-weight: 700; letter-spacing: -0.045em; color: var(--good); white-space: nowrap; font-variant-numeric: tabular-nums; }
.hero .figure small { font-size: 0.5em; font-weight: 600; letter-spacing: 0; margin-left: 0.1em; }
.hero .claim { font-size: 24px; line-height: 1.3; font-weight: 600; letter-spacing: -0.015em; margin: 0 0 6px; text-wrap: balance; }
.hero .note { margin: 0; }
.status { display: inline-block; font-size: 14px; font-weight: 600; padding: 3px 11px; border-radius: 14px; color: var(--good); background: var(--good-surface); }
.status.bad { color: var(--bad); background: var(--bad-surface); }
.status.open { color: var(--soft); background: var(--raised); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0; }
.tiles div { background: var(--raised); border-radius: 10px; padding: 14px 16px; }
.tiles dt { font-size: 13px; color: var(--soft); }
.tiles dd { margin: 2px 0 0; font-size: 22px; font-weight: 650; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.tiles dd span { display: block; font-size: 13px; font-weight: 400; color: var(--soft); letter-spacing: 0; }
figure { margin: 18px 0 0; overflow-x: auto; }
svg { display: block; max-width: 100%; height: auto; }
svg [stroke="${SURFACE}"] { stroke: var(--surface); }
.scroll { overflow-x: auto; margin-top: 16px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 8px; text-align: right; vertical-align: top; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { font-weight: 500; font-size: 13px; color: var(--soft); vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tbody th { color: var(--ink); font-size: 14px; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
tr.best td, tr.best th { font-weight: 650; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--good); outline-offset: 2px; }
th[aria-sort] { color: var(--ink); }
th[aria-sort=ascending] button::after { content: ' ↑'; }
th[aria-sort=descending] button::after { content: ' ↓'; }
td .change { display: block; color: var(--soft); font-weight: 400; font-size: 12px; line-height: 1.2; }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 8px; }
.method { display: grid; grid-template-columns: max-content 1fr; gap: 6px 20px; font-size: 14px; margin: 16px 0 0; }
.method dt { color: var(--soft); }
.method dd { margin: 0; overflow-wrap: anywhere; }
code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
@media (max-width: 620px) {
  main { padding: 28px 16px 48px; }
  .hero { flex-direction: column; align-items: flex-start; gap: 14px; }
  .method { grid-template-columns: 1fr; gap: 0; }
  .method dd { margin-bottom: 8px; }
}
@media print { main { max-width: none; padding: 0; } h2, figure, table { break-inside: avoid; } h2 { break-after: avoid; } }
`;
