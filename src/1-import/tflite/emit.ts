/** Network nodes that several operators end in. */
import type { ElementwiseNode, Quantizer, RequantizeNode } from '../types.js';
import type { TfliteOperator } from './decode.js';
import { activationRange, type Fused, fixedPoint } from './quantization.js';
import { type ImportState, nodeName } from './values.js';

/** An integer kernel's way from sums or codes to the codes of the operator's output. */
export function requantize(
  state: ImportState,
  operator: TfliteOperator,
  input: { readonly tensor: string; readonly shape: readonly number[] },
  quantizer: Quantizer,
  fused: Fused,
  arithmetic: RequantizeNode['arithmetic'],
  output: string,
): string {
  const node: RequantizeNode = {
    op: 'requantize',
    name: `${nodeName(operator)}:codes`,
    source: state.source(operator),
    input: input.tensor,
    output,
    arithmetic,
    quantizer,
    ...activationRange(fused, quantizer),
  };
  return state.add(node, input.shape);
}

/** Codes of one quantizer to codes of another, as QUANTIZE and the RELU kernels do it. */
export function rescale(
  state: ImportState,
  operator: TfliteOperator,
  input: { readonly tensor: string; readonly shape: readonly number[]; readonly quantizer: Quantizer },
  quantizer: Quantizer,
  fused: Fused,
): string {
  const [from, to] = [input.quantizer.scale[0], quantizer.scale[0]];
  const multiplier = fixedPoint([from / to], [Math.fround(from / to)], state.rounding);
  const arithmetic = { kind: 'multiply', bias: Int32Array.of(0), ...multiplier } as const;
  return requantize(state, operator, input, quantizer, fused, arithmetic, nodeName(operator));
}

/** One operation on real values. */
export function elementwise(
  state: ImportState,
  operator: TfliteOperator,
  suffix: string,
  input: { readonly tensor: string; readonly shape: readonly number[] },
  output: string,
  rest: Pick<ElementwiseNode, 'kind' | 'operand' | 'minimum' | 'maximum' | 'attributes'>,
): string {
  const name = `${nodeName(operator)}${suffix}`;
  const node: ElementwiseNode = {
    op: 'elementwise',
    name,
    source: state.source(operator),
    input: input.tensor,
    output,
    ...rest,
  };
  return state.add(node, input.shape);
}

/**
 * A float kernel's activation.
 *
 * @param input has the name that `beforeActivation` gives
 */
export function activate(
  state: ImportState,
  operator: TfliteOperator,
  input: { readonly tensor: string; readonly shape: readonly number[] },
  fused: Fused,
  suffix = ':activation',
): string {
  const output = nodeName(operator);
  switch (fused) {
    case 'NONE':
      return input.tensor;
    case 'RELU':
      return elementwise(state, operator, suffix, input, output, { kind: 'relu' });
    case 'RELU6':
      return elementwise(state, operator, suffix, input, output, { kind: 'clip', minimum: 0, maximum: 6 });
    case 'RELU_N1_TO_1':
      return elementwise(state, operator, suffix, input, output, { kind: 'clip', minimum: -1, maximum: 1 });
  }
}

/** Name of the tensor in front of a float kernel's activation. */
export function beforeActivation(operator: TfliteOperator, fused: Fused): string {
  return fused === 'NONE' ? nodeName(operator) : `${nodeName(operator)}:real`;
}
