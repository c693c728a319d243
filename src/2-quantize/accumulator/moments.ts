/** How much an error in the weights of one group matters, from the second moments of what the group sees. */

/** Part of the mean diagonal that is added to the diagonal: moments of few samples are singular. Source: OPTQ, section 3.3. */
const DAMPING = 0.01;

/** Second moments of a layer's inputs, damped; or none, when every weight counts alike. */
export interface Metric {
  readonly inputs: number;
  readonly moments?: Float64Array; // [inputs][inputs], symmetric, positive definite
}

/**
 * @param moments [groups][inputs][inputs], sums over calibration of x x^T
 * @param group whose part is taken
 */
export function metricOf(inputs: number, moments: Float64Array | undefined, group: number): Metric {
  if (!moments) return { inputs };
  const own = moments.slice(group * inputs * inputs, (group + 1) * inputs * inputs);
  let trace = 0;
  for (let i = 0; i < inputs; i++) trace += own[i * inputs + i];
  // A group that saw nothing but zeros says nothing about its weights.
  if (!(trace > 0)) return { inputs };
  for (let i = 0; i < inputs; i++) own[i * inputs + i] += (DAMPING * trace) / inputs;
  return { inputs, moments: own };
}

/** What of a metric does not depend on the codes: moments * weights, and weights * moments * weights. */
export interface RowMetric {
  readonly metric: Metric;
  readonly product: Float64Array; // [inputs]
  readonly energy: number;
}

export function rowMetric(metric: Metric, weights: Float64Array): RowMetric {
  const product = multiply(metric, weights);
  return { metric, product, energy: dot(product, weights, 0, weights.length) };
}

/** weights * codes and codes * codes in the metric, for each of several rows of codes. */
export interface Forms {
  readonly cross: number;
  readonly energy: number;
}

/** One pass over the moments serves all candidates, which are many, as the moments are large. */
export function formsOf({ metric, product }: RowMetric, candidates: readonly Int32Array[]): Forms[] {
  const { inputs, moments } = metric;
  const energies = new Float64Array(candidates.length);
  const vectors = candidates.map((codes) => Float64Array.from(codes));
  for (let i = 0; i < inputs; i++) {
    const row = moments?.subarray(i * inputs, (i + 1) * inputs);
    for (const [c, vector] of vectors.entries()) {
      const code = vector[i];
      if (code === 0) continue;
      // Symmetric: the part above the diagonal counts twice.
      if (row) energies[c] += code * (code * row[i] + 2 * dot(row, vector, i + 1, inputs));
      else energies[c] += code * code;
    }
  }
  return vectors.map((vector, c) => ({ cross: dot(product, vector, 0, inputs), energy: energies[c] }));
}

/** Error of codes at a scale: |weights - scale * codes|^2 in the metric. */
export function squaredError(row: RowMetric, { cross, energy }: Forms, scale: number): number {
  return row.energy - 2 * scale * cross + scale * scale * energy;
}

function multiply({ inputs, moments }: Metric, vector: Float64Array): Float64Array {
  if (!moments) return vector;
  const product = new Float64Array(inputs);
  for (let i = 0; i < inputs; i++)
    product[i] = dot(moments.subarray(i * inputs, (i + 1) * inputs), vector, 0, inputs);
  return product;
}

/** Sum of a[i] * b[i] over from <= i < to. */
export function dot(a: Float64Array, b: Float64Array, from: number, to: number): number {
  // Four sums: an addition does not wait for the one before it.
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = from;
  for (; i + 3 < to; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < to; i++) s0 += a[i] * b[i];
  return s0 + s1 + (s2 + s3);
}
