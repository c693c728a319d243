/** QONNX: Quant, BipolarQuant, Trunc and MultiThreshold. Source: qonnx custom_op documentation. */
import { codeRange } from '../../1-import/quantize-value.js';
import type { MultiThresholdNode, QuantizeNode, RoundingMode } from '../../1-import/types.js';
import { channelDims, type Dialect, type Operand } from './dialect.js';
import { type GraphWriter, QONNX_DOMAIN } from './graph.js';
import { unlikeLinear, writeLinear } from './linear.js';

/** Every code is exact in float32. */
const MAX_BITS = 24;

const ROUNDING: Readonly<Record<RoundingMode, string>> = {
  'half-even': 'ROUND',
  'half-up': 'HALF_UP',
  'half-down': 'HALF_DOWN',
  ceil: 'CEIL',
  floor: 'FLOOR',
  up: 'UP',
  down: 'DOWN',
};

export const qonnx: Dialect = {
  name: 'QONNX',
  batch: 1, // FINN and hls4ml want every shape fixed

  quantize(writer, node, x) {
    const { quantizer, name, output } = node;
    const { encoding, bits, truncation, zeroPoint, zeroPointAdded } = quantizer;
    if (encoding === 'bipolar') {
      writer.node('BipolarQuant', name, [x.name, scaleOf(writer, node, x)], output, {}, QONNX_DOMAIN);
      return undefined;
    }
    if (bits > MAX_BITS) return `codes of ${bits} bits`;
    if (truncation) return writeTrunc(writer, node, x);
    if (zeroPointAdded === 'after-rounding' && zeroPoint !== 0) {
      // Quant adds the zero point before it rounds
      const unlike = unlikeLinear(quantizer);
      if (unlike === undefined) writeLinear(writer, node, x);
      return unlike && `a zero point that is added after rounding, and ${unlike}`;
    }
    const inputs = [
      x.name,
      scaleOf(writer, node, x),
      writer.scalar(`${output}_zero_point`, 'float', zeroPoint),
      writer.scalar(`${output}_bits`, 'float', bits),
    ];
    writer.node('Quant', name, inputs, output, typeAttributes(quantizer), QONNX_DOMAIN);
    return undefined;
  },

  weights(writer, { layer, weights, dims, outputAxis }) {
    const { codes, scale, encoding, bits } = weights;
    if (bits > MAX_BITS) return { lacks: `weights of ${bits} bits` };
    const base = `${layer.output}_weights`;
    const single = scale.length === 1;
    const scaleDims = dims.map((_, axis) => (axis === outputAxis ? scale.length : 1));
    const inner = dims.slice(outputAxis + 1).reduce((product, n) => product * n, 1);
    const values = Float32Array.from(
      codes,
      (code, k) => code * scale[single ? 0 : Math.floor(k / inner) % scale.length],
    );
    const inputs = [
      writer.constant(`${base}_values`, 'float', dims, values),
      writer.constant(`${base}_scale`, 'float', single ? [] : scaleDims, scale),
    ];
    const name = `${layer.name}_weights`;
    const output = writer.free(base);
    if (encoding === 'bipolar') return writer.node('BipolarQuant', name, inputs, output, {}, QONNX_DOMAIN);
    inputs.push(
      writer.scalar(`${base}_zero_point`, 'float', 0),
      writer.scalar(`${base}_bits`, 'float', bits),
    );
    const type = typeAttributes({ ...weights, rounding: 'half-even' });
    return writer.node('Quant', name, inputs, output, type, QONNX_DOMAIN);
  },

  bias() {
    return undefined;
  },

  thresholds: writeThresholds,
};

function scaleOf(writer: GraphWriter, { quantizer, output }: QuantizeNode, x: Operand): string {
  const { scale } = quantizer;
  return writer.constant(`${output}_scale`, 'float', channelDims(scale.length, x), scale);
}

function typeAttributes({
  signed,
  narrow,
  rounding,
}: Pick<QuantizeNode['quantizer'], 'signed' | 'narrow' | 'rounding'>): Record<string, number | string> {
  return { signed: signed ? 1 : 0, narrow: narrow ? 1 : 0, rounding_mode: ROUNDING[rounding] };
}

/** Version 2, whose shift follows from its two scales. */
function writeTrunc(writer: GraphWriter, node: QuantizeNode, x: Operand): string | undefined {
  const { quantizer, name, output } = node;
  const { truncation, scale, bits, zeroPoint } = quantizer;
  if (!truncation) return undefined;
  const { shift } = truncation;
  const derived = Math.round(Math.log2(scale[0] / truncation.scale));
  const bitsIn = Math.min(MAX_BITS, Math.max(1, bits + shift));
  if (scale.length > 1 || derived !== shift || zeroPoint !== truncation.zeroPoint / 2 ** shift)
    return `${shift} dropped bits between scales ${truncation.scale} and ${scale.join(', ')}`;
  writer.needQonnx(2);
  const scalar = (what: string, value: number) => writer.scalar(`${output}_${what}`, 'float', value);
  const inputs = [
    x.name,
    scalar('scale', truncation.scale),
    scalar('zero_point', truncation.zeroPoint),
    scalar('bits_in', bitsIn),
    scalar('scale_out', scale[0]),
    scalar('bits_out', bits),
  ];
  writer.node('Trunc', name, inputs, output, typeAttributes(quantizer), QONNX_DOMAIN);
  return undefined;
}

/**
 * y = out_scale * count(x >= T) + out_bias. A threshold on integer sums becomes one halfway to the sum below, so that no
 * rounding of the real value of a sum passes it.
 */
function writeThresholds(
  writer: GraphWriter,
  node: MultiThresholdNode,
  x: Operand,
  steps: Float32Array | undefined,
): string | undefined {
  const { thresholds, rows: given, quantizer, domain, base, name, output } = node;
  const { scale, zeroPoint, encoding } = quantizer;
  if (scale.length > 1) return 'thresholds to codes with a scale per channel';
  if (zeroPoint !== 0) return 'thresholds to codes with a zero point';
  if (given > 1 && x.rank > 2 && x.rank !== 4) return 'thresholds per channel of a tensor that is no image';
  const onSums = domain === 'accumulator';
  if (onSums && !steps) return 'thresholds on sums of unknown scale';
  const count = thresholds.length / given;
  const rows = Math.max(given, steps?.length ?? 1);
  const values = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < count; k++) {
      const threshold = thresholds[(given === 1 ? 0 : row) * count + k];
      values[row * count + k] =
        onSums && steps ? (threshold - 0.5) * steps[steps.length === 1 ? 0 : row] : roundedUp(threshold);
    }
  const bipolar = encoding === 'bipolar';
  const stride = bipolar ? 2 : 1;
  const bottom = base ?? codeRange(quantizer).min;
  const [outScale, outBias] = [stride * scale[0], Math.fround(bottom * scale[0])];
  if (bipolar ? count !== 1 || bottom !== -1 : outBias / outScale !== bottom)
    return `codes from ${bottom} in steps of ${scale[0]}, which float32 does not hold`;
  const { bits, signed } = quantizer;
  const attributes = {
    out_dtype: bipolar ? 'BIPOLAR' : `${signed ? 'INT' : 'UINT'}${bits}`,
    out_scale: { float: outScale },
    out_bias: { float: outBias },
    ...(x.rank === 4 && { data_layout: x.channelAxis === 1 ? 'NCHW' : 'NHWC' }),
  };
  const table = writer.constant(`${output}_thresholds`, 'float', [rows, count], values);
  writer.node('MultiThreshold', name, [x.name, table], output, attributes, QONNX_DOMAIN);
  return undefined;
}

/** The least float32 that is not below a value: no other float32 lies between them. */
function roundedUp(value: number): number {
  const single = Math.fround(value);
  if (single >= value) return single;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, single);
  const bits = view.getInt32(0);
  view.setInt32(0, single === 0 ? 1 : bits + (single > 0 ? 1 : -1));
  return view.getFloat32(0);
}
