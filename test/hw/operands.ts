/** How a code of so many bits is read: A_KIND and W_KIND of hw/. */
export const UNSIGNED = 0;
export const SIGNED = 1;
export const BIPOLAR = 2;

/** The number that a code stands for. */
export function decode(code: bigint, width: number, kind: number): bigint {
  if (kind === BIPOLAR) return code === 1n ? 1n : -1n;
  return kind === SIGNED ? BigInt.asIntN(width, code) : code;
}

export function dot(a: readonly bigint[], w: readonly bigint[]): bigint {
  return a.reduce((sum, value, lane) => sum + value * w[lane], 0n);
}
