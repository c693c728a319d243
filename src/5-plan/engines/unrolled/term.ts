/**
 * Terms and patterns, packed into integers for speed.
 *
 * A term is +-variable << shift: bits 0 (sign), 1..6 (shift), 7.. (variable).
 * A pattern is a pair of terms up to a common shift and sign: a + sign * (b << distance), where a is the lower
 * variable or, for equal variables, the term of lower shift. It is held as two integers:
 * `head` = a (bits 8..), distance + 64 (bits 1..7), sign (bit 0); `tail` = b.
 */

export const MAX_SHIFT = 62;
export const MAX_VARIABLES = 2 ** 23;

/** 2^k for every shift and level. */
export const POWERS = Float64Array.from({ length: 64 }, (_, k) => 2 ** k);

export function term(variable: number, shift: number, negative: boolean): number {
  return (variable << 7) | (shift << 1) | (negative ? 1 : 0);
}

export function variableOf(code: number): number {
  return code >>> 7;
}

export function shiftOf(code: number): number {
  return (code >>> 1) & 63;
}

export function isNegative(code: number): boolean {
  return (code & 1) === 1;
}

/** The term, shifted left and perhaps negated. */
export function scaled(code: number, shift: number, negate: boolean): number {
  return (code + (shift << 1)) ^ (negate ? 1 : 0);
}

/** Whether p is the first term of the pattern that p and q form. */
export function leads(p: number, q: number): boolean {
  return p >>> 1 < q >>> 1; // compares variable, then shift
}

/** Head of the pattern of two terms, the leading one first. */
export function patternHead(first: number, second: number): number {
  const distance = ((second >>> 1) & 63) - ((first >>> 1) & 63);
  return ((first >>> 7) << 8) | ((distance + 64) << 1) | ((first ^ second) & 1);
}

export function headVariable(head: number): number {
  return head >>> 8;
}

export function headDistance(head: number): number {
  return ((head >>> 1) & 127) - 64;
}

export function headNegates(head: number): boolean {
  return (head & 1) === 1;
}
