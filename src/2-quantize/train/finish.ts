/**
 * Trained parameters become integers. The compiled graph rounds in float32; the codes of the result are computed here in double
 * precision, and every row is checked against its accumulator on the integers themselves.
 */
import type { Network, QuantizedWeights, Quantizer } from '../../1-import/types.js';
import { fits } from '../accumulator/budget.js';
import { centre, l1Norm } from '../accumulator/projection.js';
import { largestCode, towardsZero } from '../accumulator/rounding.js';
import { isBias } from '../apply.js';
import type { QuantizationChoices } from '../types.js';
import { biasOf, layersOf, parameterName } from './model.js';
import type { TrainingPlan } from './plan.js';
import type { WeightRule } from './quantizers.js';
import type { ParameterValues } from './trainer.js';

/** The numbers of a quantized network, from a trained one. */
export function finishQuantized(
  network: Network,
  plan: TrainingPlan,
  parameters: ParameterValues,
): QuantizationChoices {
  const weights = new Map<string, QuantizedWeights>();
  const biases = new Map<string, Float32Array>();
  for (const layer of layersOf(network)) {
    const rule = plan.weights.get(layer.name);
    const input = plan.inputs.get(layer.name);
    if (!rule || !input) throw new Error(`layer ${layer.name} has no rule`);
    const values = parameters[parameterName('weights', layer.name)];
    const inputs = values.length / layer.outputs;
    const logScales = parameters[parameterName('scale', layer.name)];
    const logNorms = parameters[parameterName('norm', layer.name)];
    const codes = new Int32Array(values.length);
    const scale = new Float32Array(layer.outputs);
    const accumulator = plan.accumulators.get(layer.name);
    for (let o = 0; o < layer.outputs; o++) {
      scale[o] = 2 ** logScales[o];
      const row = rowCodes(
        Float64Array.from(values.subarray(o * inputs, (o + 1) * inputs)),
        scale[o],
        logNorms === undefined ? 0 : 2 ** logNorms[o],
        rule,
      );
      if (accumulator !== undefined && !fits(row, input, accumulator))
        throw new Error(`row ${o} of layer ${layer.name} does not fit ${accumulator} bits`);
      codes.set(row, o * inputs);
    }
    weights.set(layer.name, {
      codes,
      encoding: 'integer',
      bits: rule.bits,
      signed: true,
      narrow: true,
      scale,
    });
    const bias = parameters[parameterName('bias', layer.name)];
    if (bias) biases.set(layer.name, bias);
  }
  const activations = new Map<string, Quantizer>();
  for (const [tensor, planned] of plan.activations) {
    const trained = Float32Array.of(2 ** parameters[parameterName('activation', planned.shared)][0]);
    const scale = planned.learned ? trained : planned.quantizer.scale;
    activations.set(tensor, { ...planned.quantizer, scale });
  }
  return { weights, biases, activations };
}

/**
 * Codes of one row, as `quantizeWeights` has them.
 *
 * @param values [inputs], real
 * @param norm g, real; not used without an accumulator
 */
export function rowCodes(values: Float64Array, scale: number, norm: number, rule: WeightRule): Int32Array {
  const largest = largestCode(rule.bits);
  if (rule.kind === 'nearest')
    return Int32Array.from(values, (value) => clamp(roundHalfEven(value / scale), largest));
  const centred = rule.kind === 'a2q+' ? centre(values) : values;
  const length = Math.max(l1Norm(centred), 1e-10);
  const allowed = Math.min(norm / scale, rule.budget);
  return towardsZero(
    centred.map((value) => (value * allowed) / length),
    largest,
  );
}

function clamp(code: number, largest: number): number {
  return Math.min(Math.max(code, -largest), largest);
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** The float network with trained weights and biases. */
export function finishFloat(network: Network, parameters: ParameterValues): Network {
  const biases = new Map(
    layersOf(network).flatMap((layer) => {
      const bias = biasOf(network, layer);
      return bias ? [[bias.name, parameters[parameterName('bias', layer.name)]] as const] : [];
    }),
  );
  const nodes = network.nodes.map((node) => {
    if (node.op === 'dense' || node.op === 'conv') {
      const values = parameters[parameterName('weights', node.name)];
      return { ...node, weights: { encoding: 'real', values } as const };
    }
    const operand = isBias(node) ? biases.get(node.name) : undefined;
    return operand && isBias(node) ? { ...node, operand } : node;
  });
  return { ...network, nodes };
}
