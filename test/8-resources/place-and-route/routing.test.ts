import { describe, expect, test } from 'vitest';
import { watchRouting } from '../../../src/8-resources/place-and-route/routing.js';

/** Lines as nextpnr-ice40 0.8.621 writes them. */
const round = (n: number, overused: number) =>
  `Info:     iter=${n} wires=22266 overused=${overused} overuse=${overused} archfail=NA`;
const row = (n: number, laid: number) =>
  `Info:    ${n}000 |  ${n}185        814 | ${1000 - laid}     ${laid} |      3663|       0.12     169.13|`;

/** The line at which a run is given up; undefined: never. */
function givenUpAt(lines: readonly string[]): number | undefined {
  const circles = watchRouting();
  const at = lines.findIndex(circles);
  return at < 0 ? undefined : at;
}

describe('a router that goes round in circles', () => {
  const rounds = (count: number) =>
    Array.from({ length: count }, (_, k) => round(k + 1, k < 24 ? 24 - k : 2));

  test('router2, after far more rounds than any that ends', () => {
    expect(givenUpAt(rounds(60))).toBeUndefined();
    expect(givenUpAt(rounds(1000))).toBe(300);
  });

  test('router1, when it lays no arc but in the place of another', () => {
    const busy = Array.from({ length: 500 }, (_, k) => row(k + 1, k % 50 === 0 ? 1 : 0));
    expect(givenUpAt(['Info: Routing..', ...busy])).toBeUndefined();
    expect(givenUpAt([row(1, 904), ...Array.from({ length: 200 }, (_, k) => row(k + 2, 0))])).toBe(100);
  });
});
