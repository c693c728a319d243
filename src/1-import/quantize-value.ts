import type { Quantizer, RoundingMode } from './types.js';

/** Round to the nearest integer, ties to the even one. Exact for every double. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The rounding functions of QONNX by name. */
export const ROUNDERS: Record<RoundingMode, (x: number) => number> = {
  'half-even': roundHalfEven,
  'half-up': (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5),
  'half-down': (x) => Math.sign(x) * Math.ceil(Math.abs(x) - 0.5),
  ceil: Math.ceil,
  floor: Math.floor,
  up: (x) => Math.sign(x) * Math.ceil(Math.abs(x)),
  down: Math.trunc,
};

/** Smallest and largest code of a quantizer. */
export function codeRange(q: Pick<Quantizer, 'encoding' | 'bits' | 'signed' | 'narrow'>): {
  min: number;
  max: number;
} {
  if (q.encoding === 'bipolar') return { min: -1, max: 1 };
  if (!q.signed) return { min: 0, max: 2 ** q.bits - 1 - (q.narrow ? 1 : 0) };
  return { min: -(2 ** (q.bits - 1)) + (q.narrow ? 1 : 0), max: 2 ** (q.bits - 1) - 1 };
}

/**
 * Code of a real value, each operation in float32 and in the order that the quantizer's format gives it.
 *
 * @param x float32 value
 * @param channel index into the quantizer's scales
 * Source: QONNX Quant and BipolarQuant (clamp before round; BipolarQuant maps 0 to +1); ONNX QuantizeLinear.
 */
export function quantizeValue(q: Quantizer, x: number, channel: number): number {
  if (q.encoding === 'bipolar') return x >= 0 ? 1 : -1;
  const { min, max } = codeRange(q);
  const round = ROUNDERS[q.rounding];
  const clamp = (code: number) => Math.max(min, Math.min(max, code));
  const scaled = Math.fround(x / (q.scale.length === 1 ? q.scale[0] : q.scale[channel]));
  if (q.zeroPointAdded === 'after-rounding') return clamp(round(scaled) + q.zeroPoint);
  return round(clamp(Math.fround(scaled + q.zeroPoint)));
}
