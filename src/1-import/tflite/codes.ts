/** Operators between real values and codes, and on single values: QUANTIZE, DEQUANTIZE, RELU and its like. */
import type { TfliteOperator } from './decode.js';
import { activate, rescale } from './emit.js';
import { type Fused, int8QuantizerOf, isQuantized, quantizerOf, sameQuantizer } from './quantization.js';
import { checkType, type ImportState, nodeName, Unsupported } from './values.js';

/** Real values to codes, or codes to codes of another quantizer. */
export function quantize(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const output = state.output(operator);
  const quantizer = quantizerOf(output);
  const { shape } = x;
  const name = (): string => {
    if (state.left.has(operator.inputs[0])) return x.name; // the host's
    if (!isQuantized(x.tensor)) {
      checkType(x.tensor, 'FLOAT32');
      const base = { name: nodeName(operator), source: state.source(operator), input: x.name };
      return state.add({ op: 'quantize', ...base, output: base.name, quantizer }, shape);
    }
    const from = quantizerOf(x.tensor);
    if (sameQuantizer(from, quantizer)) return x.name;
    return rescale(state, operator, { tensor: x.name, shape, quantizer: from }, quantizer, 'NONE');
  };
  state.finish(operator, name(), shape);
}

/** Codes to the real values that they stand for: the Network's tensors hold those already. */
export function dequantize(state: ImportState, operator: TfliteOperator): void {
  const given = state.graph.tensors[operator.inputs[0] ?? -1];
  if (given?.data)
    throw new Unsupported(
      'codes that are computed',
      `'${given.name}', a ${given.type.toLowerCase()} constant`,
      'quantize the model to int8, or keep float32 weights',
    );
  const x = state.activation(operator, 0);
  if (!isQuantized(x.tensor)) throw new Unsupported('int8 codes', x.tensor.type.toLowerCase());
  checkType(state.output(operator), 'FLOAT32');
  state.finish(operator, x.name, x.shape);
}

export function relu(fused: Fused): (state: ImportState, operator: TfliteOperator) => void {
  return (state, operator) => {
    const x = state.activation(operator, 0);
    const output = state.output(operator);
    const { name: tensor, shape } = x;
    if (isQuantized(x.tensor)) {
      const quantizer = int8QuantizerOf(x.tensor);
      rescale(state, operator, { tensor, shape, quantizer }, int8QuantizerOf(output), fused);
    } else {
      checkType(output, 'FLOAT32');
      activate(state, operator, { tensor, shape }, fused, '');
    }
    state.finish(operator, nodeName(operator), shape);
  };
}
