/**
 * Clip between QuantizeLinear and DequantizeLinear, and in front of the DequantizeLinear of weights: integer types that are
 * narrower than their storage. Source: QCDQ of Brevitas, and the QONNX paper (Pappalardo et al., 2022).
 */
import { codeRange } from '../quantize-value.js';
import type { QuantizeNode } from '../types.js';
import type { Constant } from './constants.js';
import type { IntegerElement, OnnxNode } from './decode.js';
import type { Inputs } from './handler.js';
import { type Activation, BadNode, constantOf, type ImportState, Unsupported } from './values.js';

/** The codes that a Clip leaves of an integer type, as a type of their own. */
function narrowed(inputs: Inputs, element: IntegerElement): IntegerElement {
  const type = codeRange({ encoding: 'integer', narrow: false, ...element });
  const limit = (index: number, missing: number) =>
    inputs[index] ? constantOf(inputs[index], 'a limit').data[0] : missing;
  const min = Math.max(limit(1, type.min), type.min);
  const max = Math.min(limit(2, type.max), type.max);
  if (!(min <= max)) throw new BadNode('min <= max', `${min} and ${max}`);
  const signed = min < 0;
  for (let bits = signed ? 2 : 1; bits <= element.bits; bits++)
    for (const narrow of bits === 1 ? [false] : [false, true]) {
      const range = codeRange({ encoding: 'integer', bits, signed, narrow });
      if (range.min === min && range.max === max) return { bits, signed, ...(narrow && { narrow }) };
    }
  throw new Unsupported(
    `codes from ${min} to ${max}, which are no integer type`,
    'clip to the range of an integer type, such as -8 to 7, or -7 to 7',
  );
}

/** Constant codes of a narrower type. */
export function clipConstant(inputs: Inputs, x: Constant): Constant {
  if (!x.integer) throw new Unsupported('only supported of activations and of integer constants');
  const integer = narrowed(inputs, x.integer);
  const { min, max } = codeRange({ encoding: 'integer', narrow: false, ...integer });
  return { ...x, data: x.data.map((code) => Math.min(Math.max(code, min), max)), integer };
}

/** The quantizer in front makes the narrower codes itself. */
export function clipActivation(state: ImportState, node: OnnxNode, inputs: Inputs, x: Activation): void {
  const { codes, tensor } = x;
  const at = state.nodes.findIndex((each) => each.output === tensor);
  const producer = state.nodes[at];
  if (!codes?.scale || producer?.op !== 'quantize')
    throw new Unsupported('limits codes that no QuantizeLinear makes', 'put it behind the QuantizeLinear');
  const { narrow = false, ...element } = narrowed(inputs, codes);
  const quantizer = { ...producer.quantizer, ...element, narrow };
  const [output] = node.outputs;
  const { graph } = state;
  const readers = graph.nodes.flatMap((each) => each.inputs).filter((name) => name === node.inputs[0]);
  const made: QuantizeNode = { ...producer, quantizer, output };
  if (readers.length === 1 && !graph.outputs.includes(node.inputs[0])) {
    state.nodes[at] = made;
    state.tensors.delete(tensor);
  } else state.nodes.push({ ...made, name: node.name, source: state.source(node) });
  state.declare(output, x.shape, x.dims, x.view, { ...codes, ...element });
}
