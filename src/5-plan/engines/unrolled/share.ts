/** Two-term common subexpressions: share the pattern that occurs most often, again and again. */
import type { Random } from './random.js';
import { tidy } from './rewrite.js';
import type { SumNetwork } from './sum-network.js';
import { headDistance, headNegates, headVariable, isNegative, shiftOf, term, variableOf } from './term.js';

/** Where a pattern stands: both terms in a row. */
interface Occurrence {
  readonly row: number;
  readonly first: number;
  readonly second: number;
}

/**
 * Share patterns until none occurs twice.
 *
 * @param work stop when the pattern table has done this much work
 */
export function shareAll(network: SumNetwork, random: Random, work = Number.POSITIVE_INFINITY): void {
  const { patterns } = network;
  for (;;) {
    tidy(network);
    const next = patterns.work < work ? patterns.pop(random) : undefined;
    if (!next) return;
    const { head, tail, count } = next;
    const found = share(network, head, tail, count);
    if (found < count) patterns.requeue(head, tail, found);
  }
}

/**
 * Make a pattern a shared sum, if it can be used `wanted` times within the levels of the rows.
 *
 * @returns how often it can be used
 */
function share(network: SumNetwork, head: number, tail: number, wanted: number): number {
  const { rows, levels } = network;
  const variable = headVariable(head);
  const level = 1 + Math.max(levels[variable], levels[tail]);
  const occurrences = occurrencesOf(network, head, tail, level);
  if (occurrences.length < Math.max(2, wanted)) return occurrences.length;
  const distance = headDistance(head);
  // a row that is the pattern and nothing else already holds the sum
  const existing = occurrences.find(
    ({ row, first, second }) => rows[row].length === 2 && Math.min(shiftOf(first), shiftOf(second)) === 0,
  );
  let shared: number;
  let negated = false;
  if (existing) {
    shared = existing.row;
    negated = isNegative(existing.first);
    network.setLevel(shared, level); // no higher than it was: the row was in order
  } else {
    shared = network.create(level);
    network.addTerm(shared, term(variable, Math.max(0, -distance), false));
    network.addTerm(shared, term(tail, Math.max(0, distance), headNegates(head)));
  }
  for (const { row, first, second } of occurrences) {
    if (row === shared) continue;
    network.removeTerm(row, first);
    network.removeTerm(row, second);
    const shift = Math.min(shiftOf(first), shiftOf(second));
    network.addTerm(row, term(shared, shift, isNegative(first) !== negated));
  }
  return occurrences.length;
}

/** Disjoint occurrences of a pattern in rows that have room for a sum of the given level in its place. */
function occurrencesOf(network: SumNetwork, head: number, tail: number, level: number): Occurrence[] {
  const { rows, users, levels, loads } = network;
  const variable = headVariable(head);
  const distance = headDistance(head);
  const growth = 2 ** level - 2 ** levels[variable] - 2 ** levels[tail];
  const candidates = users[variable].length <= users[tail].length ? users[variable] : users[tail];
  const occurrences: Occurrence[] = [];
  const negates = headNegates(head);
  network.startVisit();
  for (const row of candidates) {
    if (!network.visit(row)) continue;
    const terms = rows[row];
    const alone = terms.length === 2;
    let room = 2 ** levels[row] - loads[row];
    if (!alone && growth > room) continue;
    const known = occurrences.length;
    for (const first of terms) {
      if (variableOf(first) !== variable) continue;
      const shift = shiftOf(first) + distance;
      if (shift < 0) continue;
      const second = term(tail, shift, isNegative(first) !== negates);
      if (!terms.includes(second)) continue;
      if (isTaken(occurrences, known, first) || isTaken(occurrences, known, second)) continue;
      if (!alone && growth > room) continue;
      room -= growth;
      occurrences.push({ row, first, second });
    }
  }
  return occurrences;
}

/** Whether one of the occurrences from an index on holds the term. */
function isTaken(occurrences: readonly Occurrence[], from: number, code: number): boolean {
  for (let k = from; k < occurrences.length; k++)
    if (occurrences[k].first === code || occurrences[k].second === code) return true;
  return false;
}
