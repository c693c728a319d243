/** Real vectors brought within a budget of their L1 norm, before they are rounded. */

/** Scale a vector down to an L1 norm of at most `budget`. Source: A2Q, equation 17. */
export function scaleToBudget(values: Float64Array, budget: number): Float64Array {
  const norm = l1Norm(values);
  if (norm <= budget) return values;
  return values.map((value) => (value * budget) / norm);
}

/**
 * The closest vector, in the Euclidean norm, with an L1 norm of at most `radius`: every magnitude shrinks by the same
 * threshold. Source: Duchi et al. (ICML 2008); A2Q+'s initialisation of training (EP-init).
 */
export function projectOntoL1Ball(values: Float64Array, radius: number): Float64Array {
  const threshold = l1Threshold(values, radius);
  return threshold === 0 ? values : values.map((value) => softThreshold(value, threshold));
}

/**
 * The closest vector, in the Euclidean norm, whose positive part and negative part each sum to at most half of `budget`.
 * Of a vector that sums to zero this is the closest one within the budget that sums to zero as well: the optimality
 * conditions of both constraints give one threshold for the positive part and one for the negative.
 */
export function projectOntoHalves(values: Float64Array, budget: number): Float64Array {
  const positive = projectOntoL1Ball(
    values.map((value) => Math.max(value, 0)),
    budget / 2,
  );
  const negative = projectOntoL1Ball(
    values.map((value) => Math.min(value, 0)),
    budget / 2,
  );
  return positive.map((value, i) => value + negative[i]);
}

/** The threshold of `projectOntoL1Ball`; 0 when the vector is inside already. */
export function l1Threshold(values: Float64Array, radius: number): number {
  if (l1Norm(values) <= radius) return 0;
  const magnitudes = values.map(Math.abs).sort().reverse();
  let sum = 0;
  let threshold = 0;
  for (let i = 0; i < magnitudes.length; i++) {
    sum += magnitudes[i];
    const candidate = (sum - radius) / (i + 1);
    if (candidate >= magnitudes[i]) break;
    threshold = candidate;
  }
  // With no room at all nothing but zeros is left.
  return radius <= 0 ? magnitudes[0] : threshold;
}

export function softThreshold(value: number, threshold: number): number {
  return value > threshold ? value - threshold : value < -threshold ? value + threshold : 0;
}

/** A vector less its mean, as A2Q+ takes it. */
export function centre(values: Float64Array): Float64Array {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const mean = values.length > 0 ? sum / values.length : 0;
  return values.map((value) => value - mean);
}

export function l1Norm(values: Float64Array): number {
  let norm = 0;
  for (let i = 0; i < values.length; i++) norm += Math.abs(values[i]);
  return norm;
}
