/**
 * The unrolled engine: all products and sums of a layer at once, one inference per cycle. Its weights are constants,
 * so that it needs no multipliers: adders that share subexpressions, or tables of input bits, whichever takes fewer LUTs.
 */
import type { IntegerLayer, IntegerType } from '../../../3-integer/types.js';
import { laneCode } from '../../stream.js';
import type { Part, PlannedAccumulator, Stream, SumOutput } from '../../types.js';
import type { EnginePlan, PlannedLayer } from '../types.js';
import { naiveAdders } from './adder-graph.js';
import { adderSums } from './adders.js';
import { startSearch } from './solve.js';
import { fieldOf, type RowSum, type SumMatrix, sumCost, timed, type UntimedSums } from './sums.js';
import { tableSums } from './tables.js';

/** Weights of a layer beyond which nobody would unroll it, and the search for common sums takes long. */
const MOST_WEIGHTS = 8192;

/** The search for common sums takes time; it brings the price of greedy sums down to this much of it at best. */
const SEARCH_SAVES = 0.85;

/**
 * Whether a layer can be unrolled: convolutions cannot. Sums that are meant to wrap and large layers are left to the folded engine, and so
 * are products of bipolar operands, which it counts.
 */
export function canUnroll(
  layer: IntegerLayer,
  inputType: IntegerType,
  accumulator: PlannedAccumulator,
): boolean {
  if (layer.kind !== 'dense') return false;
  if (inputType.encoding === 'bipolar' && layer.weightType.encoding === 'bipolar') return false;
  return layer.weights.length <= MOST_WEIGHTS && accumulator.overflow === 'none';
}

/**
 * @param module prefix of the generated module's name
 */
export function unrolledEngine(planned: PlannedLayer, module: string): EnginePlan {
  const { layer, inputType, searchEffort } = planned;
  const matrix = matrixOf(layer, inputType);
  const name = `${module}_sums`;
  const { weights, inputs, outputs } = layer;
  const search = () => memoised(layer, 'search', () => startSearch(weights, outputs, inputs));
  const sumsOf = {
    tables: () => tablesOf(layer, inputType),
    greedy: () => memoised(layer, 'greedy', () => adderSums(matrix, search().greedy)),
    searched: () =>
      memoised(layer, `searched ${searchEffort}`, () => adderSums(matrix, search().improved(searchEffort))),
  };
  const build = (way: keyof typeof sumsOf) => {
    const { accumulator, outputs, nodes } = finish(planned, matrix, sumsOf[way]());
    const sumModule = timed(name, matrix, { nodes, outputs }, accumulator.bits, way === 'tables');
    const { lut, sites } = sumCost(sumModule);
    return { accumulator, sumModule, price: lut + sites }; // Yosys counts the one, silicon spends the other
  };
  const [tables, greedy] = [build('tables'), build('greedy')];
  const searched = !planned.draft && greedy.price * SEARCH_SAVES < tables.price ? build('searched') : greedy;
  const best = searched.price < tables.price ? searched : tables;
  const input: Stream = { lanes: layer.inputs, laneBits: inputType.bits, beats: 1 };
  const sums: Stream = { lanes: layer.outputs, laneBits: best.accumulator.bits, beats: 1 };
  const part: Part = {
    module: name,
    instance: 'sums',
    parameters: new Map(),
    latency: best.sumModule.stages,
    input,
    output: sums,
  };
  return {
    array: [part],
    input,
    sums,
    accumulator: best.accumulator,
    memories: [],
    generated: [best.sumModule],
    interval: 1,
  };
}

/** Estimated LUTs of the sums, without the search for common subexpressions. */
export function unrolledCost(layer: IntegerLayer, inputType: IntegerType): number {
  return memoised(layer, 'estimate', () => {
    const { weights, inputs, outputs } = layer;
    const { nodes } = tablesOf(layer, inputType);
    const tables = nodes.reduce(
      (sum, node) =>
        sum + (node.kind === 'table' ? fieldOf({ min: 0, max: Math.max(...node.table) }).width : 0),
      0,
    );
    // measured on random matrices: sharing leaves two thirds of the adders, each a few bits wider than an input
    return Math.min(tables, 0.67 * naiveAdders(weights, outputs, inputs) * (inputType.bits + 3));
  });
}

/** A layer's sums as tables. */
function tablesOf(layer: IntegerLayer, inputType: IntegerType): UntimedSums {
  return memoised(layer, 'tables', () => tableSums(matrixOf(layer, inputType)));
}

function matrixOf(layer: IntegerLayer, inputType: IntegerType): SumMatrix {
  const { weights, inputs, outputs } = layer;
  const { signed, base, stride } = laneCode(inputType);
  const [min, max] = [(inputType.min - base) / stride, (inputType.max - base) / stride];
  return { weights, inputs, outputs, field: { bits: inputType.bits, signed, min, max } };
}

/**
 * Give every row the field that the accumulator promises. With thresholds behind it each channel may keep its own
 * constant; else, or where that would take more bits, an adder takes the constant in.
 */
function finish(planned: PlannedLayer, matrix: SumMatrix, sums: UntimedSums) {
  const { layer, inputType, ranges, step, accumulator, atMost } = planned;
  const { base, stride } = laneCode(inputType);
  const { inputs, outputs } = matrix;
  // sum = stride * (field of the row) + origin
  const origins = Array.from({ length: outputs }, (_, r) => {
    let total = 0;
    for (let i = 0; i < inputs; i++) total += layer.weights[r * inputs + i];
    return base * total;
  });
  const nodes = [...sums.nodes];
  if (step) {
    const lanes = sums.rows.map(({ constant }, r) => {
      const origin = origins[r] + stride * constant;
      return { origin, min: (ranges[r].min - origin) / stride, max: (ranges[r].max - origin) / stride };
    });
    const { width, signed } = fieldOf({
      min: Math.min(...lanes.map(({ min }) => min)),
      max: Math.max(...lanes.map(({ max }) => max)),
    });
    const fits = width <= atMost;
    const bits = fits ? Math.max(width, accumulator.bits) : accumulator.bits;
    const placed = lanes.map(({ origin, min, max }) =>
      fits || (min >= 0 && max < 2 ** bits) ? origin : origin + stride * min,
    );
    const outputsOf = sums.rows.map((row, r) =>
      outputOf(nodes, inputs, row, (lanes[r].origin - placed[r]) / stride, bits),
    );
    const offsets = placed.some((offset) => offset !== placed[0]) ? placed : undefined;
    const held = {
      ...accumulator,
      bits,
      signed: fits && signed,
      step: stride,
      offset: offsets ? 0 : placed[0] + 0,
      ...(offsets ? { offsets: offsets.map((offset) => offset + 0) } : {}),
    };
    return { accumulator: held, outputs: outputsOf, nodes };
  }
  const scale = Math.log2(stride / accumulator.step);
  const outputsOf = sums.rows.map((row, r) => {
    const constant = (origins[r] + stride * row.constant - accumulator.offset) / accumulator.step;
    return outputOf(nodes, inputs, { ...row, shift: row.shift + scale }, constant, accumulator.bits);
  });
  return { accumulator, outputs: outputsOf, nodes };
}

/** The lane of a row: its value, plus a constant where one is left. */
function outputOf(
  nodes: UntimedSums['nodes'],
  inputs: number,
  { from, shift, invert }: RowSum,
  constant: number,
  bits: number,
): SumOutput {
  const size = 2 ** bits;
  if (from === undefined) return { constant: ((constant % size) + size) % size };
  if (constant === 0) return { from, shift, invert };
  // (~v << s) + c = -(v << s) + c - 2^s
  const left = invert ? constant - 2 ** shift : constant;
  nodes.push({ kind: 'bias', from, shift, negate: invert, constant: left, width: bits, signed: false });
  return { from: inputs + nodes.length - 1, shift: 0, invert: false };
}

const memory = new WeakMap<IntegerLayer, Map<string, unknown>>();

/** Planning asks for the same layer at many foldings; its sums do not depend on them. */
function memoised<T>(layer: IntegerLayer, what: string, make: () => T): T {
  const known = memory.get(layer) ?? new Map<string, unknown>();
  memory.set(layer, known);
  if (!known.has(what)) known.set(what, make());
  return known.get(what) as T;
}
