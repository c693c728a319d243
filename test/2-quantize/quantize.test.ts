import { describe, expect, test } from 'vitest';
import type { Network } from '../../src/1-import/types.js';
import { assignUniform, type UniformWidths } from '../../src/2-quantize/assign.js';
import { evaluateFloat } from '../../src/2-quantize/evaluate/evaluate.js';
import { isRealLayer } from '../../src/2-quantize/fold.js';
import { prepareFloat, type QuantizeOptions } from '../../src/2-quantize/quantize.js';
import type { AccumulatorMethod } from '../../src/2-quantize/types.js';
import { type CheckedQuantization, checkAccumulators, quantize } from '../../src/compile.js';
import {
  elementwise,
  randomArray,
  realConv,
  realDense,
  residualNetwork,
  smallNetwork,
} from '../support/float-network.js';
import { imageNetwork, quantize as quantizeLink } from '../support/image-network.js';

const PLAIN: QuantizeOptions = { range: { kind: 'mean-squared-error' }, biasCorrection: true };

function samplesOf(network: Network, count = 40, seed = 8) {
  const width = network.input.shape.reduce((a, b) => a * b, 1);
  return { values: randomArray(count * width, seed, 2), count };
}

function quantized(
  network: Network,
  widths: UniformWidths,
  options: Partial<QuantizeOptions> & { readonly limit?: number } = {},
): CheckedQuantization {
  const prepared = prepareFloat(network);
  const assignment = assignUniform(prepared.network, prepared.points, widths);
  return quantize(prepared, assignment, samplesOf(network), { ...PLAIN, ...options });
}

/** Root of the mean squared difference of outputs, as a part of the outputs'. */
function loss(float: Network, found: Network, seed = 21): number {
  const samples = samplesOf(float, 60, seed);
  const [a, b] = [evaluateFloat(float, samples), evaluateFloat(found, samples)];
  let [difference, size] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    difference += (a[k] - b[k]) ** 2;
    size += a[k] ** 2;
  }
  return Math.sqrt(difference / size);
}

describe('quantizing without an accumulator', () => {
  test.each([
    ['a chain', smallNetwork()],
    ['a residual network', residualNetwork()],
  ])('%s: the error falls with the bits', (_, network) => {
    const losses = [3, 4, 6, 8].map((bits) =>
      loss(network, quantized(network, { weights: bits, activations: bits, inputs: bits + 2 }).network),
    );
    for (let k = 1; k < losses.length; k++) expect(losses[k]).toBeLessThan(losses[k - 1]);
    expect(losses.at(-1)).toBeLessThan(0.02);
  });

  test('the same samples give the same numbers', () => {
    const [a, b] = [0, 1].map(() =>
      quantized(residualNetwork(), { weights: 4, activations: 4 }, { method: 'axe' }),
    );
    expect(a.choices).toEqual(b.choices);
  });

  test('widths at the ends of the network', () => {
    const { choices } = quantized(residualNetwork(), {
      weights: 4,
      firstWeights: 8,
      lastWeights: 6,
      activations: 3,
      inputs: 7,
    });
    expect([...choices.weights.values()].map(({ bits }) => bits)).toEqual([8, 4, 4, 4, 6]);
    expect(
      [...choices.activations].map(([tensor, { bits }]) => (tensor === 'x' ? 7 : 3) === bits),
    ).not.toContain(false);
    for (const { narrow, signed, scale, codes, bits } of choices.weights.values()) {
      expect([narrow, signed]).toEqual([true, true]);
      expect(scale.length).toBeGreaterThan(1);
      expect(codes.every((code) => Math.abs(code) < 2 ** (bits - 1))).toBe(true);
    }
  });

  test('what meets in an addition or a concatenation fits together', () => {
    const { choices, bounded } = quantized(residualNetwork(), { weights: 4, activations: 4 });
    const scale = (tensor: string) => choices.activations.get(tensor)?.scale[0] ?? 0;
    expect(Number.isInteger(Math.log2(scale('t2') / scale('t4')))).toBe(true);
    expect(choices.activations.get('t9')).toEqual(choices.activations.get('t10'));
    const [sum] = bounded.network.nodes.filter((node) => node.kind === 'add');
    const { weights } = sum as Extract<typeof sum, { kind: 'add' }>;
    expect(Math.min(...weights)).toBe(1);
  });
});

describe('bias correction', () => {
  test('on the calibration samples every channel keeps its mean', () => {
    const shape = [4, 4, 3];
    const network = imageNetwork(shape, [realConv(3, [4, 4, 5], 3, 1)]);
    const samples = { values: samplesOf(network).values.map(Math.abs), count: 40 };
    const prepared = prepareFloat(network);
    const assignment = assignUniform(prepared.network, prepared.points, { weights: 2, activations: 4 });
    const means = (each: Network) => {
      const outputs = evaluateFloat(each, samples);
      return Array.from(
        { length: 5 },
        (_, c) => outputs.filter((__, k) => k % 5 === c).reduce((a, b) => a + b) / (outputs.length / 5),
      );
    };
    const [with_, without] = [true, false].map((biasCorrection) =>
      means(quantize(prepared, assignment, samples, { ...PLAIN, biasCorrection }).network),
    );
    const wanted = means(network);
    for (const [c, mean] of wanted.entries()) expect(with_[c]).toBeCloseTo(mean, 4);
    expect(without.some((mean, c) => Math.abs(mean - wanted[c]) > 0.01)).toBe(true);
  });

  test('w = (0.6, -0.4, 1.3) at scale 1 and mean input (1, 2, 0.5): -1.05', () => {
    // one row whose largest weight fixes the scale: (0.6, -0.4, 1.3, 7) of 4 bits is (1, 0, 1, 7)
    const values = Float32Array.of(0.6, -0.4, 1.3, 7);
    const weights = { encoding: 'real', values } as const;
    const network = imageNetwork([4], [[{ op: 'dense', inputs: 4, outputs: 1, weights }, [1]]]);
    const prepared = prepareFloat(network);
    const port = { signed: false, bits: 8, scale: { numerator: 1, denominator: 2 } };
    const assignment = assignUniform(network, prepared.points, { weights: 4, activations: 4 });
    const samples = { values: Float32Array.of(1, 2, 0.5, 0), count: 1 };
    const { choices } = quantize(
      { ...prepared, network: { ...prepared.network, inputPort: port } },
      assignment,
      samples,
      PLAIN,
    );
    const codes = [...(choices.weights.get('n0')?.codes ?? [])];
    const scale = choices.weights.get('n0')?.scale[0] ?? 0;
    const lost = [1, 2, 0.5].reduce((sum, x, i) => sum + x * (values[i] - codes[i] * scale), 0);
    expect(choices.biases.get('n0')?.[0]).toBeCloseTo(lost, 5);
    if (scale === 1) expect(lost).toBeCloseTo(-1.05, 5);
    expect(choices.activations.size).toBe(0); // the port's codes are taken as they are
  });
});

describe('the input', () => {
  const port = { signed: false, bits: 8, scale: { numerator: 1, denominator: 255 } };

  test('a declared port keeps its type, unless other bits are asked for', () => {
    const network = { ...smallNetwork(), inputPort: port };
    const { choices, bounded } = quantized(network, { weights: 4, activations: 4 });
    expect(choices.activations.has('x')).toBe(false);
    expect(bounded.network.tensors.get(bounded.network.input)?.type).toMatchObject({
      bits: 8,
      signed: false,
    });
    const narrow = quantized(network, { weights: 4, activations: 4, inputs: 5 }, { inputBits: 5 });
    expect(narrow.choices.activations.get('x')?.bits).toBe(5);
    expect(narrow.bounded.network.tensors.get(narrow.bounded.network.input)?.type.bits).toBe(8);
  });

  test('it is unsigned when no sample is negative', () => {
    const network = smallNetwork();
    const prepared = prepareFloat(network);
    const assignment = assignUniform(prepared.network, prepared.points, { weights: 4, activations: 4 });
    const values = samplesOf(network).values.map(Math.abs);
    const { choices } = quantize(prepared, assignment, { values, count: 40 }, PLAIN);
    expect(choices.activations.get('x')).toMatchObject({ signed: false, bits: 8 });
    expect(quantized(network, { weights: 4, activations: 4 }).choices.activations.get('x')?.signed).toBe(
      true,
    );
  });
});

describe('within an accumulator', () => {
  const methods: AccumulatorMethod[] = ['a2q', 'a2q+', 'axe'];

  test.each(methods)('%s: no sum of a residual network needs more than 10 bits', (method) => {
    const network = residualNetwork();
    const { bounded } = quantized(
      network,
      { weights: 4, activations: 4, inputs: 4, accumulator: 10 },
      { method, limit: 10 },
    );
    expect(bounded.accumulators.size).toBe(network.nodes.filter(isRealLayer).length);
    for (const { widths } of bounded.accumulators.values()) expect(widths.exact).toBeLessThanOrEqual(10);
    for (const { exact } of bounded.sums.values()) expect(exact).toBeLessThanOrEqual(10);
  });

  test('rounding to nearest knows no limit, and the exact bound finds that out', () => {
    const asked = { weights: 6, activations: 6, accumulator: 10 };
    expect(() => quantized(residualNetwork(), asked, { limit: 10 })).toThrow(/accumulator_not_reached/);
  });

  test('a pool cannot shrink, so it is named with what it needs', () => {
    const network = residualNetwork();
    const asked = { weights: 4, activations: 6, accumulator: 7 };
    expect(() => quantized(network, asked, { method: 'axe', limit: 7 })).toThrow(
      /pool 'n12' needs an accumulator of \d+ bits, 7 were asked for/,
    );
    const { bounded } = quantized(network, { weights: 4, activations: 6 });
    expect(() => checkAccumulators(bounded)).not.toThrow();
  });
});

describe('refusals', () => {
  const options = { weights: 4, activations: 4 };

  test('a model that is quantized already, each node by name', () => {
    const network = imageNetwork([3], [quantizeLink(4, [3]), realDense(3, 2, 1), quantizeLink(4, [2])]);
    expect(() => prepareFloat(network)).toThrow(/already_quantized.*'n0'[\s\S]*already_quantized.*'n2'/);
    expect(() => prepareFloat(imageNetwork([3], [elementwise('relu', [3])]))).toThrow(/nothing_to_build/);
  });

  test('no samples', () => {
    const prepared = prepareFloat(smallNetwork());
    const assignment = assignUniform(prepared.network, prepared.points, options);
    const none = { values: new Float32Array(0), count: 0 };
    expect(() => quantize(prepared, assignment, none, PLAIN)).toThrow(/calibration_samples_missing/);
  });

  test('weights that are not finite', () => {
    const weights = { encoding: 'real', values: Float32Array.of(1, Number.NaN) } as const;
    const network = imageNetwork(
      [1],
      [[{ op: 'dense', inputs: 1, outputs: 2, weights }, [2]], elementwise('relu', [2]), realDense(2, 2, 1)],
    );
    expect(() => quantized(network, options)).toThrow(/calibration_not_finite.*'t1'/);
  });

  test('one bit for values on both sides of zero', () => {
    expect(() => quantized(residualNetwork(), { weights: 4, activations: 1 })).toThrow(
      /activation_bits_signed.*'t4'/,
    );
    expect(() => quantized(smallNetwork(), { weights: 4, activations: 1, inputs: 1 })).toThrow(
      /activation_bits_signed.*'x'/,
    );
    expect(() => quantized(smallNetwork(), { weights: 4, activations: 1 })).not.toThrow();
  });
});
