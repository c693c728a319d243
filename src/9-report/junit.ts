/** JUnit XML, as CI servers read it. */
import { escapeXml } from './escape.js';
import type { JunitCase, JunitSuite } from './types.js';

/** One document for all suites. */
export function renderJunit(suites: readonly JunitSuite[]): string {
  const cases = suites.flatMap((suite) => suite.cases);
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${totals('narrowgate', cases)}>`];
  for (const suite of suites) {
    lines.push(`  <testsuite${totals(suite.name, suite.cases)}>`);
    for (const each of suite.cases) lines.push(...caseLines(each));
    lines.push('  </testsuite>');
  }
  lines.push('</testsuites>');
  return `${lines.join('\n')}\n`;
}

function totals(name: string, cases: readonly JunitCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const timed = cases.flatMap(({ seconds }) => seconds ?? []);
  const time = timed.length > 0 ? [['time', timed.reduce((sum, each) => sum + each, 0).toFixed(3)]] : [];
  return attributes([
    ['name', name],
    ['tests', cases.length],
    ['failures', failures],
    ['errors', 0],
    ...time,
  ]);
}

function caseLines({ name, classname, seconds, failure }: JunitCase): string[] {
  const time = seconds === undefined ? [] : [['time', seconds.toFixed(3)]];
  const opening = `    <testcase${attributes([['name', name], ['classname', classname], ...time])}`;
  if (failure === undefined) return [`${opening}/>`];
  const message = attributes([['message', failure.split('\n')[0]]]);
  return [`${opening}>`, `      <failure${message}>${escapeXml(failure)}</failure>`, '    </testcase>'];
}

function attributes(pairs: readonly (readonly (string | number)[])[]): string {
  return pairs.map(([key, value]) => ` ${key}="${escapeXml(String(value)).replace(/\s/g, ' ')}"`).join('');
}
