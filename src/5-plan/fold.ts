/**
 * Folding: how many outputs (PE) and inputs (SIMD) each layer handles per cycle. Dynamic programming over the chain
 * finds the cheapest folding whose every engine and converter keeps up with the wanted interval.
 */

import type { Fold } from '../1-import/types.js';
import type { IntegerDense, IntegerType } from '../3-integer/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';
import { engineCost } from './cost.js';
import { MAX_CHAIN } from './engines/dsp-packing.js';
import type { EngineChoice, EngineName, PlannedLayer } from './engines/types.js';
import { conversionBeats } from './stream.js';

/** What the search knows of a layer. */
export interface FoldLayer {
  readonly layer: IntegerDense;
  readonly inputType: IntegerType;
  readonly accumulatorBits: number;
  readonly levels: number; // of the step after it; 0 when sums leave
  readonly blockRamWeight?: number; // see PlanOptions
  readonly engines: readonly EngineName[]; // that may be taken
  readonly fixed?: Fold;
  readonly planned?: PlannedLayer; // for engines that need to know more
}

export interface Folding {
  readonly inputLanes: number; // at the port
  readonly choices: readonly EngineChoice[]; // per layer
}

interface Candidate extends EngineChoice {
  readonly cost: number;
  best: number; // cost of the chain up to and including this candidate
  from: number; // index of the candidate before it
}

/**
 * Choose a folding.
 *
 * @param elements of the network's input
 * @param inputCost estimated LUTs of one input lane (port and first quantizer)
 * @throws engine_impossible, fold_invalid, interval_impossible
 */
export function chooseFolding(
  layers: readonly FoldLayer[],
  elements: number,
  inputCost: number,
  cycles: number,
): Folding {
  let previous: Candidate[] = divisors(elements)
    .filter((lanes) => elements / lanes <= cycles)
    .map((lanes) => ({
      engine: 'folded',
      pe: lanes,
      simd: 1,
      cost: lanes * inputCost,
      best: lanes * inputCost,
      from: -1,
    }));
  const table: Candidate[][] = [previous];
  for (const each of layers) {
    const candidates = candidatesOf(each, cycles);
    if (candidates.length === 0 && each.engines.every((engine) => engine === 'dsp'))
      fail(errors.engineImpossible(each.layer.name, each.layer.source, chainTooLong(each, cycles)));
    for (const candidate of candidates) connect(candidate, previous, each.layer.inputs, cycles);
    const possible = candidates.filter(({ best }) => best < Number.POSITIVE_INFINITY);
    if (possible.length === 0)
      fail(errors.intervalImpossible(each.layer.name, each.layer.source, cycles, each.fixed));
    table.push(possible);
    previous = possible;
  }
  return traceBack(table);
}

/** Why no folding can be built in DSP blocks. */
function chainTooLong({ fixed }: FoldLayer, cycles: number): string {
  const wanted = fixed ? `found PE ${fixed.pe} and SIMD ${fixed.simd}` : 'and no such folding does';
  return `expected SIMD to be at most ${MAX_CHAIN} and the folding to keep up with ${cycles} cycles, ${wanted}`;
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
      if (interval > cycles) continue;
      for (const engine of each.engines) {
        if (engine === 'unrolled' ? interval > 1 : pe > 1000) continue;
        const choice = { engine, pe, simd };
        const cost = engineCost(each, choice);
        if (Number.isFinite(cost))
          candidates.push({ ...choice, cost, best: Number.POSITIVE_INFINITY, from: -1 });
      }
    }
  return candidates;
}

function traceBack(table: readonly (readonly Candidate[])[]): Folding {
  const choices: EngineChoice[] = [];
  const last = table[table.length - 1];
  let index = last.reduce((best, each, k) => (each.best < last[best].best ? k : best), 0);
  for (let row = table.length - 1; row > 0; row--) {
    const { engine, pe, simd, from } = table[row][index];
    choices.unshift({ engine, pe, simd });
    index = from;
  }
  return { inputLanes: table[0][index].pe, choices };
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
