/** What training starts from: the float network's weights, and scales and norms that suit them. */
import { jit, numpy as np } from '@jax-js/jax';
import type { Network } from '../../1-import/types.js';
import { centre, l1Norm } from '../accumulator/projection.js';
import { largestCode } from '../accumulator/rounding.js';
import { batchShape, type Dataset, takeBatch } from './dataset.js';
import { biasOf, createModel, layersOf, type Parameters, parameterName } from './model.js';
import type { PlannedActivation, TrainingPlan } from './plan.js';
import type { WeightRule } from './quantizers.js';
import type { ParameterValues } from './trainer.js';
import type { Tensor } from './windows.js';

export interface Start {
  readonly values: ParameterValues;
  readonly shapes: Readonly<Record<string, number[]>>;
}

/** Samples whose activations set the first scales. */
const CALIBRATION_SAMPLES = 512;

/** Parts of the largest magnitude that are tried as the end of a range. */
const CANDIDATES = 40;

/** Weights and biases of a folded network. */
export function floatParameters(network: Network): Start {
  const values: Record<string, Float32Array> = {};
  const shapes: Record<string, number[]> = {};
  const add = (name: string, value: Float32Array, shape: number[]) => {
    values[name] = value;
    shapes[name] = shape;
  };
  for (const layer of layersOf(network)) {
    const { outputs, weights, name } = layer;
    add(parameterName('weights', name), weights.values.slice(), [outputs, weights.values.length / outputs]);
    const operand = biasOf(network, layer)?.operand;
    if (operand) {
      const bias = Float32Array.from({ length: outputs }, (_, o) => operand[operand.length === 1 ? 0 : o]);
      add(parameterName('bias', name), bias, [outputs]);
    }
  }
  return { values, shapes };
}

/**
 * The same, with the parameters of quantizers: d = log2 of the scale with the least squared error, t = log2 of the norm. Rows
 * beyond the budget are projected onto it first (EP-init), which keeps large weights, where scaling would shrink all.
 *
 * Source: A2Q+ (ICML 2024), section 4; Brevitas, imagenet_classification/a2q/ep_init.py.
 *
 * @param data samples for the first scales of the activations
 */
export function quantizedParameters(network: Network, plan: TrainingPlan, data: Dataset): Start {
  const { values, shapes } = floatParameters(network);
  const all: Record<string, Float32Array> = { ...values };
  const allShapes: Record<string, number[]> = { ...shapes };
  for (const layer of layersOf(network)) {
    const rule = plan.weights.get(layer.name);
    if (!rule) throw new Error(`layer ${layer.name} has no rule`);
    const weights = Float32Array.from(all[parameterName('weights', layer.name)]);
    const inputs = weights.length / layer.outputs;
    const scales = new Float32Array(layer.outputs);
    const norms = new Float32Array(layer.outputs);
    for (let o = 0; o < layer.outputs; o++) {
      const row = startRow(Float64Array.from(weights.subarray(o * inputs, (o + 1) * inputs)), rule);
      weights.set(row.values, o * inputs);
      scales[o] = Math.log2(row.scale);
      norms[o] = Math.log2(Math.max(row.norm, 1e-10));
    }
    all[parameterName('weights', layer.name)] = weights;
    all[parameterName('scale', layer.name)] = scales;
    allShapes[parameterName('scale', layer.name)] = [layer.outputs];
    if (rule.kind === 'nearest') continue;
    all[parameterName('norm', layer.name)] = norms;
    allShapes[parameterName('norm', layer.name)] = [layer.outputs];
  }
  for (const [shared, scale] of activationScales(network, plan, data, values, shapes)) {
    all[parameterName('activation', shared)] = Float32Array.of(Math.log2(scale));
    allShapes[parameterName('activation', shared)] = [];
  }
  return { values: all, shapes: allShapes };
}

/** Values, scale and norm that one row starts with: of all scales tried, the one whose codes have the least squared error. */
function startRow(
  row: Float64Array,
  rule: WeightRule,
): { values: Float64Array; scale: number; norm: number } {
  const largest = largestCode(rule.bits);
  const magnitude = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (magnitude === 0) return { values: row, scale: 2 ** -10, norm: 2 ** -10 };
  let best: {scale:number;codes:Int32Array} = { scale: magnitude / largest, codes: new Int32Array(row.length) };
  let least = Infinity;
  for (let k = 0; k < CANDIDATES; k++) {
    const scale = magnitude * (8 * largest) ** (-k / CANDIDATES);
    const scaled = row.map((value) => value / scale);
    const codes = closestCodes(scaled, largest, rule);
    let error = 0;
    for (let i = 0; i < row.length; i++) error += (codes[i] - scaled[i]) ** 2;
    error *= scale * scale;
    if (error < least) [least, best] = [error, { scale, codes }];
  }
  const { scale, codes } = best;
  if (rule.kind === 'nearest') return { values: row, scale, norm: 0 };
  const used = codes.reduce((sum, code) => sum + Math.abs(code), 0);
  if (used === 0 || used < 0.9*rule.budget) {
    // room: keep fractions
    const values=row.slice(); const c=rule.kind==='a2q+'?centre(values):values; const n=l1Norm(c);
    if(n/scale<=rule.budget) return {values,scale,norm:n};
  }
  const values = Float64Array.from(codes, (code) => code * scale);
  return { values, scale, norm: Math.min(used * 1.02, rule.budget) * scale };
}

function closestCodes(scaled: Float64Array, largest: number, rule: WeightRule): Int32Array {
  const all = Number.POSITIVE_INFINITY;
  if (rule.kind === 'nearest') return greedy(scaled, largest, all, all);
  if (rule.kind === 'a2q') return greedy(scaled, largest, rule.budget, all);
  const codes = greedy(scaled, largest, all, Math.floor(rule.budget / 2));
  let p = 0, n = 0;
  for (const c of codes) if (c > 0) p += c; else n -= c;
  return greedy(scaled, largest, all, Math.min(p, n));
}

function greedy(scaled: Float64Array, largest: number, total: number, side: number): Int32Array {
  const steps: { i: number; gain: number }[] = [];
  for (let i = 0; i < scaled.length; i++) {
    const m = Math.abs(scaled[i]);
    for (let k = 0; k < largest && m - k - 0.5 > 0; k++) steps.push({ i, gain: m - k - 0.5 });
  }
  steps.sort((a, b) => b.gain - a.gain || a.i - b.i);
  const codes = new Int32Array(scaled.length);
  let left = Math.floor(total), positive = side, negative = side;
  for (const { i } of steps) {
    if (left < 1) break;
    if (scaled[i] > 0) { if (positive < 1) continue; positive--; codes[i]++; }
    else { if (negative < 1) continue; negative--; codes[i]--; }
    left--;
  }
  return codes;
}

/** Scale of each activation on the first samples: of all ranges tried, the one with the least squared error. */
function activationScales(
  network: Network,
  plan: TrainingPlan,
  data: Dataset,
  values: ParameterValues,
  shapes: Readonly<Record<string, number[]>>,
): ReadonlyMap<string, number> {
  const tensors = [...plan.activations.keys()];
  const samples = Math.min(CALIBRATION_SAMPLES, data.count);
  const order = Int32Array.from({ length: samples }, (_, k) => Math.floor((k * data.count) / samples));
  const batch = takeBatch(data, order, 0, samples, 1 + maximum(data.labels));
  const model = createModel(network);
  const forward = jit((parameters: Parameters, input: Tensor) => model(parameters, input, tensors));
  const parameters = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, np.array(values[name].slice()).reshape(shape)]),
  );
  const [logits, ...seen] = forward(parameters, np.array(batch.values).reshape(batchShape(data.shape, samples)));
  logits.dispose();
  forward.dispose();
  const byShared = new Map<string, { rule: PlannedActivation; values: Float32Array[] }>();
  tensors.forEach((tensor, k) => {
    const rule = plan.activations.get(tensor);
    if (!rule) throw new Error(`tensor ${tensor} has no rule`);
    const group = byShared.get(rule.shared) ?? { rule, values: [] };
    group.values.push(seen[k].dataSync() as Float32Array);
    byShared.set(rule.shared, group);
  });
  return new Map(
    [...byShared].map(([shared, group]) => [shared, group.rule.scale ?? bestScale(group.values, group.rule)]),
  );
}

function bestScale(values: readonly Float32Array[], { minimum: low, maximum: high }: PlannedActivation): number {
  let most = 0;
  for (const each of values)
    for (const value of each) most = Math.max(most, low === 0 ? value : Math.abs(value));
  if (most === 0) return 2 ** -10;
  let best = most / high;
  let least = Infinity;
  for (let k = CANDIDATES; k >= 2; k--) {
    const scale = (most * k) / CANDIDATES / high;
    let error = 0;
    for (const each of values)
      for (let i = 0; i < each.length; i += SAMPLED_EVERY) {
        const code = Math.min(Math.max(Math.round(each[i] / scale), low), high);
        error += (code * scale - each[i]) ** 2;
      }
    if (error < least) [least, best] = [error, scale];
  }
  return best;
}

/** A prime, so that no column of samples is left out. */
const SAMPLED_EVERY = 7;

function maximum(values: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < values.length; k++) most = Math.max(most, values[k]);
  return most;
}
