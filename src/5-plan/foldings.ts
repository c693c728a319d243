/** The foldings that a plan is chosen from. */
import type { IntegerNetwork } from '../3-integer/types.js';
import type { BoundedNetwork } from '../4-bounds/types.js';
import { fail } from '../diagnostics/diagnostic.js';
import * as errors from '../diagnostics/plan-errors.js';
import { allowedEngines, engineOption } from './engines/index.js';
import type { PlannedLayer } from './engines/types.js';
import { canUnroll } from './engines/unrolled/index.js';
import {
  chooseFolding,
  type Folding,
  type FoldLayer,
  type FoldStage,
  foldShape,
  layerOptions,
} from './fold.js';
import { type Stage, stagesOf } from './graph.js';
import { moveOptions } from './move-options.js';
import type { PlanOptions } from './plan.js';
import { conversionBeats, elementsOf, tensorOf } from './stream.js';

/** Interval when the user asks for none, in cycles. */
export const DEFAULT_CYCLES = 1024;

/** Accumulators that foldings are looked for with: as planned, and those that users compare. */
const FOLDING_WIDTHS: readonly ((planned: PlannedLayer) => number)[] = [
  ({ accumulator }) => accumulator.bits,
  () => 32,
  ({ accumulator }) => accumulator.widths.datatype,
  ({ accumulator }) => accumulator.widths.l1,
  ({ accumulator }) => accumulator.widths.span,
];

/**
 * The foldings that are cheapest with several widths of the accumulators. The whole plan is priced more exactly than the
 * choice of a folding can, by what is in the ROMs; and as all widths have the same foldings to take from, narrower
 * accumulators never cost more because theirs is another one.
 */
export function foldingsOf(
  { network }: BoundedNetwork,
  layers: readonly PlannedLayer[],
  options: PlanOptions,
): readonly Folding[] {
  const graph = stagesOf(network);
  const input = tensorOf(network, network.input);
  const widths = new Map(FOLDING_WIDTHS.map((bits) => [layers.map(bits).join(), bits]));
  const foldings = [...widths.values()].map((bits) => {
    const stages = foldStages(network, graph, layers, options, bits);
    const wanted = intervalWanted(layers, options);
    const cycles = options.cycles ?? Math.max(wanted, convertersNeed(stages, wanted));
    return chooseFolding(stages, elementsOf(input), input.type.bits, cycles);
  });
  const distinct = new Map<string, Folding>();
  for (const folding of foldings) {
    const lanes = folding.options.map(({ inLanes, outLanes, choice }) => [inLanes, outLanes, choice]);
    const key = JSON.stringify([folding.inputLanes, lanes]);
    if (!distinct.has(key)) distinct.set(key, folding);
  }
  return [...distinct.values()];
}

/** Each stage with the lanes it can have. */
function foldStages(
  network: IntegerNetwork,
  stages: readonly Stage[],
  layers: readonly PlannedLayer[],
  options: PlanOptions,
  bits: (planned: PlannedLayer) => number,
): FoldStage[] {
  const made = new Map([[network.input, -1], ...stages.map(({ output }, k) => [output, k] as const)]);
  return stages.map(({ node, inputs, step }): FoldStage => {
    const layer = layers.find((each) => each.layer === node);
    const fold = layer && foldLayer(layer, options, bits(layer));
    return {
      name: node.name,
      source: node.source,
      from: inputs.map((tensor) => made.get(tensor) ?? -1),
      elements: inputs.map((tensor) => elementsOf(tensorOf(network, tensor))),
      options: (cycles) => (fold ? layerOptions(fold, cycles) : moveOptions(network, node, step, cycles)),
      fixed: fold?.fixed,
    };
  });
}

function foldLayer(planned: PlannedLayer, options: PlanOptions, accumulatorBits: number): FoldLayer {
  const { layer, inputType, accumulator, step } = planned;
  const fixed = options.folds?.get(layer.name) ?? (options.cycles === undefined ? layer.fold : undefined);
  const engines = allowedEngines(
    options.lutLayers?.has(layer.name) ? 'lut' : engineOption(layer, options.engine),
    options.target,
  ).filter((engine) => engine !== 'unrolled' || canUnroll(layer, inputType, accumulator));
  if (engines.length === 0)
    fail(
      errors.engineImpossible(
        layer.name,
        layer.source,
        `expected a target whose DSP blocks hw/ uses (xc7, xcup), found ${options.target}`,
      ),
    );
  return {
    layer,
    inputType,
    accumulatorBits,
    levels: step?.levels ?? 0,
    engines,
    fixed,
    planned,
    blockRamWeight: options.blockRamWeight ?? 0,
    target: options.target,
    memo: options.memo,
  };
}

/** --cycles; else what the given foldings need; else the default, or what 64 products a cycle take. */
function intervalWanted(layers: readonly PlannedLayer[], options: PlanOptions): number {
  if (options.cycles !== undefined) return options.cycles;
  const given = layers.flatMap(({ layer }) => {
    const fold = options.folds?.get(layer.name) ?? layer.fold;
    const { inputs, outputs, vectors } = foldShape(layer);
    return fold ? [vectors * (inputs / fold.simd) * (outputs / fold.pe)] : [];
  });
  if (given.length) return Math.max(...given);
  const images = layers.map(({ layer }) => {
    const { inputs, outputs, vectors, peOf, simdOf } = foldShape(layer);
    const fastest = vectors * (inputs / simdOf) * (outputs / peOf); // a tap at a time
    return vectors > 1 ? Math.max(fastest, Math.ceil((vectors * inputs * outputs) / DEFAULT_PRODUCTS)) : 0;
  });
  return Math.max(DEFAULT_CYCLES, ...images);
}

/** Cycles that width converters need between stages whose foldings are given. */
function convertersNeed(stages: readonly FoldStage[], cycles: number): number {
  const lanes = stages.map(({ fixed, options }) => (fixed ? options(cycles)[0] : undefined));
  const beats = stages.flatMap(({ from, elements }, index) =>
    from.map((before, k) => {
      const [sender, receiver] = [lanes[before], lanes[index]];
      return sender && receiver ? conversionBeats(elements[k], sender.outLanes, receiver.inLanes) : 1;
    }),
  );
  return Math.max(1, ...beats);
}

/** Products per cycle in the largest convolution when the user asks for no interval. */
const DEFAULT_PRODUCTS = 16;
