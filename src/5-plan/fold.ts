/**
 * Folding: how many outputs (PE) and inputs (SIMD) each layer handles per cycle. Dynamic programming over the chain
 * finds the cheapest folding whose every engine and converter keeps up with the wanted interval.
 */

import type { Fold } from '../1-import/types.js';
import type { IntegerDense, IntegerType } from '../3-integer/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';
import { prefersBlock } from './memory.js';
import { conversionBeats } from './stream.js';

/** What the search knows of a layer. */
export interface FoldLayer {
  readonly layer: IntegerDense;
  readonly inputType: IntegerType;
  readonly accumulatorBits: number;
  readonly levels: number; // of the step after it; 0 when sums leave
  readonly fixed?: Fold;
}

export interface Folding {
  readonly inputLanes: number; // at the port
  readonly folds: readonly Fold[]; // per layer
}

interface Candidate extends Fold {
  readonly cost: number;
  best: number; // cost of the chain up to and including this candidate
  from: number; // index of the candidate before it
}

/**
 * Choose a folding.
 *
 * @param elements of the network's input
 * @param inputCost estimated LUTs of one input lane (port and first quantizer)
 * @throws fold_invalid, interval_impossible
 */
export function chooseFolding(
  layers: readonly FoldLayer[],
  elements: number,
  inputCost: number,
  cycles: number,
): Folding {
  let previous: Candidate[] = divisors(elements)
    .filter((lanes) => elements / lanes <= cycles)
    .map((lanes) => ({ pe: lanes, simd: 1, cost: lanes * inputCost, best: lanes * inputCost, from: -1 }));
  const table: Candidate[][] = [previous];
  for (const each of layers) {
    const candidates = candidatesOf(each, cycles);
    for (const candidate of candidates) connect(candidate, previous, each.layer.inputs, cycles);
    const possible = candidates.filter(({ best }) => best < Number.POSITIVE_INFINITY);
    if (possible.length === 0)
      fail(errors.intervalImpossible(each.layer.name, each.layer.source, cycles, each.fixed));
    table.push(possible);
    previous = possible;
  }
  return traceBack(table);
}

function connect(
  candidate: Candidate,
  previous: readonly Candidate[],
  elements: number,
  cycles: number,
): void {
  previous.forEach((before, index) => {
    if (conversionBeats(elements, before.pe, candidate.simd) > cycles) return;
    const unequal = before.pe === candidate.simd ? 0 : 2 + 0.6 * Math.max(before.pe, candidate.simd);
    const total = before.best + candidate.cost + unequal;
    if (total < candidate.best) {
      candidate.best = total;
      candidate.from = index;
    }
  });
}

function candidatesOf(each: FoldLayer, cycles: number): Candidate[] {
  const { layer, fixed } = each;
  if (fixed && (layer.outputs % fixed.pe !== 0 || layer.inputs % fixed.simd !== 0))
    fail(errors.foldInvalid(layer.name, layer.source, fixed, layer.outputs, layer.inputs));
  const candidates: Candidate[] = [];
  for (const pe of fixed ? [fixed.pe] : divisors(layer.outputs))
    for (const simd of fixed ? [fixed.simd] : divisors(layer.inputs)) {
      const interval = (layer.outputs / pe) * (layer.inputs / simd);
      if (interval > cycles || pe > 1000) continue;
      candidates.push({
        pe,
        simd,
        cost: engineCost(each, pe, simd),
        best: Number.POSITIVE_INFINITY,
        from: -1,
      });
    }
  return candidates;
}

/** Estimated LUTs of an engine; only differences between foldings matter here. */
function engineCost(
  { layer, inputType, accumulatorBits, levels }: FoldLayer,
  pe: number,
  simd: number,
): number {
  const folded = layer.outputs > pe;
  const perProduct = productCost(inputType, layer.weightType);
  const requantise = levels ? Math.ceil(Math.log2(levels)) * (0.7 * accumulatorBits + 1) : 0;
  const depth = (layer.outputs / pe) * (layer.inputs / simd);
  const romBits = depth > 1 ? layer.weights.length * layer.weightType.bits : 0;
  const rom = prefersBlock(simd * layer.weightType.bits, depth) ? romBits / 512 : romBits / 50;
  const buffer = folded ? (simd * inputType.bits * Math.ceil(layer.inputs / simd / 32)) / 2 : 0;
  return pe * (simd * perProduct + accumulatorBits * 1.2 + requantise + 3) + rom + buffer + 20;
}

/**
 * LUTs per product: a Booth row of A + 1 bits and its share of the adders for each radix-4 digit of the weight; one
 * and a half for a count of agreements; a multiplier where only the activations are bipolar. Fitted to hw/'s arrays.
 */
function productCost(activation: IntegerType, weight: IntegerType): number {
  if (activation.encoding === 'bipolar') return weight.encoding === 'bipolar' ? 1.6 : 2.2 * weight.bits + 1;
  if (weight.encoding === 'bipolar') return activation.bits + 1.5;
  return Math.ceil(weight.bits / 2) * (activation.bits + 2.2);
}

function traceBack(table: readonly (readonly Candidate[])[]): Folding {
  const folds: Fold[] = [];
  const last = table[table.length - 1];
  let index = last.reduce((best, each, k) => (each.best < last[best].best ? k : best), 0);
  for (let row = table.length - 1; row > 0; row--) {
    const { pe, simd, from } = table[row][index];
    folds.unshift({ pe, simd });
    index = from;
  }
  return { inputLanes: table[0][index].pe, folds };
}

/** All divisors in ascending order. */
export function divisors(n: number): number[] {
  const small: number[] = [];
  const large: number[] = [];
  for (let d = 1; d * d <= n; d++)
    if (n % d === 0) {
      small.push(d);
      if (d * d !== n) large.unshift(n / d);
    }
  return [...small, ...large];
}
