/** ONNX with QuantizeLinear and DequantizeLinear; narrow types as Brevitas' QCDQ has them. */
import { codeRange } from '../../1-import/quantize-value.js';
import type { Dialect } from './dialect.js';
import { clipCodes, isNarrower, storageOf, unlikeLinear, writeLinear } from './linear.js';

const { fround } = Math;

export const qdq: Dialect = {
  name: 'ONNX with QuantizeLinear',

  quantize(writer, node, x) {
    const unlike = unlikeLinear(node.quantizer);
    if (unlike === undefined) writeLinear(writer, node, x);
    return unlike;
  },

  weights(writer, { layer, weights, dims, outputAxis }) {
    const { codes, scale, bits } = weights;
    const storage = storageOf(weights);
    if (!storage) return { lacks: `weights of ${bits} bits` };
    const { min, max } = codeRange(weights);
    const wide = storage.endsWith('16');
    if (wide) writer.needOpset(21);
    const base = `${layer.output}_weights`;
    let stored = writer.constant(`${base}_codes`, storage, dims, codes);
    if (isNarrower(weights) && !wide)
      stored = clipCodes(writer, stored, storage, min, max, base, `${layer.name}_weights`);
    const single = scale.length === 1;
    const shape = single ? [] : [scale.length];
    const inputs = [
      stored,
      writer.constant(`${base}_scale`, 'float', shape, scale),
      writer.constant(`${base}_zero_point`, storage, shape, new Float64Array(scale.length)),
    ];
    const axis: Record<string, number> = single ? {} : { axis: outputAxis };
    return writer.node('DequantizeLinear', `${layer.name}_weights`, inputs, writer.free(base), axis);
  },

  /** Float biases are not inputs of Conv: onnxruntime rounds them to int32 in steps of the sums when weights are quantized. */
  bias(writer, { layer, values, steps }) {
    const codes = integerBias(values, steps);
    if (!codes) return undefined;
    const name = `${layer.output}_bias`;
    const inputs = [
      writer.constant(`${name}_codes`, 'int32', [codes.length], codes),
      writer.constant(`${name}_scale`, 'float', [steps.length], steps),
    ];
    return writer.node('DequantizeLinear', `${layer.name}_bias`, inputs, writer.free(name), { axis: 0 });
  },

  thresholds() {
    return 'thresholds';
  },
};

/** Integers that stand for a bias exactly, in steps of the sums; undefined where there are none. */
function integerBias(values: Float32Array, steps: Float32Array): Int32Array | undefined {
  const codes = new Int32Array(values.length);
  for (let c = 0; c < codes.length; c++) {
    const code = Math.round(values[c] / steps[c]);
    if (Math.abs(code) >= 2 ** 31 || fround(fround(code) * steps[c]) !== values[c]) return undefined;
    codes[c] = code;
  }
  return codes;
}
