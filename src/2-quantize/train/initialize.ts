/** What training starts from: the float network's parameters, or the quantized network that needed no training. */
import type { Network } from '../../1-import/types.js';
import { l1Norm } from '../accumulator/projection.js';
import { largestCode } from '../accumulator/rounding.js';
import type { QuantizationChoices } from '../types.js';
import { biasOf, layersOf, parameterName } from './model.js';
import type { TrainingPlan } from './plan.js';
import type { WeightRule } from './quantizers.js';
import type { ParameterValues } from './trainer.js';

export interface Start {
  readonly values: ParameterValues;
  readonly shapes: Readonly<Record<string, number[]>>;
}

/** What magnitudes are above their codes at least, in codes, when training starts. */
const LEAST_MARGIN = 0.15;

/** Norm of a row of zeros: it has to have a logarithm. */
const LEAST_NORM = 2 ** -20;

/** Weights and biases of a folded network. */
export function floatStart(network: Network): Start {
  const values: Record<string, Float32Array> = {};
  const shapes: Record<string, number[]> = {};
  for (const layer of layersOf(network)) {
    const { outputs, weights, name } = layer;
    values[parameterName('weights', name)] = weights.values.slice();
    shapes[parameterName('weights', name)] = [outputs, weights.values.length / outputs];
    const operand = biasOf(network, layer)?.operand;
    if (!operand) continue;
    const each = (_: unknown, o: number) => operand[operand.length === 1 ? 0 : o];
    values[parameterName('bias', name)] = Float32Array.from({ length: outputs }, each);
    shapes[parameterName('bias', name)] = [outputs];
  }
  return { values, shapes };
}

/**
 * Parameters that stand for a network quantized after training.
 *
 * A row that is within its accumulator keeps its real weights. Of one that had to give some up, real weights would lose all
 * the small ones and shrink the large ones at once (the budget is shared by all), so it starts from the codes that the method chose for it.
 */
export function quantizedStart(network: Network, plan: TrainingPlan, choices: QuantizationChoices): Start {
  const float = floatStart(network);
  const values: Record<string, Float32Array> = { ...float.values };
  const shapes: Record<string, number[]> = { ...float.shapes };
  for (const layer of layersOf(network)) {
    const rule = plan.weights.get(layer.name);
    const chosen = choices.weights.get(layer.name);
    if (!rule || !chosen) throw new Error(`layer ${layer.name} has no rule`);
    const { outputs } = layer;
    const weights = values[parameterName('weights', layer.name)].slice();
    const inputs = weights.length / outputs;
    const norms = new Float32Array(outputs);
    for (let o = 0; o < outputs && rule.kind !== 'nearest'; o++) {
      const row = weights.subarray(o * inputs, (o + 1) * inputs);
      const codes = chosen.codes.subarray(o * inputs, (o + 1) * inputs);
      const started = startRow(row, codes, chosen.scale[o], rule);
      row.set(started.values);
      norms[o] = Math.log2(Math.max(started.norm, LEAST_NORM));
    }
    values[parameterName('weights', layer.name)] = weights;
    values[parameterName('scale', layer.name)] = Float32Array.from(chosen.scale, Math.log2);
    shapes[parameterName('scale', layer.name)] = [outputs];
    const bias = choices.biases.get(layer.name);
    if (bias) {
      values[parameterName('bias', layer.name)] = bias.slice();
      shapes[parameterName('bias', layer.name)] = [outputs];
    }
    if (rule.kind === 'nearest') continue;
    values[parameterName('norm', layer.name)] = norms;
    shapes[parameterName('norm', layer.name)] = [outputs];
  }
  for (const { shared, quantizer } of plan.activations.values()) {
    values[parameterName('activation', shared)] = Float32Array.of(Math.log2(quantizer.scale[0]));
    shapes[parameterName('activation', shared)] = [];
  }
  return { values, shapes };
}

/**
 * Real weights whose quantizer gives the codes, or ones close to them. Rounding goes towards zero, so each magnitude is half
 * a code more than its code as far as the budget allows, and a gradient step does not lose it at once.
 */
function startRow(
  row: Float32Array,
  codes: Int32Array,
  scale: number,
  rule: Extract<WeightRule, { kind: 'a2q' | 'a2q+' }>,
): { values: Float64Array; norm: number } {
  const largest = largestCode(rule.bits);
  const wanted = Float64Array.from(row, (value, i) => {
    const scaled = Math.min(Math.max(value / scale, -largest), largest);
    return codes[i] === 0 ? Math.min(Math.max(scaled, -0.5), 0.5) : scaled + Math.sign(codes[i]) * 0.5;
  });
  const balanced = rule.kind === 'a2q+' ? withoutMean(wanted) : wanted;
  if (l1Norm(balanced) <= rule.budget)
    return { values: scaleBy(balanced, scale), norm: l1Norm(balanced) * scale };
  const kept = withMargin(codes, row, scale, rule);
  const nonzero = count(kept);
  const margin = nonzero === 0 ? 0 : Math.min(0.5, (rule.budget - total(kept)) / nonzero);
  const values = Float64Array.from(kept, (code) => (code + Math.sign(code) * margin) * scale);
  return { values, norm: l1Norm(values) };
}

/**
 * Fewer codes, so that the budget leaves each magnitude that is left a margin: the ones go first that cost the least in
 * the squared error. For A2Q+ they sum to zero, for centring would take from the budget otherwise.
 */
function withMargin(
  codes: Int32Array,
  row: Float32Array,
  scale: number,
  { kind, budget }: Extract<WeightRule, { kind: 'a2q' | 'a2q+' }>,
): Int32Array {
  const kept = Int32Array.from(codes);
  const cost = (i: number) => Math.abs(row[i]) / scale - Math.abs(codes[i]);
  const order = [...codes.keys()].filter((i) => codes[i] !== 0);
  order.sort((a, b) => cost(a) - cost(b) || a - b);
  let sum = codes.reduce((most, code) => most + code, 0);
  const isDone = () => (kind === 'a2q' || sum === 0) && total(kept) + LEAST_MARGIN * count(kept) <= budget;
  while (!isDone()) {
    const side = kind === 'a2q' || sum === 0 ? 0 : Math.sign(sum);
    const at = order.find((i) => kept[i] !== 0 && (side === 0 || Math.sign(kept[i]) === side));
    if (at === undefined) break;
    const sign = Math.sign(kept[at]);
    kept[at] -= sign;
    sum -= sign;
    order.splice(order.indexOf(at), 1);
    if (kept[at] !== 0) order.push(at);
  }
  return kept;
}

function total(codes: Int32Array): number {
  return codes.reduce((sum, code) => sum + Math.abs(code), 0);
}

function count(codes: Int32Array): number {
  return codes.reduce((sum, code) => sum + (code === 0 ? 0 : 1), 0);
}

function withoutMean(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function scaleBy(values: Float64Array, scale: number): Float64Array {
  return values.map((value) => value * scale);
}
