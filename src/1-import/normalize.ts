/**
 * Batch normalisation as one multiplication and one addition per channel, in float32 as onnxruntime computes it:
 * multiplier = scale * (1 / sqrt(variance + epsilon)), operand = bias - mean * multiplier.
 */
export function normalizeConstants(
  scale: ArrayLike<number>,
  bias: ArrayLike<number>,
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
  epsilon: number,
): { multiplier: Float32Array; operand: Float32Array } {
  const { fround } = Math;
  const multiplier = new Float32Array(scale.length);
  const operand = new Float32Array(scale.length);
  for (let c = 0; c < multiplier.length; c++) {
    const inverse = fround(1 / fround(Math.sqrt(fround(variance[c] + fround(epsilon)))));
    multiplier[c] = fround(inverse * scale[c]);
    operand[c] = fround(bias[c] - fround(mean[c] * multiplier[c]));
  }
  return { multiplier, operand };
}
