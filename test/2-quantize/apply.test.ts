import { expect, test } from 'vitest';
import type { QuantizedWeights } from '../../src/1-import/types.js';
import { applyChoices } from '../../src/2-quantize/apply.js';
import { foldFloat, isRealLayer } from '../../src/2-quantize/fold.js';
import { findPoints } from '../../src/2-quantize/points.js';
import { toInteger } from '../../src/3-integer/convert.js';
import { residualNetwork, smallNetwork } from '../support/float-network.js';
import { quantizer } from '../support/image-network.js';

const coarse = (values: Float32Array): QuantizedWeights => ({
  codes: Int32Array.from(values, (value) => Math.round(value * 8)),
  encoding: 'integer',
  bits: 5,
  signed: true,
  narrow: true,
  scale: Float32Array.of(1 / 8),
});

test.each([
  ['a chain', smallNetwork()],
  ['a residual network with a concatenation', residualNetwork()],
])('%s becomes one that phase 3 takes', (_, network) => {
  const folded = foldFloat(network);
  const layers = folded.nodes.filter(isRealLayer);
  const activations = new Map(
    findPoints(folded).map(({ tensor, signed }) => [
      tensor,
      quantizer(4, { signed, scale: Float32Array.of(0.25) }),
    ]),
  );
  const quantized = applyChoices(folded, {
    weights: new Map(layers.map(({ name, weights }) => [name, coarse(weights.values)])),
    biases: new Map(layers.map(({ name, outputs }) => [name, new Float32Array(outputs).fill(0.5)])),
    activations,
  });
  const integer = toInteger(quantized);
  const found = integer.nodes.filter(({ kind }) => kind === 'dense' || kind === 'conv');
  expect(found).toHaveLength(layers.length);
  // every layer has the chosen bias, also the ones that had none
  const biases = quantized.nodes.filter((node) => node.op === 'elementwise' && node.kind === 'add');
  expect(biases).toHaveLength(layers.length);
  for (const node of biases) expect(node).toHaveProperty('operand.0', 0.5);
  expect(quantized.nodes.filter(({ op }) => op === 'quantize')).toHaveLength(activations.size);
});

test('without choices the network stays as it is', () => {
  const folded = foldFloat(residualNetwork());
  const none = { weights: new Map(), biases: new Map(), activations: new Map() };
  expect(applyChoices(folded, none)).toEqual(folded);
});
