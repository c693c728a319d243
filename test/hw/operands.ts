/** How a code of so many bits is read: A_KIND and W_KIND of hw/. */
export const UNSIGNED = 0;
export const SIGNED = 1;
export const BIPOLAR = 2;
export const TERNARY = 3; // weights only: two bits, two's complement, never -2

/** The number that a code stands for. */
export function decode(code: bigint, width: number, kind: number): bigint {
  if (kind === BIPOLAR) return code === 1n ? 1n : -1n;
  return kind === UNSIGNED ? code : BigInt.asIntN(width, code);
}

export function dot(a: readonly bigint[], w: readonly bigint[]): bigint {
  return a.reduce((sum, value, lane) => sum + value * w[lane], 0n);
}

/**
 * What booth_dot adds to the dot product: 4^d * (2^ROW_W - 1) for every digit d below zero, and signed activations
 * enter as a + 2^(A_W-1). Bipolar activations: what it adds to twice its sum.
 */
export function boothConstant(
  weights: readonly bigint[],
  aWidth: number,
  aKind: number,
  wWidth: number,
  wKind: number,
): bigint {
  let constant = 0n;
  for (const weight of weights) {
    if (aKind === BIPOLAR) {
      constant += weight + (wKind === UNSIGNED ? 0n : 2n ** BigInt(wWidth)); // a weight with a sign is w + 2^(W_W-1)
      continue;
    }
    const digits = boothDigits(weight, wWidth, wKind);
    const value = digits.reduce((sum, { digit }, d) => sum + digit * 4n ** BigInt(d), 0n);
    if (value !== weight) throw new Error(`the digits of ${weight} make ${value}`);
    for (const [d, { digit, atMostOne }] of digits.entries())
      if (digit < 0n) constant += 4n ** BigInt(d) * (2n ** BigInt(aWidth + (atMostOne ? 0 : 1)) - 1n);
    if (aKind === SIGNED) constant += 2n ** BigInt(aWidth - 1) * weight;
  }
  return constant;
}

interface BoothDigit {
  readonly digit: bigint; // -2 .. 2
  readonly atMostOne: boolean; // -1 .. 1 only: a row of A_W bits
}

/** Radix-4 Booth digits, lowest first: two bits as a signed number, plus the bit below them. */
function boothDigits(weight: bigint, width: number, kind: number): BoothDigit[] {
  if (kind === BIPOLAR || kind === TERNARY) return [{ digit: weight, atMostOne: true }];
  const digits: BoothDigit[] = [];
  for (let left = kind === UNSIGNED ? width + 1 : width; left > 0; left -= 2) {
    const above = weight >> BigInt(2 * digits.length);
    const below = (weight << 1n) >> BigInt(2 * digits.length);
    const pair = BigInt.asIntN(Math.min(left, 2), above);
    digits.push({ digit: pair + (below & 1n), atMostOne: left === 1 });
  }
  return digits;
}
