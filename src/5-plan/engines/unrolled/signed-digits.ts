/** Integers as sums of signed powers of two. */
import type { Random } from './random.js';

/** One digit: +-2^shift. */
export interface SignedDigit {
  readonly shift: number;
  readonly negative: boolean;
}

/** Non-zero digits of the canonical signed-digit form, the fewest possible. */
export function digitCount(value: number): number {
  let rest = Math.abs(value);
  let digits = 0;
  while (rest > 0) {
    if (rest % 2 === 1) {
      digits++;
      rest += rest % 4 === 3 ? 1 : -1;
    }
    rest /= 2;
  }
  return digits;
}

/** Canonical signed digits of an integer, lowest first: no two of them adjacent. */
export function canonicalDigits(value: number): SignedDigit[] {
  return digitsOf(value, () => false);
}

/**
 * A form with as few digits as the canonical one, drawn at random.
 *
 * @param value an integer, |value| < 2^52
 */
export function randomDigits(value: number, random: Random): SignedDigit[] {
  return digitsOf(value, () => random.below(2) === 1);
}

/**
 * Digits from the lowest up. After an odd rest, the digit may be +1 or -1; the canonical choice leaves a rest that is
 * a multiple of four. The other one is taken where `deviate` says so and it costs no digit.
 */
function digitsOf(value: number, deviate: () => boolean): SignedDigit[] {
  const digits: SignedDigit[] = [];
  const negated = value < 0;
  let rest = Math.abs(value);
  for (let shift = 0; rest !== 0; shift++) {
    if (rest % 2 !== 0) {
      const canonical = rest % 4 === 3 ? -1 : 1;
      const free = digitCount(rest + canonical) === digitCount(rest) - 1;
      const digit = free && deviate() ? -canonical : canonical;
      digits.push({ shift, negative: digit < 0 !== negated });
      rest -= digit;
    }
    rest /= 2;
  }
  return digits;
}
