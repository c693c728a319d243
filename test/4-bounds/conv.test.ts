/** Bounds of convolutions and of whole networks of images, against plain enumeration of positions. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toInteger } from '../../src/3-integer/convert.js';
import { evaluate } from '../../src/3-integer/evaluate.js';
import { evaluateConv } from '../../src/3-integer/evaluate-conv.js';
import type { IntegerConv, IntegerWindow } from '../../src/3-integer/types.js';
import { boundConv, boundNetwork, rowInputRanges, witness } from '../../src/4-bounds/bounds.js';
import { NarrowgateError } from '../../src/diagnostics/diagnostic.js';
import type { Interval } from '../../src/shared/interval.js';
import { signed } from '../support/integer-layers.js';
import { drawImages } from '../support/random-images.js';

const source = { file: '', path: '' };
const small = fc.integer({ min: 1, max: 3 });
const size = fc.record({ height: small, width: small });
const side = fc.integer({ min: 0, max: 2 });
const code = fc.integer({ min: -8, max: 7 });

/** A convolution, and the codes of each channel. */
const convolution = fc
  .record({
    kernel: size,
    stride: size,
    dilation: size,
    image: fc.record({ height: fc.integer({ min: 1, max: 5 }), width: fc.integer({ min: 1, max: 5 }) }),
    padding: fc.record({ top: side, left: side, bottom: side, right: side }),
    channels: small,
    outputs: small,
    separate: fc.boolean(),
    padCode: code,
    values: fc.array(code, { minLength: 81, maxLength: 81 }),
    ends: fc.array(fc.tuple(code, code), { minLength: 3, maxLength: 3 }),
  })
  .map(({ separate, outputs: factor, values, ends, ...rest }) => {
    const { kernel, stride, dilation, image, padding, channels } = rest;
    const along = (axis: 'height' | 'width', pads: number) =>
      Math.floor((image[axis] + pads - (kernel[axis] - 1) * dilation[axis] - 1) / stride[axis]) + 1;
    const positions = {
      height: along('height', padding.top + padding.bottom),
      width: along('width', padding.left + padding.right),
    };
    const window: IntegerWindow = { ...rest, positions };
    const taps = kernel.height * kernel.width;
    const inputs = separate ? taps : taps * channels;
    const outputs = separate ? channels * factor : factor;
    const weights = Int32Array.from(values.slice(0, inputs * outputs));
    const layer: IntegerConv = {
      kind: 'conv',
      name: 'c',
      source,
      input: 'x',
      output: 'y',
      inputs,
      outputs,
      weights,
      weightType: signed(4),
      window,
      separate,
    };
    const ranges = ends
      .slice(0, channels)
      .map(([a, b]): Interval => ({ min: Math.min(a, b), max: Math.max(a, b) }));
    return { layer, ranges };
  })
  .filter(({ layer: { window } }) => window.positions.height > 0 && window.positions.width > 0);

/** The taps of a row of the window at one position: the input channel, and whether it lies inside. */
function tapsAt({ window, inputs, outputs, separate }: IntegerConv, row: number, y: number, x: number) {
  const { kernel, stride, dilation, padding, image, channels } = window;
  return Array.from({ length: inputs }, (_, i) => {
    const tap = separate ? i : Math.floor(i / channels);
    const r = y * stride.height - padding.top + Math.floor(tap / kernel.width) * dilation.height;
    const c = x * stride.width - padding.left + (tap % kernel.width) * dilation.width;
    const channel = separate ? Math.floor(row / (outputs / channels)) : i % channels;
    return { r, c, channel, inside: r >= 0 && r < image.height && c >= 0 && c < image.width };
  });
}

test('ranges of convolutions equal the extremes over all positions, and the witnesses reach them', () => {
  fc.assert(
    fc.property(convolution, ({ layer, ranges }) => {
      const bounded = boundConv(layer, ranges, signed(4));
      const { window, inputs, outputs, weights } = layer;
      for (let o = 0; o < outputs; o++) {
        let [min, max] = [Infinity, -Infinity];
        for (let y = 0; y < window.positions.height; y++)
          for (let x = 0; x < window.positions.width; x++) {
            let [low, high] = [0, 0];
            tapsAt(layer, o, y, x).forEach(({ channel, inside }, i) => {
              const w = weights[o * inputs + i];
              const { min: a, max: b } = inside
                ? ranges[channel]
                : { min: window.padCode, max: window.padCode };
              low += Math.min(w * a, w * b);
              high += Math.max(w * a, w * b);
            });
            [min, max] = [Math.min(min, low), Math.max(max, high)];
          }
        expect(bounded.ranges[o]).toEqual({ min: min + 0, max: max + 0 });
        const allowed = rowInputRanges(bounded, o);
        expect(allowed.length).toBe(inputs);
        for (const end of ['min', 'max'] as const) {
          const codes = witness(bounded, o, end);
          const sum = codes.reduce((total, value, i) => total + value * weights[o * inputs + i], 0);
          expect(sum + 0).toBe(bounded.ranges[o][end]);
          codes.forEach((value, i) => {
            expect(value >= allowed[i].min && value <= allowed[i].max).toBe(true);
          });
        }
        const { span, exact, l1, datatype } = bounded.channelWidths[o];
        expect(span).toBeLessThanOrEqual(exact);
        expect(exact).toBeLessThanOrEqual(l1);
        expect(l1).toBeLessThanOrEqual(datatype);
      }
    }),
    { numRuns: 500 },
  );
});

test('the golden model’s convolution equals a plain one, in 32 bits and in doubles', () => {
  fc.assert(
    fc.property(convolution, fc.infiniteStream(code), ({ layer }, noise) => {
      const { window, inputs, outputs, weights } = layer;
      const { image, channels, positions, padCode } = window;
      const samples = 2;
      const pixels = image.height * image.width;
      const x = Int32Array.from({ length: samples * pixels * channels }, () => Number(noise.next().value));
      const expected: number[] = [];
      for (let n = 0; n < samples; n++)
        for (let y = 0; y < positions.height; y++)
          for (let c = 0; c < positions.width; c++)
            for (let o = 0; o < outputs; o++)
              expected.push(
                tapsAt(layer, o, y, c).reduce((sum, tap, i) => {
                  const at = ((n * image.height + tap.r) * image.width + tap.c) * channels + tap.channel;
                  return sum + weights[o * inputs + i] * (tap.inside ? x[at] : padCode);
                }, 0),
              );
      const narrow = evaluateConv(layer, x, samples);
      expect(narrow).toBeInstanceOf(Int32Array);
      expect(Array.from(narrow)).toEqual(expected);
      expect(Array.from(evaluateConv(layer, Float64Array.from(x), samples))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('every code and every sum of a network of images lies in its range', () => {
  let seen = 0;
  fc.assert(
    fc.property(fc.gen(), fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (g, noise) => {
      const network = drawImages(g, 5);
      let integer: ReturnType<typeof toInteger>;
      try {
        integer = toInteger(network);
      } catch (error) {
        if (error instanceof NarrowgateError) return;
        throw error;
      }
      const bounded = boundNetwork(integer);
      const input = integer.tensors.get(integer.input);
      const { min, max } = input?.type ?? { min: 0, max: 0 };
      const count = 4 * (input?.shape.reduce((a, b) => a * b, 1) ?? 0);
      const codes = Int32Array.from({ length: count }, () =>
        Math.round(min + (max - min) * Number(noise.next().value)),
      );
      const { tensors } = evaluate(integer, codes, 4);
      for (const [name, values] of tensors) {
        const ranges = bounded.codeRanges.get(name) ?? [];
        const { shape } = integer.tensors.get(name) ?? { shape: [] };
        expect(ranges.length).toBe(shape.length === 3 ? shape[2] : shape.reduce((a, b) => a * b, 1));
        values.forEach((value, k) => {
          const range = ranges[k % ranges.length];
          if (value < range.min || value > range.max)
            expect.fail(`${name}: ${value} outside ${range.min} .. ${range.max}`);
        });
        seen++;
      }
      for (const node of integer.nodes)
        if (node.kind === 'add' || (node.kind === 'pool' && node.mode === 'sum')) {
          const sums = bounded.sums.get(node.name);
          expect(sums?.exact).toBeLessThanOrEqual(sums?.datatype ?? 0);
        }
    }),
    { numRuns: 200 },
  );
  expect(seen).toBeGreaterThan(200);
});
