/**
 * AXE after training: columns are rounded one after the other, each within what is left of the accumulator, and the error
 * so far is made up for by the columns that follow (OPTQ).
 *
 * The budget of a column is the exact range of the running sums, so it is the accumulator's own: nothing is lost to a
 * norm that stands for a range. Source: Colbert et al., AXE (2024), section 4; Frantar et al., OPTQ (ICLR 2023).
 */
import type { Interval } from '../../shared/interval.js';
import type { InputRange } from '../types.js';
import { accumulatorRange, reach } from './budget.js';
import { feedbackFactor, solveWithFactor } from './cholesky.js';
import { dot, type Metric } from './moments.js';
import { centre, l1Threshold, softThreshold } from './projection.js';
import { clamp, nearest } from './rounding.js';

/** Columns that are rounded with feedback among all of them; the factor costs their third power. */
const BLOCK_COLUMNS = 2048;

/** Columns that share a factor. */
interface Block {
  readonly columns: Int32Array;
  readonly factor?: Float64Array; // of the moments of these columns; absent without moments
}

/** What is computed once for all rows that see the same inputs. */
export interface FeedbackPlan {
  readonly metric: Metric;
  readonly blocks: readonly Block[];
}

/** Columns by descending moment, the ones that matter most first; in blocks when there are very many. */
export function planFeedback(metric: Metric, blockColumns = BLOCK_COLUMNS): FeedbackPlan {
  const { inputs, moments } = metric;
  const order = Int32Array.from({ length: inputs }, (_, i) => i);
  if (moments) {
    const diagonal = Float64Array.from({ length: inputs }, (_, i) => moments[i * inputs + i]);
    order.sort((a, b) => diagonal[b] - diagonal[a] || a - b);
  }
  const blocks: Block[] = [];
  for (let at = 0; at < inputs; at += blockColumns) {
    const columns = order.slice(at, at + blockColumns);
    blocks.push({ columns, factor: moments && feedbackFactor(moments, inputs, columns) });
  }
  return { metric, blocks };
}

export interface AxeOptions {
  /** Threshold that shrinks every weight, so that the first columns leave something to the last. */
  readonly shrink: boolean;
  /** Whether later columns make up for what clamping took too, or for rounding alone. */
  readonly feedClamping: boolean;
}

/**
 * Codes of one row.
 *
 * @param values [inputs], weights in units of their scale
 * @param largest magnitude of a code
 * @param accumulator P, two's-complement bits; absent: OPTQ without a limit
 */
export function axeCodes(
  values: Float64Array,
  largest: number,
  input: InputRange,
  accumulator: number | undefined,
  plan: FeedbackPlan,
  { shrink, feedClamping }: AxeOptions,
): Int32Array {
  const limits = accumulator === undefined ? undefined : new RunningSums(input, accumulator);
  const threshold = limits && shrink ? l1Threshold(centre(values), limits.l1Budget) : 0;
  const codes = new Int32Array(values.length);
  const errors = new Float64Array(values.length); // in units of the scale, by column
  for (const [index, { columns, factor }] of plan.blocks.entries()) {
    const carried = index > 0 && factor ? carriedError(plan, columns, factor, errors) : undefined;
    const local = new Float64Array(columns.length); // error of each column, carried error included
    for (const [j, column] of columns.entries()) {
      const shift = factor
        ? dot(factor.subarray(j * columns.length), local, 0, j) / factor[j * (columns.length + 1)]
        : 0;
      const target = values[column] + (carried?.[j] ?? 0) + shift;
      const shrunk = softThreshold(target, threshold);
      const room = limits?.room() ?? { min: -Infinity, max: Infinity };
      const code = nearest(clamp(shrunk, Math.max(room.min, -largest), Math.min(room.max, largest)));
      codes[column] = code;
      limits?.add(code);
      errors[column] = values[column] - code;
      local[j] = feedClamping ? target - shift - code : clamp(shrunk, room.min, room.max) - shift - code;
    }
  }
  return codes;
}

/** What the errors of earlier blocks ask of the columns of a block: the least-squares answer of the block by itself. */
function carriedError(
  { metric: { inputs, moments } }: FeedbackPlan,
  columns: Int32Array,
  factor: Float64Array,
  errors: Float64Array,
): Float64Array | undefined {
  if (!moments) return undefined;
  const right = Float64Array.from(columns, (column) =>
    dot(moments.subarray(column * inputs), errors, 0, inputs),
  );
  return solveWithFactor(factor, right);
}

/** The range of a row's sums so far, and how large the next code may be. */
class RunningSums {
  readonly l1Budget: number;
  private readonly input: Interval;
  private readonly limits: Interval;
  private min = 0;
  private max = 0;

  constructor(input: InputRange, accumulator: number) {
    this.input = reach(input);
    this.limits = accumulatorRange(accumulator);
    const spread = this.input.max - this.input.min;
    this.l1Budget = spread === 0 ? Infinity : (2 ** accumulator - 2) / spread;
  }

  /** Codes that the next column may take. */
  room(): Interval {
    const above = this.limits.max - this.max;
    const below = this.min - this.limits.min;
    return {
      min: -Math.min(steps(above, -this.input.min), steps(below, this.input.max)),
      max: Math.min(steps(above, this.input.max), steps(below, -this.input.min)),
    };
  }

  add(code: number): void {
    const ends = [code * this.input.min, code * this.input.max];
    this.min += Math.min(...ends);
    this.max += Math.max(...ends);
  }
}

/** How many steps of a size fit. */
function steps(room: number, size: number): number {
  return size === 0 ? Infinity : Math.floor(room / size);
}
