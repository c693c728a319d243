/** The sum of two tensors of codes: integer weights and thresholds that give the reference function on all pairs. */
import { addCodes } from '../1-import/fixed-point.js';
import type { AddArithmetic, AddNode, ElementwiseNode } from '../1-import/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/network-errors.js';
import type { Interval } from '../shared/interval.js';
import { type Grid, separate } from './separate.js';
import { realOfCode } from './steps.js';
import { type StepTable, shareRows } from './thresholds.js';
import type { IntegerAdd, IntegerType } from './types.js';
import { applyAll, type Term } from './values.js';

const { fround } = Math;

/** Most pairs of codes that are compared with the reference, over all channels that differ. */
const MAX_PAIRS = 2 ** 22;

/** The code of two codes in a channel. */
export type PairFunction = (first: number, second: number, channel: number) => number;

/** The integer kernel's result for two codes. */
export function kernelSum(
  arithmetic: AddArithmetic,
  [zeroA, zeroB]: readonly [number, number],
): PairFunction {
  return (a, b) => addCodes(arithmetic, a - zeroA, b - zeroB);
}

/** The float32 sum of two codes, through operations to a quantizer. */
export function floatSum(
  [first, second]: readonly [Term, Term],
  pending: readonly ElementwiseNode[],
  code: (real: number, channel: number) => number,
): PairFunction {
  const real = ({ tensor, port, pending: own }: Term, x: number, channel: number) =>
    applyAll(own, realOfCode(x, channel, tensor.type, port), channel);
  return (a, b, channel) =>
    code(applyAll(pending, fround(real(first, a, channel) + real(second, b, channel)), channel), channel);
}

/**
 * An addition and the step behind it. Where float32 rounds equal sums differently at a tie, some pairs give a code next to
 * the reference's.
 *
 * @param rows channels in which the function differs; 1 when it is the same for all
 * @param ranges codes that the two tensors can hold
 * @param stride distance between neighbouring codes of the result
 * @throws add_too_large, add_not_separable
 */
export function convertAdd(
  node: AddNode,
  terms: readonly [Term, Term],
  ranges: readonly [Interval, Interval],
  evaluate: PairFunction,
  rows: number,
  stride: number,
): { weights: IntegerAdd['weights']; deviating?: IntegerAdd['deviating']; table: StepTable } {
  const x = codesOf(ranges[0], terms[0].tensor.type);
  const y = codesOf(ranges[1], terms[1].tensor.type);
  const pairs = x.length * y.length * rows;
  if (pairs > MAX_PAIRS) fail(errors.addTooLarge(node.name, node.source, pairs, MAX_PAIRS));
  const { grid, base } = tabulate(x, y, rows, evaluate, stride);
  const separation = separate(grid);
  if (!separation) return fail(errors.addNotSeparable(node.name, node.source));
  const table = { rows, levels: grid.count, thresholds: separation.thresholds, base };
  const { weights, deviating } = separation;
  return {
    weights,
    ...(deviating > 0 && { deviating: { codes: deviating, of: pairs } }),
    table: shareRows(table),
  };
}

function codesOf({ min, max }: Interval, { encoding }: IntegerType): Int32Array {
  const stride = encoding === 'bipolar' ? 2 : 1;
  return Int32Array.from({ length: (max - min) / stride + 1 }, (_, k) => min + stride * k);
}

function tabulate(
  x: Int32Array,
  y: Int32Array,
  rows: number,
  evaluate: PairFunction,
  stride: number,
): { grid: Grid; base: number } {
  const levels = new Int32Array(rows * x.length * y.length);
  let base = Number.POSITIVE_INFINITY;
  let top = Number.NEGATIVE_INFINITY;
  let at = 0;
  for (let row = 0; row < rows; row++)
    for (const a of x)
      for (const b of y) {
        const code = evaluate(a, b, row);
        if (code < base) base = code;
        if (code > top) top = code;
        levels[at++] = code;
      }
  for (let k = 0; k < levels.length; k++) levels[k] = (levels[k] - base) / stride;
  const count = Math.max(2, (top - base) / stride + 1);
  return { grid: { x, y, levels, rows, count }, base };
}
