import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearest } from '../../../src/1-import/json/nearest.js';
import { lineAndColumn, scanJson } from '../../../src/1-import/json/syntax.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('scanJson', () => {
  test('accepts what JSON.parse accepts', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 8 }), (text) => scanJson(text).error === undefined));
  });

  test('agrees with JSON.parse on damaged texts', () => {
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', '-', '0', '\\', 'e', '\n', ' ', '\u2028'),
      )
      .map(([text, at, put]) => {
        const offset = at % (text.length + 1);
        return text.slice(0, offset) + put + text.slice(offset + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => (scanJson(text).error === undefined) === isJson(text)),
      { numRuns: 2000 },
    );
  });

  test.each([
    '01',
    '-',
    '1.',
    '.5',
    '+1',
    '1e',
    '0x10',
    'tru',
    'nullx',
    '"\\u12"',
    '"\t"',
    '',
    '[1 2]',
    '{"a" 1}',
  ])('refuses %j', (text) => expect(scanJson(text).error).toBeDefined());

  test('finds a key given twice, also when it is spelt with escapes', () => {
    const { duplicates } = scanJson('{"a": {"b": 1}, "b": 2,\n "\\u0061": 3}');
    expect(duplicates).toEqual([{ offset: 25, key: 'a' }]);
  });

  test('a string of many characters does not exhaust the stack', () => {
    expect(scanJson(`"${'\\n'.repeat(2e6)}"`).error).toBeUndefined();
  });
});

test('lines end with LF, CRLF or CR', () => {
  expect(lineAndColumn('a\r\nb\rc\nde', 8)).toEqual({ line: 4, column: 2 });
});

test.each([
  ['zero_point', 'zeroPoint'],
  ['Wieghts', 'weights'],
  ['batchnorm', 'batchNorm'],
  ['stride', undefined],
])('%s means %s', (word, meant) => {
  expect(nearest(word, ['weights', 'bias', 'batchNorm', 'zeroPoint', 'output'])).toBe(meant);
});
