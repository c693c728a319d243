/** Second moments of a layer's inputs: sum of x x^T over calibration, for methods that weigh errors by them. */
import type { ObserveRows } from '../evaluate/layer.js';

/** Rows that are enough for the moments of so many inputs; more cost time and change little. */
function enoughRows(inputs: number): number {
  return Math.max(4096, 16 * inputs);
}

export class MomentSums {
  readonly values: Float64Array; // [groups][inputs][inputs]
  readonly observe: ObserveRows;
  private readonly inputs: number;
  private readonly step: number;
  private readonly next: Int32Array; // [groups], rows to pass over before the next one is taken

  /** @param rows that will be shown of each group; evenly spaced ones of them are summed */
  constructor(groups: number, inputs: number, rows: number) {
    this.inputs = inputs;
    this.values = new Float64Array(groups * inputs * inputs);
    this.next = new Int32Array(groups);
    this.step = coprimeStep(Math.max(1, Math.floor(rows / enoughRows(inputs))), rows);
    this.observe = (values, count, group) => this.take(values, count, group);
  }

  private take(rows: Float32Array, count: number, group: number): void {
    const { inputs, values, step } = this;
    const base = group * inputs * inputs;
    let r = this.next[group];
    for (; r < count; r += step) {
      const at = r * inputs;
      for (let i = 0; i < inputs; i++) {
        const x = rows[at + i];
        if (x === 0) continue;
        const to = base + i * inputs;
        for (let j = 0; j <= i; j++) values[to + j] += x * rows[at + j];
      }
    }
    this.next[group] = r - count;
  }

  /** The moments, both triangles. */
  finish(): Float64Array {
    const { inputs, values } = this;
    for (let base = 0; base < values.length; base += inputs * inputs)
      for (let i = 0; i < inputs; i++)
        for (let j = 0; j < i; j++) values[base + j * inputs + i] = values[base + i * inputs + j];
    return values;
  }
}

/** The next step that shares no factor with the number of rows, so that it does not stay in one column of images. */
function coprimeStep(step: number, rows: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let found = step;
  while (found > 1 && divisor(found, rows) !== 1) found++;
  return found;
}
