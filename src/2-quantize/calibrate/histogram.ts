/** What calibration remembers of a tensor: its ends, and how often each magnitude occurs. */

const BINS = 2048;

/** Counts of magnitudes in bins of equal width; the width doubles when a value does not fit. */
export class MagnitudeHistogram {
  minimum = Infinity;
  maximum = -Infinity;
  total = 0;
  /** Width of a bin; 0 until a value other than zero came. */
  width = 0;
  readonly counts = new Float64Array(BINS);

  /** The largest magnitude; NaN when a value was not a number. */
  get largest(): number {
    return this.total === 0 ? 0 : Math.max(-this.minimum, this.maximum);
  }

  add(values: Float32Array): void {
    let { minimum, maximum } = this;
    for (let k = 0; k < values.length; k++) {
      minimum = Math.min(minimum, values[k]); // NaN stays NaN
      maximum = Math.max(maximum, values[k]);
    }
    this.minimum = minimum;
    this.maximum = maximum;
    this.total += values.length;
    const largest = this.largest;
    if (!Number.isFinite(largest)) return;
    if (this.width === 0 && largest > 0) this.width = (largest * 1.0001) / BINS;
    while (largest >= this.width * BINS && largest > 0) this.halve();
    const perUnit = this.width === 0 ? 0 : 1 / this.width;
    const { counts } = this;
    for (let k = 0; k < values.length; k++) {
      const bin = Math.floor(Math.abs(values[k]) * perUnit);
      counts[bin < BINS ? bin : BINS - 1]++;
    }
  }

  private halve(): void {
    const { counts } = this;
    for (let k = 0; k < BINS / 2; k++) counts[k] = counts[2 * k] + counts[2 * k + 1];
    counts.fill(0, BINS / 2);
    this.width *= 2;
  }

  /** The magnitude that some percent of the values do not exceed: the upper end of its bin. */
  percentile(percent: number): number {
    const wanted = (this.total * percent) / 100;
    let seen = 0;
    for (let k = 0; k < BINS; k++) {
      seen += this.counts[k];
      if (seen >= wanted) return Math.min((k + 1) * this.width, this.largest);
    }
    return this.largest;
  }

  /**
   * Sum of squared differences between values and what codes stand for.
   *
   * @param scale real value of one code
   * @param steps largest code
   */
  squaredError(scale: number, steps: number): number {
    const { counts, width } = this;
    const even = (scale * scale) / 12; // many steps within few bins: what rounding leaves on average
    let error = 0;
    for (let k = 0; k < BINS; k++) {
      if (counts[k] === 0) continue;
      const value = (k + 0.5) * width;
      const code = Math.min(Math.round(value / scale), steps);
      const left = value - code * scale;
      error += counts[k] * (code < steps && width * 4 > scale ? even : left * left);
    }
    return error;
  }
}
