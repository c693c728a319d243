/**
 * Folding: how many outputs (PE) and inputs (SIMD) each layer handles per cycle. Dynamic programming along a path of
 * stages finds the cheapest folding whose every engine and converter keeps up with the wanted interval. The longest
 * path through the network comes first; the other branches follow, between ends that are then fixed.
 */

import type { Fold } from '../1-import/types.js';
import type { IntegerLayer, IntegerType } from '../3-integer/types.js';
import type { Location } from '../diagnostics/diagnostic.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';
import { engineCost } from './cost.js';
import { MAX_CHAIN } from './engines/dsp-packing.js';
import type { EngineChoice, EngineName, PlannedLayer } from './engines/types.js';
import type { Memo } from './memo.js';
import { conversionBeats } from './stream.js';
import type { Target } from './types.js';

/** What the search knows of a layer with weights. */
export interface FoldLayer {
  readonly layer: IntegerLayer;
  readonly inputType: IntegerType;
  readonly accumulatorBits: number;
  readonly levels: number; // of the step after it; 0 when sums leave
  readonly blockRamWeight?: number; // see PlanOptions
  readonly target: Target;
  readonly engines: readonly EngineName[]; // that may be taken
  readonly fixed?: Fold;
  readonly planned?: PlannedLayer; // for engines that need to know more
  readonly memo?: Memo; // see PlanOptions
}

/** One way to build a stage. */
export interface LaneOption {
  readonly inLanes: number; // of every input
  readonly outLanes: number;
  readonly cost: number; // LUTs, about
  readonly choice?: EngineChoice; // of a layer
}

/** A stage as the search sees it. */
export interface FoldStage {
  readonly name: string;
  readonly source: Location;
  readonly from: readonly number[]; // index of the stage behind each input; -1: the network's input
  readonly elements: readonly number[]; // [inputs], per inference
  readonly options: (cycles: number) => readonly LaneOption[]; // that keep up with so many cycles per inference
  readonly fixed?: Fold;
}

export interface Folding {
  readonly inputLanes: number; // at the port
  readonly options: readonly LaneOption[]; // [stages]
}

interface Candidate extends LaneOption {
  best: number; // cost of the path up to and including this candidate
  from: number; // index of the candidate before it
}

/** Stages in a row, and what stands before and behind them: undefined before: the port, whose lanes are free. */
interface Path {
  readonly stages: readonly number[];
  readonly first: number | undefined; // stage before the path, -1 for the port, once these are chosen
  readonly last: number | undefined; // chosen stage that reads the path's end
}

/**
 * Choose a folding.
 *
 * @param elements of the network's input
 * @param inputCost estimated LUTs of one input lane
 * @throws fold_invalid, interval_impossible
 */
export function chooseFolding(
  stages: readonly FoldStage[],
  elements: number,
  inputCost: number,
  cycles: number,
): Folding {
  const chosen = new Map<number, LaneOption>();
  for (const path of pathsOf(stages)) {
    const before = path.first === undefined ? undefined : chosen.get(path.first);
    const start: Candidate[] = before
      ? [{ ...before, best: 0, from: -1 }]
      : divisors(elements)
          .filter((lanes) => elements / lanes <= cycles)
          .map((lanes) => ({
            inLanes: lanes,
            outLanes: lanes,
            cost: lanes * inputCost,
            best: lanes * inputCost,
            from: -1,
          }));
    const after = path.last === undefined ? undefined : chosen.get(path.last);
    const table = searchPath(stages, path, start, after, cycles);
    const options = traceBack(table);
    if (!before) chosen.set(-1, options[0]);
    path.stages.forEach((index, k) => {
      chosen.set(index, options[k + 1]);
    });
  }
  const options = stages.map((stage, index) => {
    const option = chosen.get(index);
    if (!option) throw new Error(`stage ${stage.name} lies on no path`);
    return option;
  });
  return { inputLanes: chosen.get(-1)?.outLanes ?? 1, options };
}

function searchPath(
  stages: readonly FoldStage[],
  path: Path,
  start: Candidate[],
  after: LaneOption | undefined,
  cycles: number,
): Candidate[][] {
  const table: Candidate[][] = [start];
  let [previous, before] = [start, path.first ?? -1];
  path.stages.forEach((index, k) => {
    const stage = stages[index];
    const candidates = stage
      .options(cycles)
      .map((option): Candidate => ({ ...option, best: Number.POSITIVE_INFINITY, from: -1 }));
    const elements = stage.elements[stage.from.indexOf(before)];
    for (const candidate of candidates) connect(candidate, previous, elements, cycles);
    const end = k === path.stages.length - 1 && path.last !== undefined ? stages[path.last] : undefined;
    if (end && after) {
      const leaving = end.elements[end.from.indexOf(index)];
      for (const candidate of candidates)
        candidate.best += conversionCost(leaving, candidate.outLanes, after.inLanes, cycles);
    }
    const possible = candidates.filter(({ best }) => best < Number.POSITIVE_INFINITY);
    if (possible.length === 0)
      fail(
        errors.intervalImpossible(stage.name, stage.source, cycles, stage.fixed, leastCycles(stage, cycles)),
      );
    table.push(possible);
    [previous, before] = [possible, index];
  });
  return table;
}

/** The longest path from the input, then every branch that is left, in the order of the stages. */
function pathsOf(stages: readonly FoldStage[]): Path[] {
  const length: number[] = [];
  const longest: number[] = []; // the stage before, on the longest path
  stages.forEach(({ from }, index) => {
    const best = from.reduce((a, b) => ((length[b] ?? 0) > (length[a] ?? 0) ? b : a));
    longest[index] = best;
    length[index] = 1 + (length[best] ?? 0);
  });
  const main: number[] = [];
  for (let at = stages.length - 1; at >= 0; at = longest[at]) main.unshift(at);
  const paths: Path[] = [{ stages: main, first: undefined, last: undefined }];
  const done = new Set([-1, ...main]);
  stages.forEach(({ from }, index) => {
    if (done.has(index)) return;
    const branch = [index];
    done.add(index);
    let last: number | undefined;
    for (;;) {
      const end = branch[branch.length - 1];
      const readers = stages.flatMap((stage, k) => (stage.from.includes(end) ? [k] : []));
      const next = readers.find((k) => !done.has(k));
      if (next === undefined) {
        last = readers[0];
        break;
      }
      branch.push(next);
      done.add(next);
    }
    paths.push({ stages: branch, first: from.find((each) => done.has(each) && each !== index), last });
  });
  return paths;
}

/** LUTs of converting lanes; infinite where it cannot keep up. */
function conversionCost(elements: number, from: number, to: number, cycles: number): number {
  if (conversionBeats(elements, from, to) > cycles) return Number.POSITIVE_INFINITY;
  return from === to ? 0 : 2 + 0.6 * Math.max(from, to);
}

function connect(
  candidate: Candidate,
  previous: readonly Candidate[],
  elements: number,
  cycles: number,
): void {
  previous.forEach((before, index) => {
    const unequal = conversionCost(elements, before.outLanes, candidate.inLanes, cycles);
    const total = before.best + candidate.cost + unequal;
    if (total < candidate.best) {
      candidate.best = total;
      candidate.from = index;
    }
  });
}

/** The ways to build a layer with weights, all foldings that keep up. */
export function layerOptions(each: FoldLayer, cycles: number): LaneOption[] {
  const { layer, fixed } = each;
  const { inputs, outputs, vectors, peOf, simdOf } = foldShape(layer);
  if (fixed && (peOf % fixed.pe !== 0 || simdOf % fixed.simd !== 0))
    fail(errors.foldInvalid(layer.name, layer.source, fixed, peOf, simdOf));
  const options: LaneOption[] = [];
  for (const pe of fixed ? [fixed.pe] : divisors(peOf))
    for (const simd of fixed ? [fixed.simd] : divisors(simdOf)) {
      const interval = vectors * (outputs / pe) * (inputs / simd);
      if (interval > cycles) continue;
      for (const engine of each.engines) {
        if (engine === 'unrolled' ? interval > 1 : pe > 1000) continue;
        const choice = { engine, pe, simd };
        const cost = knownCost(each, choice);
        const separate = layer.kind === 'conv' && layer.separate;
        const outLanes = requantiseLanes(pe, inputs / simd, each.levels);
        if (Number.isFinite(cost)) options.push({ inLanes: separate ? pe : simd, outLanes, cost, choice });
      }
    }
  if (options.length === 0 && each.engines.every((engine) => engine === 'dsp'))
    fail(errors.engineImpossible(layer.name, layer.source, chainTooLong(each, cycles)));
  return options;
}

/** What an engine costs does not depend on the interval, so drafts for other intervals have it already. */
function knownCost(each: FoldLayer, choice: EngineChoice): number {
  const { memo, layer, accumulatorBits, blockRamWeight, planned } = each;
  const cost = () => engineCost(each, choice);
  if (!memo) return cost();
  const { engine, pe, simd } = choice;
  const key = `cost ${engine} ${pe} ${simd} ${accumulatorBits} ${blockRamWeight} ${planned?.dsp?.price}`;
  return memo.once(layer, key, cost);
}

/** The fewest cycles with which any folding of a stage keeps up; undefined when it keeps up with `tooFew`. */
function leastCycles(stage: FoldStage, tooFew: number): number | undefined {
  const isPossible = (cycles: number) => stage.options(cycles).length > 0;
  if (isPossible(tooFew)) return undefined; // what stands before or behind it does not
  let [low, high] = [tooFew, 2 * tooFew];
  while (!isPossible(high) && high < Number.MAX_SAFE_INTEGER / 2) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isPossible(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** What a folding divides. */
export interface FoldShape {
  readonly inputs: number; // of a dot product
  readonly outputs: number; // channels
  readonly vectors: number; // dot products of every channel per inference
  readonly peOf: number; // PE divides this
  readonly simdOf: number; // SIMD divides this
}

export function foldShape(layer: IntegerLayer): FoldShape {
  const { inputs, outputs } = layer;
  if (layer.kind === 'dense') return { inputs, outputs, vectors: 1, peOf: outputs, simdOf: inputs };
  const { positions, channels } = layer.window;
  const vectors = positions.height * positions.width;
  if (!layer.separate) return { inputs, outputs, vectors, peOf: outputs, simdOf: channels };
  // with several outputs to an input channel, lanes beside each other would not be channels beside each other
  return { inputs, outputs, vectors, peOf: outputs === channels ? channels : 1, simdOf: 1 };
}

/** From so many levels on requantisation multiplies, and several neurons share a multiplier where there is time. */
export const MULTIPLIED_LEVELS = 65;

/**
 * Lanes of a layer's requantisation.
 *
 * @param spacing cycles from one beat of sums to the next, at least
 */
export function requantiseLanes(pe: number, spacing: number, levels: number): number {
  if (levels < MULTIPLIED_LEVELS) return pe;
  return divisors(pe).find((lanes) => pe / lanes <= spacing) ?? pe;
}

/** Why no folding can be built in DSP blocks. */
function chainTooLong({ fixed }: FoldLayer, cycles: number): string {
  const wanted = fixed ? `found PE ${fixed.pe} and SIMD ${fixed.simd}` : 'and no such folding does';
  return `expected SIMD to be at most ${MAX_CHAIN} and the folding to keep up with ${cycles} cycles, ${wanted}`;
}

function traceBack(table: readonly (readonly Candidate[])[]): LaneOption[] {
  const options: LaneOption[] = [];
  const last = table[table.length - 1];
  let index = last.reduce((best, each, k) => (each.best < last[best].best ? k : best), 0);
  for (let row = table.length - 1; row >= 0; row--) {
    const { inLanes, outLanes, cost, choice, from } = table[row][index];
    options.unshift({ inLanes, outLanes, cost, choice });
    index = from;
  }
  return options;
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
