import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { renderSweepHtml } from '../../src/9-report/sweep/html.js';
import { formatRow, ROW_TITLES, sortKeys } from '../../src/9-report/sweep/rows.js';
import { measured, paretoFront, type SweepReport, type SweepRow } from '../../src/9-report/sweep/types.js';

function row(accumulator: number, accuracy: number, lut: number, method = 'axe'): SweepRow {
  const figures = { lut, sites: lut + 9, ff: 50, bram: 0.5, dsp: 0, carry: 4, interval: 100, latency: 300 };
  const parts = { array: lut - 60, thresholds: 30, memory: 20, streams: 12 };
  return {
    point: { name: `w4-a4-p${accumulator}-${method}`, method, weightBits: 4, activationBits: 4, accumulator },
    result: {
      ...figures,
      accuracy,
      sparsity: 0.25,
      needed: [accumulator - 1, accumulator],
      bits: [accumulator, accumulator],
      passed: true,
      vectors: 1000,
      parts,
    },
  };
}

const ROWS: readonly SweepRow[] = [
  row(32, 0.98, 1500),
  row(16, 0.979, 1200),
  row(12, 0.9, 1000),
  row(12, 0.95, 1000, 'a2q+'),
  row(16, 0.97, 1250, 'a2q+'),
  { point: { ...row(8, 0, 0).point }, problem: "layer '<b>' needs a 9-bit accumulator" },
];

const REPORT: SweepReport = {
  model: 'a<b>.json',
  target: 'xc7',
  tool: 'Yosys 0.55',
  command: 'narrowgate sweep "a<b>.json"',
  synthesis: 'synth_xilinx',
  testSamples: 10_000,
  floatAccuracy: 0.985,
  rows: ROWS,
};

const html = await renderSweepHtml(REPORT);

describe('the Pareto front', () => {
  it('holds what no other point beats, from the fewest LUTs on', () => {
    const names = paretoFront(measured(ROWS)).map(({ point }) => point.name);
    expect(names).toEqual(['w4-a4-p12-a2q+', 'w4-a4-p16-axe', 'w4-a4-p32-axe']);
  });

  it('holds equal points once, and none that failed its check', () => {
    expect(paretoFront(measured([ROWS[0], row(20, 0.98, 1500)]))).toHaveLength(1);
    const [wrong] = measured([row(10, 1, 10)]);
    expect(paretoFront([{ ...wrong, result: { ...wrong.result, passed: false } }])).toEqual([]);
  });
});

describe('rows', () => {
  it('have a cell and a key for every title', () => {
    for (const each of ROWS) {
      expect(formatRow(each, 0.985)).toHaveLength(ROW_TITLES.length);
      expect(sortKeys(each)).toHaveLength(ROW_TITLES.length);
    }
    expect(formatRow(ROWS[1], 0.985).join(' | ')).toBe(
      '16 | axe | 4 | 4 | 97.90 % | 99.39 % | 1,200 | 1,209 | 50 | 0.5 | 0 | 15 to 16 | 25.0 % | 100 | 1,000 vectors',
    );
    expect(formatRow(ROWS[5], 0.985).at(-1)).toBe('not possible');
  });
});

describe('the page of a sweep', () => {
  it('is the same bytes each time', async () => {
    expect(await renderSweepHtml(structuredClone(REPORT))).toBe(html);
  });

  it('needs nothing from outside', () => {
    expect(html).not.toMatch(/https?:|\/\/[a-z]+\.|<script [^>]|<link|@import|url\(| src=| href=/i);
    expect(html.match(/<script>/g)).toHaveLength(1);
  });

  it('says first what the fewest LUTs are that keep 99.2 % of the float accuracy', () => {
    expect(html).toContain('1,200 LUTs at 97.90 %: 16-bit accumulators, axe, 4-bit weights');
    expect(html).toContain('<div class="figure">20<small>%</small></div>');
    expect(html).toContain('every output bit checked on 1,000 vectors in every point');
  });

  it('counts the saving against the cheapest network with the widest accumulators, whatever its weights', async () => {
    const [wide] = measured([row(32, 0.985, 3000)]);
    const heavy = { ...wide, point: { ...wide.point, name: 'w8-a8-p32-axe', weightBits: 8 } };
    const page = await renderSweepHtml({ ...REPORT, rows: [heavy, ...ROWS] });
    expect(page).toContain('<div class="figure">20<small>%</small></div>');
    expect(page).toContain('It has 20 % fewer than w4-a4-p32-axe, the fewest with accumulators of 32 bits.');
  });

  it('has a mark on the axis for every width that was measured, and no other', () => {
    const plot =
      /<svg role="img" aria-label="Accuracy against accumulators"[\s\S]*?<\/svg>/.exec(html)?.[0] ?? '';
    const marks = [...plot.matchAll(/<text[^>]*>(\d+)<\/text>/g)].map(([, text]) => Number(text));
    expect(marks.filter((mark) => mark <= 48)).toEqual([12, 16, 32]);
  });

  it('leaves far points out of the figure that one chooses from, and says so', () => {
    const figure = (title: string) =>
      new RegExp(`<svg role="img" aria-label="${title}"[\\s\\S]*?</svg>`).exec(html)?.[0] ?? '';
    const dots = (title: string) =>
      figure(title).match(/aria-roledescription="circle"|<path [^>]*A/g)?.length ?? 0;
    expect(html).toContain('1 of 5 points lie below the figure');
    expect(dots('Accuracy against LUTs')).toBe(dots('Accuracy against accumulators') - 1);
  });

  it('has the LUTs of each part in the table, and says what is noise', () => {
    for (const part of ['array', 'thresholds', 'memory', 'streams'])
      expect(html).toContain(`<button type="button">LUT, ${part}</button>`);
    expect(html).toContain('<td data-key="1140">1,140</td>'); // array of the second row
    expect(html).toContain('One standard error of an accuracy on 10,000 samples is 0.12 %.');
  });

  it('has four plots, the float accuracy and the front in them', () => {
    expect(html.match(/<svg role="img" aria-label="[^"]+"/g)).toHaveLength(4);
    for (const text of [
      'accuracy, %',
      'LUTs of the whole network',
      'accumulator bits',
      'zero weights, %',
      'thresholds',
    ])
      expect(html).toContain(text);
    expect(html).not.toMatch(/\bNaN\b|undefined|Infinity/);
  });

  it('escapes every text, and tells what was not possible', () => {
    expect(html).toContain('<h1>a&lt;b&gt;.json</h1>');
    expect(html).toContain('layer &#39;&lt;b&gt;&#39; needs a 9-bit accumulator');
    expect(html).not.toContain('<b>');
  });

  it('does without parts, and without a point that keeps the accuracy', async () => {
    const [first] = measured(ROWS);
    const { parts: _, ...result } = first.result;
    const bare = await renderSweepHtml({
      ...REPORT,
      rows: [{ point: first.point, result: { ...result, accuracy: 0.5 } }],
    });
    expect(bare).toContain('No point keeps 99.2 % of the float accuracy');
    expect(bare.match(/<svg role="img"/g)).toHaveLength(3);
    expect(bare).not.toMatch(/\bNaN\b|undefined|Infinity/);
  });

  it('names points whose outputs differ', async () => {
    const [first] = measured(ROWS);
    const wrong = { point: first.point, result: { ...first.result, passed: false } };
    expect(await renderSweepHtml({ ...REPORT, rows: [wrong] })).toContain(
      'outputs differ from the golden model: w4-a4-p32-axe',
    );
  });
});

/** The few members of a page that the script touches. */
class Cell {
  readonly dataset: { key: string };
  private readonly attributes = new Map<string, string>();
  click: () => void = () => undefined;
  constructor(key: string) {
    this.dataset = { key };
  }
  addEventListener(_event: string, listener: () => void) {
    this.click = listener;
  }
  getAttribute(name: string) {
    return this.attributes.get(name) ?? null;
  }
  setAttribute(name: string, value: string) {
    this.attributes.set(name, value);
  }
  removeAttribute(name: string) {
    this.attributes.delete(name);
  }
}

it('sorts the table by a column, and the other way at the second click', () => {
  const headings = ['method', 'LUT'].map((title) => new Cell(title));
  const rows = [
    ['axe', '1500'],
    ['a2q+', '900'],
    ['a2q', '-1'],
  ].map((keys) => ({ cells: keys.map((key) => new Cell(key)) }));
  const append = (...sorted: typeof rows) => {
    body.rows = sorted;
  };
  const body = { rows, append };
  const table = { tHead: { rows: [{ cells: headings }] }, tBodies: [body] };
  const script = /<script>([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
  runInNewContext(script, { document: { querySelectorAll: () => [table] } });
  const order = () => body.rows.map(({ cells }) => cells[1].dataset.key);
  headings[1].click();
  expect(order()).toEqual(['-1', '900', '1500']);
  expect(headings[1].getAttribute('aria-sort')).toBe('ascending');
  headings[1].click();
  expect(order()).toEqual(['1500', '900', '-1']);
  headings[0].click();
  expect(order()).toEqual(['-1', '900', '1500']); // a2q, a2q+, axe
  expect(headings[1].getAttribute('aria-sort')).toBeNull();
});
