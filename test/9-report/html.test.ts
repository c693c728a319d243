import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/9-report/html/html.js';
import { REPORT } from './example.js';

const html = await renderHtml(REPORT);

describe('the HTML report', () => {
  it('is the same bytes each time', async () => {
    expect(await renderHtml(structuredClone(REPORT))).toBe(html);
  });

  it('needs nothing from outside: no URL, no script, no identifiers', () => {
    expect(html).not.toMatch(/https?:|\/\/[a-z]+\.|<script|<link|@import|url\(| src=| href=| id=/i);
  });

  it('shows the savings and the verification first', () => {
    expect(html).toContain('<div class="figure">27<small>%</small></div>');
    expect(html).toContain('fewer LUTs with minimal accumulators than with 32-bit accumulators');
    expect(html).toContain('every output bit checked on 1,000 vectors in every row');
  });

  it('has four plots with a name for screen readers', () => {
    expect(html.match(/<svg role="img" aria-label="[^"]+"/g)).toHaveLength(4);
  });

  it('escapes every text, in plots too', () => {
    expect(html).not.toMatch(/<b>|conv<1>|fc & "/);
    expect(html).toContain('<h1>nets/&lt;b&gt;tiny&lt;/b&gt;.onnx</h1>');
    expect(html.match(/conv&lt;1&gt;/g)?.length).toBeGreaterThan(4);
  });

  it('says which rows failed', async () => {
    const rows = [REPORT.rows[0], { ...REPORT.rows[1], passed: false }];
    const failed = await renderHtml({ ...REPORT, rows });
    expect(failed).toContain('outputs differ from the golden model: minimal');
    expect(failed).not.toContain('every output bit checked');
    expect(failed).not.toContain('class="figure"'); // a row that failed saves nothing
  });

  it('does without savings, accuracy, accumulators and rows', async () => {
    const { accuracy: _, ...bare } = REPORT.rows[0];
    const layers = bare.layers.map(({ accumulatorBits: _bits, ...layer }) => layer);
    const single = await renderHtml({
      ...REPORT,
      rows: [{ ...bare, bits: [], vectors: 0, layers }],
      layerWidths: [],
    });
    expect(single).toContain('1,400 LUTs with 32-bit accumulators');
    expect(single).toContain('not simulated');
    expect(single).not.toMatch(/Accuracy|NaN|undefined|Infinity/);
    expect(await renderHtml({ ...REPORT, rows: [] })).toContain('Nothing to compare.');
  });
});
