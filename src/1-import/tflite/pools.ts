/** AVERAGE_POOL_2D, MAX_POOL_2D, and MEAN over height and width. */
import { quantizeMultiplier } from '../fixed-point.js';
import type { FixedPointMultiplier, FixedPointRounding, PoolNode, Quantizer, Window } from '../types.js';
import { readIntegers } from './data.js';
import type { TfliteOperator } from './decode.js';
import { activate, beforeActivation, requantize } from './emit.js';
import { optionsOf } from './options.js';
import {
  activationRange,
  checkSameQuantizer,
  fixedPoint,
  fusedActivation,
  int8QuantizerOf,
  isQuantized,
} from './quantization.js';
import { OPTIONS } from './schema.js';
import {
  type Activation,
  BadOperator,
  checkType,
  type ImportState,
  imageShape,
  nodeName,
  Unsupported,
} from './values.js';
import { readWindow } from './window.js';

const { fround } = Math;

export function pool(kind: PoolNode['kind']): (state: ImportState, operator: TfliteOperator) => void {
  return (state, operator) => {
    const fields = OPTIONS.pool;
    const { table } = optionsOf(operator, fields);
    const x = state.activation(operator, 0);
    const [height, width, channels] = imageShape(x);
    const kernel = {
      height: table?.int32(fields.kernelHeight) ?? 0,
      width: table?.int32(fields.kernelWidth) ?? 0,
    };
    const { window, positions } = readWindow(table, fields, { height, width }, kernel);
    const fused = fusedActivation(table?.int8(fields.activation) ?? 0);
    const shape = [positions.height, positions.width, channels];
    const output = state.output(operator);
    if (!isQuantized(x.tensor)) {
      checkType(output, 'FLOAT32');
      const real = addPool(state, operator, x, kind, window, shape, beforeActivation(operator, fused));
      activate(state, operator, { tensor: real, shape }, fused);
    } else {
      const quantizer = int8QuantizerOf(output);
      checkSameQuantizer(x.tensor, output);
      const { minimum, maximum } = activationRange(fused, quantizer);
      const codesAlready = kind === 'maximum' && minimum === -128 && maximum === 127;
      const result = nodeName(operator);
      const name = codesAlready ? result : `${result}:${kind === 'maximum' ? 'largest' : 'sum'}`;
      const tensor = addPool(state, operator, x, kind, window, shape, name);
      if (!codesAlready) {
        const count = kind === 'maximum' ? 1 : window.kernel.height * window.kernel.width;
        const arithmetic = { kind: 'divide', count, zeroPoint: quantizer.zeroPoint } as const;
        requantize(state, operator, { tensor, shape }, quantizer, fused, arithmetic, result);
      }
    }
    state.finish(operator, nodeName(operator), shape);
  };
}

export function mean(state: ImportState, operator: TfliteOperator): void {
  const x = state.activation(operator, 0);
  const [height, width, channels] = imageShape(x);
  const axes = state.constant(operator, 1);
  if (!axes) throw new BadOperator('axes', 'none');
  const reduced = new Set(Array.from(readIntegers(axes), (axis) => (axis < 0 ? axis + 4 : axis)));
  if (![...reduced].every((axis) => axis === 1 || axis === 2))
    throw new Unsupported('a mean over height and width, axes 1 and 2', `axes ${[...reduced].join(', ')}`);
  const kernel = { height: reduced.has(1) ? height : 1, width: reduced.has(2) ? width : 1 };
  const window: Window = {
    kernel,
    stride: kernel,
    dilation: { height: 1, width: 1 },
    padding: { top: 0, left: 0, bottom: 0, right: 0 },
  };
  const shape = [height / kernel.height, width / kernel.width, channels];
  const output = state.output(operator);
  const kept = output.shape.length === 4;
  const own = nodeName(operator);
  const result = kept ? own : `${own}:image`;
  if (isQuantized(x.tensor)) {
    const input = int8QuantizerOf(x.tensor);
    const quantizer = int8QuantizerOf(output);
    const tensor = addPool(state, operator, x, 'average', window, shape, `${own}:sum`);
    const multiplier = meanMultiplier(input, quantizer, kernel.height * kernel.width, state.rounding);
    const arithmetic = { kind: 'multiply', bias: Int32Array.of(0), ...multiplier } as const;
    requantize(state, operator, { tensor, shape }, quantizer, 'NONE', arithmetic, result);
  } else {
    checkType(output, 'FLOAT32');
    addPool(state, operator, x, 'average', window, shape, result);
  }
  if (kept) {
    state.finish(operator, own, shape);
    return;
  }
  const flat = shape.filter((_, axis) => !reduced.has(axis + 1));
  const name = `${own}:flatten`;
  const source = state.source(operator);
  state.add({ op: 'reshape', name, source, input: result, output: own }, flat);
  state.finish(operator, own, flat);
}

/**
 * The multiplier of a sum of `count` codes: that of the scales, with 1 / count brought in.
 * Source: TFLite reference/reduce.h, QuantizedMeanOrSum; in float32, XNNPACK's average pooling.
 */
function meanMultiplier(
  { scale: [from] }: Quantizer,
  { scale: [to] }: Quantizer,
  count: number,
  rounding: FixedPointRounding,
): FixedPointMultiplier {
  const checked = fixedPoint([from / to], [fround(from / fround(to * count))], rounding);
  const { multiplier, shift } = quantizeMultiplier(from / to, rounding);
  const more = Math.min(31 - Math.clz32(count), 31 + shift);
  const divided = Number((BigInt(multiplier) << BigInt(more)) / BigInt(count));
  return {
    ...checked,
    multiplier: Int32Array.of(divided),
    shift: Int32Array.of(shift - more),
    scale: rounding === 'float' ? checked.scale : Float64Array.of(from / to / count),
  };
}

function addPool(
  state: ImportState,
  operator: TfliteOperator,
  x: Activation,
  kind: PoolNode['kind'],
  window: Window,
  shape: readonly number[],
  output: string,
): string {
  const base = { name: nodeName(operator), source: state.source(operator), input: x.name, output };
  return state.add({ op: 'pool', ...base, kind, window, countPadding: false }, shape);
}
