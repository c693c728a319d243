import { describe, expect, it } from 'vitest';
import { formatChange, formatCount } from '../../src/9-report/compare.js';
import { renderJson } from '../../src/9-report/json.js';
import { renderJunit } from '../../src/9-report/junit.js';
import { renderTable } from '../../src/9-report/table.js';
import { REPORT } from './example.js';

describe('the terminal table', () => {
  it('is aligned', () => {
    expect(renderTable(REPORT)).toBe(
      [
        'accumulator      bits    LUT   change  sites  FF  carry  BRAM  DSP  interval  latency  accuracy  verified',
        '-----------  --------  -----  -------  -----  --  -----  ----  ---  --------  -------  --------  -------------',
        '32                 32  1,400    0.0 %  1,420  80     12   0.5    0       784    1,322   97.31 %  1,000 vectors',
        'minimal      12 to 15  1,022  -27.0 %  1,042  80     12   0.5    0       784    1,322   97.31 %  1,000 vectors',
        '',
      ].join('\n'),
    );
  });

  it('leaves out accuracy that nobody measured, and shows mismatches', () => {
    const { accuracy: _, ...row } = REPORT.rows[0];
    const text = renderTable({ ...REPORT, rows: [{ ...row, passed: false }] });
    expect(text).not.toContain('accuracy');
    expect(text).toMatch(/MISMATCH\n$/);
    expect(renderTable({ ...REPORT, rows: [] })).toBe('nothing to compare\n');
  });
});

describe('numbers', () => {
  it('have groups of three and signs', () => {
    expect([0, 999, 1000, 1234567, 1234.5].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567',
      '1,234.5',
    ]);
    expect(formatChange(100, 73)).toBe('-27.0 %');
    expect(formatChange(100, 104)).toBe('+4.0 %');
    expect(formatChange(10000, 10001)).toBe('0.0 %');
    expect([formatChange(0, 0), formatChange(0, 3)]).toEqual(['0.0 %', 'new']);
  });
});

describe('JSON', () => {
  it('does not depend on the order of keys, and keeps the order of rows', () => {
    const reversed = Object.fromEntries(Object.entries(REPORT).reverse()) as unknown as typeof REPORT;
    expect(renderJson(reversed)).toBe(renderJson(REPORT));
    expect(JSON.parse(renderJson(REPORT))).toEqual(REPORT);
  });
});

describe('JUnit XML', () => {
  it('counts, times and escapes', () => {
    const failure = 'fc1 differs: expected <3>,\n found "4" \u001b[31m& more';
    const cases = [
      { name: 'fc1', classname: 'verilator', seconds: 1.5, failure },
      { name: "conv'1", classname: 'icarus' },
    ];
    expect(
      renderJunit([
        { name: 'a<b', cases },
        { name: 'empty', cases: [] },
      ]),
    ).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="narrowgate" tests="2" failures="1" errors="0" time="1.500">
  <testsuite name="a&lt;b" tests="2" failures="1" errors="0" time="1.500">
    <testcase name="fc1" classname="verilator" time="1.500">
      <failure message="fc1 differs: expected &lt;3&gt;,">fc1 differs: expected &lt;3&gt;,
 found &quot;4&quot; \ufffd[31m&amp; more</failure>
    </testcase>
    <testcase name="conv&#39;1" classname="icarus"/>
  </testsuite>
  <testsuite name="empty" tests="0" failures="0" errors="0">
  </testsuite>
</testsuites>
`,
    );
  });
});
