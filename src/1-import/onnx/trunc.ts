/** QONNX Trunc: drop the low bits of codes, as after a sum that stands for a mean. Source: qonnx custom_op trunc. */
import type { Quantizer } from '../types.js';
import type { Handler } from './handler.js';
import { nodeBase } from './image.js';
import { ROUNDING, scalar } from './quantizers.js';
import { activationOf, BadNode, constantOf, type ImportState, Unsupported } from './values.js';

const MAX_BITS = 24;

/** Version 1 has inputs x, scale, zero point, input bits, output bits; version 2 the output scale before the last. */
export const trunc: Handler = (state, node, inputs) => {
  const given = activationOf(inputs[0], 'the input');
  const x = given.dims.length === 2 ? state.asVector(node, given) : given;
  const one = (index: number, what: string) => scalar(constantOf(inputs[index], `the ${what}`), what);
  const second = inputs.length > 5;
  const [scale, zeroPoint, bitsIn] = [one(1, 'scale'), one(2, 'zero point'), one(3, 'input bit width')];
  const outputScale = second ? one(4, 'output scale') : scale;
  const bits = one(second ? 5 : 4, 'output bit width');
  for (const each of [scale, outputScale])
    if (!(Math.fround(each) > 0 && Number.isFinite(Math.fround(each))))
      throw new BadNode('a finite scale above zero', String(each));
  for (const each of [bits, bitsIn])
    if (!Number.isInteger(each) || each < 1 || each > MAX_BITS)
      throw new BadNode(`a bit width from 1 to ${MAX_BITS}`, String(each));
  if (!Number.isInteger(zeroPoint)) throw new BadNode('an integer zero point', String(zeroPoint));
  const shift = second ? Math.round(Math.log2(outputScale / scale)) : bitsIn - bits;
  if (!second && shift < 0) throw new BadNode(`at most ${bitsIn} output bits, as in the input`, String(bits));
  const mode = node.attributes.get('rounding_mode')?.text || 'FLOOR';
  const rounding = ROUNDING[mode.toUpperCase()];
  if (!rounding) throw new BadNode(`a rounding_mode of ${Object.keys(ROUNDING).join(', ')}`, `'${mode}'`);
  const outputZero = second ? zeroPoint / 2 ** shift : zeroPoint;
  if (!Number.isInteger(outputZero))
    throw new Unsupported(`a zero point of ${outputZero} after the division`);
  const signed = second ? (node.attributes.get('signed')?.number ?? 1) !== 0 : canBeNegative(state, x.tensor);
  const quantizer: Quantizer = {
    encoding: 'integer',
    bits,
    signed,
    narrow: second && (node.attributes.get('narrow')?.number ?? 0) !== 0,
    scale: Float32Array.of(outputScale),
    zeroPoint: outputZero,
    rounding,
    truncation: { scale: Math.fround(scale), zeroPoint, shift },
  };
  if (bits === 1 && (signed || quantizer.narrow)) throw new Unsupported('one bit, signed or narrow');
  state.nodes.push({ op: 'quantize', ...nodeBase(state, node, x), quantizer });
  state.declareLike(node.outputs[0], x);
};

/** Version 1 has the sign of the codes it truncates: unsigned when no value of the tensor can be below zero. */
function canBeNegative(state: ImportState, tensor: string): boolean {
  const node = state.nodes.find((each) => each.output === tensor);
  if (!node) return true;
  const before = () => canBeNegative(state, node.input);
  switch (node.op) {
    case 'quantize':
      return node.quantizer.signed || node.quantizer.zeroPoint > 0;
    case 'elementwise':
      if (['relu', 'sigmoid', 'hard-sigmoid', 'softplus'].includes(node.kind)) return false;
      if (node.kind === 'clip') return !((node.minimum ?? -Infinity) >= 0);
      if (node.kind === 'multiply' || node.kind === 'divide')
        return !node.operand?.every((c) => c > 0) || before();
      return true;
    case 'multi-threshold':
      return node.quantizer.signed;
    case 'pool':
    case 'reshape':
    case 'pad':
    case 'upsample':
    case 'depth-to-space':
      return before();
    default:
      return true;
  }
}
