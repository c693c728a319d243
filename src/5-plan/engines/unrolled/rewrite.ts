/** Rewriting the rows of a sum network without changing what they compute. */

import type { Random } from './random.js';
import { canonicalDigits, randomDigits } from './signed-digits.js';
import type { SumNetwork } from './sum-network.js';
import { isNegative, MAX_SHIFT, POWERS, scaled, shiftOf, term, variableOf } from './term.js';

/** Digits of a coefficient: canonical ones, or a random form of as few when a generator is given. */
function digits(coefficient: number, random: Random | undefined) {
  return random ? randomDigits(coefficient, random) : canonicalDigits(coefficient);
}

/** The terms of a row that hold a variable. */
function termsOf(network: SumNetwork, row: number, variable: number): number[] {
  const found: number[] = [];
  for (const code of network.rows[row]) if (variableOf(code) === variable) found.push(code);
  return found;
}

/** The factor of a variable that some terms make up. */
function coefficientOf(terms: readonly number[]): number {
  let sum = 0;
  for (const code of terms) sum += isNegative(code) ? -POWERS[shiftOf(code)] : POWERS[shiftOf(code)];
  return sum;
}

/** Replace the terms of one variable in a row by others that make up the given factor. */
function setCoefficient(
  network: SumNetwork,
  row: number,
  variable: number,
  coefficient: number,
  random: Random | undefined,
): void {
  for (const code of termsOf(network, row, variable)) network.removeTerm(row, code);
  for (const { shift, negative } of digits(coefficient, random)) {
    if (shift > MAX_SHIFT) throw new RangeError('adder graph: shift out of range');
    network.addTerm(row, term(variable, shift, negative));
  }
}

/** Replace a variable in one row by the terms of its own row. */
export function inline(network: SumNetwork, row: number, variable: number, random?: Random): void {
  const uses = termsOf(network, row, variable);
  for (const code of uses) network.removeTerm(row, code);
  const definition = network.rows[variable];
  if (uses.length === 1 && isApart(network.rows[row], definition)) {
    const [use] = uses;
    for (const code of definition) network.addTerm(row, scaled(code, shiftOf(use), isNegative(use)));
    return;
  }
  const factor = coefficientOf(uses);
  const done: number[] = [];
  for (const inner of definition) {
    const operand = variableOf(inner);
    if (done.includes(operand)) continue;
    done.push(operand);
    const present = termsOf(network, row, operand);
    const added = termsOf(network, variable, operand);
    if (uses.length === 1 && present.length === 0) {
      for (const code of added) network.addTerm(row, scaled(code, shiftOf(uses[0]), isNegative(uses[0])));
    } else {
      const total = coefficientOf(present) + factor * coefficientOf(added);
      setCoefficient(network, row, operand, total, random);
    }
  }
}

/** Whether two rows have no variable in common. */
function isApart(row: readonly number[], other: readonly number[]): boolean {
  for (const code of other) {
    const variable = variableOf(code);
    for (const present of row) if (variableOf(present) === variable) return false;
  }
  return true;
}

/**
 * Bring a variable into a row, in place of a term that its own row holds, and take off what else it is the sum of.
 * The variable must not depend on the row.
 *
 * @returns false, and nothing changed, when the term has too low a shift for it
 */
export function insert(
  network: SumNetwork,
  row: number,
  code: number,
  variable: number,
  random?: Random,
): boolean {
  const match = network.rows[variable].find((inner) => variableOf(inner) === variableOf(code));
  if (match === undefined || shiftOf(code) < shiftOf(match)) return false;
  const shift = shiftOf(code) - shiftOf(match);
  const factor = (isNegative(code) !== isNegative(match) ? -1 : 1) * 2 ** shift;
  const changes = new Map<number, number>([[variable, factor]]);
  for (const inner of network.rows[variable]) {
    const operand = variableOf(inner);
    changes.set(operand, (changes.get(operand) ?? 0) - factor * coefficientOf([inner]));
  }
  for (const [operand, change] of changes)
    setCoefficient(network, row, operand, coefficientOf(termsOf(network, row, operand)) + change, random);
  return true;
}

/** Replace a variable everywhere. A shared sum is gone then; an output keeps its row. */
export function dissolve(network: SumNetwork, variable: number, random?: Random): void {
  const users = network.users[variable];
  while (users.length > 0) inline(network, users[users.length - 1], variable, random);
  if (network.isShared(variable)) discard(network, variable);
}

/** Empty and delete a shared sum that nothing uses. */
export function discard(network: SumNetwork, variable: number): void {
  const terms = network.rows[variable];
  while (terms.length > 0) network.removeTerm(variable, terms[terms.length - 1]);
  network.delete(variable);
}

/** Remove shared sums of a single use or term: each is part of another row at no more cost. */
export function tidy(network: SumNetwork): void {
  const { suspects, rows, users } = network;
  for (let variable = suspects.pop(); variable !== undefined; variable = suspects.pop()) {
    if (variable < network.inputs || !network.live[variable]) continue;
    const alias = rows[variable].length < 2 && users[variable].length > 0;
    if (alias || (network.isShared(variable) && users[variable].length < 2)) dissolve(network, variable);
  }
}
