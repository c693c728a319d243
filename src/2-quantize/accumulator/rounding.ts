/** Real multiples of a scale become codes of a narrow signed type, -largest .. largest. */

/** Largest code of a narrow signed type. */
export function largestCode(bits: number): number {
  return 2 ** (bits - 1) - 1;
}

/** Round towards zero, so that no magnitude grows. */
export function towardsZero(values: Float64Array, largest: number): Int32Array {
  return Int32Array.from(values, (value) => clamp(Math.trunc(value), -largest, largest));
}

export function toNearest(values: Float64Array, largest: number): Int32Array {
  return Int32Array.from(values, (value) => clamp(nearest(value), -largest, largest));
}

/** Ties away from zero, alike on both sides. */
export function nearest(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

/** How much the magnitudes of a row may still grow; takes one step of a code, or refuses it. */
export type Room = (sign: 1 | -1) => boolean;

/**
 * Spend what rounding towards zero left: raise the magnitudes whose fraction is at least one half, largest fraction first, as
 * long as there is room. With room for all of them this is rounding to nearest.
 */
export function spend(values: Float64Array, codes: Int32Array, largest: number, room: Room): Int32Array {
  const result = codes.slice();
  const fraction = (i: number) => Math.abs(values[i]) - Math.abs(codes[i]);
  const raised = [...codes.keys()].filter((i) => fraction(i) >= 0.5 && Math.abs(codes[i]) < largest);
  raised.sort((a, b) => fraction(b) - fraction(a) || a - b);
  for (const i of raised) {
    const sign = values[i] < 0 ? -1 : 1;
    if (room(sign)) result[i] += sign;
  }
  return result;
}

/** Round values that are within a budget towards zero, and spend what that left of it. @param roomOf codes: what they leave */
export function towardsZeroSpent(
  values: Float64Array,
  largest: number,
  roomOf: (codes: Int32Array) => Room,
): Int32Array {
  const codes = towardsZero(values, largest);
  return spend(values, codes, largest, roomOf(codes));
}

/** Room for a sum of magnitudes of at most `budget`. */
export function roomWithin(codes: Int32Array, budget: number): Room {
  let used = codes.reduce((sum, code) => sum + Math.abs(code), 0);
  return () => {
    if (used + 1 > budget) return false;
    used++;
    return true;
  };
}

/** Room for at most half of `budget` in the positive codes, and half in the negative ones. */
export function roomWithinHalves(codes: Int32Array, budget: number): Room {
  const positive = roomWithin(
    codes.map((code) => Math.max(code, 0)),
    budget / 2,
  );
  const negative = roomWithin(
    codes.map((code) => Math.min(code, 0)),
    budget / 2,
  );
  return (sign) => (sign > 0 ? positive(sign) : negative(sign));
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
